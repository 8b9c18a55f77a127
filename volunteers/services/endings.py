"""Memberships that end together with their team or their volunteer."""

from datetime import datetime

from accounts.models import User
from core import clock
from core.states import transition
from volunteers import notices
from volunteers.models.people import MembershipQuerySet


def close(rows: MembershipQuerySet, *, by: User | None, at: datetime) -> int:
    """End all open memberships among `rows`; returns how many.

    Effects, in order: one Transition each, the members told.

    To be called in the transaction of what ends them.
    """
    found = rows.open().select_related("team", "volunteer__person").order_by("pk")
    ended = []
    for row in found.select_for_update(no_key=True, of=("self",)):
        done = transition(row, "close", by=by, at=at, until=clock.local_day(at) if row.since else None)
        ended.append((row, done.transition))
    notices.closed(ended)
    return len(ended)
