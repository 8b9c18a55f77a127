"""Encryption of personal fields, and blind indexes by which a whole value can be looked up.

The keys live outside the database (settings.FIELD_KEYS, settings.BLIND_KEYS); a copy of the database alone
tells neither the values nor, by trying all ID numbers, whose they are.
"""

import hmac
import re
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_HEX_DIGITS = 32  # 128 bits
_VERSION = re.compile(r"[0-9A-Za-z_-]{1,7}")
_MIN_KEY_LENGTH = 16


class UnreadableValue(Exception):
    """A stored value cannot be decrypted: it is damaged, or its key is missing from settings.FIELD_KEYS."""


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_KEYS must hold Fernet keys (32 bytes, URL-safe base64)") from error


@lru_cache(maxsize=8)
def _blind_keys(pairs: tuple[object, ...]) -> tuple[tuple[str, bytes], ...]:
    """Return (version, key) pairs, the current one first, from pairs or "version:key" texts."""
    found = []
    for pair in pairs:
        version, _colon, key = pair.partition(":") if isinstance(pair, str) else (str(pair[0]), ":", pair[1])  # type: ignore[index]
        if not _VERSION.fullmatch(version) or len(key) < _MIN_KEY_LENGTH:
            raise ImproperlyConfigured("BLIND_KEYS must hold version:key pairs with keys of at least 16 characters")
        found.append((version, key.encode()))
    if not found or len({version for version, _key in found}) != len(found):
        raise ImproperlyConfigured("BLIND_KEYS must hold at least one key, each with a version of its own")
    return tuple(found)


def _listed(setting: Iterable[object] | str) -> tuple[object, ...]:
    parts = setting.split(",") if isinstance(setting, str) else setting
    return tuple(tuple(part) if isinstance(part, list) else part for part in parts)


def _current_box() -> MultiFernet:
    return _box(tuple(str(key) for key in _listed(settings.FIELD_KEYS)))


def _current_blind_keys() -> tuple[tuple[str, bytes], ...]:
    return _blind_keys(_listed(settings.BLIND_KEYS))


def encrypt(text: str) -> str:
    """Return `text` encrypted with the first of settings.FIELD_KEYS; "" stays ""."""
    return _current_box().encrypt(text.encode()).decode("ascii") if text else ""


def decrypt(token: str) -> str:
    """Return the text that `encrypt` was given, whichever known key it used; "" stays "".

    Raises:
        UnreadableValue: the token is damaged or of an unknown key.
    """
    if not token:
        return ""
    try:
        return _current_box().decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise UnreadableValue("an encrypted value cannot be read: damaged, or its key is missing") from error


def rotate(token: str) -> str:
    """Return the same text encrypted with the first key; "" stays "".

    Raises:
        UnreadableValue: as `decrypt`.
    """
    return encrypt(decrypt(token))


def _index(version: str, key: bytes, kind: str, normalised: str) -> str:
    digest = hmac.digest(key, f"{kind}\0{normalised}".encode(), "sha256")
    return f"{version}:{digest.hex()[:_HEX_DIGITS]}"


def blind_index(kind: str, normalised: str) -> str:
    """Return the blind index to store: "<version>:<32 hex digits>", at most 40 characters.

    Args:
        kind: separates values of different sorts ("phone", "id_number").
        normalised: the one spelling of the value (core.identifiers), not "".
    """
    return blind_indexes(kind, normalised)[0]


def blind_indexes(kind: str, normalised: str) -> list[str]:
    """Return the indexes under which the value may be stored, one per known key, the current one first.

    Raises:
        ValueError: the value is ""; rows without a value hold NULL, not a shared index.
    """
    if not normalised:
        raise ValueError("an empty value has no blind index")
    return [_index(version, key, kind, normalised) for version, key in _current_blind_keys()]
