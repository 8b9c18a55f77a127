"""The outbox: everything once, whatever the servers do, and nothing twice by text message."""

import logging
import smtplib
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from accounts import notices, outbox, sms
from accounts.books import deliveries_disagreeing
from accounts.models import Delivery
from core import clock, due
from tests.event_factories import make_activity
from tests.events.test_races import at_once
from tests.factories import make_delivery, make_message, make_person, make_reachable
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SMS_KIND, MAIL_KIND = "activity_cancelled", "sign_up_confirmed"


@pytest.fixture(autouse=True)
def _gateway(settings):
    settings.SMS_BACKEND = "accounts.sms.MemoryBackend"
    sms.MemoryBackend.outbox.clear()
    mail.outbox = []


def a_letter(email="a@example.cn", **values):
    return make_delivery(make_message(make_reachable(email=email).person, created_at=NOON), not_before=NOON, **values)


def a_text(kind=SMS_KIND, **values):
    notice = make_message(make_reachable().person, kind=kind, created_at=NOON)
    return make_delivery(notice, "sms", not_before=NOON, **values)


def send(at=NOON):
    with clock.frozen(at):
        outbox.send_due(at)


def state(delivery):
    delivery.refresh_from_db()
    return delivery.state


# --- what is sent -------------------------------------------------------------------------------------------------


def test_letter_says_what_happened_and_nothing_in_its_subject(settings):
    delivery = a_letter(email="w@example.cn")
    send()
    (letter,) = mail.outbox
    url = f"{settings.SITE_URL}/me/notices/{delivery.notice.public_id}/"
    assert (letter.to, letter.subject) == (["w@example.cn"], "【邻里】报名成功")
    assert "义务理发，11月28日 周六" in letter.body
    assert url in letter.body and f"{settings.SITE_URL}/me/notices/settings/" in letter.body
    assert delivery.notice.person.name not in letter.body + letter.subject
    assert letter.content_subtype == "plain"
    assert letter.extra_headers["Message-ID"] == f"<notice-{delivery.notice.public_id}@127.0.0.1>"
    assert (state(delivery), delivery.attempts, delivery.claimed_at, delivery.ended_at) == ("sent", 1, NOON, NOON)


def test_text_message_goes_to_the_phone_with_the_words_of_its_kind():
    delivery = a_text()
    send()
    phone = delivery.notice.person.phone
    assert sms.MemoryBackend.outbox == [(phone, "【邻里】您报名的活动已取消，请登录查看或致电社区。")]
    assert state(delivery) == "sent"


def test_sent_is_sent_once_and_what_is_not_due_waits():
    a_letter(), a_text()
    later = a_text()
    Delivery.objects.filter(pk=later.pk).update(not_before=NOON + MINUTE)
    send()
    send()
    assert (len(mail.outbox), len(sms.MemoryBackend.outbox), state(later)) == (1, 1, "queued")
    send(NOON + MINUTE)
    assert (len(sms.MemoryBackend.outbox), state(later)) == (2, "sent")


def test_outbox_is_due_work():
    assert due.registry["accounts.outbox"] is outbox.send_due


def test_number_of_queries_per_delivery_does_not_grow(django_assert_num_queries):
    for _number in range(3):
        a_text()
    with django_assert_num_queries(5 + 3 * 4):  # each claimed (in a savepoint here), then ended
        send()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_what_was_switched_off_meanwhile_does_not_leave(channel):
    delivery = a_letter() if channel == "email" else a_text()
    kind = notices.registry[delivery.notice.kind]
    user = delivery.notice.person.user
    notices.set_switches(user.person, [kind], {(kind.code, channel)}, by=user)
    send()
    assert (mail.outbox, sms.MemoryBackend.outbox, Delivery.objects.count()) == ([], [], 0)
    assert notices.inbox(user.person_id).count() == 1


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_address_that_is_gone_fails_at_once(channel):
    delivery = a_letter() if channel == "email" else a_text()
    user = delivery.notice.person.user
    user.email_verified_at = None
    user.set_phone("", at=None)
    user.save()
    user.person.set_phone("")
    user.person.save()
    send()
    assert (mail.outbox, sms.MemoryBackend.outbox) == ([], [])
    assert (state(delivery), delivery.attempts) == ("failed", 1)


def test_invented_people_get_no_text_message():
    delivery = a_text()
    delivery.notice.person.is_sample = True
    delivery.notice.person.save()
    send()
    assert (state(delivery), sms.MemoryBackend.outbox) == ("failed", [])


def test_what_could_not_leave_for_days_does_not_leave_any_more():
    delivery = a_letter()
    send(NOON + timedelta(days=3, minutes=1))
    assert (state(delivery), mail.outbox) == ("failed", [])


# --- quiet hours --------------------------------------------------------------------------------------------------


def test_leftovers_of_the_day_wait_for_the_morning():
    """Whatever held the rounds up: what was meant for the day rings nobody at night."""
    left_over, tonight = a_text(), a_text()
    evening = NOON + timedelta(hours=10)
    Delivery.objects.filter(pk=tonight.pk).update(not_before=evening)
    send(evening)
    assert (state(left_over), state(tonight)) == ("queued", "sent")
    send(NOON + timedelta(hours=20))
    assert state(left_over) == "sent"


def test_retry_does_not_fall_into_the_night(monkeypatch):
    monkeypatch.setattr(sms.MemoryBackend, "send", _not_sent)
    delivery = a_text()
    send(NOON + timedelta(hours=8, minutes=59, seconds=30))
    delivery.refresh_from_db()
    assert delivery.not_before == datetime(2026, 11, 27, 0, tzinfo=UTC)


def _not_sent(self, phone, text):
    raise sms.NotSent


# --- servers that behave badly ------------------------------------------------------------------------------------


def test_mail_server_that_is_down_costs_no_attempt(settings, caplog):
    delivery = a_letter()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    send()
    assert (state(delivery), delivery.attempts) == ("queued", 0)
    assert "email server cannot be reached: ConnectionRefusedError" in caplog.text
    with mail_server(settings) as server:
        send(NOON + timedelta(hours=2))
    assert ([to for to, _text in server.letters], state(delivery)) == (["a@example.cn"], "sent")


def test_mail_server_that_hangs_holds_up_neither_text_messages_nor_for_long(settings):
    letters, text = [a_letter() for _number in range(5)], a_text()
    with mail_server(settings, "hangs"):
        began = time.monotonic()
        send()
        assert time.monotonic() - began < 5
    assert [state(one) for one in letters] == ["queued"] * 5
    assert state(text) == "sent"


def test_page_does_not_wait_for_a_mail_server_that_hangs(settings, django_capture_on_commit_callbacks):
    user, activity = make_reachable(email="a@example.cn"), make_activity()
    client = Client()
    client.force_login(user)
    path = f"{activity.get_absolute_url()}sign-up/"
    with mail_server(settings, "hangs"):
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(path).status_code == 302
        assert time.monotonic() - began < 1
    assert Delivery.objects.get().state == "queued"


def test_refused_address_fails_at_once_and_stops_nobody(settings, caplog):
    before, bad, after = (a_letter(email=f"{name}@example.cn") for name in ("first", "bad", "last"))
    with mail_server(settings, refused=("bad@example.cn",)) as server:
        send()
    assert [to for to, _text in server.letters] == ["first@example.cn", "last@example.cn"]
    assert [state(one) for one in (before, bad, after)] == ["sent", "failed", "sent"]
    assert bad.attempts == 1
    assert "bad@example.cn" not in caplog.text


def test_busy_server_is_tried_five_times_ever_more_rarely(settings):
    delivery, at, waits = a_letter(), NOON - timedelta(hours=3), []
    Delivery.objects.update(not_before=at)
    with mail_server(settings, "busy"):
        for _attempt in range(5):
            send(at)
            delivery.refresh_from_db()
            waits.append(delivery.not_before - at)
            at = delivery.not_before
    assert waits == [MINUTE, 10 * MINUTE, 60 * MINUTE, 360 * MINUTE, timedelta(0)]
    assert (delivery.state, delivery.attempts, delivery.ended_at) == ("failed", 5, at)


def test_letter_of_which_nobody_knows_goes_again(settings):
    delivery = a_letter()
    with mail_server(settings, "drops"):
        send()
    assert (state(delivery), delivery.ended_at) == ("unknown", None)
    with mail_server(settings) as server:
        send()
        assert server.letters == []
        send(NOON + MINUTE)
    assert len(server.letters) == 1
    assert (state(delivery), delivery.attempts) == ("sent", 2)


def test_text_message_of_which_nobody_knows_does_not_go_again(monkeypatch):
    def hang(self, phone, text):
        raise TimeoutError

    delivery = a_text()
    monkeypatch.setattr(sms.MemoryBackend, "send", hang)
    send()
    monkeypatch.undo()
    send(NOON + timedelta(days=1))
    assert (state(delivery), delivery.ended_at, sms.MemoryBackend.outbox) == ("unknown", NOON, [])


def test_gateway_that_took_nothing_is_tried_again(monkeypatch):
    delivery = a_text()
    monkeypatch.setattr(sms.MemoryBackend, "send", _not_sent)
    send()
    assert (state(delivery), delivery.not_before) == ("queued", NOON + MINUTE)
    monkeypatch.undo()
    send(NOON + MINUTE)
    assert (state(delivery), len(sms.MemoryBackend.outbox)) == ("sent", 1)


def test_nothing_personal_is_logged(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    delivery, text = a_letter(email="secret@example.cn"), a_text()

    def shout(*args):
        raise smtplib.SMTPServerDisconnected("secret@example.cn")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", shout)
    monkeypatch.setattr(sms.MemoryBackend, "send", shout)
    send()
    assert (state(delivery), state(text)) == ("unknown", "unknown")
    assert "secret" not in caplog.text and text.notice.person.phone[-8:] not in caplog.text


# --- a process that is killed -------------------------------------------------------------------------------------


class Killed(BaseException):
    """What no handler catches."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("channel", "again"), [("email", True), ("sms", False)])
def test_claim_of_a_killed_process_is_given_up(monkeypatch, channel, again, moment):
    """Killed right before or right after sending: nobody can tell which, so a letter goes again and a text does not."""
    delivery = a_letter() if channel == "email" else a_text()
    name = "_send_email" if channel == "email" else "_send_sms"
    original = getattr(outbox, name)

    def killed(*args):
        if moment == "after":
            original(*args)
        raise Killed

    monkeypatch.setattr(outbox, name, killed)
    with pytest.raises(Killed):
        send()
    monkeypatch.undo()
    assert (state(delivery), delivery.attempts) == ("sending", 1)
    sent = len(mail.outbox) + len(_texts())
    send(NOON + 9 * MINUTE)
    assert state(delivery) == "sending"
    send(NOON + 11 * MINUTE)
    assert state(delivery) == ("sent" if again else "unknown")
    assert len(mail.outbox) + len(_texts()) == sent + again


def _texts():
    return sms.MemoryBackend.outbox


def test_process_that_was_only_slow_still_writes_how_it_ended():
    delivery = a_text()
    with clock.frozen(NOON):
        assert outbox._claim(delivery, NOON)
        outbox.release_stale(NOON + timedelta(hours=1))
        assert state(delivery) == "unknown"
        outbox._end(delivery, "sent", NOON + timedelta(hours=1))
    assert state(delivery) == "sent"


def test_slow_process_does_not_overwrite_the_one_that_took_over():
    mine = a_letter()
    other = Delivery.objects.get(pk=mine.pk)
    assert outbox._claim(mine, NOON)
    outbox.release_stale(NOON + timedelta(hours=1))
    other.refresh_from_db()
    assert outbox._claim(other, NOON + timedelta(hours=1))
    outbox._end(mine, "failed", NOON + timedelta(hours=1))
    assert state(mine) == "sending"


# --- two at once --------------------------------------------------------------------------------------------------


def rounds_at_once(number):
    """Run rounds in threads that start together."""
    assert at_once([lambda: outbox.send_due(clock.now())] * number) == [None] * number


def twenty_texts():
    people = [make_person(f"人{number}", phone=f"1370000{number:04d}") for number in range(20)]
    now = clock.now()
    for person in people:
        make_delivery(make_message(person, kind=SMS_KIND, created_at=now), "sms", not_before=now)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_four_rounds_at_once_send_everything_once():
    with clock.frozen(NOON):
        twenty_texts()
        rounds_at_once(4)
    assert len({phone for phone, _text in _texts()}) == len(_texts()) == 20
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert deliveries_disagreeing() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_compare_and_set_something_is_sent_twice(monkeypatch):
    """The test above can see the fault: taking without asking whether it is still there sends twice, on both."""
    met = threading.Barrier(2)

    def take_whatever_it_is(delivery, at):
        Delivery.objects.filter(pk=delivery.pk).update(state="sending", claimed_at=at)
        return True

    monkeypatch.setattr(outbox, "_claim", take_whatever_it_is)
    monkeypatch.setattr(outbox, "_send_all", _read_first(met, outbox._send_all))
    with clock.frozen(NOON):
        twenty_texts()
        rounds_at_once(2)
    assert len(_texts()) == 40


def _read_first(met, send_all):
    """Let both rounds have read before either sends."""

    def wait(waiting, send):
        met.wait(10)
        send_all(waiting, send)

    return wait
