"""The seats of an activity: the only code that changes a Quota (design §6, Seats).

Every change is one conditional UPDATE, decided by the database. `quota` rows in memory are not touched.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from core import audit
from core.constraints import refusing
from core.refusals import Refusal, Refused
from events.access import wrong_state
from events.models import CAPACITY_MAX, Activity, Quota
from events.states import SEATED, ActivityState, QuotaRole

log = logging.getLogger(__name__)

CALLED_OFF = {
    ActivityState.CANCELLED: Refusal.CANCELLED,
    ActivityState.FINISHED: Refusal.FINISHED,
    ActivityState.COUNTED: Refusal.FINISHED,
}


def of(activity: Activity, role: str = QuotaRole.PARTICIPANT) -> Quota | None:
    """Return the seats of `activity` as stored now, with its activity, community, team and venue (one query)."""
    return _whole().filter(activity_id=activity.pk, role=role).first()


def of_public(public_id: str) -> Quota | None:
    """Return the participants' seats of the activity with this address, as `of`; None when it is not public or has
    none.
    """
    public = Activity.objects.public().order_by().filter(public_id=public_id)
    return _whole().filter(activity__in=public, role=QuotaRole.PARTICIPANT).first()


def _whole() -> QuerySet[Quota]:
    return Quota.objects.select_related("activity__community", "activity__team", "activity__venue")


def seated(activity: Activity) -> int:
    """Return how many seats of `activity` are taken, all roles together."""
    return Quota.objects.filter(activity=activity).aggregate(taken=Coalesce(Sum("seats_taken"), 0))["taken"]


def refused_by_state(activity: Activity) -> Refused | None:
    """Return why nobody signs up for `activity` in its present state, None when it is published."""
    if activity.state == ActivityState.PUBLISHED:
        return None
    known = CALLED_OFF.get(ActivityState(activity.state))
    return Refused(known) if known else wrong_state(activity)


def take(quota: Quota, n: int = 1) -> None:
    """Take `n` seats, or none.

    Raises:
        Refused: FULL when fewer are free; the state of the activity when it is not published any more.
    """
    _check_number(n)
    free = Quota.objects.filter(pk=quota.pk, is_open=True, seats_taken__lte=F("capacity") - n)
    if free.update(seats_taken=F("seats_taken") + n):
        return
    refused = refused_by_state(Activity.objects.only("state").get(pk=quota.activity_id))
    raise refused or Refused(Refusal.FULL)


def give_back(quota: Quota, n: int = 1) -> None:
    """Give `n` seats back; the activity may be over or called off.

    Raises:
        Refused: fewer than `n` are taken: the books disagree, see verify_books.
    """
    _check_number(n)
    rows = Quota.objects.filter(pk=quota.pk, seats_taken__gte=n)
    if not rows.update(seats_taken=F("seats_taken") - n):
        log.error("quota %s: %s seats to give back, fewer are taken", quota.pk, n)
        raise Refused(Refusal.INVALID)


def check_capacity(capacity: Any) -> int:
    """Return `capacity`.

    Raises:
        Refused: CAPACITY_INVALID, it is no whole number from 1 to CAPACITY_MAX.
    """
    if type(capacity) is not int or not 1 <= capacity <= CAPACITY_MAX:
        raise Refused(Refusal.CAPACITY_INVALID)
    return capacity


def provide(activity: Activity, capacity: int, role: str = QuotaRole.PARTICIPANT) -> Quota:
    """Insert the seats of `activity` for `role`; they open with its publication.

    Raises:
        Refused: CAPACITY_INVALID; DUPLICATE when the role has its seats already.
    """
    is_open = activity.state == ActivityState.PUBLISHED
    with refusing():
        return Quota.objects.create(activity=activity, role=role, capacity=check_capacity(capacity), is_open=is_open)


def resize(quota: Quota, capacity: int) -> None:
    """Set the number of seats; the caller has checked the right and writes the audit row.

    Raises:
        Refused: CAPACITY_INVALID; CAPACITY_BELOW_TAKEN with the number that is taken.
    """
    check_capacity(capacity)
    rows = Quota.objects.filter(pk=quota.pk)
    if not rows.filter(seats_taken__lte=capacity).update(capacity=capacity, version=F("version") + 1):
        raise Refused(Refusal.CAPACITY_BELOW_TAKEN, taken=rows.values_list("seats_taken", flat=True).get())


def drop_unused(activity: Activity) -> None:
    """Delete the seats of a draft for which nobody can have signed up yet."""
    Quota.objects.filter(activity=activity, is_open=False, seats_taken=0, sign_ups=None).delete()


@transaction.atomic
def set_capacity(quota: Quota, capacity: int, *, by: Any, at: datetime | None = None) -> None:
    """Set the number of seats and write one audit row of the activity. The caller has checked the right.

    Raises:
        Refused: as `resize`.
    """
    resize(quota, capacity)
    audit.record(quota.activity, "change_capacity", by=by, fields=["capacity"], at=at)


def open_all(activity: Activity) -> None:
    """Let the seats of `activity` be taken: it is being published."""
    Quota.objects.filter(activity=activity).update(is_open=True)


def close_all(activity: Activity) -> None:
    """Let no more seats of `activity` be taken; those taken stay recorded."""
    Quota.objects.filter(activity=activity).update(is_open=False)


def close_unused(activity: Activity) -> bool:
    """Close the seats of `activity` if none is taken; say whether that is so.

    The UPDATE waits for sign-ups that are being written and then sees them. On False the caller rolls back.
    """
    rows = Quota.objects.filter(activity=activity)
    return rows.filter(seats_taken=0).update(is_open=False) == rows.count()


def seats_disagreeing() -> list[str]:
    """Return one line for each Quota whose counter or openness differs from its sign-ups and activity."""
    seated = Coalesce(Sum("sign_ups__party_size", filter=Q(sign_ups__state__in=SEATED)), 0, output_field=IntegerField())
    published = Q(activity__state=ActivityState.PUBLISHED)
    rows = Quota.objects.select_related("activity").annotate(seated=seated).order_by("pk")
    wrong = rows.filter(~Q(seats_taken=F("seated")) | (published & Q(is_open=False)) | (~published & Q(is_open=True)))
    return [
        f"quota {row.pk} (activity {row.activity.public_id}, {row.activity.state}): "
        f"{row.seats_taken} seats counted, {row.seated} signed up, {'open' if row.is_open else 'closed'}"
        for row in wrong
    ]


def _check_number(n: int) -> None:
    if type(n) is not int or n < 1:
        raise Refused(Refusal.INVALID)
