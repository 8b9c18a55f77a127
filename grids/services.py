"""Places, postings and homes: what creates, moves and ends them."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Person, User
from accounts.roles import STAFF, Role
from core import clock, records
from core.permissions import require
from core.refusals import Refusal, Refused
from core.settings import registry
from grids.access import PLACES_OF, add_posting
from grids.models import Community, Grid, PartnerUnit, PartyOrganisation, Posting, Region, Residency, tree_path
from grids.states import GridLevel, ResidencyKind

Place = Region | Community | Grid | PartnerUnit
PLACE_FIELDS: dict[type, str] = {Region: "region", Community: "community", Grid: "grid", PartnerUnit: "partner_unit"}


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


# --- postings -----------------------------------------------------------------------------------------------------


def post(
    user: User,
    role: str,
    *,
    place: Place | None,
    by: User | None,
    since: date | None = None,
    until: date | None = None,
    duty: str = "",
    at: datetime | None = None,
) -> Posting:
    """Give `user` a role in one place; effects and errors as `save_posting`.

    Args:
        place: None for the site administrator only.
        since, until: first and last day; from today on and without end by default.
    """
    moment = at or clock.now()
    where = {PLACE_FIELDS[type(place)]: place} if place is not None else {}
    posting = Posting(user=user, role=role, since=since or clock.local_day(moment), until=until, duty=duty, **where)
    posting.clean_fields()
    return save_posting(posting, by=by, at=moment)


@transaction.atomic
def save_posting(posting: Posting, *, by: User | None, at: datetime | None = None) -> Posting:
    """Insert a posting; what was granted is never rewritten, it is ended and granted anew.

    Effects, in order: the row, one audit row, the account's `is_staff`.

    Raises:
        Refused: WRONG_PLACE; NOT_ALLOWED, the place is outside the actor's; OWN_POSTING; ROLE_NOT_YOURS; INVALID, the
            days are in the wrong order.
    """
    moment = at or clock.now()
    place = posting.place
    kind = {PLACE_FIELDS[type(place)]} if place is not None else set()
    if not kind <= PLACES_OF[posting.role] or bool(kind) != (posting.role != Role.SITE_ADMINISTRATOR):
        raise Refused(Refusal.WRONG_PLACE, role=posting.get_role_display())
    if by is not None:
        _require_grant(posting, by, moment)
    records.save(posting, by=by, at=moment)
    refresh_staff(posting.user, moment)
    return posting


def _require_grant(posting: Posting, by: User, at: datetime) -> None:
    """The predicate judges role and holder, the place must lie within the actor's."""
    answer = add_posting(by, posting, at)
    if answer is not None:
        raise Refused(answer) if isinstance(answer, Refusal) else answer
    require("posting.add", by, posting.place, at)


@transaction.atomic
def _refuse_later_end(row: Posting | Residency, until: date | None) -> None:
    """What has ended is granted anew, never revived."""
    if until is not None and row.until is not None and until > row.until:
        raise Refused(Refusal.INVALID)


def end_posting(
    posting: Posting,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Posting:
    """End a posting; its rights end with the holder's next request.

    Effects, in order: the row, one audit row, the account's `is_staff`.

    Args:
        until: the last day; None ends it at this moment.

    Raises:
        Refused: NOT_ALLOWED, OWN_POSTING, ROLE_NOT_YOURS; INVALID, `until` lies before the first day.
        Stale: somebody else changed it in the meantime.
    """
    moment = at or clock.now()
    require("posting.change", by, posting, moment)
    _refuse_later_end(posting, until)
    if until is None:
        posting.ended_at = moment
        posting.until = max(posting.since, min(clock.local_day(moment), posting.until or date.max))
    else:
        posting.until = until
    records.save(posting, by=by, fields=["until", "ended_at"], version=version, at=moment)
    refresh_staff(posting.user, moment)
    return posting


def refresh_staff(user: User, at: datetime | None = None) -> None:
    """Set `is_staff` of one account to whether it holds a live staff posting."""
    User.objects.select_for_update().get(pk=user.pk)
    user.is_staff = Posting.objects.live(at).filter(user=user, role__in=STAFF).exists()
    User.objects.filter(pk=user.pk).update(is_staff=user.is_staff)


def refresh_all_staff(at: datetime) -> int:
    """Set `is_staff` of every account whose postings began or ended by the calendar; returns how many changed."""
    held = Exists(Posting.objects.live(at).filter(user=OuterRef("pk"), role__in=STAFF))
    ended = User.objects.filter(~held, is_staff=True).update(is_staff=False)
    return ended + User.objects.filter(held, is_staff=False).update(is_staff=True)


# --- homes --------------------------------------------------------------------------------------------------------


def save_residency(
    residency: Residency,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Insert or change a home.

    Effects, in order: the row, one audit row.

    Raises:
        Refused: OTHER_COMMUNITY, the grid lies elsewhere; DUPLICATE, the person has an open home here.
        Stale: somebody else changed it in the meantime.
    """
    same_community(residency.community, residency.grid)
    return records.save(residency, by=by, fields=fields, version=version, at=at)


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
    """Record that `person` has a home in the community from `since` (today) on; effects as `save_residency`."""
    since = since or clock.local_day(at or clock.now())
    residency = Residency(person=person, community=community, grid=grid, kind=kind, since=since)
    return save_residency(residency, by=by, at=at)


def end_residency(
    residency: Residency,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Residency:
    """Record that the person moved away; the last day is yesterday unless given. Effects as `save_residency`."""
    _refuse_later_end(residency, until)
    residency.until = until or max(residency.since, clock.local_day(at or clock.now()) - timedelta(days=1))
    return save_residency(residency, by=by, fields=["until"], version=version, at=at)


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
