"""Persons and accounts: what creates, changes and finds them."""

import re
from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person, User
from core import audit, clock, records
from core.identifiers import birth_date_of, normalise_id_number, normalise_phone
from core.permissions import require
from core.text import clean_line, fold

USERNAME_LENGTH = 60
_USERNAME = re.compile(r"\w[\w.@+-]*")


# --- persons ------------------------------------------------------------------------------------------------------


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


# --- accounts -----------------------------------------------------------------------------------------------------


def create_user(
    username: str,
    password: str,
    *,
    by: User | None,
    person: Person | None = None,
    check_password: bool = True,
    at: datetime | None = None,
) -> User:
    """Open an account. It has no rights until somebody posts it (grids.services.post).

    Effects, in order: the User, one audit row "create". The phone of the person becomes the account's own, unless
    another account has proved it is theirs: whoever opens an account for somebody has that person before them.

    Args:
        username: stored folded, so that it is found in any spelling.
        check_password: hold the password to AUTH_PASSWORD_VALIDATORS; off for a demonstration only.

    Raises:
        ValidationError: user name or password cannot be used.
        Refused: NOT_ALLOWED; DUPLICATE, the user name is taken or the person has an account.
    """
    require("user.add", by, at=at)
    user = User(username=clean_username(username), person=person)
    _set_password(user, password, check_password)
    if person is not None and person.phone and not User.objects.with_phone(person.phone).exists():
        user.set_phone(person.phone, at=at or clock.now())
    return records.save(user, by=by, at=at)


def set_password(
    user: User, password: str, *, by: User | None, check_password: bool = True, at: datetime | None = None
) -> User:
    """Give the account another password: its owner, or who may change accounts.

    Effects, in order: the row, one audit row; all other sessions of the account end with their next request.

    Raises:
        ValidationError: the password is too weak.
        Refused: NOT_ALLOWED.
    """
    if by != user:
        require("user.change", by, user, at)
    _set_password(user, password, check_password)
    return records.save(user, by=by, fields=["password"], at=at)


def set_active(
    user: User, active: bool, *, by: User | None, version: int | None = None, at: datetime | None = None
) -> User:
    """Close the account (its sessions end with their next request) or open it again.

    Effects, in order: the row, one audit row.

    Raises:
        Refused: NOT_ALLOWED.
    """
    require("user.change", by, user, at)
    user.is_active = active
    return records.save(user, by=by, fields=["is_active"], version=version, at=at or clock.now())


def clean_username(username: str) -> str:
    """Return the form of a user name that is stored and compared.

    Raises:
        ValidationError: code "username"; also for what would be read as a phone number at sign-in.
    """
    name = fold(clean_line(username, max_length=USERNAME_LENGTH))
    if not _USERNAME.fullmatch(name) or len(name) > USERNAME_LENGTH or _is_phone(name):
        raise ValidationError(
            _("A user name has letters, digits, dots and dashes, and is not a phone number."), code="username"
        )
    return name


def _is_phone(text: str) -> bool:
    try:
        normalise_phone(text)
    except ValidationError:
        return False
    return True


def _set_password(user: User, password: str, check: bool) -> None:
    if check:
        validate_password(password, user)
    user.set_password(password)
