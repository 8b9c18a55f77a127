"""Who answers for a grid and who works for a community, as anybody may know; and which grid a building belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.roles import Role
from core.text import clean_line
from grids.addresses import fold_address
from grids.models import COMMUNITY_STAFF, PATH_STEP, Community, Grid, Posting, Region


@dataclass(frozen=True)
class GridEntry:
    """A grid with those who answer for it.

    Attributes:
        above: the grids above it, the highest first.
        workers: names of its grid workers; those of the nearest grid above when it has none of its own.
        phone: its duty phone, that of the nearest grid above, or the community's; "" when none is known.
        is_own_phone: whether `phone` is a duty phone of a grid and not the community's.
    """

    grid: Grid
    above: tuple[Grid, ...]
    workers: tuple[str, ...]
    phone: str
    is_own_phone: bool


@dataclass(frozen=True)
class StaffEntry:
    """A worker who agreed to be named: name, post, duty and office phone, nothing else (S0-02)."""

    name: str
    post: str
    duty: str
    phone: str


@dataclass(frozen=True)
class FoundBuilding:
    """A building that fits an address, with its grid; None where it is not assigned yet."""

    name: str
    grid: Grid | None


ADDRESS_LENGTH = 60
BUILDINGS_FOUND = 10


def staff_of(community: Community, at: datetime) -> list[StaffEntry]:
    """Return the workers in office who agreed to be named, by post and then by duty (one query)."""
    here = Q(community=community) | Q(grid__community=community)
    rows = Posting.objects.live(at).of_community_staff().filter(here, is_public=True, user__is_active=True)
    found = rows.filter(user__person__isnull=False).select_related("user__person", "grid").order_by("since", "pk")
    order = {role: number for number, role in enumerate(COMMUNITY_STAFF)}
    named = sorted(found, key=lambda posting: (order[Role(posting.role)], posting.duty, posting.pk))
    return [StaffEntry(_name(one), _post(one), one.duty, one.office_phone) for one in named]


def _name(posting: Posting) -> str:
    return posting.user.person.name if posting.user.person else ""


def _post(posting: Posting) -> str:
    role = posting.get_role_display()
    return f"{posting.grid} {role}" if posting.grid else role


def find_buildings(community: Community, address: str) -> list[FoundBuilding]:
    """Return the buildings that an address means, or whose names hold it (two queries at most).

    Only places are looked up, never who lives there.

    Raises:
        ValidationError: the text cannot be used.
    """
    folded = fold_address(clean_line(address, max_length=ADDRESS_LENGTH))
    if not folded:
        return []
    rows = community.buildings.select_related("estate", "grid")
    whole = list(rows.beginning(folded)[:1]) or list(rows.filter(folded__contains=folded)[:BUILDINGS_FOUND])
    return [FoundBuilding(str(one), one.grid if one.grid and one.grid.is_active else None) for one in whole]


def ids_on_path(path: str) -> list[int]:
    """Return the ids of a node and of all above it, the highest first."""
    return [int(path[start : start + PATH_STEP]) for start in range(0, len(path), PATH_STEP)]


def regions_above(communities: Iterable[Community]) -> dict[int, list[str]]:
    """Return the names of the regions in which each community lies, by its id, from the top (one query)."""
    paths = {one.pk: ids_on_path(one.region.path) for one in communities if one.region}
    wanted = {pk for path in paths.values() for pk in path}
    names = dict(Region.objects.filter(pk__in=wanted).order_by().values_list("pk", "name"))
    return {pk: [names[step] for step in path] for pk, path in paths.items()}


def grids_of(community: Community, at: datetime) -> list[GridEntry]:
    """Return the grids in use of a community in the order of the tree (two queries)."""
    return _entries(list(community.grids.active().order_by("path")), community, at)


def entry_of(grid: Grid, at: datetime) -> GridEntry:
    """Return the entry of one grid (two queries)."""
    line = list(Grid.objects.filter(pk__in=ids_on_path(grid.path)).order_by("path"))
    return next(entry for entry in _entries(line, grid.community, at) if entry.grid == grid)


def _entries(grids: list[Grid], community: Community, at: datetime) -> list[GridEntry]:
    by_id = {grid.pk: grid for grid in grids}
    workers = _workers(by_id, at)
    found = []
    for grid in grids:
        line = [pk for pk in ids_on_path(grid.path) if pk in by_id]
        nearest = [pk for pk in reversed(line) if workers.get(pk)]
        phone = next((by_id[pk].duty_phone for pk in reversed(line) if by_id[pk].duty_phone), "")
        found.append(
            GridEntry(
                grid=grid,
                above=tuple(by_id[pk] for pk in line if pk != grid.pk),
                workers=tuple(workers[nearest[0]]) if nearest else (),
                phone=phone or community.phone,
                is_own_phone=bool(phone),
            )
        )
    return found


def _workers(grid_ids: Iterable[int], at: datetime) -> dict[int, list[str]]:
    postings = (
        Posting.objects.live(at)
        .filter(grid__in=list(grid_ids), role=Role.GRID_WORKER, user__is_active=True, user__person__isnull=False)
        .select_related("user__person")
        .order_by("since", "pk")
    )
    names: dict[int, list[str]] = {}
    for posting in postings:
        names.setdefault(posting.grid_id, []).append(posting.user.person.name)
    return names
