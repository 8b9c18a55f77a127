"""Where one is signed in, and ending it."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.devices import device
from accounts.services import sessions
from core import clock
from core.models import AuditEntry
from tests.factories import PASSWORD, make_person, make_user

LIST, END, END_OTHERS = "/accounts/sessions/", "/accounts/sessions/end/", "/accounts/sessions/end-others/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"
WECHAT = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0"


@pytest.fixture
def user(db):
    return make_user("li.ming", person=make_person("李明"))


def sign_in(agent="", name="li.ming"):
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="192.0.2.1")
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def signed_in(client):
    return client.get("/me/").status_code == 200


def names(client):
    return [place.device for place in client.get(LIST).context["others"]]


def test_list_names_devices_in_words_and_no_keys(user):
    here, phone, desk = sign_in(WECHAT), sign_in(IPHONE), sign_in(WINDOWS)
    make_user("other")
    sign_in(IPHONE, "other")
    text = here.get(LIST).content.decode()
    assert here.get(LIST).context["here"] == "安卓手机 · 微信"
    assert sorted(names(here)) == ["Windows 电脑 · Edge", "iPhone · Safari"]
    keys = [client.session.session_key for client in (here, phone, desk)]
    assert [key for key in keys if key in text] == [] and "192.0.2.1" not in text


def test_one_session_is_ended(user):
    here, phone, desk = sign_in(), sign_in(IPHONE), sign_in(WINDOWS)
    ident = next(place.ident for place in here.get(LIST).context["others"] if "iPhone" in place.device)
    assert here.post(END, {"session": ident}).url == LIST
    assert [signed_in(client) for client in (here, phone, desk)] == [True, False, True]
    assert names(here) == ["Windows 电脑 · Edge"]
    log = AuditEntry.objects.values_list("content_type__model", "verb", "actor", "fields")
    assert list(log) == [("user", "end_sessions", user.pk, [])]
    here.post(END, {"session": ident})
    assert AuditEntry.objects.count() == 1


def test_all_others_are_ended(user):
    here, others = sign_in(), [sign_in(IPHONE), sign_in(WINDOWS)]
    here.post(END_OTHERS)
    assert signed_in(here) and [signed_in(client) for client in others] == [False, False]
    assert names(here) == []


def test_session_of_somebody_else_is_not_ended(user):
    stranger = make_user("other")
    other, here = sign_in(IPHONE, "other"), sign_in()
    ident = sessions.of(stranger).get().pk
    for value in (str(ident), "", "x", "-1", "9" * 30, "１２"):
        assert here.post(END, {"session": value}).status_code == 302
    assert signed_in(other) and signed_in(here)
    assert not AuditEntry.objects.exists()


def test_own_session_is_never_ended_here(user):
    here = sign_in()
    here.post(END, {"session": sessions.of(user).get().pk})
    assert signed_in(here)


@pytest.mark.parametrize("count", [1, 50])
def test_list_costs_the_same_with_many(user, count, django_assert_num_queries):
    here = sign_in()
    for _time in range(count):
        sign_in(IPHONE)
    here.get(LIST)
    with django_assert_num_queries(5):
        assert len(names(here)) == count


def test_signing_out_takes_it_off_the_list(user):
    here, phone = sign_in(), sign_in(IPHONE)
    phone.post("/accounts/logout/")
    assert names(here) == []


def test_use_is_noted_once_an_hour(user, monkeypatch):
    here, phone = sign_in(), sign_in(IPHONE)
    moment = clock.now()
    with clock.frozen(moment + timedelta(days=365)):
        phone.get("/me/")
        assert sessions.of(user, moment).filter(last_seen_at=clock.now()).count() == 0
        later = time.time() + 3601
        monkeypatch.setattr("accounts.middleware.time.time", lambda: later)
        phone.get("/me/")
        assert [row.user_agent for row in sessions.of(user, moment).filter(last_seen_at=clock.now())] == [IPHONE]
    assert signed_in(here)


def test_what_has_run_out_is_deleted(user):
    here, phone = sign_in(), sign_in(IPHONE)
    Session.objects.filter(session_key=phone.session.session_key).update(expire_date=clock.now())
    assert names(here) == []
    assert sessions.clear_expired(clock.now()) == 1
    assert [row.session_key for row in sessions.of(user)] == [here.session.session_key]
    assert sessions.clear_expired(clock.now()) == 0


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (IPHONE, "iPhone · Safari"),
        (WECHAT, "安卓手机 · 微信"),
        (WINDOWS, "Windows 电脑 · Edge"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Linux 电脑 · Firefox"),
        ("", "其他设备"),
        ("<script>", "其他设备"),
    ],
)
def test_device_in_words(agent, words):
    assert device(agent) == words
