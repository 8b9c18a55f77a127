"""Who answers for a grid, as anybody may know: names of grid workers on duty and the phone to call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.roles import Role
from grids.models import PATH_STEP, Community, Grid, Posting


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


def ids_on_path(path: str) -> list[int]:
    """Return the ids of a node and of all above it, the highest first."""
    return [int(path[start : start + PATH_STEP]) for start in range(0, len(path), PATH_STEP)]


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
