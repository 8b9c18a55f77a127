"""Volunteering of somebody who turned out to be a person known already."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Person
from core import clock, records
from core.states import transition
from volunteers.models import Leadership, Membership, Volunteer


@transaction.atomic
def follow(old: Person, new: Person, *, by: Any, at: datetime | None = None) -> None:
    """Move what `old` does in teams to `new`.

    Where both are volunteers, memberships move to the volunteer that `new` is; where both have asked or belong to the
    same team, that of `new` stays and the other ends. Where both lead a team, the leadership of `new` stays.

    Effects, in order: the volunteer, memberships that end (Transition) or move, leaderships; one audit row each.
    """
    moment = at or clock.now()
    words = {"by": by, "on_behalf_of": new.pk, "at": moment}
    rows = Volunteer.objects.select_for_update(no_key=True).filter(person__in=(old, new)).order_by("pk")
    known = {row.person_id: row for row in rows}
    if old.pk in known and new.pk in known:
        _join(known[old.pk], known[new.pk], words)
    elif old.pk in known:
        known[old.pk].person = new
        records.save(known[old.pk], fields=["person"], **words)
    led = Leadership.objects.filter(person=new, until=None).values("team")
    for row in Leadership.objects.filter(person=old).exclude(team__in=led, until=None).order_by("pk"):
        row.person = new
        records.save(row, fields=["person"], **words)


def _join(old: Volunteer, new: Volunteer, words: dict[str, Any]) -> None:
    """Move the memberships of the volunteer `old` to `new`."""
    held = set(Membership.objects.open().filter(volunteer=new).values_list("team", flat=True))
    for row in Membership.objects.filter(volunteer=old).order_by("pk"):
        if row.team_id in held and row.is_open:
            day = clock.local_day(words["at"])
            transition(row, "close", **words, until=max(row.since, day) if row.since else None)
        row.volunteer = new
        records.save(row, fields=["volunteer"], **words)
