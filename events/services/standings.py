"""How a person stands to activities: the party that holds their seat, and why they cannot sign up (domain 3.2).

The page of an activity, the list and the POST ask here, so that they give the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any, cast

from django.db.models import Q

from accounts.models import Person
from core import clock
from core.dates import day_of, daytime_text
from core.refusals import Refusal, Refused
from events.models import Activity, Participant, Quota, Session, SignUp
from events.services import seats
from events.states import ActivityState, Audience
from grids.models import homes_among
from volunteers.models import teams_of

Times = tuple[datetime, datetime]
"""Begin and end."""


@dataclass(frozen=True)
class Standing:
    """How a person stands to an activity: the party that holds their seat, and why they cannot sign up (now)."""

    sign_up: SignUp | None
    refused: Refused | None


@dataclass(frozen=True)
class Known:
    """What the reasons that concern a person need: read once for all activities that are asked about.

    Attributes:
        held: active seats in these activities, and in published ones that may clash with them.
        homes: keys of the communities where the person lives.
        teams: keys of the teams to which the person belongs.
        meetings: the sessions of activities that may clash, by the activity's key.
    """

    held: list[Participant]
    homes: set[int]
    teams: set[int]
    meetings: dict[int, list[Times]]

    def party_in(self, activity: Activity) -> SignUp | None:
        return next((row.sign_up for row in self.held if row.activity_id == activity.pk), None)

    def meet_at_once(self, one: Activity, other: Activity) -> bool:
        """Say whether a session of the one overlaps a session of the other."""
        pairs = product(*(self.meetings.get(each.pk) or [times_of(each)] for each in (one, other)))
        return any(_overlap(*pair) for pair in pairs)


NOTHING = Known([], set(), set(), {})


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

    Queries: the quota if not given, and as `standings`.
    """
    quotas = {activity.pk: quota or seats.of(activity)}
    return standings([activity], person, quotas=quotas, user=user, at=at)[activity.pk]


def standings(
    activities: Sequence[Activity],
    person: Person | None,
    *,
    quotas: Mapping[int, Quota | None],
    user: Any = None,
    at: datetime | None = None,
) -> dict[int, Standing]:
    """Return how `person` stands to each of `activities`, by their keys.

    Queries, however many activities: for a person one; one more where something may clash, where an activity that is
    open is for residents, and where one is for a team.

    Args:
        quotas: the seats of participants of each activity.
    """
    moment = at or clock.now()
    known = NOTHING
    if person is not None:
        wanted = [one for one in activities if _why_not_now(one, quotas[one.pk], moment) is None]
        known = known_of(wanted, person, held_in(participations(person, activities)), moment)
    return {
        one.pk: Standing(known.party_in(one), why_not(one, quotas[one.pk], person, known, moment, user))
        for one in activities
    }


def why_not(
    activity: Activity, quota: Quota | None, person: Person | None, known: Known, at: datetime, user: Any
) -> Refused | None:
    """Return the first of the reasons of `why_not_sign_up` that holds; no queries."""
    if refused := why_never(activity, quota, at):
        return refused
    if known.party_in(activity):
        return Refused(Refusal.ALREADY)
    if refused := _why_not_now(activity, quota, at):
        return refused
    if person is None:
        return Refused(Refusal.NO_PERSON if getattr(user, "is_authenticated", False) else Refusal.SIGN_IN)
    return (
        _why_not_audience(activity, known)
        or _why_not_age(activity, person)
        or _why_clash(activity, known)
        or _why_full(quota)
    )


def why_never(activity: Activity, quota: Quota | None, at: datetime) -> Refused | None:
    """What no waiting helps against."""
    if refused := seats.refused_by_state(activity):
        return refused
    if activity.audience == Audience.INTERNAL:
        return Refused(Refusal.STAFF_ONLY)
    if not activity.needs_sign_up or quota is None:
        return Refused(Refusal.NO_SIGN_UP)
    return Refused(Refusal.FINISHED) if activity.ends_at is None or activity.ends_at <= at else None


def _why_not_now(activity: Activity, quota: Quota | None, at: datetime) -> Refused | None:
    if refused := why_never(activity, quota, at):
        return refused
    opens, closes = activity.sign_up_opens_at, activity.sign_up_closes_at
    if opens is None or closes is None:
        return Refused(Refusal.NO_SIGN_UP)
    if at < opens:
        return Refused(Refusal.NOT_OPEN_YET, opens=daytime_text(opens))
    return Refused(Refusal.SIGN_UP_CLOSED, closed=daytime_text(closes)) if at >= closes else None


def _why_full(quota: Quota | None) -> Refused | None:
    return Refused(Refusal.FULL) if quota is None or quota.free < 1 else None


def _why_not_audience(activity: Activity, known: Known) -> Refused | None:
    """Judge by where the person lives, and to which teams they belong, at the moment of signing up."""
    if activity.audience == Audience.RESIDENTS and activity.community_id not in known.homes:
        return Refused(Refusal.NOT_RESIDENT, community=activity.community)
    if activity.audience == Audience.TEAM and activity.team_id not in known.teams:
        return Refused(Refusal.NOT_IN_TEAM, team=activity.team or activity.community)
    return None


def _why_not_age(activity: Activity, person: Person) -> Refused | None:
    """Judge the age on the day of the activity."""
    if activity.min_age is None and activity.max_age is None:
        return None
    age = person.age_on(day_of(times_of(activity)[0]))
    if age is None:
        return Refused(Refusal.AGE_UNKNOWN)
    if activity.min_age is not None and age < activity.min_age:
        return Refused(Refusal.TOO_YOUNG, age=activity.min_age)
    if activity.max_age is not None and age > activity.max_age:
        return Refused(Refusal.TOO_OLD, age=activity.max_age)
    return None


def _why_clash(activity: Activity, known: Known) -> Refused | None:
    other = next((one for one in _near(activity, known.held) if known.meet_at_once(activity, one)), None)
    return Refused(Refusal.CLASH, title=other.title) if other else None


# --- what is known about the person -------------------------------------------------------------------------------


def known_of(activities: Sequence[Activity], person: Person, held: list[Participant], at: datetime) -> Known:
    """Read what decides over `activities`, which are open for sign-up."""
    near = {one.pk: _near(one, held) for one in activities}
    clashing = {pk for pk, others in near.items() if others} | {one.pk for others in near.values() for one in others}
    return Known(
        held=held,
        homes=homes_among(
            person.pk, {one.community_id for one in activities if one.audience == Audience.RESIDENTS}, at
        ),
        teams=teams_of(
            person.pk, {one.team_id for one in activities if one.audience == Audience.TEAM and one.team_id}, at
        ),
        meetings=_meetings(clashing),
    )


def _meetings(activities: set[int]) -> dict[int, list[Times]]:
    """Return when the sessions of the activities with these keys begin and end."""
    found: dict[int, list[Times]] = {}
    rows = Session.objects.filter(activity_id__in=activities).order_by()
    for pk, *times in rows.values_list("activity_id", "starts_at", "ends_at") if activities else ():
        found.setdefault(pk, []).append((times[0], times[1]))
    return found


def _near(activity: Activity, held: list[Participant]) -> list[Activity]:
    """Return the published activities of `held` that begin before `activity` is over and end after it begins."""
    if activity.starts_at is None:
        return []
    others = (row.activity for row in held if row.activity_id != activity.pk)
    dated = (one for one in others if one.state == ActivityState.PUBLISHED and one.starts_at is not None)
    return [one for one in dated if _overlap(times_of(activity), times_of(one))]


def _overlap(one: Times, other: Times) -> bool:
    """Say whether two spans overlap; they are half-open: one may end at the moment the other begins."""
    return one[0] < other[1] and other[0] < one[1]


def participations(person: Person, activities: Sequence[Activity], client_key: str | None = None) -> list[Participant]:
    """Return where the person holds a seat, in `activities` and in published ones that may clash with them; and what
    was made with `client_key`, even if it was cancelled since.
    """
    wanted = Q(activity_id__in=[one.pk for one in activities])
    spans = [times_of(one) for one in activities if one.starts_at is not None]
    if spans:
        wanted |= Q(
            activity__state=ActivityState.PUBLISHED,
            activity__starts_at__lt=max(ends for _starts, ends in spans),
            activity__ends_at__gt=min(starts for starts, _ends in spans),
        )
    wanted &= Q(active=True)
    if client_key:
        wanted |= Q(sign_up__contact_id=person.pk, sign_up__client_key=client_key)
    rows = Participant.objects.filter(wanted, person_id=person.pk).select_related("sign_up", "activity")
    return list(rows.order_by("activity__starts_at", "pk"))


def held_in(rows: list[Participant]) -> list[Participant]:
    """Return those of `rows` that hold a seat."""
    return [row for row in rows if row.active]


def times_of(activity: Activity) -> Times:
    """Return start and end; an activity that was published has both."""
    return cast(Times, (activity.starts_at, activity.ends_at))
