"""Households, residents and workers: stated, counted, and what nobody answers for."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from core import clock, figures
from core.models import OpeningBalance
from grids import rolls
from grids.figures import staff_count
from grids.models import Address, Household
from tests.factories import (
    LONG_AGO,
    make_building,
    make_community,
    make_grid,
    make_household,
    make_posting,
    make_resident,
)

pytestmark = pytest.mark.django_db


def value(code, community):
    return figures.value(code, figures.community(community.pk)).value


def state(community, indicator, number, **values):
    unit = {"households": "household", "residents": "person"}[indicator]
    return OpeningBalance.objects.create(
        community_id=community.pk, indicator=indicator, label=indicator, value=number, unit=unit, qualifier="exact",
        **values,
    )  # fmt: skip


def fill(building, count):
    """Households at `count` addresses of a building."""
    doors = [Address(building=building, room=str(room), folded=str(room)) for room in range(count)]
    place = {"community": building.community, "grid": building.grid, "since": LONG_AGO}
    return Household.objects.bulk_create(
        [Household(address=door, **place) for door in Address.objects.bulk_create(doors)]
    )


@pytest.mark.row("S3-05")
def test_stated_and_counted_totals_and_their_difference():
    community = make_community()
    state(community, "households", 2106)
    residents = state(community, "residents", 5122, period="2023年底")
    building = make_building(community=community)
    here = fill(building, 3)
    for household in (here[0], here[0], here[1]):
        make_resident(household=household)
    make_resident(household=here[2], until=clock.today() - timedelta(days=1))
    make_resident(community=community)
    make_resident()
    homes, people = rolls.households(community.pk), rolls.residents(community.pk)
    assert (homes.stated.value, homes.counted.value, homes.difference) == (2106, 3, 2103)
    assert (people.stated.value, people.counted.value, people.difference) == (5122, 4, 5118)
    assert people.words() == "自报 5,122 人（2023年底） · 在册 4 人 · 在册少 5,118 人"
    assert homes.words() == "自报 2,106 户（统计时间未注明） · 在册 3 户 · 在册少 2,103 户"
    assert str(value("grids.persons_per_household", community)) == "2.43"
    residents.value = 4212
    residents.save(update_fields=["value"])
    assert str(value("grids.persons_per_household", community)) == "2.00"


def test_without_stated_totals_the_rolls_are_what_there_is():
    community = make_community()
    household = fill(make_building(community=community), 2)[0]
    for _resident in range(5):
        make_resident(household=household)
    assert rolls.residents(community.pk).words() == "没有自报总数 · 在册 5 人"
    assert str(value("grids.persons_per_household", community)) == "2.50"
    assert value("grids.persons_per_household", make_community()) == 0
    state(community, "households", 1)
    assert rolls.households(community.pk).words() == "自报 1 户（统计时间未注明） · 在册 2 户 · 在册多 1 户"
    assert str(value("grids.persons_per_household", community)) == "2.50"


def test_people_with_two_homes_count_once():
    home = make_resident()
    make_resident(home.person)
    assert figures.value("grids.residents").value == 1


@pytest.mark.row("S3-06")
def test_six_grids_2106_households_no_orphans_351_on_average():
    community = make_community()
    grids = [make_grid(community=community) for _number in range(6)]
    for grid in grids:
        make_posting(role=Role.GRID_WORKER, place=grid)
        fill(make_building(grid=grid), 351)
    assert value("grids.active", community) == 6
    assert value("grids.households", community) == 2106
    assert value("grids.household_orphans", community) == 0
    assert value("grids.without_worker", community) == 0
    assert str(value("grids.households_per_grid", community)) == "351.0"
    fill(make_building(community=community), 9)
    make_grid(community=community)
    assert value("grids.household_orphans", community) == 9
    assert value("grids.without_worker", community) == 1
    assert str(value("grids.households_per_grid", community)) == "302.1"


@pytest.mark.row("S0-02")
def test_28_workers_on_a_date_and_for_every_10000_residents():
    community = make_community()
    state(community, "households", 2106)
    state(community, "residents", 5122)
    grid, day = make_grid(community=community), clock.today()
    workers = [make_posting(role=Role.CLERK, place=community) for _number in range(20)]
    workers += [make_posting(role=Role.GRID_WORKER, place=grid) for _number in range(6)]
    workers += [make_posting(role=role, place=community) for role in (Role.SECRETARY, Role.CARE_WORKER)]
    make_posting(workers[0].user, Role.GRID_WORKER, place=grid)
    make_posting(role=Role.AUDITOR, place=community)
    make_posting(role=Role.CLERK, place=make_community())
    make_posting(role=Role.CLERK, place=community, until=day - timedelta(days=1))
    make_posting(role=Role.CLERK, place=community, since=day + timedelta(days=1))
    here = figures.community(community.pk)
    assert value("grids.staff", community) == 28
    assert str(value("grids.staff_per_10000", community)) == "54.7"
    assert staff_count(here, clock.now() - timedelta(days=1)).value == 29
    assert staff_count(here, clock.now() + timedelta(days=1)).value == 29
    workers[5].until = day - timedelta(days=2)
    workers[5].save(update_fields=["until"])
    assert value("grids.staff", community) == 27


def test_household_that_is_planned_is_on_no_roll_yet():
    community = make_community()
    make_household(make_building(community=community), since=clock.today() + timedelta(days=1))
    make_household(make_building(community=community), until=clock.today())
    assert value("grids.households", community) == 1
