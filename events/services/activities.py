"""Activities: drafting, review, publication, changes of time and seats, and the end (domain 3.2)."""

import copy
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import F

from core import audit, clock, records, versions
from core.constraints import refusing
from core.dates import daytime_text
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done, transition
from events import notices
from events.access import wrong_state
from events.models import Activity, ActivityPartner, Quota, Session
from events.services import seats
from events.states import ActivityState, JointRole, QuotaRole
from grids.models import PartnerUnit, Venue
from stories.models import Theme

YEARS = range(1949, 2101)
"""Years in which an activity can be; others are slips of the hand."""
TIME_FIELDS = ("starts_at", "ends_at", "sign_up_opens_at", "sign_up_closes_at", "venue", "place")


# --- what fits together -------------------------------------------------------------------------------------------


def check(activity: Activity) -> None:
    """Do nothing when the fields of `activity` fit together; no life cycle, no rights.

    Raises:
        Refused: TIMES_MISSING, ENDS_BEFORE_START, WINDOW_INVALID, AGES_INVALID, OTHER_COMMUNITY or INVALID.
    """
    _check_times(activity.starts_at, activity.ends_at)
    _check_window(activity)
    if activity.min_age is not None and activity.max_age is not None and activity.max_age < activity.min_age:
        raise Refused(Refusal.AGES_INVALID)
    _check_community(activity, [activity.team, activity.venue])


def _check_times(starts_at: datetime | None, ends_at: datetime | None) -> None:
    if (starts_at is None) != (ends_at is None):
        raise Refused(Refusal.TIMES_MISSING)
    if starts_at is None or ends_at is None:
        return
    if starts_at.year not in YEARS or ends_at.year not in YEARS:
        raise Refused(Refusal.INVALID)
    if ends_at <= starts_at:
        raise Refused(Refusal.ENDS_BEFORE_START)


def _check_window(activity: Activity) -> None:
    """Sign-up opens before the start and closes after it opens, at the end at the latest."""
    opens, closes = activity.sign_up_opens_at, activity.sign_up_closes_at
    if activity.starts_at is not None and opens is not None and opens >= activity.starts_at:
        raise Refused(Refusal.WINDOW_INVALID)
    if activity.ends_at is not None and closes is not None and closes > activity.ends_at:
        raise Refused(Refusal.WINDOW_INVALID)
    if opens is not None and closes is not None and closes <= opens:
        raise Refused(Refusal.WINDOW_INVALID)


def _check_community(activity: Activity, rows: Iterable[Any]) -> None:
    """What an activity refers to belongs to its community, or to none (themes of the whole site)."""
    if any(row is not None and row.community_id not in (None, activity.community_id) for row in rows):
        raise Refused(Refusal.OTHER_COMMUNITY)


def _check_ready(activity: Activity, at: datetime) -> None:
    """Everything that a published activity must have, and its end still to come."""
    if activity.starts_at is None or activity.ends_at is None:
        raise Refused(Refusal.TIMES_MISSING)
    check(activity)
    if activity.ends_at <= at:
        raise Refused(Refusal.FINISHED)
    if activity.needs_sign_up and not activity.quotas.filter(role=QuotaRole.PARTICIPANT).exists():
        raise Refused(Refusal.QUOTA_MISSING)


# --- drafting -----------------------------------------------------------------------------------------------------


def create(
    activity: Activity,
    *,
    by: Any,
    starts_at: datetime | None,
    ends_at: datetime | None,
    capacity: int | None = None,
    themes: Iterable[Theme] = (),
    partners: Iterable[PartnerUnit | tuple[PartnerUnit, str]] = (),
    at: datetime | None = None,
) -> Activity:
    """Insert a draft.

    Effects, in order: the activity with its first Transition, its session, its seats, themes and partner units. An
    empty sign-up window is filled in at publication: from then until the start.

    Args:
        activity: an unsaved draft; the actor becomes its author.
        starts_at, ends_at: may both be missing until it goes to review.
        capacity: seats of participants.
        partners: units, each alone (co-organiser) or with a JointRole.

    Raises:
        Refused: NOT_ALLOWED, or as `check` and CAPACITY_INVALID.
    """
    moment = at or clock.now()
    themes, pairs = list(themes), [_with_role(partner) for partner in partners]
    activity.starts_at, activity.ends_at, activity.drafted_by = starts_at, ends_at, by
    check(activity)
    _check_community(activity, [*themes, *(unit for unit, _role in pairs)])
    with refusing():
        records.save(activity, by=by, at=moment)
        require("activity.add", by, activity, moment)
        if starts_at is not None and ends_at is not None:
            Session.objects.create(activity=activity, starts_at=starts_at, ends_at=ends_at)
        if capacity is not None:
            seats.provide(activity, capacity)
        activity.themes.set(themes)
        for unit, role in pairs:
            ActivityPartner.objects.create(activity=activity, partner_unit=unit, role=role)
    return activity


def _with_role(partner: PartnerUnit | tuple[PartnerUnit, str]) -> tuple[PartnerUnit, str]:
    return partner if isinstance(partner, tuple) else (partner, JointRole.CO_ORGANISER)


def change(
    activity: Activity, *, by: Any, fields: Iterable[str], version: int | None = None, at: datetime | None = None
) -> Activity:
    """Change plain fields of a draft or published activity; `activity` holds the new values.

    Effects: as core.records.save. Once published, the model's `service_fields` have services of their own.

    Raises:
        Refused: NOT_ALLOWED, WRONG_STATE, or as `check`.
        Stale: somebody else changed it first.
    """
    moment, fields = at or clock.now(), list(fields)
    require("activity.change", by, activity, moment)
    if activity.state != ActivityState.DRAFT and set(fields) & set(activity.service_fields):
        raise Refused(Refusal.NOT_ALLOWED)
    check(activity)
    with transaction.atomic():
        records.save(activity, by=by, fields=fields, version=version, at=moment)
        if "community" in fields:
            require("activity.change", by, activity, moment)
    return activity


def redraft(
    activity: Activity,
    *,
    by: Any,
    fields: Iterable[str],
    starts_at: datetime | None,
    ends_at: datetime | None,
    capacity: int | None,
    version: int | None = None,
    at: datetime | None = None,
) -> Activity:
    """Change a draft together with its session and seats; `activity` holds the new values of the plain fields.

    Effects, in order: the activity with one audit row that names all changed fields, its session, its seats, the
    community's version.

    Args:
        fields: names of the changed fields; "starts_at", "ends_at" and "capacity" among them where those changed.
        starts_at, ends_at: both None take the session away.
        capacity: seats of participants; None takes them away.

    Raises:
        Refused: NOT_ALLOWED, WRONG_STATE, CAPACITY_INVALID, or as `check`.
        Stale: somebody else changed it first.
    """
    moment, changed = at or clock.now(), set(fields)
    require("activity.change", by, activity, moment)
    if activity.state != ActivityState.DRAFT:
        raise wrong_state(activity)
    activity.starts_at, activity.ends_at = starts_at, ends_at
    check(activity)
    with refusing():
        records.save(activity, by=by, fields=sorted(changed), version=version, at=moment)
        require("activity.change", by, activity, moment)
        if changed & {"starts_at", "ends_at"}:
            _set_session(activity, starts_at, ends_at)
        if "capacity" in changed:
            _set_draft_seats(activity, capacity)
    return activity


def _set_draft_seats(activity: Activity, capacity: int | None) -> None:
    quota = seats.of(activity)
    if capacity is None:
        seats.drop_unused(activity)
    elif quota is None:
        seats.provide(activity, capacity)
    else:
        seats.resize(quota, capacity)


# --- times and seats ----------------------------------------------------------------------------------------------


def change_times(
    activity: Activity,
    *,
    by: Any,
    starts_at: datetime,
    ends_at: datetime,
    sign_up_opens_at: datetime | None,
    sign_up_closes_at: datetime | None,
    venue: Venue | None,
    place: str,
    version: int | None = None,
    at: datetime | None = None,
) -> Activity:
    """Set time, place and sign-up window of a draft or published activity.

    Effects, in order: the session, one audit row, everybody with a seat in a published activity told if time or place
    changed, the activity, the community's version. Nothing when all is as it was. Once published, an empty window
    becomes: from now until the start.

    Raises:
        Refused: NOT_ALLOWED, WRONG_STATE, FINISHED (over already, or the new end has passed), or as `check`.
        Stale: somebody else changed it first.
    """
    moment = at or clock.now()
    require("activity.change_times", by, activity, moment)
    wanted = copy.copy(activity)
    wanted.starts_at, wanted.ends_at, wanted.venue, wanted.place = starts_at, ends_at, venue, place
    wanted.sign_up_opens_at, wanted.sign_up_closes_at = sign_up_opens_at, sign_up_closes_at
    if starts_at is None:
        raise Refused(Refusal.TIMES_MISSING)
    if sign_up_closes_at == activity.sign_up_closes_at == activity.starts_at:
        wanted.sign_up_closes_at = starts_at  # it closed with the start, so it moves with it
    if activity.state == ActivityState.PUBLISHED:
        _check_times(starts_at, ends_at)
        if min(ends_at, activity.ends_at or ends_at) <= moment:
            raise Refused(Refusal.FINISHED)
        if activity.needs_sign_up:
            wanted.sign_up_opens_at, wanted.sign_up_closes_at = _window(wanted, moment)
    check(wanted)
    changed = [name for name in TIME_FIELDS if getattr(wanted, name) != getattr(activity, name)]
    if changed:
        with refusing():
            _set_session(activity, starts_at, ends_at)
            entry = audit.record(wanted, "change", by=by, fields=changed, at=moment)
            if activity.state == ActivityState.PUBLISHED:
                notices.moved(wanted, entry)
            records.save(wanted, by=by, fields=changed, version=version, audited=False, at=moment)
        for name in (*changed, "version"):
            setattr(activity, name, getattr(wanted, name))
    return activity


def _set_session(activity: Activity, starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Move the one session of `activity`, give it one, or take it away."""
    sessions = list(Session.objects.filter(activity=activity).values_list("pk", flat=True)[:2])
    if len(sessions) > 1:
        raise Refused(Refusal.INVALID)
    if starts_at is None or ends_at is None:
        Session.objects.filter(pk__in=sessions).delete()
        return
    if not sessions:
        Session.objects.create(activity=activity, starts_at=starts_at, ends_at=ends_at)
        return
    rows = Session.objects.filter(pk=sessions[0])
    rows.update(starts_at=starts_at, ends_at=ends_at, version=F("version") + 1)


def change_capacity(
    activity: Activity, *, by: Any, capacity: int, version: int | None = None, at: datetime | None = None
) -> Quota:
    """Set the number of participants' seats of a draft or published activity.

    Effects, in order: the seats with one audit row of the activity, the activity's version, the community's version.

    Raises:
        Refused: NOT_ALLOWED, WRONG_STATE, CAPACITY_INVALID, CAPACITY_BELOW_TAKEN.
        Stale: somebody else changed the activity first.
    """
    moment = at or clock.now()
    require("activity.change_capacity", by, activity, moment)
    seats.check_capacity(capacity)
    quota = seats.of(activity)
    if quota is not None and quota.capacity == capacity:
        return quota
    with transaction.atomic():
        if quota is None:
            quota = seats.provide(activity, capacity)
        seats.set_capacity(quota, capacity, by=by, at=moment)
        _next_version(activity, version)
        versions.bump(activity.community_id)
    quota.capacity = capacity
    return quota


def _next_version(activity: Activity, version: int | None) -> None:
    seen = activity.version if version is None else version
    if not Activity.objects.filter(pk=activity.pk, version=seen).update(version=seen + 1):
        raise records.Stale(Activity.objects.get(pk=activity.pk), [])
    activity.version = seen + 1


# --- life cycle ---------------------------------------------------------------------------------------------------


def submit(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Send a draft to review.

    Effects, in order: Transition, those who may publish it told, the community's version.

    Raises:
        Refused: NOT_ALLOWED, TIMES_MISSING, QUOTA_MISSING, RISK_TEXT_MISSING, FINISHED, or as `check`.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("activity.submit", by, activity, moment)
    if _starts_here(activity, "submit"):
        _check_ready(activity, moment)
    return _move(activity, "submit", by=by, version=version, reason=reason, at=moment)


def return_to_draft(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Send an activity in review back to its author, who is told the reason. Errors as `submit`, and REASON_NEEDED."""
    moment = at or clock.now()
    require("activity.return", by, activity, moment)
    return _move(activity, "return", by=by, version=version, reason=reason, at=moment)


@transaction.atomic
def publish(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Approve and publish; never by the author.

    Effects, in order: seats open, Transition (an empty sign-up window becomes: from now until the start), the author
    told, the community's version.

    Raises:
        Refused: OWN_DRAFT, RISK_TEXT_MISSING, and as `submit`.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("activity.publish", by, activity, moment)
    window = {}
    if _starts_here(activity, "publish"):
        _check_ready(activity, moment)
        if activity.needs_sign_up:
            window = dict(zip(("sign_up_opens_at", "sign_up_closes_at"), _window(activity, moment), strict=True))
        seats.open_all(activity)
    return _move(activity, "publish", by=by, version=version, reason=reason, at=moment, **window)


@transaction.atomic
def withdraw(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Take an activity back for which nobody has signed up.

    Effects, in order: seats closed, Transition, the community's version. Whether somebody has signed up is decided by
    the UPDATE that closes the seats, so a sign-up at the same moment either counts or meets closed seats.

    Raises:
        Refused: NOT_ALLOWED, REASON_NEEDED, HAS_SIGN_UPS.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("activity.withdraw", by, activity, moment)
    if _starts_here(activity, "withdraw") and not seats.close_unused(activity):
        raise Refused(Refusal.HAS_SIGN_UPS)
    return _move(activity, "withdraw", by=by, version=version, reason=reason, at=moment)


@transaction.atomic
def cancel(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Call an activity off before it is over.

    Effects, in order: seats closed, Transition, everybody with a seat told, the community's version. Sign-ups stay
    confirmed and their seats counted, as a record of who was told; they no longer clash with other activities.

    Raises:
        Refused: NOT_ALLOWED, REASON_NEEDED, FINISHED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("activity.cancel", by, activity, moment)
    if _starts_here(activity, "cancel"):
        if activity.ends_at is not None and activity.ends_at <= moment:
            raise Refused(Refusal.FINISHED)
        seats.close_all(activity)
    return _move(activity, "cancel", by=by, version=version, reason=reason, at=moment)


@transaction.atomic
def finish(
    activity: Activity, *, by: Any, version: int | None = None, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Mark an activity as held, after its end.

    Effects, in order: seats closed, Transition, the community's version.

    Raises:
        Refused: NOT_ALLOWED, NOT_OVER_YET.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("activity.finish", by, activity, moment)
    if _starts_here(activity, "finish"):
        if activity.ends_at is not None and activity.ends_at > moment:
            raise Refused(Refusal.NOT_OVER_YET, ends=daytime_text(activity.ends_at))
        seats.close_all(activity)
    return _move(activity, "finish", by=by, version=version, reason=reason, at=moment)


def _starts_here(activity: Activity, verb: str) -> bool:
    """Say whether the move is possible as far as is known; if not, the transition says what happened instead."""
    return activity.state in activity.machine.moves[verb].sources


def _window(activity: Activity, at: datetime) -> tuple[datetime, datetime]:
    """Return the sign-up window with what is missing filled in: from now until the start."""
    starts_at = cast(datetime, activity.starts_at)
    closes = activity.sign_up_closes_at or starts_at
    opens = activity.sign_up_opens_at or min(at, min(closes, starts_at) - timedelta(minutes=1))
    return opens, closes


@transaction.atomic
def _move(activity: Activity, verb: str, **words: Any) -> Done:
    done = notices.tell(activity, transition(activity, verb, **words))
    versions.bump(activity.community_id)
    return done
