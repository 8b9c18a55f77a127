"""Residents' own accounts: registering, and the phone by which one signs in.

Nothing is stored before a code has proved the number (it waits in the encrypted session), so that an abandoned
registration blocks nobody and leaves nothing behind.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import consents
from accounts.models import Consent, Person, User
from accounts.models.consents import ConsentChannel, ConsentKind
from core import audit, clock, records
from core.constraints import declare
from core.fields import new_public_id
from core.identifiers import normalise_phone
from core.refusals import Refusal, Refused

declare(user_phone_once=Refusal.PHONE_TAKEN)


@transaction.atomic
def register(
    phone: str, name: str, *, password: str = "", text_version: str | None = None, at: datetime | None = None
) -> User:
    """Open the account of somebody who has just proved that `phone` is theirs.

    Effects, in order: a Person of its own, the User, the person's phone (unless another person has it: a code proves a
    number, never who somebody is), the account's audit row "register", the Consent.

    Args:
        phone: any spelling.
        password: encoded already (make_password); "" for signing in by code only.
        text_version: of the privacy notice that was agreed to; the one in force when None.

    Raises:
        ValidationError: name or phone cannot be used.
        Refused: PHONE_TAKEN, another account has proved this number meanwhile.
    """
    moment, number = at or clock.now(), normalise_phone(phone)
    person = Person(name=name)
    person.clean_fields()
    records.save(person, by=None, at=moment)
    user = User(username=f"u{new_public_id()}", person=person, password=password)
    if not password:
        user.set_unusable_password()
    user.set_phone(number, at=moment)
    records.save(user, by=None, audited=False, at=moment)
    _give_phone(person, number, by=None, audited=False, at=moment)
    audit.record(user, "register", by=user, at=moment)
    version = consents.current_version() if text_version is None else text_version
    records.save(
        Consent(
            person=person,
            kind=ConsentKind.PRIVACY,
            text_version=version or consents.NONE_PUBLISHED,
            channel=ConsentChannel.WEB,
            given_at=moment,
        ),
        by=user,
        at=moment,
    )
    return user


@transaction.atomic
def change_phone(user: User, phone: str, *, by: User | None, at: datetime | None = None) -> str:
    """Give the account another phone, which a code has just proved.

    Effects, in order: the account's row and one audit row; if the person's phone was the old one, the new one there
    too, or none where somebody else has it, and its audit row: nobody is called at a number that they gave up.

    Returns:
        The old phone, "" if there was none.

    Raises:
        Refused: PHONE_TAKEN, the number is that of another account.
    """
    moment, number, before = at or clock.now(), normalise_phone(phone), user.phone
    user.set_phone(number, at=moment)
    records.save(user, by=by, fields=["phone", "phone_index", "phone_verified_at"], at=moment)
    person = user.person
    if before and person is not None and person.phone == before and not _give_phone(person, number, by=by, at=moment):
        person.set_phone("")
        records.save(person, by=by, fields=["phone", "phone_index"], at=moment)
    return before


def _give_phone(person: Person, phone: str, **words: Any) -> bool:
    """Put the phone of an account at its person too; False where another person has it and nothing changes.

    Args:
        **words: for core.records.save.
    """
    before = person.phone
    person.set_phone(phone)
    try:
        records.save(person, fields=["phone", "phone_index"], **words)
    except Refused as refused:
        if refused.refusal != Refusal.DUPLICATE:
            raise
        person.set_phone(before)
        return False
    return True
