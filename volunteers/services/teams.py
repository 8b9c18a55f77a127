"""Teams and their leaders: what creates, changes, moves and ends them (domain S1-31)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import Person, User
from core import clock, records, states, versions
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done
from stories.models import Theme
from volunteers.models import Leadership, Membership, Team
from volunteers.services import endings


@transaction.atomic
def save_team(
    team: Team,
    *,
    by: User | None,
    fields: list[str] | None = None,
    themes: Iterable[Theme] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Team:
    """Insert or change a team; a new one is forming, unless `team.state` says otherwise.

    Effects, in order: the row, its first Transition or one audit row, the community's version, the themes.

    Args:
        themes: all themes it is tagged with from now on; None leaves them as they are.

    Raises:
        Refused: OTHER_COMMUNITY for a theme; DUPLICATE, the community has a team of this name.
        Stale: somebody else changed it in the meantime.
    """
    tagged = None if themes is None else list(themes)
    if any(theme.community_id not in (None, team.community_id) for theme in tagged or ()):
        raise Refused(Refusal.OTHER_COMMUNITY)
    named = fields if fields is None or tagged is None else sorted({*fields, "themes"})
    records.save(team, by=by, fields=named, version=version, at=at)
    if tagged is not None:
        team.themes.set(tagged)
    return team


# --- life cycle ---------------------------------------------------------------------------------------------------


def register(team: Team, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Enter a team that has formed into the community's register. Effects and errors as core.states.act."""
    return states.act(team, "register", by=by, version=version, at=at)


def activate(team: Team, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Let a registered team begin; it is in the public directory from now on. Effects and errors as core.states.act."""
    return states.act(team, "activate", by=by, version=version, at=at)


def pause(team: Team, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Let a team rest: its members stay, nobody joins. Effects and errors as core.states.act."""
    return states.act(team, "pause", by=by, version=version, at=at)


def resume(team: Team, *, by: User | None, version: int | None = None, at: datetime | None = None) -> Done:
    """Let a resting team go on. Effects and errors as core.states.act."""
    return states.act(team, "resume", by=by, version=version, at=at)


@transaction.atomic
def dissolve(
    team: Team, *, by: User | None, reason: str | None = None, version: int | None = None, at: datetime | None = None
) -> Done:
    """End a team for good.

    Effects, in order: Transition, its requests and memberships end, the community's version.

    Raises:
        Refused: NOT_ALLOWED, REASON_NEEDED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    require("team.dissolve", by, team, moment)
    done = states.transition(team, "dissolve", by=by, version=version, reason=reason, at=moment)
    if not done.already:
        endings.close(Membership.objects.filter(team=team), by=by, at=moment)
        versions.bump(team.community_id)
    return done


def record_check(
    team: Team, *, by: User | None, on: date | None = None, version: int | None = None, at: datetime | None = None
) -> Team:
    """Record the yearly check, of today unless given. Effects, in order: the row, one audit row, the version.

    Raises:
        Refused: NOT_ALLOWED; INVALID, the day lies in the future.
        Stale: somebody else changed the team in the meantime.
    """
    moment = at or clock.now()
    require("team.check", by, team, moment)
    today = clock.local_day(moment)
    if on is not None and on > today:
        raise Refused(Refusal.INVALID)
    team.checked_on = on or today
    return records.save(team, by=by, fields=["checked_on"], version=version, at=moment)


# --- leaders ------------------------------------------------------------------------------------------------------


def appoint_leader(
    team: Team, person: Person, *, by: User | None, since: date | None = None, at: datetime | None = None
) -> Leadership:
    """Record that `person` leads the team from `since` (today) on.

    Effects, in order: the row, one audit row.

    Raises:
        Refused: DUPLICATE, the person leads the team already.
    """
    leadership = Leadership(team=team, person=person, since=since or clock.local_day(at or clock.now()))
    return records.save(leadership, by=by, at=at)


def end_leadership(
    leadership: Leadership,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Leadership:
    """End a leadership; its rights end with the leader's next request. Effects, in order: the row, one audit row.

    Args:
        until: the last day; None ends it at this moment.

    Raises:
        Refused: INVALID, `until` lies before the first day.
        Stale: somebody else changed it in the meantime.
    """
    moment = at or clock.now()
    if until is not None and leadership.until is not None and until > leadership.until:
        raise Refused(Refusal.INVALID)
    if until is None:
        leadership.ended_at = moment
        yesterday = clock.local_day(moment) - timedelta(days=1)
        until = max(leadership.since, min(yesterday, leadership.until or date.max))
    leadership.until = until
    return records.save(leadership, by=by, fields=["until", "ended_at"], version=version, at=moment)
