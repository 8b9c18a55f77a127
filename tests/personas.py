"""The cast: one account for every role, in community A, and outsiders in community B (conventions 27).

Use the fixture `cast`; its rows are made anew for each test that asks for it.

The second factor is on, as in production. `sign_in` makes sessions of staff that have proved it; a test that goes
through the sign-in form calls `give_factor` before and types `code_of(user)` on the page after the password.
"""

import time
from dataclasses import dataclass, field

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest
from django.test import Client

from accounts.models import Person, User
from accounts.roles import STAFF, Role
from core.encryption import decrypt, encrypt
from grids.models import Community, Grid, PartnerUnit, Posting, Region, Residency
from tests.factories import (
    LONG_AGO,
    PASSWORD,
    hashed,
    make_community,
    make_grid,
    make_partner,
    make_region,
    make_team,
)
from volunteers.models import Team

STAFF_IN_A = ("secretary", "clerk", "clerk2", "gridworker", "careworker")
OUTSIDERS = ("outsider", "outsider_secretary")
NAMES = (
    "visitor", "resident", "volunteer", "leader", "partner", "gridworker", "careworker", "clerk", "clerk2",
    "secretary", "district", "auditor", "admin", "outsider", "outsider_secretary", "outsider_resident",
)  # fmt: skip
"""Everybody a page may be asked for by; "visitor" has not signed in."""


@dataclass
class Cast:
    """Places and people.

    Attributes:
        region, other_region: districts above the two communities.
        community, other: communities A and B.
        grid: a grid of A, where `gridworker` is posted; `other_grid` belongs to B.
        team: a team of A, led by `leader`.
        unit: a partner unit of A, whose contact is `partner`.
        users: accounts by name, see NAMES; attribute access works too (`cast.clerk`).
    """

    region: Region
    other_region: Region
    community: Community
    other: Community
    grid: Grid
    other_grid: Grid
    unit: PartnerUnit
    team: Team | None = None
    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["users"][name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, name: str = "visitor") -> Client:
        """Return a browser in which the persona has signed in."""
        client = Client()
        if name != "visitor":
            sign_in(client, self.users[name])
        return client


KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP_SECONDS = 30


def give_factor(user: User) -> Authenticator:
    """A second factor with KEY, if the account has none."""
    made, _new = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(KEY)}}
    )
    return made


def code_of(user: User, *, steps: int = 0) -> str:
    """The six digits that the account's app shows now, or `steps` of half a minute later."""
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return format_hotp_value(hotp_value(decrypt(row.data["secret"]), int(time.time()) // STEP_SECONDS + steps))


def sign_in(client: Client, user: User) -> None:
    """Sign in, staff with their second factor."""
    client.force_login(user)
    if user.is_staff:
        factor = give_factor(user)
        request = HttpRequest()
        request.session = client.session
        record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
        request.session.save()


def make_cast() -> Cast:
    region, other_region = make_region("甲区"), make_region("乙区")
    community = make_community("甲社区", slug="jia", region=region)
    other = make_community("乙社区", slug="yi", region=other_region)
    grid, other_grid = make_grid("甲一网格", community=community), make_grid("乙一网格", community=other)
    unit = make_partner("甲小学", community=community)
    cast = Cast(region, other_region, community, other, grid, other_grid, unit)
    posts = {
        "admin": (Role.SITE_ADMINISTRATOR, {}),
        "district": (Role.DISTRICT_OFFICER, {"region": region}),
        "auditor": (Role.AUDITOR, {"community": community}),
        "secretary": (Role.SECRETARY, {"community": community}),
        "clerk": (Role.CLERK, {"community": community}),
        "clerk2": (Role.CLERK, {"community": community}),
        "careworker": (Role.CARE_WORKER, {"community": community}),
        "gridworker": (Role.GRID_WORKER, {"grid": grid}),
        "partner": (Role.PARTNER_CONTACT, {"partner_unit": unit}),
        "outsider": (Role.CLERK, {"community": other}),
        "outsider_secretary": (Role.SECRETARY, {"community": other}),
    }
    homes = {"resident": grid, "volunteer": grid, "leader": grid, "outsider_resident": other_grid}
    staff = {name for name, (role, _place) in posts.items() if role in STAFF}
    users = cast.users = _accounts([*posts, *homes], staff)
    Posting.objects.bulk_create(
        Posting(user=users[name], role=role, since=LONG_AGO, **place) for name, (role, place) in posts.items()
    )
    Residency.objects.bulk_create(
        Residency(person=users[name].person, community=home.community, grid=home, since=LONG_AGO)
        for name, home in homes.items()
    )
    cast.team = make_team("甲志愿队", community=community, leader=users["leader"].person)
    return cast


def _accounts(names: list[str], staff: set[str]) -> dict[str, User]:
    """An account for each name; as few statements as there are tables, since a thousand tests ask for the cast."""
    people = Person.objects.bulk_create(Person(name=f"演员{name}") for name in names)
    accounts = User.objects.bulk_create(
        User(username=name, person=person, password=hashed(PASSWORD), is_staff=name in staff)
        for name, person in zip(names, people, strict=True)
    )
    return dict(zip(names, accounts, strict=True))


@pytest.fixture
def cast(db) -> Cast:
    """The whole cast, made anew."""
    return make_cast()
