"""Joining a team, being let in, leaving (domain S1-31, R-19, S0-29).

Order of locks everywhere: the person, the team, the volunteer, the membership.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Person
from core import clock, records
from core.constraints import refusing
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done, transition
from grids.models import resident_of
from volunteers import notices
from volunteers.models import Membership, Team, Volunteer
from volunteers.services import profiles
from volunteers.states import MembershipState, VolunteerState

ADULT = 18
"""From this age on nobody else has to agree (Civil Code art. 17; R-19)."""


@dataclass(frozen=True)
class Standing:
    """How a person stands to a team: the open membership, whether they lead it, and why they cannot join."""

    membership: Membership | None
    leads: bool
    refused: Refused | None


@dataclass(frozen=True)
class Joined:
    """What `join` did: `already` when the person had asked before or is a member."""

    membership: Membership
    already: bool = False


# --- who may join -------------------------------------------------------------------------------------------------


def standing(team: Team, person: Person | None, *, user: Any = None, at: datetime | None = None) -> Standing:
    """Return how `person` stands to `team`. Page and POST give this same answer.

    Reasons, in this order: the team takes nobody in; sign in, no person; leads it; has asked or belongs to it;
    suspended; not of the community; under age.

    Args:
        person: None for a visitor, or an account without a person.
        user: the account, to tell those two apart.
    """
    moment = at or clock.now()
    if person is None:
        signed_in = getattr(user, "is_authenticated", False)
        return Standing(None, False, why_closed(team) or Refused(Refusal.NO_PERSON if signed_in else Refusal.SIGN_IN))
    leads, held = team.is_led_by(person.pk, moment), open_membership(team, person)
    return Standing(held, leads, _why_not(team, person, leads, held, moment))


def open_membership(team: Team, person: Person) -> Membership | None:
    """Return the request or membership that lasts, None when there is none."""
    rows = Membership.objects.open().filter(team=team, volunteer__person=person)
    return rows.select_related("team__community", "volunteer__person").first()


def why_closed(team: Team) -> Refused | None:
    """Return why nobody can join the team at present, None when it takes people in; no queries."""
    return None if team.takes_people_in else Refused(Refusal.TEAM_RESTS, team=team, state=team.get_state_display())


def is_minor(person: Person, day: date) -> bool:
    """Say whether the person is known to be under age on `day`."""
    age = person.age_on(day)
    return age is not None and age < ADULT


def _why_not(team: Team, person: Person, leads: bool, held: Membership | None, at: datetime) -> Refused | None:
    refused = _why_nobody(team, person, leads, held)
    if refused is None and not resident_of(person.pk, team.community_id, at):
        refused = Refused(Refusal.NOT_FROM_HERE, community=team.community)
    if refused is None and is_minor(person, clock.local_day(at)):
        refused = Refused(Refusal.GUARDIAN_NEEDED)
    return refused


def _why_nobody(team: Team, person: Person, leads: bool, held: Membership | None) -> Refused | None:
    """What the counter cannot help against either."""
    if refused := why_closed(team):
        return refused
    if leads:
        return Refused(Refusal.LEADS_TEAM)
    if held is not None:
        return Refused(Refusal.ALREADY_IN_TEAM)
    suspended = Volunteer.objects.filter(person=person, state=VolunteerState.SUSPENDED).exists()
    return Refused(Refusal.VOLUNTEER_SUSPENDED) if suspended else None


# --- joining ------------------------------------------------------------------------------------------------------


def join(
    team: Team,
    person: Person | None,
    *,
    by: Any,
    on_behalf_of: int | None = None,
    sources: Iterable[str] = (),
    is_adult: bool = False,
    at: datetime | None = None,
) -> Joined:
    """Ask to be let into a team.

    Effects, in order, in one transaction: person and team locked, the Volunteer if there is none yet, the Membership
    with its first Transition, the leaders told. Asking twice gives the first membership back and changes nothing.

    Args:
        person: who joins; None only to be told why not.
        by: the person's own account, or staff of the community for them; None is the system.
        on_behalf_of: id of the Person it is for; filled in when `by` is somebody else.
        sources: groups they come from, as values of SourceKind.
        is_adult: they say that they are 18 or older; needed where the birth date is not recorded.

    Raises:
        Refused: as `standing`, and NOT_ALLOWED, ADULT_UNCONFIRMED.
    """
    moment = at or clock.now()
    if person is None:
        raise standing(team, None, user=by, at=moment).refused or Refused(Refusal.NO_PERSON)
    with refusing():
        locked, place = _lock(person, team)
        membership = Membership(team=place, volunteer=Volunteer(person=locked), created_at=moment)
        require("membership.join", by, membership, moment)
        now = standing(place, locked, at=moment)
        if now.membership is not None:
            return Joined(now.membership, already=True)
        if now.refused is not None:
            raise now.refused
        if locked.birth_date is None and not is_adult:
            raise Refused(Refusal.ADULT_UNCONFIRMED)
        _insert(membership, locked, by, on_behalf_of, sources, moment)
    return Joined(membership)


def add_member(
    membership: Membership,
    person: Person,
    *,
    by: Any,
    sources: Iterable[str] = (),
    guardian_agreed: bool = False,
    at: datetime | None = None,
) -> Membership:
    """Take somebody into a team who stands at the counter or calls (design §2, On behalf of).

    Effects as `join`, but at once as a member; also for people who live elsewhere, and for minors whose guardian has
    signed. Nobody takes themselves in: for the actor's own person it is a request.

    Args:
        membership: unsaved, with its team.
        guardian_agreed: a guardian's signed paper was seen.

    Raises:
        Refused: TEAM_RESTS, LEADS_TEAM, ALREADY_IN_TEAM, VOLUNTEER_SUSPENDED, GUARDIAN_NEEDED, NOT_ALLOWED.
    """
    moment = at or clock.now()
    day = clock.local_day(moment)
    with refusing():
        locked, place = _lock(person, membership.team)
        if by is not None:
            require("membership.add", by, place, moment)
        refused = _why_nobody(place, locked, place.is_led_by(locked.pk, moment), open_membership(place, locked))
        if refused is not None:
            raise refused
        if is_minor(locked, day) and not guardian_agreed:
            raise Refused(Refusal.GUARDIAN_NEEDED)
        membership.guardian_agreed_on = day if guardian_agreed and is_minor(locked, day) else None
        if by is None or by.person_id != locked.pk:
            membership.state, membership.since = MembershipState.ACTIVE, day
        _insert(membership, locked, by, locked.pk, sources, moment)
    return membership


def _lock(person: Person, team: Team) -> tuple[Person, Team]:
    locked = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    if locked is None:
        raise Refused(Refusal.NO_PERSON)
    rows = Team.objects.select_for_update(no_key=True, of=("self",)).select_related("community")
    return locked, rows.get(pk=team.pk)


def _insert(
    membership: Membership, person: Person, by: Any, on_behalf_of: int | None, sources: Iterable[str], at: datetime
) -> None:
    if on_behalf_of is None and by is not None and by.person_id != person.pk:
        on_behalf_of = person.pk
    membership.volunteer = profiles.enrol(
        person, membership.team.community, by=by, on_behalf_of=on_behalf_of, sources=sources, at=at
    )
    records.save(membership, by=by, on_behalf_of=on_behalf_of, at=at)
    notices.asked(membership)


# --- deciding and leaving -----------------------------------------------------------------------------------------


@transaction.atomic
def approve(membership: Membership, *, by: Any, version: int | None = None, at: datetime | None = None) -> Done:
    """Let somebody into the team who has asked: a live leader of it, or staff of its community.

    Effects, in order: Transition, the person told, the volunteer approved too if staff of their community do it. Of two
    who decide at once one wins.

    Raises:
        Refused: NOT_ALLOWED, OWN_REQUEST, TEAM_RESTS, VOLUNTEER_SUSPENDED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    stored = _locked(membership)
    require("membership.approve", by, stored, moment)
    if stored.state == MembershipState.REQUESTED:
        if refused := why_closed(stored.team):
            raise refused
        if stored.volunteer.state == VolunteerState.SUSPENDED:
            raise Refused(Refusal.VOLUNTEER_SUSPENDED)
    done = _move(membership, stored, "approve", by, version, moment, since=clock.local_day(moment))
    if not done.already:
        profiles.confirm(stored.volunteer, by=by, at=moment)
    return done


@transaction.atomic
def decline(
    membership: Membership,
    *,
    by: Any,
    reason: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Done:
    """Not let somebody in, with a reason that they read. Effects: Transition, the person told.

    Raises:
        Refused: NOT_ALLOWED, OWN_REQUEST, REASON_NEEDED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    stored = _locked(membership)
    require("membership.decline", by, stored, moment)
    return _move(membership, stored, "decline", by, version, moment, reason)


@transaction.atomic
def leave(membership: Membership, *, by: Any, version: int | None = None, at: datetime | None = None) -> Done:
    """Leave the team, or take a request back: the person, or staff of the team's community for them.

    Effects, in order: Transition with the last day, the leaders told that a member left.

    Args:
        version: the version that was seen, so that nobody takes a request back that has just been granted unseen.

    Raises:
        Refused: NOT_ALLOWED.
        Conflict: the membership changed in the meantime.
    """
    moment = at or clock.now()
    stored = _locked(membership)
    require("membership.leave", by, stored, moment)
    return _move(membership, stored, "leave", by, version, moment, until=_last_day(stored, moment))


@transaction.atomic
def remove(
    membership: Membership,
    *,
    by: Any,
    reason: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Done:
    """Take a member out of the team, with a reason that they read: a live leader, or staff of its community.

    Effects, in order: Transition with the last day, the person told.

    Raises:
        Refused: NOT_ALLOWED, OWN_REQUEST, REASON_NEEDED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    stored = _locked(membership)
    require("membership.remove", by, stored, moment)
    return _move(membership, stored, "remove", by, version, moment, reason, until=_last_day(stored, moment))


def _locked(membership: Membership) -> Membership:
    """Return the stored row, its team and volunteer locked."""
    Team.objects.select_for_update(no_key=True).get(pk=membership.team_id)
    Volunteer.objects.select_for_update(no_key=True).get(pk=membership.volunteer_id)
    return Membership.objects.select_related("team__community", "volunteer__person").get(pk=membership.pk)


def _last_day(stored: Membership, at: datetime) -> date | None:
    """The last day as a member; none of somebody who never was."""
    return max(stored.since, clock.local_day(at)) if stored.since else None


def _move(
    membership: Membership,
    stored: Membership,
    verb: str,
    by: Any,
    version: int | None,
    at: datetime,
    reason: str | None = None,
    **changes: Any,
) -> Done:
    person = stored.volunteer.person_id
    behalf = None if by is None or by.person_id == person else person
    done = transition(stored, verb, by=by, version=version, on_behalf_of=behalf, reason=reason, at=at, **changes)
    for name in ("state", "version", *changes):
        setattr(membership, name, getattr(stored, name))
    return notices.decided(stored, done)
