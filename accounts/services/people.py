"""Persons: what records, changes and finds them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Person, User
from core import audit, records
from core.identifiers import birth_date_of, normalise_id_number, normalise_phone
from core.permissions import require


@transaction.atomic
def create_person(
    name: str,
    *,
    by: User | None,
    phone: str = "",
    id_number: str = "",
    birth_date: date | None = None,
    guardians: tuple[Person, ...] = (),
    is_sample: bool = False,
    on_behalf_of: int | None = None,
    at: datetime | None = None,
) -> Person:
    """Record a human being who is not recorded yet.

    Effects, in order: the Person with its blind indexes (the birth date is read from the ID number when none is
    given), its guardians, one audit row "create".

    Args:
        phone: a mobile number in any spelling, or "".
        id_number: in any spelling, or "".

    Raises:
        ValidationError: name, phone or ID number cannot be used.
        Refused: DUPLICATE, somebody else has this phone or number.
    """
    person = Person(name=name, birth_date=birth_date, is_sample=is_sample)
    person.set_phone(phone)
    person.set_id_number(id_number)
    if person.id_number and birth_date is None:
        person.birth_date = birth_date_of(person.id_number)
    person.clean_fields()
    records.save(person, by=by, on_behalf_of=on_behalf_of, at=at)
    person.guardians.set(guardians)
    return person


def change_person(
    person: Person, *, by: User | None, version: int | None = None, at: datetime | None = None, **values: Any
) -> Person:
    """Change name, birth_date, phone or id_number; numbers carry their blind index along.

    Effects, in order: the row, one audit row "change" with the names of the fields.

    Raises:
        ValidationError: a value cannot be used.
        Refused: DUPLICATE, somebody else has this phone or number.
        Stale: somebody else changed the person in the meantime.
    """
    fields = set(values)
    if not fields <= {"name", "birth_date", "phone", "id_number"}:
        raise TypeError(f"a person's {', '.join(sorted(fields))} cannot be changed here")
    for name, value in values.items():
        if name == "phone":
            person.set_phone(value)
        elif name == "id_number":
            person.set_id_number(value)
        else:
            setattr(person, name, value)
    person.clean_fields()
    fields |= {f"{name}_index" for name in ("phone", "id_number") if name in values}
    return records.save(person, by=by, fields=sorted(fields), version=version, at=at)


@transaction.atomic
def find_person(*, by: User | None, phone: str = "", id_number: str = "", at: datetime | None = None) -> Person | None:
    """Look a person up by one whole number; the only way to a person outside one's own records.

    Effects: one audit row, "look_up" on the person who was found, or "look_up_nothing" on the searcher's own account,
    so that guessing leaves traces too.

    Args:
        phone, id_number: exactly one of them, in any spelling.

    Raises:
        ValidationError: not a whole number.
        Refused: NOT_ALLOWED.
    """
    if bool(phone) == bool(id_number):
        raise TypeError("give either a phone or an ID number")
    require("person.look_up", by, at=at)
    if phone:
        person = Person.objects.by_phone(normalise_phone(phone)).first()
    else:
        person = Person.objects.by_id_number(normalise_id_number(id_number)).first()
    fields = ["phone" if phone else "id_number"]
    if person is not None:
        audit.record(person, "look_up", by=by, fields=fields, at=at)
    elif by is not None:
        audit.record(by, "look_up_nothing", by=by, fields=fields, at=at)
    return person
