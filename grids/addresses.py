"""Addresses as people write them, and the one form in which they are compared (domain S3-06).

"３号楼 一单元 302室", "3栋1单元302" and "3-1-302" are one place. Pure text; nothing is stored here.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 120
"""Characters of a typed address that are looked at."""
FOLDED_LENGTH = 200

_NUMERALS = "〇一二三四五六七八九"
_COUNTED = r"(?=号|栋|幢|座|单元|门|层|楼|室|巷|弄|排|组)"
_CHINESE_NUMBER = re.compile(rf"[〇一二三四五六七八九十]{{1,3}}{_COUNTED}")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_THREE_PARTS = re.compile(r"(?<![0-9])([0-9]{1,4})-([0-9]{1,3})-([0-9]{1,5})(?![0-9])")
_TWO_PARTS = re.compile(r"(?<![0-9])([0-9]{1,4})-([0-9]{1,5})(?![0-9])")
_BUILDING = re.compile(r"([0-9a-z])(?:号楼|#楼|栋|幢|#)")
_ROOM = re.compile(r"([0-9a-z])(?:号?室)+$")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_DROPPED = re.compile(r"[\s,、。.·()_/]+")
_LOOSE_DASH = re.compile(r"(?<![0-9])-+|-+(?![0-9])|--+")
_UNIT = re.compile(r"(.*?)单元(.*)")


def fold_address(text: str) -> str:
    """Return the form in which addresses are compared: narrow digits, one word for a building, no spaces or dashes.

    Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
    plain = _LOOSE_DASH.sub("", _DASHES.sub("-", _DROPPED.sub("", plain)))
    plain = _CHINESE_NUMBER.sub(lambda found: _digits(found[0]), plain)
    plain = _TWO_PARTS.sub(r"\1号楼\2", _THREE_PARTS.sub(r"\1号楼\2单元\3", plain)).replace("-", "")
    return _ROOM.sub(r"\1", _BUILDING.sub(r"\1号楼", plain))[:FOLDED_LENGTH]


def _digits(number: str) -> str:
    """Return 三十二 as 32; digits that are only strung together (三〇二) stay so."""
    tens = _TENS.fullmatch(number)
    if tens:
        return str(10 * (_NUMERALS.index(tens[1]) if tens[1] else 1) + (_NUMERALS.index(tens[2]) if tens[2] else 0))
    return "".join(str(_NUMERALS.index(one)) if one in _NUMERALS else one for one in number)


def fold_door(unit: str, room: str) -> str:
    """Return the folded part of an address inside its building; "" for the whole of it."""
    unit = unit.strip().removesuffix("单元")
    return (fold_address(f"{unit}单元" if unit else "") + fold_address(room))[:FOLDED_LENGTH]


def split_door(folded: str) -> tuple[str, str]:
    """Return (unit, room) of a folded part of an address inside its building."""
    found = _UNIT.fullmatch(folded)
    return (found[1], found[2]) if found else ("", folded)


def beginnings(folded: str) -> Iterator[str]:
    """Return the beginnings of a folded address that can be a building, the longest first.

    A number is never cut: “南巷1” is no beginning of “南巷12”.
    """
    for end in range(len(folded), 0, -1):
        rest = folded[end : end + 1]
        if not (rest.isdecimal() and folded[end - 1].isdecimal()):
            yield folded[:end]


def written_door(unit: str, room: str) -> str:
    """Return unit and room as people write them: 1单元302室."""
    words = f"{unit}单元" if unit.isdecimal() else unit
    return words + (f"{room}室" if room.isdecimal() else room)
