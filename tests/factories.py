"""Plain functions that make rows for tests: keyword arguments, no randomness but public ids, a counter for names.

They insert rows directly; what a test is about goes through its service.
"""

from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Delivery, Notice, Person, User
from accounts.roles import STAFF, Role
from core import clock
from grids.addresses import fold_address, fold_door
from grids.models import (
    Address,
    Building,
    Community,
    Estate,
    Grid,
    GridAssignment,
    Household,
    PartnerUnit,
    PartyOrganisation,
    Posting,
    Region,
    Residency,
    Venue,
    tree_path,
)
from grids.states import GridKind, PartyKind, RegionLevel
from honours.models import RECIPIENTS, Honour
from stories.models import PageEdition, PageSection, PublicNotice, Theme
from volunteers.models import Leadership, Membership, Team, Volunteer, VolunteerSource

PASSWORD = "a-password-for-tests"  # noqa: S105
LONG_AGO = date(2020, 1, 1)
"""Since when postings, homes and leaderships are in force: before every day at which a test holds the clock."""

_numbers = count(1)


def number() -> int:
    """Return a number that no other call in this process returned."""
    return next(_numbers)


def a_phone() -> str:
    """Return a mobile number that no other call returned."""
    return f"139{number():08d}"


@cache
def hashed(password: str) -> str:
    """Return the stored form of a password, made once."""
    return make_password(password)


# --- people -------------------------------------------------------------------------------------------------------


def make_person(name: str = "", *, phone: str = "", id_number: str = "", **values: Any) -> Person:
    """A person; phone and ID number in any spelling."""
    person = Person(name=name or f"居民{number()}", **values)
    person.set_phone(phone)
    person.set_id_number(id_number)
    person.save()
    return person


def make_reachable(name: str = "", *, email: str = "", **values: Any) -> User:
    """An account with a person who has a phone, and a verified e-mail if one is given."""
    user = make_user(person=make_person(name, phone=a_phone()), **values)
    if email:
        user.email, user.email_verified_at = email, clock.now()
        user.save()
    return user


def make_user(username: str = "", *, person: Person | None = None, password: str = PASSWORD, **values: Any) -> User:
    """An account with a person of its own; without postings it has no rights."""
    username = username or f"user{number()}"
    user = User(username=username, person=person or make_person(f"用户{username}"), **values)
    user.password = hashed(password)
    if user.person.phone and not user.phone:
        user.set_phone(user.person.phone, at=clock.now())
    user.save()
    return user


def make_message(person: Person | None = None, *, kind: str = "sign_up_confirmed", **values: Any) -> Notice:
    """Something told to the person; nothing leaves the site."""
    values.setdefault("occasion", f"test:{number()}")
    values.setdefault("words", {"title": "义务理发", "when": "11月28日 周六"})
    return Notice.objects.create(person=person or make_person(), kind=kind, **values)


def make_delivery(notice: Notice | None = None, channel: str = "email", **values: Any) -> Delivery:
    return Delivery.objects.create(notice=notice or make_message(), channel=channel, **values)


# --- places -------------------------------------------------------------------------------------------------------


def make_region(
    name: str = "", *, parent: Region | None = None, level: str = RegionLevel.DISTRICT, **values: Any
) -> Region:
    return _with_path(Region(name=name or f"第{number()}区", parent=parent, level=level, **values))


def make_community(name: str = "", *, slug: str = "", region: Region | None = None, **values: Any) -> Community:
    serial = number()
    return Community.objects.create(
        name=name or f"社区{serial}", slug=slug or f"community-{serial}", region=region, **values
    )


def make_grid(
    name: str = "",
    *,
    community: Community | None = None,
    parent: Grid | None = None,
    kind: str = GridKind.SOCIAL,
    **values: Any,
) -> Grid:
    """A grid below `parent`, or at the top of `community`."""
    community = parent.community if parent else community or make_community()
    level = parent.level + 1 if parent else 1
    name = name or f"第{number()}网格"
    return _with_path(Grid(name=name, community=community, parent=parent, kind=kind, level=level, **values))


def _with_path(node: Any) -> Any:
    node.save()
    node.path = tree_path(node.parent, node.pk)
    node.save(update_fields=["path"])
    return node


def make_organisation(
    name: str = "", *, community: Community | None = None, kind: str = PartyKind.BRANCH, **values: Any
) -> PartyOrganisation:
    community = community or make_community()
    return PartyOrganisation.objects.create(
        name=name or f"第{number()}党支部", community=community, kind=kind, **values
    )


def make_partner(name: str = "", *, community: Community | None = None, **values: Any) -> PartnerUnit:
    community = community or make_community()
    return PartnerUnit.objects.create(name=name or f"共建单位{number()}", community=community, **values)


def make_venue(name: str = "", *, community: Community | None = None, **values: Any) -> Venue:
    return Venue.objects.create(name=name or f"活动室{number()}", community=community or make_community(), **values)


def make_posting(
    user: User | None = None,
    role: str = Role.CLERK,
    *,
    place: Region | Community | Grid | PartnerUnit | None = None,
    since: date | None = None,
    until: date | None = None,
    **values: Any,
) -> Posting:
    """A role in one place, live since long ago by default; the account may enter the admin if it is a staff role."""
    user = user or make_user()
    names = {Region: "region", Community: "community", Grid: "grid", PartnerUnit: "partner_unit"}
    where = {names[type(place)]: place} if place is not None else {}
    posting = Posting.objects.create(user=user, role=role, since=since or LONG_AGO, until=until, **where, **values)
    if role in STAFF and posting.is_live():
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return posting


def make_resident(
    person: Person | None = None,
    *,
    community: Community | None = None,
    grid: Grid | None = None,
    household: Household | None = None,
    since: date | None = None,
    **values: Any,
) -> Residency:
    """A home since long ago, in `household` if one is given; `.person` is who lives there."""
    if household is not None:
        community, grid, values["household"] = household.community, household.grid, household
    community = grid.community if grid else community or make_community()
    return Residency.objects.create(
        person=person or make_person(), community=community, grid=grid, since=since or LONG_AGO, **values
    )


def make_estate(name: str = "", *, community: Community | None = None, **values: Any) -> Estate:
    return Estate.objects.create(name=name or f"小区{number()}", community=community or make_community(), **values)


def make_building(
    name: str = "",
    *,
    community: Community | None = None,
    grid: Grid | None = None,
    estate: Estate | None = None,
    **values: Any,
) -> Building:
    """A building in `grid`, in `estate`, or somewhere in `community`."""
    place = grid or estate
    building = Building(
        name=name or f"{number()}号楼", community=place.community if place else community or make_community(),
        grid=grid, estate=estate, **values,
    )  # fmt: skip
    building.folded = fold_address(str(building))
    building.save()
    GridAssignment.objects.create(building=building, grid=grid, at=clock.now())
    return building


def make_household(building: Building | None = None, room: str = "", *, unit: str = "", **values: Any) -> Household:
    """A household since long ago, at an address of its own."""
    building, room = building or make_building(), room or str(number())
    address = Address.objects.create(building=building, unit=unit, room=room, folded=fold_door(unit, room))
    values = {"community": building.community, "grid": building.grid, "since": LONG_AGO, **values}
    return Household.objects.create(address=address, **values)


# --- teams, themes, notices, honours --------------------------------------------------------------------------------


def make_theme(name: str = "", *, community: Community | None = None, **values: Any) -> Theme:
    """A theme of one community, or of all without `community`."""
    return Theme.objects.create(name=name or f"主题{number()}", community=community, **values)


def make_team(
    name: str = "",
    *,
    community: Community | None = None,
    leader: Person | None = None,
    themes: tuple[Theme, ...] = (),
    **values: Any,
) -> Team:
    """A team at work, led by `leader` since long ago if one is given."""
    values.setdefault("state", "active")
    team = Team.objects.create(name=name or f"志愿队{number()}", community=community or make_community(), **values)
    team.themes.set(themes)
    if leader:
        Leadership.objects.create(team=team, person=leader, since=LONG_AGO)
    return team


def make_volunteer(
    person: Person | None = None,
    *,
    community: Community | None = None,
    state: str = "approved",
    sources: tuple[str, ...] = (),
    **values: Any,
) -> Volunteer:
    """A volunteer, approved unless told otherwise."""
    person, community = person or make_person(), community or make_community()
    volunteer = Volunteer.objects.create(person=person, community=community, state=state, **values)
    VolunteerSource.objects.bulk_create(VolunteerSource(volunteer=volunteer, kind=kind) for kind in sources)
    return volunteer


def make_member(
    team: Team | None = None, volunteer: Volunteer | None = None, *, state: str = "active", **values: Any
) -> Membership:
    """A member of `team` since long ago; or, by `state`, one who has asked (without first day) or is gone."""
    team = team or make_team()
    volunteer = volunteer or make_volunteer(community=team.community)
    values.setdefault("since", LONG_AGO if state in ("active", "left", "removed") else None)
    return Membership.objects.create(team=team, volunteer=volunteer, state=state, **values)


def make_notice(
    title: str = "",
    *,
    community: Community | None = None,
    state: str = "published",
    body: str = "正文。",
    **values: Any,
) -> PublicNotice:
    """A notice that shows since an hour ago, without end."""
    values.setdefault("starts_at", clock.now() - timedelta(hours=1))
    return PublicNotice.objects.create(
        title=title or f"公告{number()}", community=community or make_community(), state=state, body=body, **values
    )


def make_honour(
    title: str = "",
    *,
    community: Community | None = None,
    level: str = "city",
    state: str = "published",
    year: int | None = None,
    **values: Any,
) -> Honour:
    """An honour of the community itself unless a recipient or printed_name is given; `year` is all that is known."""
    community = community or make_community()
    if not any(values.get(name) for name in (*RECIPIENTS, "printed_name")):
        values["recipient_community"] = community
    if year:
        values |= {"awarded_on": date(year, 1, 1), "awarded_precision": "year"}
    return Honour.objects.create(
        title=title or f"荣誉{number()}", community=community, level=level, state=state, **values
    )


def make_edition(
    kind: str = "help", *, state: str = "published", text: str = "正文。", **values: Any
) -> PageEdition:  # fmt: skip
    """An edition of a page of the site with one section; one that was ever published has the next number."""
    values.setdefault("title", f"页面{number()}")
    if state not in ("draft", "in_review"):
        values.setdefault("number", PageEdition.objects.filter(kind=kind, number__isnull=False).count() + 1)
        values.setdefault("published_at", clock.now() - timedelta(hours=1))
    edition = PageEdition.objects.create(kind=kind, state=state, **values)
    PageSection.objects.create(edition=edition, heading="小标题", text=text, order=10)
    return edition
