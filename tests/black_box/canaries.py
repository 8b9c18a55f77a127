"""Texts that stand in one person's data and nowhere else, and how they are found in an answer.

A canary is found in whatever spelling: escaped, quoted in an address, folded in a calendar file, a number in groups,
a name in part. tests/black_box/plant.py puts them into the database.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from tests.black_box.browser import Answer

MARK = "qzx"
"""Begins the part of every planted name and text that occurs nowhere else; seven characters follow."""
PHONE_SERIES = "1690099"
"""A range that neither an operator nor the demonstration has; four digits follow."""
ID_NUMBER_PLACE = "659099"
"""A region code that is none; birth date, serial and check digit follow."""
BIRTH_YEARS = range(1901, 1930)
"""One for each community (or group of communities) that knows somebody."""

PATTERN = re.compile(
    rf"{MARK}[0-9a-z]{{7}}|{PHONE_SERIES}[0-9]{{4}}|{ID_NUMBER_PLACE}[0-9]{{11}}[0-9x]"
    r"|(?<![0-9a-z])19[0-2][0-9](?=-[0-9]{2}-[0-9]{2}|年|/[0-9])"
)
SPACES = re.compile(r"[\s\u00ad\u200b]+")
GROUPS = re.compile(r"(?<=[0-9])[-\u2010-\u2015.]+(?=[0-9])")
ESCAPED = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
NUMBERS = ("phone", "id_number", "email")


@dataclass(frozen=True)
class Canary:
    """One planted text.

    Attributes:
        key: what `found` returns for it.
        what: model, field and where the person is known, for the report.
        field: name of the field that holds it.
        communities: the communities whose records lead to the person.
        person: id of the person.
        is_public: a name that everybody may read: of a grid worker, or of staff who agreed to it.
    """

    key: str
    what: str
    field: str
    communities: tuple[str, ...]
    person: int
    is_public: bool = False


def spellings(text: str) -> str:
    """Return `text` with everything undone that a page, an address, JSON or a calendar file does to it."""
    plain = ESCAPED.sub(lambda match: chr(int(match[1], 16)), unescape(unquote(unescape(text)))).casefold()
    compact = SPACES.sub("", plain)
    return "\n".join((plain, compact, GROUPS.sub("", compact)))


def found(text: str) -> set[str]:
    """Return the keys of the canaries in `text`."""
    return set(PATTERN.findall(spellings(text)))


def texts_of(answer: Answer) -> str:
    """Everything an answer says that can be read without drawing it: headers, text, the files in a packed sheet."""
    said = ["\n".join(f"{name}: {value}" for name, value in answer.headers.items()), *answer.cookies]
    if answer.body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
            said += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    else:
        said.append(answer.text)
    return "\n".join(said)
