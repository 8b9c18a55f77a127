"""Sessions of an account: where somebody is signed in, and what ends that."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core import audit, clock


def of(user: User, at: datetime | None = None) -> "QuerySet[UserSession]":
    """Return where `user` is signed in, the latest first: what django-allauth wrote down at sign-in and still lives."""
    alive = Session.objects.filter(expire_date__gt=at or clock.now()).values("session_key")
    return UserSession.objects.filter(user_id=user.pk, session_key__in=alive).order_by("-last_seen_at", "-pk")


def forget(user: User, *, keep: str | None = None, only: int | None = None) -> int:
    """End sessions of `user`; returns how many lived. They are signed out with their next request.

    Args:
        keep: key of the session that goes on.
        only: id of the one to end, all others when None.
    """
    rows = UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep or "")
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    ended, _by_model = Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return ended


@transaction.atomic
def end(user: User, *, by: User, keep: str | None, only: int | None = None, at: datetime | None = None) -> int:
    """End one other session of the own account, or all others.

    Effects, in order: the sessions, one audit row if there were any.

    Args:
        keep: key of the session in which this is asked; never ended.
        only: id of the one to end.
    """
    ended = forget(user, keep=keep, only=only)
    if ended:
        audit.record(user, "end_sessions", by=by, at=at)
    return ended


def seen(key: str, at: datetime | None = None) -> None:
    """Write down that the session `key` is in use."""
    UserSession.objects.filter(session_key=key).update(last_seen_at=at or clock.now())


@transaction.atomic
def clear_expired(at: datetime) -> int:
    """Delete what has run out, abandoned registrations with it; returns how many sessions. Idempotent."""
    ended, _by_model = Session.objects.filter(expire_date__lte=at).delete()
    alive = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()
    return ended
