"""Signing up for activities and cancelling (domain 3.2).

Order of locks everywhere: the person, then the seats (design §6).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import reach
from accounts.models import Person
from accounts.services import create_person
from core import clock, settings
from core.constraints import constraint_name, refusal_of
from core.dates import day_of, daytime_text
from core.models import Transition
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Conflict, Done, created, transition
from events import notices
from events.limits import CANCEL_CUTOFF_HOURS
from events.models import Activity, Participant, Quota, SignUp
from events.services import seats
from events.states import LEFT, ActivityState, Audience
from grids.models import resident_of
from volunteers.models import Leadership

CLIENT_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
CANCELS = ("cancel", "cancel_late")


@dataclass(frozen=True)
class Standing:
    """How a person stands to an activity: the party that holds their seat, and why they cannot sign up (now)."""

    sign_up: SignUp | None
    refused: Refused | None


@dataclass(frozen=True)
class SignUpDone:
    """What `sign_up` did: `already` when the same form had been sent before; the party may be cancelled since."""

    sign_up: SignUp
    already: bool = False


# --- who may sign up ----------------------------------------------------------------------------------------------


def why_closed(activity: Activity, quota: Quota | None, at: datetime | None = None) -> Refused | None:
    """Return why nobody can sign up for `activity` at present, None when it is open; no queries.

    Twin of ActivityQuerySet.open_for_sign_up.
    """
    return _why_not_now(activity, quota, at or clock.now()) or _why_full(quota)


def why_not_sign_up(
    activity: Activity,
    person: Person | None,
    *,
    user: Any = None,
    quota: Quota | None = None,
    at: datetime | None = None,
) -> Refused | None:
    """Return why `person` cannot sign up for `activity`, None when it is possible.

    Page, list and POST give this same answer. Reasons, in this order: the activity's state; staff only; no sign-up
    needed; already signed up; not open yet, closed; sign in, no person; resident, team, age; clash; full.

    Args:
        person: None for a visitor, or an account without a person.
        user: the account, to tell those two apart.
        quota: its seats, when the caller has them; read otherwise.
    """
    return standing(activity, person, user=user, quota=quota, at=at).refused


def standing(
    activity: Activity,
    person: Person | None,
    *,
    user: Any = None,
    quota: Quota | None = None,
    at: datetime | None = None,
) -> Standing:
    """Return the party of `person` in `activity`, and `why_not_sign_up`.

    Queries: the quota if not given; for a person one, and one more where the audience is limited.
    """
    moment = at or clock.now()
    quota = quota or seats.of(activity)
    rows = _held(_participations(person, activity)) if person is not None else []
    held = next((row.sign_up for row in rows if row.activity_id == activity.pk), None)
    return Standing(held, _why_not(activity, quota, person, rows, moment, user))


def _why_not(
    activity: Activity, quota: Quota | None, person: Person | None, rows: list[Participant], at: datetime, user: Any
) -> Refused | None:
    if refused := _why_never(activity, quota, at):
        return refused
    if any(row.activity_id == activity.pk for row in rows):
        return Refused(Refusal.ALREADY)
    if refused := _why_not_now(activity, quota, at):
        return refused
    if person is None:
        return Refused(Refusal.NO_PERSON if getattr(user, "is_authenticated", False) else Refusal.SIGN_IN)
    return (
        _why_not_audience(activity, person, at)
        or _why_not_age(activity, person)
        or _why_clash(activity, rows)
        or _why_full(quota)
    )


def _why_never(activity: Activity, quota: Quota | None, at: datetime) -> Refused | None:
    """What no waiting helps against."""
    if refused := seats.refused_by_state(activity):
        return refused
    if activity.audience == Audience.INTERNAL:
        return Refused(Refusal.STAFF_ONLY)
    if not activity.needs_sign_up or quota is None:
        return Refused(Refusal.NO_SIGN_UP)
    return Refused(Refusal.FINISHED) if activity.ends_at is None or activity.ends_at <= at else None


def _why_not_now(activity: Activity, quota: Quota | None, at: datetime) -> Refused | None:
    if refused := _why_never(activity, quota, at):
        return refused
    opens, closes = activity.sign_up_opens_at, activity.sign_up_closes_at
    if opens is None or closes is None:
        return Refused(Refusal.NO_SIGN_UP)
    if at < opens:
        return Refused(Refusal.NOT_OPEN_YET, opens=daytime_text(opens))
    return Refused(Refusal.SIGN_UP_CLOSED, closed=daytime_text(closes)) if at >= closes else None


def _why_full(quota: Quota | None) -> Refused | None:
    return Refused(Refusal.FULL) if quota is None or quota.free < 1 else None


def _why_not_audience(activity: Activity, person: Person, at: datetime) -> Refused | None:
    if activity.audience == Audience.RESIDENTS and not resident_of(person.pk, activity.community_id, at):
        return Refused(Refusal.NOT_RESIDENT, community=activity.community)
    if activity.audience == Audience.TEAM:
        rows = Leadership.objects.live(at).filter(team_id=activity.team_id, person_id=person.pk)
        if activity.team_id is None or not rows.exists():
            return Refused(Refusal.NOT_IN_TEAM, team=activity.team or activity.community)
    return None


def _why_not_age(activity: Activity, person: Person) -> Refused | None:
    """Judge the age on the day of the activity."""
    if activity.min_age is None and activity.max_age is None:
        return None
    age = person.age_on(day_of(_times(activity)[0]))
    if age is None:
        return Refused(Refusal.AGE_UNKNOWN)
    if activity.min_age is not None and age < activity.min_age:
        return Refused(Refusal.TOO_YOUNG, age=activity.min_age)
    if activity.max_age is not None and age > activity.max_age:
        return Refused(Refusal.TOO_OLD, age=activity.max_age)
    return None


def _why_clash(activity: Activity, rows: list[Participant]) -> Refused | None:
    other = next((row.activity for row in rows if row.activity_id != activity.pk), None)
    return Refused(Refusal.CLASH, title=other.title) if other else None


def _participations(person: Person, activity: Activity, client_key: str | None = None) -> list[Participant]:
    """Return where the person holds a seat, in `activity` and in published ones that overlap it; and what was made
    with `client_key`, even if it was cancelled since.

    Times are half-open: one may end at the moment the other begins.
    """
    wanted = Q(activity_id=activity.pk)
    if activity.starts_at is not None:
        wanted |= Q(
            activity__state=ActivityState.PUBLISHED,
            activity__starts_at__lt=activity.ends_at,
            activity__ends_at__gt=activity.starts_at,
        )
    wanted &= Q(active=True)
    if client_key:
        wanted |= Q(sign_up__contact_id=person.pk, sign_up__client_key=client_key)
    rows = Participant.objects.filter(wanted, person_id=person.pk).select_related("sign_up", "activity")
    return list(rows.order_by("activity__starts_at", "pk"))


def _held(rows: list[Participant]) -> list[Participant]:
    return [row for row in rows if row.active]


# --- signing up ---------------------------------------------------------------------------------------------------


def sign_up(
    activity: Activity,
    person: Person | None,
    *,
    by: Any,
    on_behalf_of: int | None = None,
    client_key: str | None = None,
    at: datetime | None = None,
) -> SignUpDone:
    """Sign one person up.

    Effects, in order, in one transaction: the person locked, SignUp, Participant, the first Transition, the notice to
    the person, the seat. The seat comes last, so that others who want one wait as short as possible; without a free
    one all is undone.

    Args:
        person: who comes; None only to be told why not.
        by: the person's own account, or staff of the community for them; None is the system.
        on_behalf_of: id of the Person served at the counter; filled in when `by` is somebody else.
        client_key: random text of the form. The same key again gives the first party back and changes nothing, even
            if that party was cancelled meanwhile: signing up anew takes a new form.

    Raises:
        Refused: as `why_not_sign_up`, and NOT_ALLOWED, DUPLICATE (the key of another activity's form), INVALID.
    """
    moment = at or clock.now()
    if client_key and not CLIENT_KEY.fullmatch(client_key):
        raise Refused(Refusal.INVALID)
    if person is None:
        raise why_not_sign_up(activity, None, user=by, at=moment) or Refused(Refusal.NO_PERSON)
    if on_behalf_of is None and by is not None and by.person_id != person.pk:
        on_behalf_of = person.pk
    try:
        with transaction.atomic():
            return _sign_up(activity, person, by, on_behalf_of, client_key or None, moment)
    except IntegrityError as error:
        if client_key and constraint_name(error) == "sign_up_form_once":
            if earlier := _made_before(_participations(person, activity, client_key), client_key, activity):
                return earlier
        raise Refused(refusal_of(error)) from error


def sign_up_at_counter(
    activity: Activity, *, by: Any, number: str = "", name: str = "", at: datetime | None = None
) -> SignUpDone:
    """Sign somebody up who stands at the counter or calls (design §2, On behalf of).

    Effects, in order: the look-up logged; a person who is new; the rest as `sign_up` on behalf of them.

    Args:
        number: a whole phone or ID number in any spelling; "" for somebody without one.
        name: of a person who is not recorded yet.

    Raises:
        Refused: PERSON_UNKNOWN, no such number and no name; else as `sign_up`. Nobody new is recorded then.
    """
    numbers = reach.number_in(number) or {}
    known = reach.person_with(number, by=by) if number else None
    if known is None and not name:
        raise Refused(Refusal.PERSON_UNKNOWN)
    with transaction.atomic():
        person = known or create_person(
            name, by=by, phone=numbers.get("phone", ""), id_number=numbers.get("id_number", ""), at=at
        )
        return sign_up(activity, person, by=by, on_behalf_of=person.pk, at=at)


def _sign_up(
    activity: Activity, person: Person, by: Any, on_behalf_of: int | None, client_key: str | None, at: datetime
) -> SignUpDone:
    locked = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    if locked is None:
        raise Refused(Refusal.NO_PERSON)
    quota = seats.of(activity)
    if quota is None:
        stored = Activity.objects.select_related("community").get(pk=activity.pk)
        raise _why_never(stored, None, at) or Refused(Refusal.NO_SIGN_UP)
    party = SignUp(quota=quota, contact=person, client_key=client_key, created_at=at)
    require("sign_up.create", by, party, at)
    rows = _participations(locked, quota.activity, client_key)
    if earlier := _made_before(rows, client_key, activity):
        return earlier
    if refused := _why_not(quota.activity, quota, locked, _held(rows), at, by):
        raise refused
    party.save(force_insert=True)
    Participant.objects.create(sign_up=party, activity=quota.activity, person=person)
    step = created(party, by=by, on_behalf_of=on_behalf_of, at=at)
    notices.signed_up(party, quota.activity, step)
    seats.take(quota, party.party_size)
    return SignUpDone(party)


def _made_before(rows: list[Participant], client_key: str | None, activity: Activity) -> SignUpDone | None:
    """Return the party that this form made before.

    Raises:
        Refused: DUPLICATE, the form was one of another activity.
    """
    earlier = next((row for row in rows if client_key and row.sign_up.client_key == client_key), None)
    if earlier is not None and earlier.activity_id != activity.pk:
        raise Refused(Refusal.DUPLICATE)
    return SignUpDone(earlier.sign_up, already=True) if earlier else None


# --- cancelling ---------------------------------------------------------------------------------------------------


def _times(activity: Activity) -> tuple[datetime, datetime]:
    """Return start and end; an activity that was published has both."""
    return cast("tuple[datetime, datetime]", (activity.starts_at, activity.ends_at))


def cancel_cutoff(activity: Activity) -> datetime:
    """Return the moment from which cancelling is late: so many hours before the start, as the community has set."""
    return _times(activity)[0] - timedelta(hours=settings.value(CANCEL_CUTOFF_HOURS, activity.community))


def is_late(sign_up: SignUp, at: datetime | None = None) -> bool:
    """Say whether cancelling counts as late."""
    return (at or clock.now()) >= cancel_cutoff(sign_up.quota.activity)


def why_not_cancel(sign_up: SignUp, at: datetime | None = None) -> Refused | None:
    """Return why a party cannot be cancelled (any more), None when it can; no rights."""
    activity, moment = sign_up.quota.activity, at or clock.now()
    if refused := seats.refused_by_state(activity):
        return refused
    starts_at, ends_at = _times(activity)
    if ends_at <= moment:
        return Refused(Refusal.FINISHED)
    if starts_at <= moment:
        return Refused(Refusal.ALREADY_STARTED)
    if sign_up.state not in sign_up.machine.moves["cancel"].sources:
        return Refused(Refusal.WRONG_STATE, state=sign_up.get_state_display())
    return None


def cancel(
    sign_up: SignUp,
    *,
    by: Any,
    on_behalf_of: int | None = None,
    version: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Cancel a party, late after the community's cut-off.

    Effects, in order: Transition (cancel or cancel_late), participants inactive, seats given back, the person told:
    once, however often and by however many it is asked for. A party cancelled before is `already` done, whoever did it.

    Raises:
        Refused: NOT_ALLOWED, ALREADY_STARTED, FINISHED, CANCELLED (the activity is), WRONG_STATE.
    """
    moment = at or clock.now()
    stored = _stored(sign_up)
    require("sign_up.cancel", by, stored, moment)
    if on_behalf_of is None and by is not None and by.person_id != stored.contact_id:
        on_behalf_of = stored.contact_id
    words = {"by": by, "on_behalf_of": on_behalf_of, "version": version, "reason": reason, "at": moment}
    verb = "cancel_late" if is_late(stored, moment) else "cancel"
    try:
        done = _leave(stored, verb, why_not_cancel(stored, moment), words)
    except Conflict as conflict:
        # Without the name of the colleague who was faster: residents read this.
        raise Refused(Refusal.WRONG_STATE, state=conflict.words["state"]) from conflict
    sign_up.state, sign_up.version = stored.state, stored.version
    return done


def remove(
    sign_up: SignUp, *, by: Any, reason: str | None = None, version: int | None = None, at: datetime | None = None
) -> Done:
    """Take a party off the list; staff, with a reason, until the activity is over. Effects as `cancel`.

    Raises:
        Refused: NOT_ALLOWED, REASON_NEEDED, FINISHED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    stored = _stored(sign_up)
    require("sign_up.remove", by, stored, moment)
    over = _times(stored.quota.activity)[1] <= moment
    words = {"by": by, "on_behalf_of": stored.contact_id, "version": version, "reason": reason, "at": moment}
    done = _leave(stored, "remove", Refused(Refusal.FINISHED) if over else None, words)
    sign_up.state, sign_up.version = stored.state, stored.version
    return done


def _stored(sign_up: SignUp) -> SignUp:
    rows = SignUp.objects.select_related("quota__activity__community", "quota__activity__venue", "contact__user")
    return rows.get(pk=sign_up.pk)


@transaction.atomic
def _leave(party: SignUp, verb: str, refused: Refused | None, words: dict[str, Any]) -> Done:
    """Make the move, give the seats back with it and tell the person."""
    if party.state not in LEFT and refused is not None:
        raise refused
    try:
        done = transition(party, verb, **words)
    except Conflict as conflict:
        if verb in CANCELS and isinstance(conflict.last, Transition) and conflict.last.verb in CANCELS:
            return Done(conflict.last, already=True)
        raise
    if not done.already:
        Participant.objects.filter(sign_up=party, active=True).update(active=False)
        seats.give_back(party.quota, party.party_size)
        notices.left(party, done)
    return done
