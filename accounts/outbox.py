"""The outbox: what was told leaves the site here, by e-mail and text message (design §2, Notices).

Nothing is sent while somebody waits for a page. A mail server that hangs would hold the request, a thread dies with its
worker, and a change of one activity may go to hundreds; so a notice waits for the next round of `run_due`, a minute at
most. The page answers as fast with the mail server down as with it up.

queued → sending → sent, failed or unknown, each step by compare-and-set on state and number of attempts, and committed
before anything is sent: two processes never send the same, and one that is killed leaves a claim that is found later.
Nobody knows then whether the message went out: an e-mail is sent again, a text message is not.
"""

import logging
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.template.loader import render_to_string
from django.utils import translation

from accounts import notices, sms
from accounts.models import Delivery, NoticeSwitch
from accounts.models.notices import Channel, DeliveryQuerySet, DeliveryState
from core import clock

log = logging.getLogger(__name__)

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
"""How long to wait after the first, second … attempt."""
ATTEMPTS = len(DELAYS) + 1
CLAIM = timedelta(minutes=10)
"""A claim older than this belongs to a process that is gone: no single sending takes so long."""
TOO_OLD = timedelta(days=3)
"""What could not leave for so long is not sent any more; the inbox has it."""
AT_ONCE = 200
ROUND_SECONDS = 20
"""How long one channel may take in a round, so that other due work gets its turn."""


class Refused(Exception):
    """It will never be taken: the address or the message is no good."""


class NotNow(Exception):
    """It was certainly not taken, and may be later."""


class Unreachable(Exception):
    """The server cannot be reached: nothing of this channel leaves in this round."""


class Sender(Protocol):
    """Sends one delivery; raises Refused or NotNow; any other error leaves it unknown."""

    def __call__(self, delivery: Delivery) -> None: ...


def send_due(at: datetime) -> None:
    """Send what may leave at `at`, each channel for ROUND_SECONDS at most; the rest waits for the next round.

    Effects for each delivery: claimed (committed), sent, its end written (committed).
    """
    release_stale(at)
    for channel, opened in ((Channel.SMS, _gateway), (Channel.EMAIL, _mail_server)):
        waiting = list(_due(at).filter(channel=channel)[:AT_ONCE])
        if not waiting:
            continue
        try:
            with translation.override(settings.LANGUAGE_CODE), opened() as send:
                _send_all(waiting, send)
        except Unreachable as error:
            log.warning("%s server cannot be reached: %s", channel, type(error.__cause__).__name__)


def release_stale(at: datetime) -> None:
    """Give up the claims of processes that are gone: unknown whether it was sent; an e-mail may go again."""
    stale = Delivery.objects.filter(state=DeliveryState.SENDING, claimed_at__lt=at - CLAIM)
    stale.filter(channel=Channel.SMS).update(state=DeliveryState.UNKNOWN, ended_at=at)
    stale.filter(attempts__gte=ATTEMPTS).update(state=DeliveryState.UNKNOWN, ended_at=at)
    stale.update(state=DeliveryState.UNKNOWN, not_before=at)


def _due(at: datetime) -> DeliveryQuerySet:
    """Return what may leave; in quiet hours only what was meant for them, not what was left over from the day."""
    off = NoticeSwitch.objects.filter(
        person=OuterRef("notice__person"), kind=OuterRef("notice__kind"), channel=OuterRef("channel")
    )
    rows = Delivery.objects.due(at).select_related("notice__person__user").annotate(switched_off=Exists(off))
    quiet = notices.quiet_since(at)
    rows = rows if quiet is None else rows.filter(not_before__gte=quiet)
    return rows.order_by("not_before", "pk")


def _send_all(waiting: list[Delivery], send: Sender) -> None:
    ends = time.monotonic() + ROUND_SECONDS
    for delivery in waiting:
        if time.monotonic() > ends:
            return
        if _claim(delivery, clock.now()):
            _send(delivery, send)


# --- one delivery -------------------------------------------------------------------------------------------------


def _claim(delivery: Delivery, at: datetime) -> bool:
    """Take the delivery for this process; False when another was faster. Committed before anything is sent."""
    with transaction.atomic(durable=True):
        rows = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, attempts=delivery.attempts)
        taken = rows.update(state=DeliveryState.SENDING, claimed_at=at, attempts=F("attempts") + 1)
    delivery.attempts += 1
    return bool(taken)


def _send(delivery: Delivery, send: Sender) -> None:
    """Send what was claimed and write how it ended."""
    moment = clock.now()
    try:
        if delivery.switched_off:  # type: ignore[attr-defined]
            Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).delete()
            return
        if delivery.notice.created_at < moment - TOO_OLD:
            raise Refused("too old")
        send(delivery)
    except Refused as error:
        log.warning("delivery %s failed: %s", delivery.pk, error)
        _end(delivery, DeliveryState.FAILED, moment)
    except NotNow as error:
        log.warning("delivery %s not sent, attempt %s: %s", delivery.pk, delivery.attempts, error)
        _later(delivery, DeliveryState.QUEUED, moment)
    except Exception as error:  # noqa: BLE001  whatever it is: nobody knows whether the message went out
        # Without the text of the error, which may name the address.
        log.warning("delivery %s unknown, attempt %s: %s", delivery.pk, delivery.attempts, type(error).__name__)
        _later(delivery, DeliveryState.UNKNOWN, moment)
        if isinstance(error, OSError | smtplib.SMTPException) and delivery.channel == Channel.EMAIL:
            raise Unreachable from error
    else:
        _end(delivery, DeliveryState.SENT, moment)


def _end(delivery: Delivery, state: str, at: datetime, **changes: Any) -> None:
    """Write how this attempt ended, also when it took so long that its claim was given up in the meantime."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, state__in=(DeliveryState.SENDING, DeliveryState.UNKNOWN)
    )
    mine.update(state=state, **({"ended_at": at} | changes))


def _later(delivery: Delivery, state: str, at: datetime) -> None:
    """Let it be tried again, outside quiet hours unless it was sent in them; or end it."""
    if delivery.attempts >= ATTEMPTS:
        _end(delivery, DeliveryState.FAILED if state == DeliveryState.QUEUED else state, at)
    elif state == DeliveryState.UNKNOWN and delivery.channel == Channel.SMS:
        _end(delivery, state, at)
    else:
        then = at + DELAYS[delivery.attempts - 1]
        kind = notices.registry.get(delivery.notice.kind)
        if kind is not None and notices.quiet_since(at) is None:
            then = notices.not_before(kind, then)
        _end(delivery, state, at, ended_at=None, not_before=then)


# --- text messages ------------------------------------------------------------------------------------------------


@contextmanager
def _gateway() -> Iterator[Sender]:
    yield _send_sms


def _send_sms(delivery: Delivery) -> None:
    kind, person = notices.registry.get(delivery.notice.kind), delivery.notice.person
    account: Any = getattr(person, "user", None)
    verified = account is not None and account.is_active and account.phone_verified_at is not None
    phone = person.phone or (account.phone if verified else "")
    if kind is None or not kind.sms or not phone or person.is_sample:
        raise Refused("no phone or no text")
    try:
        sms.send(phone, str(kind.sms))
    except sms.NotSent as error:
        raise NotNow("the gateway did not take it") from error


# --- e-mail -------------------------------------------------------------------------------------------------------


@contextmanager
def _mail_server() -> Iterator[Sender]:
    """Open one connection for all; raises Unreachable."""
    connection = mail.get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable from error
    try:
        yield lambda delivery: _send_email(delivery, connection)
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            log.info("the mail server did not say goodbye")


def _send_email(delivery: Delivery, connection: Any) -> None:
    account: Any = getattr(delivery.notice.person, "user", None)
    verified = account is not None and account.is_active and account.email_verified_at is not None
    if not verified or not account.email:
        raise Refused("no verified e-mail")
    letter = compose(delivery, account.email)
    letter.connection = connection
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise _answer(max(codes, default=500)) from error
    except smtplib.SMTPDataError as error:
        raise _answer(error.smtp_code) from error
    except smtplib.SMTPSenderRefused as error:
        raise NotNow(f"the server refused us as the sender: {error.smtp_code}") from error
    except (ValueError, UnicodeError) as error:
        raise Refused("unusable address") from error


def _answer(code: int) -> Exception:
    """5xx is for good, 4xx for now."""
    return Refused(f"the server answered {code}") if code >= 500 else NotNow(f"the server answered {code}")


def compose(delivery: Delivery, address: str) -> mail.EmailMessage:
    """Return the letter: plain text, a subject without personal data, and the same Message-ID however often it is
    sent, so that mail programs show one."""
    notice = delivery.notice
    told = notices.message(notice, notices.reasons([notice]).get(notice.pk, ""))
    words = {"told": told, "site": settings.SITE_URL, "url": f"{settings.SITE_URL}{notices.URL}{notice.public_id}/"}
    words["settings"] = f"{settings.SITE_URL}{notices.URL}settings/"
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<notice-{notice.public_id}@{host}>", "Auto-Submitted": "auto-generated"}
    subject = translation.gettext("[Linli] {title}").format(title=told.title)
    return mail.EmailMessage(subject, render_to_string("email/notice.txt", words), to=[address], headers=headers)
