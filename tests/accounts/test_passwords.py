"""Passwords: changing one, setting the first one, and what is no password; user names that look like another's."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import User
from core.models import AuditEntry
from tests.factories import PASSWORD, make_person, make_user
from tests.messages import latest_code

PHONE = "13812345678"
CHANGE, SET, LOGIN = "/accounts/password/change/", "/accounts/password/set/", "/accounts/login/"
NEW = "又一句好记的话 and more"


@pytest.fixture
def user(db):
    return make_user("li.ming", person=make_person("李明", phone=PHONE))


def sign_in(password=PASSWORD, **more):
    client = Client(**more)
    client.post(LOGIN, {"login": "li.ming", "password": password})
    return client


def signed_in(client):
    return client.get("/me/").status_code == 200


def change(client, old=PASSWORD, new=NEW, again=None):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new if again is None else again})


def test_password_changes_with_the_present_one_and_ends_other_sessions(user):
    here, there = sign_in(), sign_in()
    before = here.session.session_key
    response = change(here)
    assert response.url == reverse("portal:me")
    assert signed_in(here) and not signed_in(there)
    assert here.session.session_key != before
    assert not signed_in(sign_in()) and signed_in(sign_in(NEW))
    log = AuditEntry.objects.filter(verb="change").values_list("content_type__model", "actor", "fields")
    assert list(log) == [("user", user.pk, ["password"])]


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", NEW, None, "oldpassword"),
        ("", NEW, None, "oldpassword"),
        (PASSWORD, "a", None, "password1"),
        (PASSWORD, "x" * 129, None, "password1"),
        (PASSWORD, "x" * 300_000, None, "password1"),
        (PASSWORD, "12345678901", None, "password1"),
        (PASSWORD, NEW, NEW + " ", "password2"),
        ("x" * 500_000, NEW, None, "oldpassword"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(user, old, new, again, field):
    client = sign_in()
    response = change(client, old, new, again)
    assert response.status_code == 422 and next(iter(response.context["form"].errors)) == field
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert NEW not in response.content.decode()


def test_sixth_try_within_a_minute_gets_a_polite_page(user):
    client = sign_in()
    assert [change(client, "wrong").status_code for _try in range(6)] == [422] * 5 + [429]


def test_account_without_password_sets_one_after_a_code(db):
    user = services.register(PHONE, "李明")
    client = Client()
    client.post("/accounts/login/code/", {"phone": PHONE})
    client.post("/accounts/login/code/confirm/", {"code": latest_code(PHONE)})
    assert client.get(CHANGE).url == SET
    assert client.get(SET).status_code == 200
    assert client.post(SET, {"password1": "a", "password2": "a"}).status_code == 422
    assert client.post(SET, {"password1": NEW, "password2": NEW}).url == reverse("portal:me")
    assert signed_in(client) and User.objects.get(pk=user.pk).check_password(NEW)
    assert client.get(SET).status_code == 302


def test_session_left_open_sets_no_password(db):
    user = services.register(PHONE, "李明")
    client = Client()
    client.force_login(user)
    assert client.post(SET, {"password1": NEW, "password2": NEW}).url.startswith("/accounts/reauthenticate/")
    assert not User.objects.get(pk=user.pk).has_usable_password()


def test_password_of_the_site_administrator_ends_all_sessions(user, cast):
    client = sign_in()
    services.set_password(user, NEW, by=cast.admin)
    assert not signed_in(client)


# --- user names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["аdmin", "αdmin", "админ", "ádmin", "admın", "ɑdmin", "admin१", "李明админ", "ᎪDMIN"])
def test_user_name_with_twins_of_letters_is_refused(db, name):
    with pytest.raises(ValidationError):
        services.clean_username(name)


@pytest.mark.parametrize("name", ["admin", "ADMIN", "ａｄｍｉｎ", " Admin "])
def test_user_name_of_somebody_else_is_taken_in_every_spelling(db, name):
    make_user("admin")
    assert services.clean_username(name) == "admin"


@pytest.mark.parametrize("name", ["li.ming", "李明", "李明-2", "li明", "ئابلەت", "user_1", "u7x2k9pq4mz"])
def test_user_name_in_one_script_is_accepted(db, name):
    assert services.clean_username(name) == name
