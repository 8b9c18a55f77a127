"""Sign-in and sign-out."""

import pytest
from django.urls import reverse

from tests.factories import PASSWORD, make_person, make_user

LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"


@pytest.fixture
def user(db):
    return make_user("li.ming", person=make_person("李明", phone="13800138000"))


def sign_in(client, login, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "login",
    [
        "li.ming",
        "LI.MING",
        "ＬＩ．ＭＩＮＧ",
        "  li.ming ",
        "13800138000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "0086 13800138000",
    ],
)
def test_user_name_or_phone_in_any_spelling_signs_in(client, user, login):
    assert sign_in(client, login).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("li.ming", "wrong"),
        ("nobody", PASSWORD),
        ("13900139000", PASSWORD),
        ("li.ming", PASSWORD + " "),
        ("' OR 1=1 --", PASSWORD),
        ("138****8000", PASSWORD),
    ],
)
def test_every_failure_gets_the_same_answer(client, user, login, password):
    response = sign_in(client, login, password)
    assert response.status_code == 422 and not signed_in(client)
    assert response.context["form"].non_field_errors() == sign_in(client, "x", "y").context["form"].non_field_errors()
    assert password not in response.content.decode()


def test_closed_account_gets_the_same_answer(client, user):
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert sign_in(client, "li.ming").status_code == 422 and not signed_in(client)


@pytest.mark.parametrize(
    "data", [{}, {"login": "x" * 5000, "password": "y"}, {"login": "x", "password": "y" * 200_000}]
)
def test_odd_forms_are_answered_with_the_page(client, user, data):
    assert client.post(LOGIN, data).status_code in (413, 422)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\t//evil.example",
    ],
)
def test_next_never_leads_to_another_site(client, user, target):
    assert sign_in(client, "li.ming", next=target).url == reverse("portal:me")
    assert "evil" not in client.get(LOGIN, {"next": target}).get("Location", "")


def test_next_leads_back_to_the_page(client, user):
    assert sign_in(client, "li.ming", next="/notices/?page=2").url == "/notices/?page=2"


def test_staff_come_to_the_workbench_and_residents_to_their_page(client, cast):
    assert sign_in(client, "clerk").url == reverse("admin:index")
    client.logout()
    assert sign_in(client, "resident").url == reverse("portal:me")


def test_session_gets_a_new_key_at_sign_in(client, user):
    client.get(LOGIN)
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    sign_in(client, "li.ming")
    assert client.session.session_key != before


def test_sign_out_is_a_post(client, user):
    sign_in(client, "li.ming")
    assert client.get(LOGOUT).status_code == 405 and signed_in(client)
    assert client.post(LOGOUT).url == reverse("portal:home")
    assert not signed_in(client)


def test_sign_in_needs_the_token_of_the_page(user):
    from django.test import Client  # noqa: PLC0415

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"login": "li.ming", "password": PASSWORD}).status_code == 403
