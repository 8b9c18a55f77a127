"""Another phone for an account: only its owner, and only with the code of the new number."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import outbox, services
from accounts.models import Person, User
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from tests.factories import PASSWORD, make_delivery, make_message, make_person, make_user
from tests.messages import latest_code, messages_to, wrong

OLD, NEW = "13812345678", "13912345678"
CHANGE, VERIFY, AGAIN = "/accounts/phone/change/", "/accounts/phone/verify/", "/accounts/reauthenticate/"
OWN, SEND = "/accounts/reauthenticate/code/", "/accounts/reauthenticate/code/send/"


@pytest.fixture
def user(db):
    return make_user("li.ming", person=make_person("李明", phone=OLD))


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def without(db):
    """An account without a password, signed in a while ago."""
    user = services.register(OLD, "李明")
    client = Client()
    client.force_login(user)
    return client


def prove(client):
    return client.post(AGAIN, {"password": PASSWORD, "next": CHANGE})


def stored(phone=OLD):
    return User.objects.filter(phone_index=User.objects.with_phone("+86" + phone).values("phone_index")[:1]).first()


def test_phone_changes_with_the_password_and_the_code_of_the_new_number(client, user):
    asked = client.get(CHANGE)
    assert (asked.url, "no-store" in asked["Cache-Control"]) == (AGAIN + "?next=%2Faccounts%2Fphone%2Fchange%2F", True)
    assert prove(client).url == CHANGE
    page = client.get(CHANGE)
    assert page.status_code == 200 and "138****5678" in page.content.decode() and OLD not in page.content.decode()
    assert client.post(CHANGE, {"phone": NEW}).url == VERIFY
    assert stored(NEW) is None
    assert "139****5678" in client.get(VERIFY).content.decode()
    assert client.post(VERIFY, {"code": latest_code(NEW)}).url == reverse("portal:me")
    user.refresh_from_db()
    assert (user.phone, user.person.phone) == ("+86" + NEW, "+86" + NEW)
    assert "已更换" in messages_to(OLD)[-1]
    log = AuditEntry.objects.order_by("pk").values_list("content_type__model", "verb", "actor", "fields")
    assert list(log) == [
        ("user", "change", user.pk, ["phone", "phone_index", "phone_verified_at"]),
        ("person", "change", user.pk, ["phone", "phone_index"]),
    ]


def test_without_the_password_nothing_is_sent(client):
    assert client.post(CHANGE, {"phone": NEW}).status_code == 302
    assert client.post(VERIFY, {"code": "123456"}).status_code == 302
    assert client.post(AGAIN, {"password": "wrong"}).status_code == 422
    assert client.post(CHANGE, {"phone": NEW}).status_code == 302
    assert messages_to(NEW) == []


def test_password_counts_for_some_minutes_only(client, monkeypatch, settings):
    prove(client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get(CHANGE).status_code == 302


def test_account_without_password_proves_itself_by_the_old_number(without):
    assert without.get(CHANGE).url.startswith(AGAIN)
    assert without.get(AGAIN + "?next=" + CHANGE).url == OWN + "?next=%2Faccounts%2Fphone%2Fchange%2F"
    assert messages_to(OLD) == []
    assert "138****5678" in without.get(OWN).content.decode()
    without.post(SEND, {"next": CHANGE})
    code = latest_code(OLD)
    assert without.post(OWN, {"code": wrong(code)}).status_code == 422
    assert without.post(OWN, {"code": code, "next": CHANGE}).url == CHANGE
    assert without.get(CHANGE).status_code == 200
    assert without.post(OWN, {"code": code}).url == OWN


def test_account_with_password_cannot_pass_it_by_with_a_code(client):
    assert client.get(OWN).url == AGAIN
    assert client.post(SEND).url == AGAIN
    assert messages_to(OLD) == []


def test_signing_in_by_code_is_no_password(client, user):
    visitor = Client()
    visitor.post("/accounts/login/code/", {"phone": OLD})
    visitor.post("/accounts/login/code/confirm/", {"code": latest_code(OLD)})
    assert visitor.get(CHANGE).url.startswith(AGAIN)


def test_code_to_a_number_that_was_given_up_meanwhile_proves_nothing(without):
    without.post(SEND)
    code, user = latest_code(OLD), stored()
    services.change_phone(user, NEW, by=user)
    assert without.post(OWN, {"code": code}).status_code == 422
    assert without.get(CHANGE).status_code == 302


def test_third_wrong_code_to_the_old_number_ends_it(without):
    without.post(SEND)
    code = latest_code(OLD)
    answers = [without.post(OWN, {"code": wrong(code)}) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 302]
    assert without.post(OWN, {"code": code}).status_code == 302
    assert without.get(CHANGE).status_code == 302


def test_number_of_another_account_is_refused_only_to_who_has_it(client, user):
    other = make_user(person=make_person("乙", phone=NEW))
    prove(client)
    assert client.post(CHANGE, {"phone": NEW}).url == VERIFY
    page = client.get(VERIFY).content.decode()
    response = client.post(VERIFY, {"code": latest_code(NEW)})
    assert "另一个账号" not in page and response.status_code == 422
    assert "另一个账号" in response.content.decode()
    assert User.objects.with_phone("+86" + NEW).get() == other
    user.refresh_from_db()
    assert user.phone == "+86" + OLD


@pytest.mark.parametrize("phone", ["", OLD, "+86 138 1234 5678", "138****5678", "x" * 10_000])
def test_unusable_number_is_said(client, phone):
    prove(client)
    assert client.post(CHANGE, {"phone": phone}).status_code == 422
    assert messages_to(OLD) == []


def test_code_of_the_new_number_ends_after_three_wrong_tries(client):
    prove(client)
    client.post(CHANGE, {"phone": NEW})
    code = latest_code(NEW)
    answers = [client.post(VERIFY, {"code": wrong(code)}) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 302]
    assert client.post(VERIFY, {"code": code}).url == CHANGE
    assert stored(NEW) is None


def test_another_code_can_be_sent(client):
    prove(client)
    client.post(CHANGE, {"phone": NEW})
    cache.clear()
    assert client.post("/accounts/phone/verify/resend/").url == VERIFY
    assert len(messages_to(NEW)) == 2
    assert client.post(VERIFY, {"code": latest_code(NEW)}).url == reverse("portal:me")


# --- the service --------------------------------------------------------------------------------------------------


def test_phone_of_the_person_stays_where_it_differs(user):
    staff_knows = make_user(person=make_person("乙"))
    staff_knows.person.set_phone("13700137000")
    staff_knows.person.save()
    staff_knows.set_phone("13600136000", at=None)
    staff_knows.save()
    services.change_phone(staff_knows, NEW, by=staff_knows)
    staff_knows.refresh_from_db()
    assert (staff_knows.phone, staff_knows.person.phone) == ("+86" + NEW, "+8613700137000")


def test_number_that_was_given_up_is_not_kept_for_want_of_another(user):
    """Otherwise messages would go on to the old number, which may be a stranger's by now."""
    grandmother = make_person("奶奶", phone="13500135000")
    services.change_phone(user, "13500135000", by=user)
    assert Person.objects.by_phone("+8613500135000").get() == grandmother
    stored = User.objects.get(pk=user.pk)
    assert (stored.phone, stored.person.phone, stored.person.phone_index) == ("+8613500135000", "", None)
    outbox._send_sms(make_delivery(make_message(stored.person, kind="activity_changed"), "sms"))
    assert (len(messages_to("13500135000")), messages_to(OLD)) == (1, [])
    assert services.register(OLD, "丙").person.phone == "+86" + OLD


def test_taken_number_changes_nothing(user):
    make_user(person=make_person("乙", phone=NEW))
    with pytest.raises(Refused) as refused:
        services.change_phone(user, NEW, by=user)
    assert refused.value.refusal == Refusal.PHONE_TAKEN
    assert User.objects.get(pk=user.pk).phone == "+86" + OLD
