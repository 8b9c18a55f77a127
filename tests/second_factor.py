"""The steps of the second factor as a browser without scripts takes them."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.factories import PASSWORD
from tests.personas import STEP_SECONDS

LOGIN, CODE, AGAIN = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
SET_UP, REMOVE = "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/"
CODES, NEW_CODES = "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/"
INDEX, PASSWORD_AGAIN = "/accounts/2fa/", "/accounts/reauthenticate/"  # noqa: S105


def type_password(user, client=None, **more):
    client = client or Client()
    return client, client.post(LOGIN, {"login": user.username, "password": PASSWORD, **more})


def type_code(client, code, page=CODE, **more):
    return client.post(page, {"code": code, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


def key_of(response):
    return response.context["key"].replace(" ", "")


def code_for(key, steps=0):
    return format_hotp_value(hotp_value(key, int(time.time()) // STEP_SECONDS + steps))


def set_up(client):
    """Go through the set-up page; returns the answer to its form."""
    return type_code(client, code_for(key_of(client.get(SET_UP))), page=SET_UP)
