"""Public pages of communities and grids."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock
from core.components import Fact, LinkRow
from grids import directory
from grids.directory import GridEntry
from grids.models import Community, Grid
from grids.states import GridKind, GridLevel

TYPED_LENGTH = 120
"""Characters of a typed address that the page repeats."""


@dataclass(frozen=True)
class PlaceLine:
    """A community in the list, with where it lies."""

    name: str
    url: str
    line: str


@dataclass(frozen=True)
class GridCard:
    """What the component grid_card is given."""

    name: str
    url: str
    worker: str
    phone: str
    boundary: str


class CommunityListView(TemplateView):
    """All communities, each with its region and its grids (S1-01)."""

    template_name = "grids/community_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        in_use = Count("grids", filter=Q(grids__is_active=True))
        communities = list(Community.objects.select_related("region").annotate(grid_count=in_use).order_by("pk"))
        above = directory.regions_above(communities)
        lines = [
            PlaceLine(item.name, item.get_absolute_url(), _line_of(item, above.get(item.pk, [])))
            for item in communities
        ]
        return super().get_context_data(places=lines, **kwargs)


def _line_of(community: Any, above: list[str]) -> str:
    count = _("{count} grids").format(count=community.grid_count) if community.grid_count else ""
    return " · ".join(part for part in (" › ".join(above), count) if part)


class GridListView(TemplateView):
    """Find my grid: the grids of a community in the order of the tree (S0-04, S1-05)."""

    template_name = "grids/grid_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, slug: str, **kwargs: Any) -> dict[str, Any]:
        community = get_object_or_404(Community, slug=slug)
        entries = directory.grids_of(community, clock.now())
        typed = self.request.GET.get("address", "")[:TYPED_LENGTH]
        return super().get_context_data(
            community=community, trees=_trees(entries), flat=[_card(entry) for entry in entries], count=len(entries),
            is_flat=all(entry.grid.level == GridLevel.ONE for entry in entries),
            typed=typed, asked=bool(typed.strip()), found=_found(community, typed), **kwargs,
        )  # fmt: skip


def _found(community: Community, typed: str) -> list[LinkRow]:
    """Return the grids of the buildings that fit an address; a building without one leads to the community."""
    try:
        buildings = directory.find_buildings(community, typed)
    except ValidationError:
        return []
    nobody = _("No grid answers for it yet. Please call the community.")
    return [
        LinkRow(one.name, one.grid.get_absolute_url(), one.grid.name)
        if one.grid
        else LinkRow(one.name, community.get_absolute_url(), nobody)
        for one in buildings
    ]


def _card(entry: GridEntry) -> GridCard:
    above = " › ".join(grid.name for grid in entry.above)
    return GridCard(
        name=entry.grid.name,
        url=entry.grid.get_absolute_url(),
        worker="、".join(entry.workers),
        phone=entry.phone,
        boundary=" · ".join(part for part in (above, entry.grid.boundary_words) if part),
    )


def _trees(entries: list[GridEntry]) -> list[list[GridCard]]:
    """Return the cards of each tree, its root first."""
    trees: list[list[GridCard]] = []
    for entry in entries:
        if not entry.above:
            trees.append([])
        trees[-1].append(_card(entry))
    return trees


class GridDetailView(TemplateView):
    """The public card of one grid: both its roles on one page where the social and the party grid are one (S3-12)."""

    template_name = "grids/grid_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, public_id: str, **kwargs: Any) -> dict[str, Any]:
        rows = Grid.objects.active().select_related("community", "party_organisation", "parent")
        grid = get_object_or_404(rows, public_id=public_id)
        entry = directory.entry_of(grid, clock.now())
        children = [
            LinkRow(below.name, below.get_absolute_url(), below.boundary_words)
            for below in grid.children.active().order_by("path")
        ]
        return super().get_context_data(
            grid=grid, community=grid.community, entry=entry, facts=_facts(grid, entry), children=children,
            is_merged=grid.kind == GridKind.MERGED, **kwargs,
        )  # fmt: skip


def _facts(grid: Grid, entry: GridEntry) -> list[Fact]:
    social = "、".join(entry.workers)
    return [
        Fact(_("Boundary"), grid.boundary_words),
        Fact(_("Grid worker"), social or _("Nobody at the moment. Please call the community.")),
        Fact(_("Party organisation of the grid"), grid.party_organisation.name if grid.party_organisation else ""),
        Fact(_("Community"), grid.community.name, grid.community.get_absolute_url()),
        Fact(
            _("Part of"), grid.parent.name if grid.parent else "", grid.parent.get_absolute_url() if grid.parent else ""
        ),
        Fact(_("Level"), grid.get_level_display() if grid.parent or grid.level > GridLevel.ONE else ""),
    ]
