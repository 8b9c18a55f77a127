"""Sign-ups of somebody who turned out to be a person known already."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Person
from core import clock, records
from core.refusals import Refused
from events.models import Participant, SignUp
from events.services import sign_ups


@transaction.atomic
def follow(old: Person, new: Person, *, by: Any, at: datetime | None = None) -> None:
    """Move sign-ups and participations of `old` to `new`.

    Where both take part in the same activity, the party of `new` stays and that of `old` is cancelled; what cannot be
    cancelled any more stays with `old`.

    Effects, in order: cancelled parties as events.services.sign_ups.cancel, the rows of the parties with one audit row
    each, participants.
    """
    moment = at or clock.now()
    staying = {pk for pk in _twins(old, new) if not _settle(pk, old, new, moment)}
    for party in SignUp.objects.filter(contact=old).order_by("pk"):
        if not Participant.objects.filter(sign_up=party, person=old, activity__in=staying, active=True).exists():
            party.contact = new
            records.save(party, by=by, fields=["contact"], on_behalf_of=new.pk, at=moment)
    mine = Participant.objects.filter(person=old)
    mine.exclude(activity__in=staying, active=True).update(person=new)


def _twins(old: Person, new: Person) -> list[int]:
    """Return the activities in which both take part."""
    rows = Participant.objects.filter(active=True)
    theirs = rows.filter(person=new).values("activity")
    return list(rows.filter(person=old, activity__in=theirs).order_by("activity").values_list("activity", flat=True))


def _settle(activity_id: int, old: Person, new: Person, at: datetime) -> bool:
    """Cancel the party of `old`; says whether it could be done."""
    rows = Participant.objects.select_related("sign_up")
    leaving = rows.get(activity_id=activity_id, active=True, person=old).sign_up
    if leaving.contact_id != old.pk or leaving.party_size != 1:
        return False  # somebody else's party, or others would lose their seats with it
    try:
        sign_ups.cancel(leaving, by=None, on_behalf_of=new.pk, at=at)
    except Refused:
        return False
    return True
