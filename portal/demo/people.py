"""Invented people with their homes. All are marked as samples, and nobody has their phone numbers."""

from datetime import date, timedelta
from typing import Any

from accounts.models import Person
from accounts.services import create_person
from grids.models import Residency
from grids.services import Door, move_in
from portal.demo.content import samples
from portal.demo.run import Run

ADULT = 18
HERE_FOR = timedelta(days=700)
"""How long ago the invented people came, so that homes and postings are in force on every day of the demonstration."""


def invented_phone(series: int, number: int) -> str:
    """Return number `number` of a series in a range that no operator has."""
    return f"1690000{series}{number:03d}"


def person(
    run: Run, *key: object, name: str, age: int | None = None, guardians: tuple[Person, ...] = (), **values: Any
) -> Person:
    """Return the sample person of `key`; the age is that on the day the person is made."""
    return run.ensure(
        Person,
        *key,
        make=lambda: create_person(
            name, by=None, birth_date=born(run.today, age), guardians=guardians, is_sample=True, at=run.at, **values
        ),
    )


def born(today: date, age: int | None) -> date | None:
    """Return a birth date that makes somebody `age` years old, its day spread over the year by the age itself."""
    if age is None:
        return None
    passed = timedelta(days=5 + age * 37 % 355)
    day = today - passed
    return date(day.year - age, day.month, min(day.day, 28))


def load_residents(run: Run) -> None:
    """The people of each community, two to a home and children with a guardian, spread over its buildings."""
    serial = 0
    for slug, ages in samples()["residents"].items():
        people: list[Person] = []
        doors: dict[int, int] = {}
        for number, age in enumerate(ages):
            serial += 1
            guardians = () if age >= ADULT else _guardians(run, people, age)
            people.append(_resident(run, slug, number, age, serial, guardians))
            shared = [doors[one.pk] for one in guardians if one.pk in doors]
            doors[people[-1].pk] = shared[0] if shared else number // 2
            home(run, people[-1], slug, doors[people[-1].pk], room=201 + doors[people[-1].pk])
        run.residents[slug] = people


def _guardians(run: Run, before: list[Person], age: int) -> tuple[Person, ...]:
    """A child is in the care of the last adult before it who could be its parent."""
    parents = [one for one in before if 25 <= (one.age_on(run.today) or 0) <= age + 45]
    return tuple(parents[-1:])


def _resident(run: Run, slug: str, number: int, age: int, serial: int, guardians: tuple[Person, ...]) -> Person:
    """Children have no phone of their own."""
    return person(
        run,
        slug,
        number,
        name=invented_name(serial),
        age=age,
        guardians=guardians,
        phone=invented_phone(2, serial) if age >= ADULT else "",
    )


def invented_name(serial: int) -> str:
    """Return a name put together from two lists; no two of the first thousand are the same."""
    surnames, given = samples()["surnames"], samples()["given_names"]
    return surnames[serial % len(surnames)] + given[serial % len(given)]


def home(run: Run, who: Person, slug: str, place: int, *, room: int) -> Residency:
    """Return the home of `who`: a room of the community's building at `place` (counted round and round)."""
    buildings = run.buildings[slug]
    door = Door(buildings[place % len(buildings)], unit="1", room=str(room))
    return run.ensure(
        Residency,
        who.public_id,
        make=lambda: move_in(who, door, by=None, since=run.today - HERE_FOR, at=run.at),
    )
