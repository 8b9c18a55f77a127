"""Two clerks write down the same person's home at once (conventions 29)."""

import pytest
from django.db import connection

from accounts.models import PersonQuerySet
from core import clock
from core.refusals import Refusal
from grids import services
from grids.books import homes_disagreeing, homes_overlapping, households_disagreeing
from grids.models import Household, Residency
from grids.models.homes import ResidencyQuerySet
from grids.services import Door
from tests.events.test_races import at_once, meeting, told  # noqa: F401  a fixture of this file's tests
from tests.factories import make_building, make_grid, make_household, make_person, make_resident

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_16_times_the_same_person_moves_in_once():
    building, person = make_building(grid=make_grid()), make_person()
    doors = [Door(building, room=str(room)) for room in range(16)]
    results = at_once([lambda door=door: services.move_in(person, door, by=None) for door in doors])
    assert told(results) == {"Residency": 1, Refusal.HOME_OVERLAPS: 15}
    assert Residency.objects.count() == Household.objects.count() == 1


def test_16_people_move_into_one_household():
    door = Door(make_building(grid=make_grid()), room="302")
    people = [make_person() for _number in range(16)]
    results = at_once([lambda person=person: services.move_in(person, door, by=None) for person in people])
    assert told(results) == {"Residency": 16}
    assert Household.objects.count() == 1


def test_people_move_in_while_the_building_changes_its_grid():
    grid = make_grid()
    other, building = make_grid(community=grid.community), make_building(grid=grid)
    door, household = Door(building, room="302"), make_household(building, "101")
    people = [(make_person(), to) for to in (door, household) * 5]
    calls = [lambda person=person, to=to: services.move_in(person, to, by=None) for person, to in people]
    results = at_once([*calls, lambda: services.assign_grid(building, other, by=None)])
    assert told(results) == {"Residency": 10, "Building": 1}
    assert homes_disagreeing() == households_disagreeing() == []
    assert set(Residency.objects.values_list("grid", flat=True)) == {other.pk}


def _two_ended_homes(person, community):
    day = clock.today()
    return [
        lambda: services.save_residency(Residency(person=person, community=community, since=day, until=day), by=None)
    ] * 2


def test_homes_that_have_ended_never_overlap_either():
    person, community = make_person(), make_resident().community
    results = at_once(_two_ended_homes(person, community))
    assert told(results) == {"Residency": 1, Refusal.HOME_OVERLAPS: 1}
    assert homes_overlapping() == []


def test_control_without_the_persons_lock_homes_overlap(monkeypatch, meeting):  # noqa: F811
    overlapping = ResidencyQuerySet.overlapping

    def wait_after_looking(self, since, until):
        found = overlapping(self, since, until).count()
        meeting()
        return Residency.objects.filter(pk__in=[-1]) if not found else overlapping(self, since, until)

    monkeypatch.setattr(PersonQuerySet, "select_for_update", lambda self, **words: self)
    monkeypatch.setattr(ResidencyQuerySet, "overlapping", wait_after_looking)
    results = at_once(_two_ended_homes(make_person(), make_resident().community))
    if connection.vendor == "postgresql":
        assert told(results) == {"Residency": 2}
        assert len(homes_overlapping()) == 1
    else:
        assert told(results) == {"Residency": 1, Refusal.HOME_OVERLAPS: 1}
