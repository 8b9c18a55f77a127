"""Memberships that end together with their team or their volunteer."""

from datetime import datetime

from accounts.models import User
from core import clock
from core.states import transition
from volunteers.models.people import MembershipQuerySet


def close(rows: MembershipQuerySet, *, by: User | None, at: datetime) -> int:
    """End all open memberships among `rows`; returns how many. Effects: one Transition each.

    To be called in the transaction of what ends them.
    """
    ended = list(rows.open().select_for_update(no_key=True).order_by("pk"))
    for row in ended:
        transition(row, "close", by=by, at=at, until=clock.local_day(at) if row.since else None)
    return len(ended)
