"""Homes: estates, buildings, addresses, households, and the people who move in, move and leave.

Order of locks: person, building, household, home.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Person, User
from core import clock, records
from core.dates import day_text
from core.permissions import require
from core.refusals import Refusal, Refused
from grids import notices
from grids.addresses import fold_address, fold_door
from grids.models import Address, Building, Community, Estate, Grid, GridAssignment, Household, Residency
from grids.services.places import same_community
from grids.states import ResidencyKind

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Door:
    """An address as it was typed: a building, and unit, floor and room in it; "" for what there is not."""

    building: Building
    unit: str = ""
    floor: str = ""
    room: str = ""


# --- estates and buildings ----------------------------------------------------------------------------------------


def create_estate(name: str, *, by: User | None, community: Community, at: datetime | None = None) -> Estate:
    """Create an estate; effects and errors as `save_estate`."""
    estate = Estate(name=name, community=community)
    estate.clean_fields()
    return save_estate(estate, by=by, at=at)


@transaction.atomic
def save_estate(
    estate: Estate,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Estate:
    """Insert or change an estate.

    Effects, in order: the row, one audit row, the community's version, the folded names of its buildings.

    Raises:
        Refused: DUPLICATE, the community has an estate of this name, or a building would be called like another.
        Stale: somebody else changed it in the meantime.
    """
    if estate.pk:
        same_community(estate.community, Estate.objects.get(pk=estate.pk))
    records.save(estate, by=by, fields=fields, version=version, at=at)
    for building in Building.objects.select_for_update().filter(estate=estate).order_by("pk"):
        building.estate = estate
        folded = fold_address(str(building))
        if folded != building.folded:
            building.folded = folded
            records.save(building, by=by, fields=["folded"], audited=False, at=at)
    return estate


def create_building(
    name: str,
    *,
    by: User | None,
    community: Community,
    estate: Estate | None = None,
    grid: Grid | None = None,
    at: datetime | None = None,
) -> Building:
    """Create a building in `grid`, or in none yet; effects and errors as `save_building`."""
    building = Building(name=name, community=community, estate=estate, grid=grid)
    building.clean_fields()
    return save_building(building, by=by, at=at)


@transaction.atomic
def save_building(
    building: Building,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Building:
    """Insert or change a building.

    Effects, in order: the row, one audit row, the community's version; when it is new in a grid or comes to another
    one: a GridAssignment, and the grid of its households that are not over and of the open homes in them.

    Raises:
        Refused: OTHER_COMMUNITY for estate or grid; NOT_LOWEST_GRID; DUPLICATE, there is a building of this name.
        Stale: somebody else changed it in the meantime.
    """
    same_community(building.community, building.estate, building.grid)
    stored = Building.objects.select_for_update().get(pk=building.pk) if building.pk else None
    if stored is not None:
        same_community(building.community, stored)
    moves = building.grid_id != (stored.grid_id if stored else None)
    if moves and building.grid_id:
        _require_lowest(building.grid_id)
    building.folded = fold_address(str(building))
    named = None if fields is None else sorted({*fields, "folded"})
    records.save(building, by=by, fields=named, version=version, at=at)
    if moves:
        _note_grid(building, by=by, at=at or clock.now())
    return building


def assign_grid(
    building: Building, grid: Grid | None, *, by: User | None, version: int | None = None, at: datetime | None = None
) -> Building:
    """Give a building to another grid, or to none; effects and errors as `save_building`, and NOT_ALLOWED.

    What had been before stays on record as GridAssignment rows.
    """
    require("building.change", by, building, at)
    building.grid = grid
    return save_building(building, by=by, fields=["grid"], version=version, at=at)


def _require_lowest(grid_id: int) -> None:
    if not Grid.objects.lowest().filter(pk=grid_id).exists():
        raise Refused(Refusal.NOT_LOWEST_GRID)


def _note_grid(building: Building, *, by: User | None, at: datetime) -> None:
    GridAssignment.objects.create(building=building, grid_id=building.grid_id, by=by, at=at)
    day, version = clock.local_day(at), F("version") + 1
    households = Household.objects.filter(address__building=building).exclude(until__lt=day)
    households.update(grid=building.grid_id, version=version)
    homes = Residency.objects.filter(household__address__building=building).exclude(until__lt=day)
    homes.update(grid=building.grid_id, version=version)


# --- addresses and households -------------------------------------------------------------------------------------


@transaction.atomic
def create_address(door: Door, *, by: User | None, at: datetime | None = None) -> Address:
    """Return the address of `door`, a new one when it is not recorded yet.

    Effects, in order, when it is new: the row, one audit row.
    """
    building = Building.objects.select_for_update().get(pk=door.building.pk)
    folded = fold_door(door.unit, door.room)
    known = Address.objects.filter(building=building, folded=folded).first()
    if known is not None:
        return known
    unit = door.unit.strip().removesuffix("单元")
    address = Address(building=building, unit=unit, floor=door.floor, room=_room(door.room), folded=folded)
    address.clean_fields()
    return records.save(address, by=by, at=at)


def _room(typed: str) -> str:
    """Return 302 for “302室”; what is no number stays as it was typed."""
    folded = fold_address(typed)
    return folded if folded.isdecimal() and len(folded) <= len(typed) else typed.strip()


@transaction.atomic
def create_household(
    door: Door, *, by: User | None, since: date | None = None, at: datetime | None = None
) -> Household:
    """Record a household at an address, from `since` (today) on.

    Effects, in order: the address when it is new, the row, one audit row.

    Raises:
        Refused: NOT_ALLOWED; DUPLICATE, a household without an end is recorded at this address.
    """
    require("household.add", by, door.building, at)
    address = create_address(door, by=by, at=at)
    day = since or clock.local_day(at or clock.now())
    building = address.building
    row = Household(address=address, community_id=building.community_id, grid_id=building.grid_id, since=day)
    return records.save(row, by=by, at=at)


@transaction.atomic
def household_at(door: Door, *, by: User | None, since: date | None = None, at: datetime | None = None) -> Household:
    """Return the household at an address, a new one from `since` (today) on when none is recorded.

    Effects and errors as `create_household`.
    """
    Building.objects.select_for_update().get(pk=door.building.pk)
    folded = fold_door(door.unit, door.room)
    rows = Household.objects.filter(address__building=door.building, address__folded=folded, until=None)
    found = rows.select_related("address__building").first()
    if found is None:
        return create_household(door, by=by, since=since, at=at)
    require("household.view", by, found, at)
    return found


@transaction.atomic
def end_household(
    household: Household,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Household:
    """Record that a household is dissolved: `until` is its last day, yesterday unless given.

    Effects, in order: the row, one audit row; the same last day for each home in it that would last longer, each with
    an audit row.

    Raises:
        Refused: NOT_ALLOWED; INVALID, the day lies before the first day, or after an end that has passed; or a home in
            it begins only after that day.
        Stale: somebody else changed it in the meantime.
    """
    moment = at or clock.now()
    require("household.change", by, household, moment)
    _refuse_revival(household, until, moment)
    household.until = until or _last_day(household, moment)
    records.save(household, by=by, fields=["until"], version=version, at=moment)
    longer = Residency.objects.filter(Q(until__isnull=True) | Q(until__gt=household.until), household=household)
    for home in longer.order_by("pk"):
        home.until = household.until
        records.save(home, by=by, fields=["until"], at=moment)
    return household


def _last_day(row: Household | Residency, at: datetime) -> date:
    """Yesterday, or the first day when it began later."""
    return max(row.since, clock.local_day(at) - ONE_DAY)


def _refuse_revival(row: Household | Residency, until: date | None, at: datetime) -> None:
    """A planned end may still be put off; what is over is granted anew."""
    if row.until is None or row.until >= clock.local_day(at):
        return
    if until is None or until > row.until:
        raise Refused(Refusal.INVALID)


# --- people -------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_residency(
    residency: Residency,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Insert or change a home.

    Effects, in order: the person's lock, community and grid as those of the household if there is one, the row, one
    audit row; the person is told of a new home that staff have recorded.

    Raises:
        Refused: OTHER_COMMUNITY, grid or household lie elsewhere; HOME_OVERLAPS, the person has another home in this
            community at that time; HOUSEHOLD_ENDED, the home begins after the household's last day; INVALID, the days
            are in the wrong order.
        Stale: somebody else changed it in the meantime.
    """
    Person.objects.select_for_update().get(pk=residency.person_id)
    if residency.household_id:
        fields = _follow_household(residency, residency.household_id, fields)
    same_community(residency.community, residency.grid)
    rows = Residency.objects.filter(person=residency.person_id, community=residency.community_id)
    if rows.overlapping(residency.since, residency.until).exclude(pk=residency.pk).exists():
        raise Refused(Refusal.HOME_OVERLAPS)
    is_new = residency._state.adding
    records.save(residency, by=by, fields=fields, version=version, at=at)
    if is_new and by is not None:
        notices.home_recorded(residency, at or clock.now())
    return residency


def _follow_household(home: Residency, household_id: int, fields: list[str] | None) -> list[str] | None:
    """Take over place and end from the household as stored; returns the names of the fields that are written."""
    household = Household.objects.select_for_update().get(pk=household_id)
    if home.community_id not in (None, household.community_id):
        raise Refused(Refusal.OTHER_COMMUNITY)
    before = (home.grid_id, home.until)
    home.community_id, home.grid_id = household.community_id, household.grid_id
    if household.until is not None:
        if home.since > household.until:
            raise Refused(Refusal.HOUSEHOLD_ENDED, until=day_text(household.until))
        home.until = min(home.until or household.until, household.until)
    if fields is None:
        return None
    changed = [name for name, old in zip(("grid", "until"), before, strict=True) if _value(home, name) != old]
    return sorted({*fields, *changed})


def _value(home: Residency, name: str) -> object:
    return home.grid_id if name == "grid" else home.until


def register_resident(
    person: Person,
    *,
    community: Community,
    by: User | None,
    grid: Grid | None = None,
    kind: str = ResidencyKind.RESIDENT,
    since: date | None = None,
    at: datetime | None = None,
) -> Residency:
    """Record that `person` has a home in the community from `since` (today) on, the address being unknown yet.

    Effects and errors as `save_residency`.
    """
    since = since or clock.local_day(at or clock.now())
    residency = Residency(person=person, community=community, grid=grid, kind=kind, since=since)
    return save_residency(residency, by=by, at=at)


@transaction.atomic
def move_in(
    person: Person,
    to: Household | Door,
    *,
    by: User | None,
    kind: str = ResidencyKind.RESIDENT,
    since: date | None = None,
    until: date | None = None,
    at: datetime | None = None,
) -> Residency:
    """Record that `person` lives in a household from `since` (today) on.

    Effects, in order: the household when `to` is a door without one, then as `save_residency`.

    Raises:
        Refused: NOT_ALLOWED, and as `save_residency`.
    """
    day = since or clock.local_day(at or clock.now())
    Person.objects.select_for_update().get(pk=person.pk)
    household = _household(to, by=by, since=day, at=at)
    require("residency.add", by, household, at)
    home = Residency(
        person=person, household=household, community=household.community, grid=household.grid, kind=kind, since=day,
        until=until,
    )  # fmt: skip
    return save_residency(home, by=by, at=at)


def _household(to: Household | Door, *, by: User | None, since: date, at: datetime | None) -> Household:
    return household_at(to, by=by, since=since, at=at) if isinstance(to, Door) else to


@transaction.atomic
def settle(
    residency: Residency,
    to: Household | Door,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Put a home whose address was unknown, or written down wrongly, into a household; its days stay as they are.

    Effects, in order: the household when `to` is a door without one, then as `save_residency`.

    Args:
        fields: names of further fields that changed.

    Raises:
        Refused: NOT_ALLOWED, and as `save_residency`.
    """
    require("residency.change", by, residency, at)
    Person.objects.select_for_update().get(pk=residency.person_id)
    residency.household = _household(to, by=by, since=residency.since, at=at)
    require("residency.add", by, residency.household, at)
    return save_residency(residency, by=by, fields=["household", *(fields or [])], version=version, at=at)


@transaction.atomic
def move(
    residency: Residency,
    to: Household | Door,
    *,
    by: User | None,
    since: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Record a move: the old home ends the day before, the new one begins on `since` (today). Returns the new one.

    Effects, in order: the household when `to` is a door without one; the old row with its last day and an audit row;
    the new row and an audit row. A move on the first day of the old home corrects it instead (`settle`).

    Raises:
        Refused: NOT_ALLOWED; DUPLICATE, this is the household already; INVALID, the old home begins later or has ended
            before; and as `save_residency`.
        Stale: somebody else changed the old home in the meantime.
    """
    moment = at or clock.now()
    day = since or clock.local_day(moment)
    require("residency.change", by, residency, moment)
    Person.objects.select_for_update().get(pk=residency.person_id)
    if day < residency.since or (residency.until is not None and residency.until < day - ONE_DAY):
        raise Refused(Refusal.INVALID)
    household = _household(to, by=by, since=day, at=moment)
    if household.pk == residency.household_id:
        raise Refused(Refusal.DUPLICATE)
    if day == residency.since:
        return settle(residency, household, by=by, version=version, at=moment)
    residency.until = day - ONE_DAY
    save_residency(residency, by=by, fields=["until"], version=version, at=moment)
    return move_in(residency.person, household, by=by, kind=residency.kind, since=day, at=moment)


def end_residency(
    residency: Residency,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Record that the person moved away; the last day is yesterday unless given. Effects as `save_residency`.

    Raises:
        Refused: INVALID, an end that has passed cannot be put off; and as `save_residency`.
    """
    moment = at or clock.now()
    _refuse_revival(residency, until, moment)
    residency.until = until or _last_day(residency, moment)
    return save_residency(residency, by=by, fields=["until"], version=version, at=moment)
