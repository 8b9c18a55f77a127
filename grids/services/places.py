"""Places: what creates and moves regions, communities, grids, organisations and units, and their settings."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import clock, records, states
from core.permissions import require
from core.refusals import Refusal, Refused
from core.settings import registry
from core.states import Done
from grids.models import Community, Grid, PartnerUnit, PartyOrganisation, Region, tree_path
from grids.states import GridLevel

# --- trees --------------------------------------------------------------------------------------------------------


def refuse_cycle(node: Any) -> None:
    """Do nothing when no ancestor of `node` is `node` itself; one query a level.

    Raises:
        Refused: UNDER_ITSELF.
    """
    ancestor, seen = node.parent, set()
    while ancestor is not None:
        if ancestor.pk == node.pk or ancestor.pk in seen:
            raise Refused(Refusal.UNDER_ITSELF)
        seen.add(ancestor.pk)
        ancestor = ancestor.parent


def same_community(community: Community | None, *others: Any) -> None:
    """Do nothing when all `others` (None is skipped) belong to `community`.

    Raises:
        Refused: OTHER_COMMUNITY.
    """
    pk = community.pk if community else None
    if any(other is not None and other.community_id != pk for other in others):
        raise Refused(Refusal.OTHER_COMMUNITY)


def _place_in_tree(node: Any) -> None:
    """Write the path of `node`, and of everything below it when it has moved."""
    rows, before, now = type(node)._base_manager, node.path, tree_path(node.parent, node.pk)
    if before == now:
        return
    node.path = now
    rows.filter(pk=node.pk).update(path=now)
    if not before:
        return
    for below in rows.filter(path__startswith=before).exclude(pk=node.pk):
        moved = {"path": now + below.path.removeprefix(before)}
        if isinstance(node, Grid):
            moved["level"] = node.level + below.level - _level_of_path(before)
        rows.filter(pk=below.pk).update(**moved)


def _level_of_path(path: str) -> int:
    return len(path) // len(tree_path(None, 0))


@transaction.atomic
def save_region(
    region: Region,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Region:
    """Insert or change a region.

    Effects, in order: the row, one audit row, its path and the paths of all regions below it.

    Raises:
        Refused: UNDER_ITSELF; DUPLICATE, the parent has a region of this name.
        Stale: somebody else changed it in the meantime.
    """
    if region.pk:
        list(Region.objects.select_for_update().order_by("pk").values_list("pk"))
        region.path = Region.objects.values_list("path", flat=True).get(pk=region.pk)
        refuse_cycle(region)
    records.save(region, by=by, fields=fields, version=version, at=at)
    _place_in_tree(region)
    return region


def create_region(
    name: str,
    *,
    by: User | None,
    level: str,
    parent: Region | None = None,
    code: str = "",
    at: datetime | None = None,
) -> Region:
    """Create a region below `parent`; effects and errors as `save_region`."""
    region = Region(name=name, level=level, parent=parent, code=code)
    region.clean_fields()
    return save_region(region, by=by, at=at)


def create_community(
    name: str, *, by: User | None, slug: str, region: Region | None = None, at: datetime | None = None, **values: Any
) -> Community:
    """Create a community.

    Effects, in order: the row, one audit row, the community's version.

    Args:
        slug: its word in addresses; lower-case letters, digits and dashes.
        **values: further fields.

    Raises:
        Refused: DUPLICATE, the word is taken.
    """
    community = Community(name=name, slug=slug, region=region, **values)
    community.clean_fields()
    return records.save(community, by=by, at=at)


@transaction.atomic
def save_grid(
    grid: Grid,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Grid:
    """Insert or change a grid; the level follows from the parent.

    Effects, in order: the row, one audit row, the community's version, its path and the paths and levels of all grids
    below it.

    Raises:
        Refused: UNDER_ITSELF, TOO_DEEP; OTHER_COMMUNITY for a parent, party organisation or change of community;
            DUPLICATE, the community has a grid of this name.
        Stale: somebody else changed it in the meantime.
    """
    same_community(grid.community, grid.parent, grid.party_organisation)
    grid.level = grid.parent.level + 1 if grid.parent else GridLevel.ONE
    deepest = grid.level
    if grid.pk:
        Community.objects.select_for_update().get(pk=grid.community_id)
        stored = Grid.objects.get(pk=grid.pk)
        same_community(grid.community, stored)
        grid.path = stored.path
        refuse_cycle(grid)
        lowest = Grid.objects.below(stored).order_by("-level").values_list("level", flat=True)[0]
        deepest += lowest - stored.level
        fields = None if fields is None else sorted({*fields, "level"} if grid.level != stored.level else {*fields})
    if deepest > GridLevel.THREE:
        raise Refused(Refusal.TOO_DEEP)
    records.save(grid, by=by, fields=fields, version=version, at=at)
    _place_in_tree(grid)
    return grid


def create_grid(
    name: str,
    *,
    by: User | None,
    community: Community,
    parent: Grid | None = None,
    at: datetime | None = None,
    **values: Any,
) -> Grid:
    """Create a grid below `parent`, or at the top; effects and errors as `save_grid`."""
    grid = Grid(name=name, community=community, parent=parent, **values)
    grid.clean_fields()
    return save_grid(grid, by=by, at=at)


@transaction.atomic
def save_organisation(
    organisation: PartyOrganisation,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> PartyOrganisation:
    """Insert or change a party organisation.

    Effects, in order: the row, one audit row, the community's version.

    Raises:
        Refused: UNDER_ITSELF, OTHER_COMMUNITY, DUPLICATE.
        Stale: somebody else changed it in the meantime.
    """
    same_community(organisation.community, organisation.parent)
    if organisation.pk:
        Community.objects.select_for_update().get(pk=organisation.community_id)
        refuse_cycle(organisation)
    return records.save(organisation, by=by, fields=fields, version=version, at=at)


# --- partner units ------------------------------------------------------------------------------------------------


def sign_agreement(unit: PartnerUnit, *, agreement_on: date, **how: Any) -> Done:
    """Record that an agreement was signed on a day. Effects, arguments (by, version, at) and errors: core.states.act.

    Raises:
        Refused: INVALID, the day is still to come.
    """
    if agreement_on > clock.local_day(how.get("at") or clock.now()):
        raise Refused(Refusal.INVALID)
    return states.act(unit, "sign", agreement_on=agreement_on, **how)


def start_joint_work(unit: PartnerUnit, **how: Any) -> Done:
    """Record that joint work has begun. Effects, arguments and errors: core.states.act."""
    return states.act(unit, "start", **how)


def end_joint_work(unit: PartnerUnit, **how: Any) -> Done:
    """Record that the joint work is over, with a reason; public lists leave the unit out. As core.states.act."""
    return states.act(unit, "end", **how)


def list_again(unit: PartnerUnit, **how: Any) -> Done:
    """List a unit anew whose joint work was over. As core.states.act."""
    return states.act(unit, "list_again", **how)


# --- settings -----------------------------------------------------------------------------------------------------


def change_settings(
    community: Community,
    *,
    by: User | None,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Community:
    """Set declared limits of a community (core.settings); what equals the default is not stored.

    Effects, in order: the row, one audit row, the community's version.

    Args:
        values: by code; codes that are not declared are an error of the program.

    Raises:
        Refused: NOT_ALLOWED.
        Stale: somebody else changed the community in the meantime.
    """
    require("community.change", by, community, at)
    stored = {**community.settings, **values}
    community.settings = {code: value for code, value in stored.items() if value != registry[code].default}
    return records.save(community, by=by, fields=["settings"], version=version, at=at)
