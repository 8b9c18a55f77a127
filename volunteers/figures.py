"""Figures of teams and volunteers, counted from rows (S1-31, S3-10, S4-09)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.figures import EVERYTHING, Figure, register
from core.quantities import Quantity, Unit
from core.scope import Scope
from volunteers.models import Leadership, Membership, Team, VolunteerSource
from volunteers.states import SourceKind

SMALLEST_SHOWN = 5
"""Fewer people than this are not told to the public: neighbours would know who is meant."""


def _members(scope: Scope) -> QuerySet[Membership]:
    return Membership.objects.within(scope).in_force().filter(team__in=Team.objects.active().order_by().values("pk"))


def _people(members: QuerySet, leaders: QuerySet) -> int:
    """Count different people among members and leaders."""
    first = members.order_by().values("volunteer__person")
    return first.union(leaders.order_by().values("person")).count()


def team_count(scope: Scope = EVERYTHING) -> Quantity:
    return Quantity.exact(Team.objects.active().within(scope).count(), Unit.TEAM)


def member_count(scope: Scope = EVERYTHING) -> Quantity:
    """Count the people in teams at work, leaders too; somebody in three teams counts once."""
    leaders = Leadership.objects.live(clock.now()).within(scope).filter(team__in=Team.objects.active().values("pk"))
    return Quantity.exact(_people(_members(scope), leaders), Unit.PERSON)


def by_source(scope: Scope = EVERYTHING) -> dict[SourceKind, Quantity]:
    """Return how many different members of teams at work come from each source; somebody may come from several."""
    rows = VolunteerSource.objects.filter(volunteer__in=_members(scope).order_by().values("volunteer")).order_by()
    found = dict(rows.values_list("kind").annotate(Count("volunteer", distinct=True)))
    return {kind: Quantity.exact(found.get(kind, 0), Unit.PERSON) for kind in SourceKind}


def student_member_count(scope: Scope = EVERYTHING) -> Quantity:
    return by_source(scope)[SourceKind.STUDENT_PARTY_MEMBER]


def size_of(team: Team, at: datetime | None = None) -> Quantity:
    """Count the people of one team, leaders too."""
    members = Membership.objects.in_force().filter(team=team)
    return Quantity.exact(_people(members, Leadership.objects.live(at).filter(team=team)), Unit.PERSON)


@dataclass(frozen=True)
class Shown:
    """A figure as the public reads it."""

    label: Any
    quantity: Quantity
    how: Any

    @property
    def qualifier(self) -> str:
        return self.quantity.qualifier.value


def is_shown(quantity: Quantity) -> bool:
    """Say whether a number of people is large enough to be public."""
    return quantity.value is not None and quantity.value >= SMALLEST_SHOWN


def public(scope: Scope = EVERYTHING, *, sources: bool = True) -> list[Shown]:
    """Return the figures that the public may read: teams, people, people by source; small groups are left out.

    Args:
        sources: False where there is no room for them, and for their query.
    """
    found = [Shown(teams.label, team_count(scope), teams.definition)]
    counted = [(members.label, member_count(scope), members.definition)]
    if sources:
        counted += [(kind.label, quantity, _SOURCES) for kind, quantity in by_source(scope).items()]
    return found + [Shown(*one) for one in counted if is_shown(one[1])]


_SOURCES = _("Different members of teams at work who come from this group; somebody may belong to several.")

teams = register(
    Figure("volunteers.teams", _("Teams at work"), _("Teams that are not forming, paused or dissolved."), team_count)
)
members = register(
    Figure(
        "volunteers.members",
        _("People in teams"),
        _("Different people who are members or leaders of teams at work; somebody in three teams counts once."),
        member_count,
    )
)
student_members = register(
    Figure("volunteers.student_party_members", _("Student party members in teams"), _SOURCES, student_member_count)
)
