"""Estates, buildings, households, and people who move in, move and leave."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import books, clock
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from grids import services
from grids.books import homes_overlapping
from grids.models import Address, Building, GridAssignment, Household, Residency, resident_of
from grids.services import Door
from tests.factories import (
    LONG_AGO,
    make_building,
    make_community,
    make_estate,
    make_grid,
    make_household,
    make_person,
    make_resident,
)

DAY = timedelta(days=1)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


@pytest.fixture
def grid(db):
    return make_grid(community=make_community())


@pytest.fixture
def building(grid):
    return make_building("3号楼", grid=grid)


@pytest.fixture
def today(db):
    return clock.today()


def assert_books_agree():
    books.discover()
    assert {name: lines for name, lines in books.verify().items() if lines} == {}


class TestBuildings:
    def test_same_building_in_another_spelling_is_refused(self, grid):
        estate = services.create_estate("福园", by=None, community=grid.community)
        how = {"by": None, "community": grid.community, "estate": estate}
        services.create_building("3号楼", **how)
        assert refusal(services.create_building, "三号楼", **how) == Refusal.DUPLICATE
        assert services.create_building("3号楼", by=None, community=grid.community).pk

    def test_people_live_in_the_lowest_grids_only(self, grid):
        below, closed = make_grid(parent=grid), make_grid(community=grid.community, is_active=False)
        create, how = services.create_building, {"by": None, "community": grid.community}
        assert refusal(create, "1号楼", grid=grid, **how) == Refusal.NOT_LOWEST_GRID
        assert refusal(create, "1号楼", grid=closed, **how) == Refusal.NOT_LOWEST_GRID
        assert create("1号楼", grid=below, **how).grid == below

    def test_grid_and_estate_lie_in_the_community(self, grid):
        how = {"by": None, "community": grid.community}
        assert refusal(services.create_building, "1号楼", grid=make_grid(), **how) == Refusal.OTHER_COMMUNITY
        assert refusal(services.create_building, "1号楼", estate=make_estate(), **how) == Refusal.OTHER_COMMUNITY

    def test_renamed_estate_is_found_by_its_new_name(self, grid):
        estate = services.create_estate("福园", by=None, community=grid.community)
        building = services.create_building("3号楼", by=None, community=grid.community, estate=estate)
        estate.name = "寿园"
        services.save_estate(estate, by=None, fields=["name"])
        assert list(Building.objects.beginning("寿园三栋302")) == [building]
        assert list(Building.objects.beginning("福园三栋302")) == []

    @pytest.mark.row("S3-06")
    def test_reassigned_building_takes_households_and_homes_along_and_keeps_its_history(self, grid):
        building = services.create_building("3号楼", by=None, community=grid.community, grid=grid)
        home = services.move_in(make_person(), Door(building, room="302"), by=None)
        gone = make_resident(household=home.household, until=clock.today() - DAY)
        other = make_grid(community=grid.community)
        services.assign_grid(building, other, by=None)
        home.refresh_from_db()
        gone.refresh_from_db()
        assert (home.grid, home.household.grid, gone.grid) == (other, other, grid)
        assert list(GridAssignment.objects.values_list("building", "grid")) == [
            (building.pk, grid.pk), (building.pk, other.pk)
        ]  # fmt: skip
        assert AuditEntry.objects.filter(object_id=building.pk, verb="change").latest("pk").fields == ["folded", "grid"]
        assert_books_agree()

    def test_form_opened_before_a_reassignment_is_stale(self, grid):
        building = services.create_building("3号楼", by=None, community=grid.community, grid=grid)
        home = services.move_in(make_person(), Door(building, room="302"), by=None)
        services.assign_grid(building, None, by=None)
        home.kind = "floating"
        assert refusal(services.save_residency, home, by=None, fields=["kind"]) == Refusal.STALE

    def test_history_of_a_building_is_noted_once_for_each_grid(self, grid):
        building = services.create_building("3号楼", by=None, community=grid.community, grid=grid)
        building.name = "4号楼"
        services.save_building(building, by=None, fields=["name"])
        assert GridAssignment.objects.count() == 1


class TestHouseholds:
    def test_one_household_at_an_address_however_it_is_spelt(self, building):
        first = services.household_at(Door(building, unit="1", room="302"), by=None)
        assert services.household_at(Door(building, unit="一单元", room="302 室"), by=None) == first
        assert Address.objects.count() == Household.objects.count() == 1
        assert str(first) == "3号楼1单元302室"
        assert refusal(services.create_household, Door(building, unit="1", room="302"), by=None) == Refusal.DUPLICATE

    def test_household_lies_where_its_building_does(self, building):
        household = services.household_at(Door(building), by=None)
        assert (household.community, household.grid) == (building.community, building.grid)

    def test_ended_household_makes_room_for_the_next(self, building):
        first = services.household_at(Door(building, room="302"), by=None)
        services.end_household(first, by=None)
        assert services.household_at(Door(building, room="302"), by=None) != first

    def test_household_that_ends_tomorrow_is_at_home_until_then(self, building, today):
        home = services.move_in(make_person(), Door(building, room="302"), by=None, since=LONG_AGO)
        services.end_household(home.household, by=None, until=today + DAY)
        for days, expected in ((0, True), (1, True), (2, False)):
            at = clock.now() + days * DAY
            assert resident_of(home.person_id, home.community_id, at) is expected
        assert Household.objects.live(clock.now() + 2 * DAY).count() == 0

    def test_end_of_a_household_ends_its_homes_and_leaves_earlier_ends(self, building, today):
        home = services.move_in(make_person(), Door(building, room="302"), by=None, since=LONG_AGO)
        before = make_resident(household=home.household, until=today - 9 * DAY)
        services.end_household(home.household, by=None, until=today)
        home.refresh_from_db()
        before.refresh_from_db()
        assert (home.until, before.until) == (today, today - 9 * DAY)
        assert_books_agree()

    def test_nobody_moves_into_a_household_that_is_over(self, building, today):
        household = make_household(building, until=today)
        assert (
            refusal(services.move_in, make_person(), household, by=None, since=today + DAY) == Refusal.HOUSEHOLD_ENDED
        )
        assert services.move_in(make_person(), household, by=None, since=today).until == today

    def test_without_grid_are_those_nobody_answers_for(self, grid, building):
        here = make_household(building)
        nowhere = make_household(make_building(community=grid.community))
        closed = make_household(make_building(grid=make_grid(community=grid.community, is_active=False)))
        divided = make_grid(community=grid.community)
        above = make_household(make_building(grid=divided))
        assert set(Household.objects.without_grid()) == {nowhere, closed}
        make_grid(parent=divided)
        assert set(Household.objects.without_grid()) == {nowhere, closed, above}
        assert here not in Household.objects.without_grid()


class TestMoves:
    def test_move_ends_the_old_home_and_begins_the_new_one_the_next_day(self, building, today):
        old = make_resident(household=make_household(building))
        new = services.move(old, Door(building, room="1201"), by=None)
        old.refresh_from_db()
        assert (old.until, new.since, new.until) == (today - DAY, today, None)
        assert old.household != new.household
        assert Residency.objects.live().get(person=old.person) == new
        assert_books_agree()

    def test_move_in_the_future_changes_nothing_before(self, building, today):
        old = make_resident(household=make_household(building))
        new = services.move(old, make_household(building), by=None, since=today + 5 * DAY)
        assert list(Residency.objects.live().filter(person=old.person)) == [old]
        assert list(Residency.objects.live(clock.now() + 5 * DAY).filter(person=old.person)) == [new]

    def test_move_on_the_first_day_corrects_the_home(self, building, today):
        home = services.move_in(make_person(), Door(building, room="302"), by=None)
        again = services.move(home, Door(building, room="303"), by=None)
        assert again.pk == home.pk
        assert str(Residency.objects.get().household) == "3号楼303室"

    def test_move_to_where_one_lives_is_refused(self, building):
        home = make_resident(household=make_household(building))
        assert refusal(services.move, home, home.household, by=None) == Refusal.DUPLICATE

    def test_move_before_the_first_day_or_after_the_end_is_refused(self, building, today):
        home = make_resident(household=make_household(building), until=today - 5 * DAY)
        for day in (today, LONG_AGO - DAY):
            assert refusal(services.move, home, make_household(building), by=None, since=day) == Refusal.INVALID

    def test_refused_move_leaves_nothing_behind(self, building, today):
        old = make_resident(household=make_household(building), until=today + DAY)
        services.register_resident(old.person, community=building.community, by=None, since=today + 2 * DAY)
        count = Household.objects.count()
        assert refusal(services.move, old, Door(building, room="999"), by=None, since=today) == Refusal.HOME_OVERLAPS
        old.refresh_from_db()
        assert (old.until, Household.objects.count()) == (today + DAY, count)

    def test_stale_move_is_refused(self, building):
        home = make_resident(household=make_household(building))
        Residency.objects.filter(pk=home.pk).update(version=9)
        assert refusal(services.move, home, make_household(building), by=None, version=1) == Refusal.STALE

    def test_two_homes_in_two_communities_are_fine_and_in_one_are_not(self, building, today):
        home = make_resident(household=make_household(building))
        assert services.move_in(home.person, make_household(make_building()), by=None).is_live()
        assert refusal(services.move_in, home.person, make_household(building), by=None) == Refusal.HOME_OVERLAPS

    @pytest.mark.parametrize(
        ("first", "second", "refused"),
        [
            ((0, 10), (11, 20), False),
            ((0, 10), (10, 20), True),
            ((5, 10), (0, 5), True),
            ((5, 10), (0, 4), False),
            ((0, 20), (5, 10), True),
            ((5, None), (0, 4), False),
            ((5, None), (0, 5), True),
            ((0, 4), (5, None), False),
            ((0, 5), (5, None), True),
        ],
    )
    def test_homes_of_a_person_never_share_a_day(self, building, today, first, second, refused):
        person, community = make_person(), building.community

        def days(pair):
            since, until = pair
            return {"since": today + since * DAY, "until": None if until is None else today + until * DAY}

        services.save_residency(Residency(person=person, community=community, **days(first)), by=None)
        another = Residency(person=person, community=community, **days(second))
        if refused:
            assert refusal(services.save_residency, another, by=None) == Refusal.HOME_OVERLAPS
            Residency.objects.create(person=person, community=community, **days(second))
            assert len(homes_overlapping()) == 1
        else:
            services.save_residency(another, by=None)
            assert homes_overlapping() == []

    def test_database_refuses_a_second_open_home(self, building):
        home = make_resident(household=make_household(building))
        with pytest.raises(IntegrityError), transaction.atomic():
            Residency.objects.create(person=home.person, community=home.community)

    def test_planned_end_may_be_put_off_while_it_has_not_come(self, building, today):
        home = make_resident(household=make_household(building), until=today + DAY)
        assert services.end_residency(home, by=None, until=today + 9 * DAY).until == today + 9 * DAY
        over = make_resident(household=make_household(building), until=today - DAY)
        assert refusal(services.end_residency, over, by=None, until=today) == Refusal.INVALID

    def test_settling_gives_a_home_its_address_and_keeps_its_days(self, building):
        home = make_resident(community=building.community)
        services.settle(home, Door(building, room="302"), by=None)
        home.refresh_from_db()
        assert (home.since, home.grid, str(home.household)) == (LONG_AGO, building.grid, "3号楼302室")

    def test_settling_in_another_community_is_refused(self, building):
        home = make_resident()
        assert refusal(services.settle, home, Door(building), by=None) == Refusal.OTHER_COMMUNITY


class TestRights:
    def test_grid_worker_moves_people_within_the_own_grids_only(self, cast):
        mine, other = make_building(grid=cast.grid), make_building(grid=make_grid(community=cast.community))
        home = make_resident(household=make_household(mine))
        assert refusal(services.move, home, Door(other), by=cast.gridworker) == Refusal.NOT_ALLOWED
        assert services.move(home, Door(mine, room="9"), by=cast.gridworker).pk
        assert services.move_in(make_person(), Door(other), by=cast.clerk).pk

    @pytest.mark.parametrize("name", ["admin", "district", "auditor", "careworker", "outsider", "resident"])
    def test_others_write_down_no_homes(self, cast, name):
        building = make_building(grid=cast.grid)
        home = make_resident(household=make_household(building))
        user = cast.users[name]
        assert refusal(services.move_in, make_person(), home.household, by=user) == Refusal.NOT_ALLOWED
        assert refusal(services.move, home, Door(building), by=user) == Refusal.NOT_ALLOWED
        assert refusal(services.create_household, Door(building), by=user) == Refusal.NOT_ALLOWED
        assert refusal(services.end_household, home.household, by=user) == Refusal.NOT_ALLOWED


def test_books_tell_what_does_not_agree(grid, building):
    home = make_resident(household=make_household(building))
    assert_books_agree()
    other = make_grid(community=grid.community)
    Residency.objects.filter(pk=home.pk).update(grid=other)
    Household.objects.filter(pk=home.household_id).update(grid=None)
    Building.objects.filter(pk=building.pk).update(grid=other)
    found = {name: len(lines) for name, lines in books.verify().items() if lines}
    assert found == {"homes": 1, "households": 1, "buildings": 1}
