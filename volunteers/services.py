"""Teams and their leaders: what creates, changes and ends them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import Person, User
from core import clock, records
from core.refusals import Refusal, Refused
from stories.models import Theme
from volunteers.models import Leadership, Team


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
    """Insert or change a team.

    Effects, in order: the row, one audit row, the community's version, the themes.

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
    """Record the last day as leader, yesterday unless given. Effects, in order: the row, one audit row.

    Raises:
        Refused: INVALID, `until` lies before the first day.
        Stale: somebody else changed it in the meantime.
    """
    if until is not None and leadership.until is not None and until > leadership.until:
        raise Refused(Refusal.INVALID)
    yesterday = clock.local_day(at or clock.now()) - timedelta(days=1)
    leadership.until = until or max(leadership.since, yesterday)
    return records.save(leadership, by=by, fields=["until"], version=version, at=at)
