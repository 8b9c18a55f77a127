"""Invented people with their homes. All are marked as samples, and nobody has their phone numbers."""

from datetime import date, timedelta
from typing import Any

from accounts.models import Person
from accounts.services import create_person
from grids.models import Grid, Residency
from grids.services import register_resident
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
    """The people of each community, children with a guardian, spread over its lowest grids."""
    serial = 0
    for slug, ages in samples()["residents"].items():
        grids = lowest_grids(run, slug)
        people: list[Person] = []
        for number, age in enumerate(ages):
            serial += 1
            people.append(_resident(run, slug, number, age, serial, people))
            home(run, people[-1], slug, grids[number % len(grids)] if grids else None)
        run.residents[slug] = people


def _resident(run: Run, slug: str, number: int, age: int, serial: int, before: list[Person]) -> Person:
    """A child is in the care of the last adult before it who could be its parent, and has no phone of its own."""
    grown = age >= ADULT
    parents = [one for one in before if 25 <= (one.age_on(run.today) or 0) <= age + 45]
    return person(
        run,
        slug,
        number,
        name=invented_name(serial),
        age=age,
        guardians=() if grown else tuple(parents[-1:]),
        phone=invented_phone(2, serial) if grown else "",
    )


def invented_name(serial: int) -> str:
    """Return a name put together from two lists; no two of the first thousand are the same."""
    surnames, given = samples()["surnames"], samples()["given_names"]
    return surnames[serial % len(surnames)] + given[serial % len(given)]


def lowest_grids(run: Run, slug: str) -> list[Grid]:
    """Return the grids of a community that have none below them."""
    return list(Grid.objects.filter(community=run.communities[slug], children=None).order_by("path"))


def home(run: Run, who: Person, slug: str, grid: Grid | None) -> Residency:
    """Return the home of `who`, in `grid` as far as the community has grids."""
    community = run.communities[slug]
    return run.ensure(
        Residency,
        who.public_id,
        make=lambda: register_resident(
            who, community=community, grid=grid, by=None, since=run.today - HERE_FOR, at=run.at
        ),
    )
