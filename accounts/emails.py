"""The e-mail address of an account: proved by a code, changed and removed by its owner."""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock, records
from core.refusals import Refusal, Refused

LIFE = timedelta(minutes=10)
TRIES = 5
TIMEOUT_SECONDS = 3
"""For each step of sending a code: somebody waits for it and is told when it did not work."""


@dataclass(frozen=True)
class Pending:
    """An address that waits for its code; kept in the session, which is encrypted.

    Attributes:
        code: a keyed hash of account, address and code.
        until: seconds since the epoch.
        tries: wrong codes so far.
    """

    address: str
    code: str
    until: int
    tries: int = 0


def begin(user: User, address: str, *, at: datetime | None = None) -> Pending:
    """Send a code to `address` and return what `confirm` needs. Unlike notices, it is sent while the person waits.

    Raises:
        Refused: NOT_SENT, the mail server did not take it.
    """
    moment, code = at or clock.now(), f"{secrets.randbelow(10**6):06d}"
    minutes = int(LIFE.total_seconds()) // 60
    text = render_to_string("email/code.txt", {"code": code, "minutes": minutes, "site": settings.SITE_URL})
    letter = mail.EmailMessage(
        _("[Linli] Your code"),
        text,
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
        connection=mail.get_connection(timeout=TIMEOUT_SECONDS),
    )
    try:
        letter.send()
    except (OSError, ValueError) as error:  # SMTPException is an OSError
        raise Refused(Refusal.NOT_SENT) from error
    return Pending(address, _hash(user, address, code), int((moment + LIFE).timestamp()))


def is_alive(pending: Pending, at: datetime | None = None) -> bool:
    """Say whether a code may still be tried."""
    return pending.tries < TRIES and (at or clock.now()).timestamp() < pending.until


def matches(user: User, pending: Pending, code: str, *, at: datetime | None = None) -> bool:
    """Say whether `code` is the one that was sent, and still good."""
    return is_alive(pending, at) and hmac.compare_digest(pending.code, _hash(user, pending.address, code))


def tried(pending: Pending) -> Pending:
    """Return `pending` after a wrong code."""
    return replace(pending, tries=pending.tries + 1)


def confirm(user: User, pending: Pending, code: str, *, by: Any, at: datetime | None = None) -> User:
    """Make the address that of the account: the code is right.

    Effects, in order: the account, one audit row.

    Raises:
        Refused: CODE_WRONG; NOT_ALLOWED, somebody else's account.
    """
    moment = at or clock.now()
    if not matches(user, pending, code, at=moment):
        raise Refused(Refusal.CODE_WRONG)
    return _set(user, pending.address, moment, by)


def remove(user: User, *, by: Any, at: datetime | None = None) -> User:
    """Take the address off the account; nothing is sent there any more. Effects and errors as `confirm`."""
    return _set(user, "", at or clock.now(), by)


def _set(user: User, address: str, at: datetime, by: Any) -> User:
    if by != user:
        raise Refused(Refusal.NOT_ALLOWED)
    account = User.objects.get(pk=user.pk)
    account.email, account.email_verified_at = address, at if address else None
    return records.save(account, by=by, fields=["email", "email_verified_at"], at=at)


def _hash(user: User, address: str, code: str) -> str:
    return salted_hmac("accounts.emails", f"{user.pk}:{address}:{code}", algorithm="sha256").hexdigest()
