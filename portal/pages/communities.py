"""The home page of one community."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock, figures, fragments
from core.components import Fact, LinkRow
from core.dates import fuzzy
from core.fragments import later
from core.models import OpeningBalance
from core.quantities import Quantity, Unit
from events.figures import joint_activities_by_unit
from grids import directory, rolls
from grids.models import Community, Grid
from honours.models import Honour
from honours.views import card as honour_card
from portal.pages import parts
from portal.pages.home import FIGURES, notices
from stories.models import PublicNotice
from volunteers import figures as team_figures
from volunteers.models import Team

CARDS = 6
ROWS = 6
HONOURS = 6
STATS = 8
PROFILE = (
    "staff", "households", "residents", "party_members", "party_members_direct", "party_members_in_service",
    "party_members_retired", "resident_units", "individual_businesses", "volunteers",
)  # fmt: skip
"""Totals that describe the community and stand in its profile."""
ELSEWHERE = ("area", "office_area", "grids", "branches", "grid_levels", "communities_in_district", "contest_winners",
             "contest_weight_popularity", "contest_weight_jury", "contest_window_days", "committee_seats")  # fmt: skip
"""Totals that the page shows from records, or that are rules and no results."""


class CommunityDetailView(TemplateView):
    """Who and where the community is, what is on, and what it has done; what is unknown is left out."""

    template_name = "portal/community_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, slug: str, **kwargs: Any) -> dict[str, Any]:
        stamp, moment = fragments.stamp(), clock.now()
        community = get_object_or_404(Community.objects.select_related("region__parent__parent__parent"), slug=slug)
        balances = later(lambda: list(OpeningBalance.objects.filter(community_id=community.pk).order_by("pk")))
        grids = later(lambda: list(community.grids.active().order_by("path")))
        teams = Team.objects.active().filter(community=community).order_by("pk")[:ROWS]
        return super().get_context_data(
            stamp=stamp, community=community,
            where=_where(community),
            notices=later(lambda: notices(PublicNotice.objects.filter(community=community), moment)),
            cards=_cards(community, moment), facts=later(lambda: _facts(community, grids, balances)),
            grids=later(lambda: [_grid_row(grid) for grid in _lowest(grids)[:ROWS]]),
            teams=later(lambda: [_team_row(team) for team in teams]),
            team_figures=team_figures.public(figures.community(community.pk), sources=False),
            partners=later(lambda: _partners(community)),
            staff=later(lambda: directory.staff_of(community, moment)),
            venues=later(lambda: list(community.venues.order_by("pk")[:ROWS])),
            honours=later(lambda: _honours(community)), figures=later(lambda: _figures(balances)), **kwargs,
        )  # fmt: skip


def _cards(community: Community, at: datetime) -> list:
    return parts.cards(parts.this_week(at).filter(community=community), at, CARDS, with_organiser=False)


def _where(community: Community) -> str:
    """Return the names of the regions above it, from the top; four levels come with the community itself."""
    names, region = "", community.region
    while region is not None:
        names, region = region.name + names, region.parent
    return names


def _lowest(grids: list[Grid]) -> list[Grid]:
    """Return the grids without others below them: those where people live."""
    parents = {grid.parent_id for grid in grids}
    return [grid for grid in grids if grid.pk not in parents]


def _facts(community: Community, grids: list[Grid], balances: list[OpeningBalance]) -> list[Fact]:
    founded = fuzzy(community.founded_on, community.founded_precision)
    organisations = community.party_organisations.filter(parent=None).order_by("pk")
    bounds = community.bounds
    return [
        Fact(_("Founded"), founded.text if founded else ""),
        Fact(_("Area"), _measure(community.area_km2, Unit.SQUARE_KILOMETRE)),
        Fact(_("Office space"), _measure(community.office_area_m2, Unit.SQUARE_METRE)),
        Fact(_("Bounds"), "、".join(_("{side} to {mark}").format(side=side, mark=mark) for side, mark in bounds)),
        Fact(_("Shape"), community.shape),
        Fact(_("Grids"), Quantity.exact(len(_lowest(grids)), Unit.PIECE).text() if grids else ""),
        Fact(_("Party organisations"), "、".join(str(item) for item in organisations[:ROWS])),
        *(Fact(_short(item.label), _stated(item)) for item in balances if item.indicator in PROFILE),
    ]


def _stated(balance: OpeningBalance) -> str:
    """A stated total; households and residents with the time for which it was told (S3-05)."""
    if balance.indicator not in (rolls.HOUSEHOLDS, rolls.RESIDENTS):
        return balance.quantity.text()
    period = balance.period or _("period not stated")
    return _("{count} (stated by the community, {period})").format(count=balance.quantity.text(), period=period)


def _short(label: str) -> str:
    """On its own page a community need not say “社区” again."""
    return label.removeprefix(_("community"))


def _measure(number: Any, unit: Unit) -> str:
    return Quantity.exact(number, unit).text() if number is not None else ""


@dataclass(frozen=True)
class PartnerLine:
    """A unit in the public list: name, kind, joint work, and how often it took part this year (S0-05)."""

    name: str
    kind: str
    work: str
    times: str


def _partners(community: Community) -> list[PartnerLine]:
    joint = joint_activities_by_unit(figures.community(community.pk))
    return [
        PartnerLine(
            unit.name, unit.get_kind_display(), unit.role_note, joint[unit.pk].text() if unit.pk in joint else ""
        )
        for unit in community.partner_units.current().order_by("pk")
    ]


def _grid_row(grid: Grid) -> LinkRow:
    return LinkRow(grid.name, grid.get_absolute_url(), grid.boundary_words)


def _team_row(team: Team) -> LinkRow:
    return LinkRow(team.name, team.get_absolute_url(), team.tasks or team.get_kind_display())


def _honours(community: Community) -> list:
    rows = Honour.objects.valid().filter(community=community).with_recipients().by_rank()[:HONOURS]
    return [honour_card(honour) for honour in rows]


def _figures(balances: list[OpeningBalance]) -> list[parts.Told]:
    """Return the totals to show, those of the home page first."""
    place = {code: number for number, code in enumerate(FIGURES)}
    shown = [item for item in balances if item.indicator not in (*PROFILE, *ELSEWHERE)]
    shown.sort(key=lambda item: place.get(item.indicator, len(place)))
    return [parts.told(item) for item in shown[:STATS]]
