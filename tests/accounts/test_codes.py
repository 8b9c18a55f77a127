"""Signing in with a code by text message."""

import re
import time

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import change_phone, sessions
from tests.factories import PASSWORD, make_person, make_user
from tests.messages import latest_code, messages_to, wrong

PHONE = "13812345678"
STRANGE = "13912345678"
ASK, CONFIRM, AGAIN = "/accounts/login/code/", "/accounts/login/code/confirm/", "/accounts/login/code/resend/"
LOGIN = "/accounts/login/"


@pytest.fixture
def user(db):
    return make_user("li.ming", person=make_person("李明", phone=PHONE))


def ask(client, phone=PHONE, **words):
    return client.post(ASK, {"phone": phone, **words})


def confirm(client, code=None, **words):
    return client.post(CONFIRM, {"code": latest_code(PHONE) if code is None else code, **words})


def signed_in(client):
    return "_auth_user_id" in client.session


def without_tokens(page):
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace("139****5678", "138****5678")


def test_code_signs_in(client, user):
    assert ask(client).url == CONFIRM
    page = client.get(CONFIRM).content.decode()
    assert "138****5678" in page and PHONE not in page and "10 分钟" in page
    assert confirm(client).url == reverse("portal:me")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("spelling", ["+86 138 1234 5678", "１３８１２３４５６７８"])
def test_number_may_be_spelled_in_any_way(client, user, spelling):
    ask(client, spelling)
    confirm(client)
    assert signed_in(client)


def test_way_that_was_interrupted_is_gone_on(client, user):
    ask(client, next="/notices/?page=2")
    assert confirm(client).url == "/notices/?page=2"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_way_never_leads_to_another_site(client, user, target):
    ask(client, next=target)
    assert confirm(client, next=target).url == reverse("portal:me")


def test_session_gets_a_new_key(client, user):
    ask(client)
    before = client.session.session_key
    confirm(client)
    assert client.session.session_key != before


@pytest.mark.parametrize("closed", [False, True])
def test_number_without_an_open_account_gets_the_same_pages(client, user, closed):
    phone = STRANGE
    if closed:
        make_user(person=make_person("关", phone=STRANGE), is_active=False)
    stranger = Client()
    first, second = ask(client), ask(stranger, phone)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert ("已停用" if closed else "还没有账号") in messages_to(phone)[-1]
    assert re.search(r"\d", messages_to(phone)[-1]) is None
    pages = [without_tokens(one.get(CONFIRM).content.decode()) for one in (client, stranger)]
    assert pages[0] == pages[1]
    pages = [without_tokens(confirm(one, "000000").content.decode()) for one in (client, stranger)]
    assert pages[0] == pages[1] and not signed_in(stranger)
    cache.clear()
    assert [one.post(AGAIN).url for one in (client, stranger)] == [CONFIRM, CONFIRM]
    assert (len(messages_to(PHONE)), len(messages_to(phone))) == (2, 2)
    pages = [without_tokens(one.get(CONFIRM).content.decode()) for one in (client, stranger)]
    assert pages[0] == pages[1]
    assert [confirm(one, "").status_code for one in (client, stranger)] == [422, 422]


def test_account_closed_while_the_code_was_on_its_way_is_not_signed_in(client, user):
    ask(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert confirm(client).url == LOGIN
    assert not signed_in(client)


def test_phone_given_to_another_account_meanwhile_opens_nothing(client, user):
    """The code was for the number; the account has another one since."""
    ask(client)
    code = latest_code(PHONE)
    cache.clear()
    user.set_phone(STRANGE, at=None)
    user.save()
    client.post(AGAIN)
    assert len(messages_to(PHONE)) == 2 and "还没有账号" in messages_to(PHONE)[-1]
    assert confirm(client, code).status_code == 422


def test_code_to_a_number_that_was_given_up_meanwhile_opens_nothing(client, user):
    """Whoever found the old phone has asked for it just before."""
    ask(client)
    change_phone(user, STRANGE, by=user)
    assert confirm(client).status_code == 422
    assert not signed_in(client)


def test_three_wrong_codes_end_it(client, user):
    ask(client)
    code = latest_code(PHONE)
    assert [confirm(client, wrong(code)).status_code for _try in range(2)] == [422, 422]
    assert confirm(client, wrong(code)).url == ASK
    assert "错了三次" in client.get(ASK).content.decode()
    assert confirm(client, code).url == ASK and not signed_in(client)


def test_code_counts_for_ten_minutes(client, user, monkeypatch):
    ask(client)
    code, later = latest_code(PHONE), time.time() + 601
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: later)
    assert confirm(client, code).url == ASK
    assert not signed_in(client)


def test_code_opens_once(client, user):
    ask(client)
    code, copy = latest_code(PHONE), Client()
    copy.cookies = client.cookies.copy()
    confirm(client, code)
    client.post("/accounts/logout/")
    assert [confirm(one, code).url for one in (client, copy)] == [ASK, ASK]
    assert not signed_in(client) and not signed_in(copy)


def test_code_of_another_browser_is_wrong(client, user):
    ask(client)
    mine = latest_code(PHONE)
    thief = Client()
    make_user(person=make_person("乙", phone=STRANGE))
    ask(thief, STRANGE)
    assert confirm(thief, mine).status_code == 422 or mine == latest_code(STRANGE)
    assert Client().post(CONFIRM, {"code": mine}).url == ASK


def test_second_code_within_a_minute_gets_a_polite_page(client, user):
    ask(client)
    for phone in (PHONE, PHONE):
        response = ask(Client(), phone)
        assert response.status_code == 429 and "10 分钟内仍然有效" in response.content.decode()
    assert len(messages_to(PHONE)) == 1
    confirm(client)
    assert signed_in(client)


def test_number_that_has_to_wait_is_not_typed_again(client, user):
    ask(Client())
    assert ask(client).status_code == 429
    assert client.get(ASK).context["form"].initial["phone"] == "+86" + PHONE
    assert client.session.get_expiry_age() <= 3600


def test_waiting_for_a_code_keeps_nobody_from_the_other_pages(client, user):
    ask(client)
    assert [client.get(path).status_code for path in (LOGIN, ASK, "/accounts/signup/")] == [200, 200, 200]
    client.post(LOGIN, {"login": "li.ming", "password": PASSWORD})
    assert signed_in(client)


@pytest.mark.parametrize("phone", ["", "138****5678", "li.ming", "x" * 100_000, "0475-8888888"])
def test_what_is_no_mobile_number_is_said(client, user, phone):
    assert ask(client, phone).status_code == 422


# --- with a password ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["li.ming", PHONE, "nobody", STRANGE, "without"])
def test_password_is_hashed_exactly_once(client, user, login, monkeypatch):
    without = make_user("without", person=make_person())
    without.set_unusable_password()
    without.save()
    calls, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, password, salt: calls.append(1) or encode(self, password, salt)
    )
    response = client.post(LOGIN, {"login": login, "password": "wrong"})
    assert response.status_code == 422 and len(calls) == 1


def test_attempts_are_counted_for_every_spelling_together(client, user):
    spellings = [PHONE, "+86" + PHONE, "138-1234-5678", "138 1234 5678", "0086" + PHONE, "１３８１２３４５６７８"]
    answers = [client.post(LOGIN, {"login": login, "password": "wrong"}) for login in spellings]
    words = [str(answer.context["form"].non_field_errors()) for answer in answers]
    assert ["太多" in word for word in words] == [False] * 5 + [True]
    assert "太多" in str(client.post(LOGIN, {"login": PHONE, "password": PASSWORD}).context["form"].non_field_errors())


def test_unknown_name_is_counted_like_a_known_one(client, user):
    for login in ("li.ming", "nobody"):
        answers = [client.post(LOGIN, {"login": login, "password": "wrong"}) for _try in range(6)]
        assert "太多" in str(answers[-1].context["form"].non_field_errors())


def test_hundred_attempts_get_a_polite_page(client, user):
    statuses = [client.post(LOGIN, {"login": f"name{number}", "password": "x"}).status_code for number in range(100)]
    assert statuses == [422] * 60 + [429] * 40


def test_signing_in_page_sets_no_session(client, db):
    for path in (LOGIN, ASK, "/accounts/signup/"):
        visitor = Client()
        visitor.get(path)
        assert set(visitor.cookies) == {"csrftoken"}


@pytest.mark.parametrize(("forwarded", "count"), [("198.51.100.1, 203.0.113.9", 1), ("203.0.113.9", 1)])
def test_address_behind_the_proxy_is_the_one_that_the_proxy_saw(settings, user, forwarded, count):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    client.post(LOGIN, {"login": "li.ming", "password": PASSWORD})
    assert user_sessions(user) == ["203.0.113.9"]


def test_visitor_cannot_name_an_address_where_there_is_no_proxy(user):
    client = Client(REMOTE_ADDR="192.0.2.4", HTTP_X_FORWARDED_FOR="203.0.113.9")
    client.post(LOGIN, {"login": "li.ming", "password": PASSWORD})
    assert user_sessions(user) == ["192.0.2.4"]


def user_sessions(user):
    return [row.ip for row in sessions.of(user)]
