"""Parts of public pages that are made once for many visitors (design §2, Versions).

A worker keeps them under the number of all editorial changes, the language and the minute. So an editorial change shows
at once; what begins or ends by the clock, and rows that are not editorial, a minute late at most. Numbers that move
with residents' acts (free seats, people in a team) are never inside, and nothing about the person who asks.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.cache import caches
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from core import clock, versions

KEPT_SECONDS = 60
later = SimpleLazyObject
"""Wraps a function whose result only a fragment shows: it is called when the fragment is made."""


class Stamp(NamedTuple):
    """What a fragment must have been made under to be used again."""

    number: int
    language: str
    minute: str


def stamp() -> Stamp:
    """Return the present stamp (one query). A page takes it before it reads what it shows: what is kept under it is
    then never older.
    """
    return Stamp(versions.total(), get_language() or "", clock.now().isoformat(timespec="minutes"))


def kept(under: Stamp, key: tuple[str | int, ...], make: Callable[[], Any]) -> Any:
    """Return what `make` returned under the same stamp and key, or make it.

    Args:
        key: a name, and everything on which the result depends.
        make: returns texts or plain values that are the same for everybody; never None.
    """
    name = hashlib.sha256(repr((*under, *key)).encode()).hexdigest()
    store = caches["fragments"]
    found = store.get(name)
    if found is None:
        found = make()
        store.set(name, found, KEPT_SECONDS)
    return found
