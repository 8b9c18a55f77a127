"""Volunteers: what records, approves, suspends and ends them (security §3.2, volunteer profile)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Person, User
from core import audit, clock, records, states
from core.permissions import require
from core.scope import scope_of
from core.states import Done, transition
from grids.models import Community
from volunteers.models import Membership, Volunteer, VolunteerSource
from volunteers.services import endings
from volunteers.states import VolunteerState


@transaction.atomic
def save_volunteer(
    volunteer: Volunteer,
    *,
    by: User | None,
    fields: list[str] | None = None,
    sources: Iterable[str] | None = None,
    version: int | None = None,
    on_behalf_of: int | None = None,
    at: datetime | None = None,
) -> Volunteer:
    """Insert or change a volunteer.

    Effects, in order: the row, its first Transition or one audit row, the sources. Whoever may approve volunteers
    where it is recorded, and is somebody else, records an approved one.

    Args:
        sources: all sources from now on, as values of SourceKind; None leaves them as they are.

    Raises:
        Refused: DUPLICATE, the person is a volunteer already.
        Stale: somebody else changed it in the meantime.
    """
    if volunteer._state.adding and may_approve(volunteer, by):
        volunteer.state = VolunteerState.APPROVED
    if volunteer._state.adding and on_behalf_of is None and by is not None and by.person_id != volunteer.person_id:
        on_behalf_of = volunteer.person_id
    records.save(volunteer, by=by, fields=fields, version=version, on_behalf_of=on_behalf_of, at=at)
    if sources is not None:
        wanted = set(sources)
        volunteer.sources.exclude(kind__in=wanted).delete()
        _tag(volunteer, wanted - set(volunteer.sources.values_list("kind", flat=True)))
    return volunteer


def may_approve(volunteer: Volunteer, by: User | None) -> bool:
    """Say whether `by` may approve volunteers in this one's community, and is somebody else."""
    if by is None:
        return True
    return by.person_id != volunteer.person_id and scope_of(by, "volunteer.approve").covers(volunteer.community)


def _tag(volunteer: Volunteer, kinds: Iterable[str]) -> None:
    VolunteerSource.objects.bulk_create(VolunteerSource(volunteer=volunteer, kind=kind) for kind in sorted(kinds))


def enrol(
    person: Person,
    community: Community,
    *,
    by: User | None,
    on_behalf_of: int | None,
    sources: Iterable[str],
    at: datetime,
) -> Volunteer:
    """Return the volunteer that `person` is, or becomes: part of joining a team.

    Effects: a new row (as `save_volunteer`), or the return of somebody who had stopped; the sources, where none are
    recorded yet; an applicant whom staff bring in is approved.
    """
    found = Volunteer.objects.select_for_update(no_key=True).filter(person=person).first()
    if found is None:
        made = Volunteer(community=community, person=person, joined_on=clock.local_day(at))
        return save_volunteer(made, by=by, sources=sources, on_behalf_of=on_behalf_of, at=at)
    if found.state == VolunteerState.LEFT:
        transition(found, "return", by=by, on_behalf_of=on_behalf_of, at=at)
    confirm(found, by=by, at=at)
    wanted = set(sources)
    if wanted and not found.sources.exists():
        _tag(found, wanted)
        audit.record(found, "change", by=by, fields=["sources"], on_behalf_of=on_behalf_of, at=at)
    return found


def confirm(volunteer: Volunteer, *, by: User | None, at: datetime) -> None:
    """Approve an applicant if `by` may; a leader of a team may not, so that the community still looks at them."""
    if volunteer.state == VolunteerState.APPLIED and may_approve(volunteer, by):
        approve(volunteer, by=by, at=at)


# --- life cycle ---------------------------------------------------------------------------------------------------


def approve(volunteer: Volunteer, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Approve an applicant. Effects and errors as core.states.act; OWN_REQUEST."""
    return states.act(volunteer, "approve", by=by, version=version, on_behalf_of=volunteer.person_id, at=at)


def suspend(
    volunteer: Volunteer,
    *,
    by: User | None,
    reason: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Done:
    """Suspend a volunteer: the memberships stay, but count for nothing. Effects and errors as core.states.act."""
    person = volunteer.person_id
    return states.act(volunteer, "suspend", by=by, version=version, on_behalf_of=person, reason=reason, at=at)


def reinstate(volunteer: Volunteer, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """End a suspension. Effects and errors as core.states.act."""
    return states.act(volunteer, "reinstate", by=by, version=version, on_behalf_of=volunteer.person_id, at=at)


@transaction.atomic
def leave(volunteer: Volunteer, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Record that somebody stops volunteering.

    Effects, in order: Transition, all their requests and memberships end.

    Raises:
        Refused: NOT_ALLOWED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("volunteer.leave", by, volunteer, moment)
    done = transition(volunteer, "leave", by=by, version=version, on_behalf_of=volunteer.person_id, at=moment)
    if not done.already:
        endings.close(Membership.objects.filter(volunteer=volunteer), by=by, at=moment)
    return done
