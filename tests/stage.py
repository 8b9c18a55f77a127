"""A small town for tests that go through every page: two communities with the same rows in every state.

What nobody outside community B may read holds a canary: a text that occurs nowhere else.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Notice, Person
from core import clock
from events.models import Activity
from grids.models import Community, Grid
from honours.models import Honour
from stories.models import PublicNotice
from tests.event_factories import make_activity, make_sign_up
from tests.factories import (
    make_building,
    make_edition,
    make_estate,
    make_grid,
    make_honour,
    make_household,
    make_member,
    make_message,
    make_notice,
    make_organisation,
    make_partner,
    make_person,
    make_resident,
    make_team,
    make_theme,
    make_venue,
    make_volunteer,
)
from tests.personas import Cast
from volunteers.models import Membership, Team

ACTIVITIES: dict[str, dict[str, Any]] = {
    "published": {},
    "draft": {"state": "draft"},
    "in_review": {"state": "in_review"},
    "withdrawn": {"state": "withdrawn"},
    "cancelled": {"state": "cancelled"},
    "internal": {"audience": "internal"},
    "residents": {"audience": "residents"},
    "full": {"capacity": 1},
}
"""Activities of each community by name; all but these details are alike."""
HIDDEN = ("draft", "in_review", "withdrawn", "internal")
HONOURS = ("published", "draft", "in_review", "withdrawn", "revoked")
NOTICES = ("published", "draft", "in_review", "withdrawn")


@dataclass
class Side:
    """One community with its rows, by state or name; `canaries` are told to nobody but its own staff."""

    community: Community
    grid: Grid
    team: Team
    neighbour: Person
    request: Membership | None = None
    message: Notice | None = None
    closed_grid: Grid | None = None
    activities: dict[str, Activity] = field(default_factory=dict)
    honours: dict[str, Honour] = field(default_factory=dict)
    notices: dict[str, PublicNotice] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    canaries: set[str] = field(default_factory=set)
    staff_canaries: set[str] = field(default_factory=set)

    def secret(self, word: str) -> str:
        """Return a text for what is not public."""
        text = f"{word}{self.community.slug}暗号"
        self.canaries.add(text)
        return text

    def own(self, word: str) -> str:
        """Return a text for what is public on the site but no business of another community's workbench."""
        text = f"{word}{self.community.slug}家事"
        self.staff_canaries.add(text)
        return text


@dataclass
class Stage:
    """The cast and the two communities: `a` is theirs, `b` the outsiders'."""

    cast: Cast
    a: Side
    b: Side


PHONES = {"jia": "13711112221", "yi": "13711112222"}
ID_NUMBERS = {"jia": "110105194912310046", "yi": "11010519491231002X"}


def make_side(community: Community, grid: Grid, team: Team | None) -> Side:
    slug = community.slug
    side = Side(community, grid, team or make_team(f"{slug}队家事", community=community), make_person())
    neighbour = side.neighbour
    neighbour.name = side.secret("邻居")
    neighbour.set_phone(PHONES[slug])
    neighbour.set_id_number(ID_NUMBERS[slug])
    neighbour.save()
    side.canaries |= {PHONES[slug], ID_NUMBERS[slug]}
    side.message = make_message(neighbour, words={"title": side.secret("消息"), "when": ""})
    estate = make_estate(side.own("小区"), community=community)
    building = make_building(side.own("楼"), grid=grid, estate=estate)
    household = make_household(building, "302")
    home = make_resident(neighbour, household=household)
    _make_activities(side)
    for state in HONOURS:
        word = side.own if state in ("published", "revoked") else side.secret
        side.honours[state] = make_honour(word(f"荣誉{state}"), community=community, state=state, year=2015)
    for state in NOTICES:
        word = side.own if state == "published" else side.secret
        side.notices[state] = make_notice(word(f"公告{state}"), community=community, state=state, body=word("正文"))
    for name, starts, ends in (("future", 1, 3), ("over", -3, -1)):
        times = {"starts_at": clock.now() + timedelta(days=starts), "ends_at": clock.now() + timedelta(days=ends)}
        side.notices[name] = make_notice(side.secret(f"公告{name}"), community=community, **times)
    volunteer = make_volunteer(neighbour, community=community, state="applied")
    side.request = make_member(side.team, volunteer, state="requested")
    side.closed_grid = make_grid(side.secret("旧网格"), community=community, is_active=False)
    side.rows += [
        home,
        volunteer,
        side.request,
        estate,
        building,
        household,
        make_venue(side.own("场地"), community=community),
        make_partner(side.own("单位"), community=community),
        make_organisation(side.own("支部"), community=community),
        make_theme(side.own("主题"), community=community),
    ]
    return side


def _make_activities(side: Side) -> None:
    for days, (name, details) in enumerate(ACTIVITIES.items(), start=2):
        word = side.secret if name in HIDDEN else side.own
        side.activities[name] = make_activity(
            word(f"活动{name}"), community=side.community, starts_in=timedelta(days=days), **details
        )
    for name in ("published", "full", "cancelled"):
        side.rows.append(make_sign_up(side.activities[name], side.neighbour))


def make_stage(cast: Cast) -> Stage:
    a = make_side(cast.community, cast.grid, cast.team)
    b = make_side(cast.other, cast.other_grid, None)
    make_edition("help")
    make_edition("help", state="draft", title=a.secret("页面"), text=a.secret("段落"), drafted_by=cast.secretary)
    return Stage(cast, a, b)


@pytest.fixture
def stage(cast) -> Stage:
    """The town, made anew."""
    assert clock.now()
    return make_stage(cast)
