"""Registering with a phone: what is asked, what is stored, and what is not."""

import re
import time
from datetime import timedelta

import pytest
from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import consents, services
from accounts.models import Consent, Person, User
from accounts.services import sessions
from accounts.sms import NotSent
from core import clock
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from tests.factories import PASSWORD, make_person, make_user
from tests.messages import latest_code, messages_to, wrong

pytestmark = pytest.mark.django_db

PHONE = "13812345678"
OTHER = "13912345678"
SIGN_UP, VERIFY = "/accounts/signup/", "/accounts/phone/verify/"
WORDS = {"phone": PHONE, "name": "王小明", "consent": "on"}


def begin(client, **words):
    return client.post(SIGN_UP, {**WORDS, **words})


def verify(client, code=None, **words):
    return client.post(VERIFY, {"code": latest_code(PHONE) if code is None else code, **words})


def signed_in(client):
    return "_auth_user_id" in client.session


def counts():
    return (User.objects.count(), Person.objects.count(), Consent.objects.count(), AuditEntry.objects.count())


def errors(response, name="code", form="form"):
    return response.context[form].errors.get(name, [])


# --- the way through ----------------------------------------------------------------------------------------------


def test_registration_makes_an_account_with_a_person_of_its_own(client):
    assert begin(client)["Location"] == VERIFY
    assert counts() == (0, 0, 0, 0)
    page = client.get(VERIFY)
    assert page.status_code == 200
    assert "138****5678" in page.content.decode() and PHONE not in page.content.decode()
    assert "10 分钟" in page.content.decode()
    assert verify(client).url == reverse("portal:me")
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.phone, user.person.name, user.person.phone) == ("+86" + PHONE, "王小明", "+86" + PHONE)
    assert user.phone_verified_at is not None and User.objects.with_phone("+86" + PHONE).get() == user
    assert not user.has_usable_password() and not user.is_staff
    assert PHONE[-4:] not in user.username and user.username.isascii() and len(user.username) == 11
    consent = Consent.objects.get()
    assert (consent.person, consent.kind, consent.text_version, consent.channel) == (
        user.person,
        "privacy",
        "built-in 1",
        "web",
    )
    log = AuditEntry.objects.values_list("content_type__model", "verb", "actor")
    assert sorted(log) == [("consent", "create", user.pk), ("person", "create", None), ("user", "register", user.pk)]


def test_password_is_optional_and_kept_as_typed(client):
    password = "  我家 在 三楼 right next to the stairs " + "好" * 29
    assert len(password) == 64
    begin(client, password=password)
    assert password not in str(dict(client.session))
    verify(client)
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize("password", ["a", "12345678901", "password123", "138123456789", PHONE + "a"])
def test_weak_password_is_refused_before_a_message_is_sent(client, password):
    response = begin(client, password=password)
    assert response.status_code == 422 and errors(response, "password")
    assert messages_to(PHONE) == [] and 'value="王小明"' in response.content.decode()


def test_flood_instead_of_a_password_is_refused_without_hashing(client, monkeypatch):
    monkeypatch.setattr("accounts.forms.make_password", None)
    assert begin(client, password="长" * 300_000).status_code == 422
    assert begin(client, password="x" * 1_000_000).status_code == 422


def test_version_of_the_notice_is_kept_and_linked(client, monkeypatch):
    monkeypatch.setattr(consents._source, "version", lambda: "3")
    assert 'href="/privacy/"' in client.get(SIGN_UP).content.decode()
    begin(client)
    monkeypatch.setattr(consents._source, "version", lambda: "4")
    verify(client)
    assert Consent.objects.get().text_version == "3"


@pytest.mark.parametrize(
    "spelling", ["+86 138-1234-5678", "１３８１２３４５６７８", "0086 13812345678", " 138 1234 5678 "]
)
def test_number_may_be_spelled_in_any_way(client, spelling):
    begin(client, phone=spelling)
    verify(client)
    assert User.objects.get().phone == "+86" + PHONE


@pytest.mark.parametrize(
    "words",
    [
        {"phone": ""},
        {"phone": "138****5678"},
        {"phone": "0475-8888888"},
        {"name": ""},
        {"name": "王\u202e明"},
        {"name": "王" * 61},
        {"consent": ""},
        {"phone": "1" * 5000},
    ],
)
def test_incomplete_form_comes_back_with_what_was_typed(client, words):
    response = begin(client, **words)
    assert response.status_code == 422 and messages_to(PHONE) == []
    kept = {**WORDS, **words}["name"]
    assert response.context["form"]["name"].value() == kept
    assert counts() == (0, 0, 0, 0)


def test_number_of_a_known_person_stays_with_that_person(client):
    known = make_person("王老太", phone=PHONE)
    begin(client)
    verify(client)
    user = User.objects.get()
    assert user.person != known and user.person.phone == ""
    assert user.phone == "+86" + PHONE
    assert Person.objects.by_phone("+86" + PHONE).get() == known


def test_way_that_was_interrupted_is_gone_on_after_registering(client):
    target = "/notices/?page=2"
    assert "next=/notices/" in client.get("/accounts/login/", {"next": target}).content.decode().replace("%2F", "/")
    begin(client, next=target)
    assert verify(client).url == target


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_way_never_leads_to_another_site(client, target):
    begin(client, next=target)
    assert verify(client, next=target).url == reverse("portal:me")


def test_session_gets_a_new_key(client):
    begin(client)
    before = client.session.session_key
    verify(client)
    assert client.session.session_key != before


# --- numbers that are known ---------------------------------------------------------------------------------------


def test_known_number_gets_the_same_page_and_its_owner_a_word(client):
    make_user(person=make_person("原主", phone=PHONE))
    stranger = Client()
    known, unknown = begin(client), begin(stranger, phone=OTHER)
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    pages = [one.get(VERIFY).content.decode() for one in (client, stranger)]
    pages = [page.replace("139****5678", "138****5678") for page in pages]
    tokens = [one.get(VERIFY).context["csrf_token"] for one in (client, stranger)]
    assert len({page.count("<form") for page in pages}) == 1
    assert without_tokens(pages[0]) == without_tokens(pages[1]) and all(tokens)
    assert "已有账号" in messages_to(PHONE)[-1] and not any(letter.isdigit() for letter in messages_to(PHONE)[-1])
    wrong_codes = [one.post(VERIFY, {"code": "000000"}) for one in (client, stranger)]
    assert {answer.status_code for answer in wrong_codes} == {422}
    assert len(errors(wrong_codes[0])) == 1 and errors(wrong_codes[0]) == errors(wrong_codes[1])
    assert User.objects.count() == 1


def without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_number_of_a_closed_account_is_not_sent_in_circles(client):
    make_user(person=make_person("关", phone=PHONE), is_active=False)
    assert begin(client)["Location"] == VERIFY
    (text,) = messages_to(PHONE)
    assert "已停用" in text and "登录" not in text


def test_known_number_may_be_corrected_like_any_other(client):
    make_user(person=make_person("原主", phone=PHONE))
    begin(client)
    assert client.post(VERIFY + "number/", {"phone": OTHER}).url == VERIFY
    assert client.post(VERIFY, {"code": latest_code(OTHER)}).url == reverse("portal:me")
    assert User.objects.with_phone("+86" + OTHER).get().person.name == "王小明"


@pytest.mark.parametrize("known", [False, True])
def test_password_is_hashed_once_whether_the_number_is_known(client, known, monkeypatch):
    if known:
        make_user(person=make_person("原主", phone=PHONE))
    calls = []
    monkeypatch.setattr("accounts.forms.make_password", lambda text: calls.append(text) or "md5$x$y")
    begin(client, password=PASSWORD)
    assert calls == [PASSWORD] and len(messages_to(PHONE)) == 1


def test_number_taken_while_the_code_was_on_its_way_is_refused(client):
    begin(client)
    services.register(PHONE, "快一步")
    response = verify(client)
    assert response.status_code == 422 and "另一个账号" in str(response.context["form"].non_field_errors())
    assert User.objects.count() == Person.objects.count() == 1 and not signed_in(client)


# --- codes --------------------------------------------------------------------------------------------------------


def test_three_wrong_codes_end_it_and_what_was_typed_is_kept(client):
    begin(client)
    code = latest_code(PHONE)
    assert [verify(client, wrong(code)).status_code for _try in range(2)] == [422, 422]
    assert verify(client, wrong(code)).url == SIGN_UP
    assert verify(client, code).url == SIGN_UP and not signed_in(client)
    assert counts() == (0, 0, 0, 0)
    page = client.get(SIGN_UP).context["form"]
    assert (page["name"].value(), page["phone"].value()) == ("王小明", "+86" + PHONE)


def test_third_try_may_be_the_right_one(client):
    begin(client)
    code = latest_code(PHONE)
    for _try in range(2):
        verify(client, wrong(code))
    verify(client, code)
    assert signed_in(client)


@pytest.mark.parametrize("spelling", ["{0} ", " {0}", "{1} {2}"])
def test_code_may_be_typed_with_blanks(client, spelling):
    begin(client)
    code = latest_code(PHONE)
    verify(client, spelling.format(code, code[:3], code[3:]))
    assert signed_in(client)


@pytest.mark.parametrize("typed", ["", " ", "x" * 10_000, "一二三四五六", "\ud83d", "123456\u200b"])
def test_odd_codes_are_answered_with_the_page(client, typed):
    begin(client)
    assert verify(client, typed.encode("utf-8", "replace").decode()).status_code == 422


def test_code_counts_for_ten_minutes(client, monkeypatch):
    begin(client)
    code, later = latest_code(PHONE), time.time() + 601
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: later)
    assert verify(client, code).url == SIGN_UP
    assert counts() == (0, 0, 0, 0)


def test_code_of_another_number_is_wrong(client):
    begin(client)
    begin(Client(), phone=OTHER)
    assert verify(client, latest_code(OTHER)).status_code == 422 or latest_code(OTHER) == latest_code(PHONE)


def test_code_opens_once(client):
    begin(client)
    code, copy = latest_code(PHONE), Client()
    copy.cookies = client.cookies.copy()
    verify(client, code)
    assert verify(copy, code).status_code == 302 and not signed_in(copy)
    assert User.objects.count() == 1


def test_second_click_that_meets_a_session_that_is_gone_is_led_on(client, monkeypatch):
    """The first one has signed in meanwhile, with a new key of the session."""
    begin(client)

    def meanwhile(process, typed):
        Session.objects.all().delete()
        return False

    monkeypatch.setattr("accounts.codes.CodeByText.matches", meanwhile)
    response = client.post(VERIFY, {"code": "123456"}, headers={"referer": f"http://testserver{VERIFY}"})
    assert (response.status_code, response.url) == (302, VERIFY)
    assert client.get(VERIFY).url == SIGN_UP


def test_guessing_at_the_same_moment_counts_too(client):
    """The counter in the session alone would let requests through that read it before the others wrote it."""
    begin(client)
    before = client.session["account_login"]
    code = latest_code(PHONE)
    for _try in range(3):
        verify(client, wrong(code))
        session = client.session
        session["account_login"] = before
        session.save()
    assert verify(client, code).status_code == 422 and not signed_in(client)


def test_mistyped_number_is_corrected(client):
    begin(client, phone=OTHER)
    assert client.post(VERIFY + "number/", {"phone": "138"}).status_code == 422
    assert client.post(VERIFY + "number/", {"phone": PHONE}).url == VERIFY
    old = client.post(VERIFY, {"code": latest_code(OTHER)})
    assert old.status_code == 422 or latest_code(OTHER) == latest_code(PHONE)
    verify(client)
    assert User.objects.get().phone == "+86" + PHONE


def test_another_code_waits_a_minute_then_replaces_the_first(client):
    begin(client)
    first = latest_code(PHONE)
    assert client.post(VERIFY + "resend/").url == VERIFY
    assert len(messages_to(PHONE)) == 1
    assert "等一分钟" in client.get(VERIFY).content.decode()
    cache.clear()
    client.post(VERIFY + "resend/")
    assert len(messages_to(PHONE)) == 2
    assert verify(client, first).status_code == 422 or first == latest_code(PHONE)
    verify(client)
    assert signed_in(client)


def test_another_code_is_sent_three_times_at_most(client):
    begin(client)
    for _time in range(6):
        cache.clear()
        client.post(VERIFY + "resend/")
    assert len(messages_to(PHONE)) == 4
    assert "resend" not in client.get(VERIFY).content.decode()


def test_message_that_fails_is_said_and_loses_nothing(client, settings):
    settings.SMS_BACKEND = "tests.accounts.test_registration.BrokenBackend"
    begin(client)
    assert "短信没能发出去" in client.get(VERIFY).content.decode()


class BrokenBackend:
    def send(self, phone, text):
        raise OSError("the gateway does not answer")


def test_code_is_shown_in_the_demonstration_to_this_machine_only(client, settings):
    begin(client)
    code = latest_code(PHONE)
    assert code not in client.get(VERIFY).content.decode()
    settings.DEMO = True
    assert f"您的验证码是 {code}" in client.get(VERIFY).content.decode()
    assert code not in client.get(VERIFY, REMOTE_ADDR="192.0.2.7").content.decode()
    assert code not in client.get(VERIFY, HTTP_X_FORWARDED_FOR="192.0.2.7").content.decode()


# --- limits -------------------------------------------------------------------------------------------------------


def test_second_registration_within_a_minute_gets_a_polite_page(client):
    begin(client)
    response = begin(Client())
    assert response.status_code == 429 and response["Retry-After"] == "60"
    assert "一分钟后再试" in response.content.decode() and len(messages_to(PHONE)) == 1


def test_what_was_typed_is_kept_for_who_has_to_wait(client):
    begin(Client())
    assert begin(client).status_code == 429
    page = client.get(SIGN_UP)
    assert page.context["form"].initial == {"name": "王小明", "phone": "+86" + PHONE}
    assert "王小明" in page.content.decode() and client.session.get_expiry_age() <= 3600


def test_one_number_gets_so_many_messages_a_day(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"sms_hour": "1000/h/key", "sms_day": "10/d/key", "verify_phone": "1000/m/key"}
    answers = [begin(Client()) for _time in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert answers[-1]["Retry-After"] == "86400" and "明天再试" in answers[-1].content.decode()
    assert len(messages_to(PHONE)) == 10


def test_messages_that_were_not_sent_do_not_count_for_the_hour(client, monkeypatch):
    """Otherwise nobody could register for an hour after the gateway is up again."""

    def refuse(backend, phone, text):
        raise NotSent

    with monkeypatch.context() as down:
        down.setattr("accounts.sms.MemoryBackend.send", refuse)
        for _time in range(6):
            assert begin(Client())["Location"] == VERIFY
            _a_minute_passes()
    assert begin(client)["Location"] == VERIFY
    assert len(messages_to(PHONE)) == 1


def _a_minute_passes():
    limit = get_rates(app="allauth.account", action="verify_phone")[0]
    cache.delete(get_cache_key(None, app="allauth.account", action="verify_phone", rate=limit, key="+86" + PHONE))


def test_a_hundred_requests_from_one_address_are_stopped(client):
    statuses = [begin(Client(), phone=f"139{number:08d}").status_code for number in range(100)]
    assert statuses == [302] * 20 + [429] * 80


# --- abandoned ----------------------------------------------------------------------------------------------------


def test_abandoned_registration_blocks_nobody_and_leaves_nothing(client):
    begin(client)
    cache.clear()
    other = Client()
    begin(other, name="真主人")
    verify(other)
    assert User.objects.get().person.name == "真主人"
    assert Session.objects.count() == 2
    later = clock.now() + timedelta(hours=2)
    assert sessions.clear_expired(later) == 1
    assert sessions.clear_expired(later) == 0
    assert client.get(VERIFY).status_code == 302


def test_session_of_a_visitor_who_asks_for_a_code_ends_after_an_hour_and_that_of_an_account_later(client):
    begin(client)
    assert client.session.get_expiry_age() == 3600
    verify(client)
    assert client.session.get_expiry_age() > 86_400


# --- the service --------------------------------------------------------------------------------------------------


def test_service_refuses_a_number_that_another_account_has_proved(db):
    services.register(PHONE, "甲")
    with pytest.raises(Refused) as refused:
        services.register("+86 138 1234 5678", "乙")
    assert refused.value.refusal == Refusal.PHONE_TAKEN
    assert [person.name for person in Person.objects.all()] == ["甲"] and Consent.objects.count() == 1


def test_user_names_tell_nothing_and_differ(db):
    names = {services.register(f"139{number:08d}", "王小明").username for number in range(20)}
    assert len(names) == 20 and all(name.startswith("u") and name.isalnum() for name in names)
