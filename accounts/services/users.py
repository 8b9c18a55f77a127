"""Accounts: what opens, changes and closes them."""

import re
import unicodedata
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person, User
from accounts.services import sessions
from core import clock, records
from core.identifiers import normalise_phone
from core.permissions import require
from core.text import clean_line, fold

USERNAME_LENGTH = 60
_USERNAME = re.compile(r"\w[\w.@+-]*")
TELLABLE = frozenset({"LATIN", "CJK", "ARABIC", "HANGUL", "MONGOLIAN", "TIBETAN", "YI"})
"""Scripts of user names, by the first word of their characters' names: those written here that hold no twin of a Latin
letter, as Cyrillic and Greek do."""


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


@transaction.atomic
def set_password(
    user: User,
    password: str,
    *,
    by: User | None,
    check_password: bool = True,
    keep: str | None = None,
    at: datetime | None = None,
) -> User:
    """Give the account another password, or its first one: its owner, or who may change accounts.

    Effects, in order: the row, one audit row, all other sessions of the account ended.

    Args:
        keep: key of the session that goes on.

    Raises:
        ValidationError: the password is too weak.
        Refused: NOT_ALLOWED.
    """
    if by != user:
        require("user.change", by, user, at)
    _set_password(user, password, check_password)
    records.save(user, by=by, fields=["password"], at=at)
    sessions.forget(user, keep=keep)
    return user


@transaction.atomic
def set_active(
    user: User, active: bool, *, by: User | None, version: int | None = None, at: datetime | None = None
) -> User:
    """Close the account or open it again.

    Effects, in order: the row, one audit row; all sessions of an account that is closed are ended.

    Raises:
        Refused: NOT_ALLOWED.
    """
    require("user.change", by, user, at)
    user.is_active = active
    records.save(user, by=by, fields=["is_active"], version=version, at=at or clock.now())
    if not active:
        sessions.forget(user)
    return user


def clean_username(username: str) -> str:
    """Return the form of a user name that is stored and compared.

    Raises:
        ValidationError: code "username"; also for what would be read as a phone number at sign-in, and for letters that
            could be taken for others (security T12): one script, Chinese beside plain Latin excepted.
    """
    name = fold(clean_line(username, max_length=USERNAME_LENGTH))
    if not _USERNAME.fullmatch(name) or len(name) > USERNAME_LENGTH or _is_phone(name):
        raise ValidationError(
            _("A user name has letters, digits, dots and dashes, and is not a phone number."), code="username"
        )
    scripts = {_script(character) for character in name if not character.isascii()}
    if any(character.isascii() and character.isalpha() for character in name):
        scripts.add("LATIN")
    if not scripts <= TELLABLE or (len(scripts) > 1 and scripts != {"LATIN", "CJK"}):
        raise ValidationError(
            _("Please write the user name with Chinese characters or the letters a to z: others look too much alike."),
            code="username",
        )
    return name


def _script(character: str) -> str:
    """Return the first word of the character's name; Latin letters beyond a to z and foreign digits stand apart."""
    first = unicodedata.name(character, "?").split(" ")[0]
    return f"{first} beside ASCII" if first == "LATIN" or character.isdigit() else first


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
