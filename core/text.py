"""What people type: made uniform, and refused where it could deceive or cannot be stored.

Refused are control characters (PostgreSQL stores no NUL), marks that turn the direction of writing or cannot be seen,
and code points without a character. Accepted is every script in which residents write their names: Chinese to the
rarest planes, Uyghur, Mongolian, Tibetan, Latin, with every spelling of the middle dot.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Invisible although Unicode calls them letters, marks or symbols: fillers, joiner, blank Braille.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Traditional Mongolian cannot be written without its vowel separator.
_NEEDED = frozenset("\u180e")
_BREAKS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\u0085": "\n"})
# A user name is at most 60 characters; folding a whole request body would only cost time.
_FOLD_LIMIT = 1000
_FAULTS = {
    "control": _("Character %(place)d is a control character. Please delete it and type the text again."),
    "invisible": _("Character %(place)d cannot be seen. Please delete it and type the text again."),
    "unknown_character": _("Character %(place)d cannot be stored here. Please write it differently."),
}


def clean_line(text: str, *, max_length: int | None = None) -> str:
    """Return `text` as one line: composed (NFC), white space collapsed, nothing around it.

    Args:
        max_length: limit in characters (code points).

    Raises:
        ValidationError: codes "control", "invisible", "unknown_character", "max_length".
    """
    _refuse_flood(text, max_length)
    _refuse_characters(text, allowed="\t\r\n\u0085")
    line = " ".join(unicodedata.normalize("NFC", text).split())
    _refuse_length(line, max_length)
    return line


def clean_text(text: str, *, max_length: int | None = None) -> str:
    """Return `text` with its lines: composed (NFC), line ends as LF, nothing around it.

    Args:
        max_length: limit in characters (code points), a line end counting as one.

    Raises:
        ValidationError: codes "control", "invisible", "unknown_character", "max_length".
    """
    _refuse_flood(text, max_length)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    _refuse_characters(lines, allowed="\t\n")
    whole = unicodedata.normalize("NFC", lines).strip()
    _refuse_length(whole, max_length)
    return whole


def fold(text: str) -> str:
    """Return the form in which user names are compared: NFKC, case folded, nothing around it."""
    if len(text) > _FOLD_LIMIT:
        return text.casefold().strip()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def too_long(count: int, limit: int) -> ValidationError:
    """Return the error of a text that has `count` characters instead of at most `limit`."""
    return ValidationError(
        _("At most %(limit)d characters, please (now %(count)d)."),
        code="max_length",
        params={"limit": limit, "count": count},
    )


def _refuse_flood(text: str, max_length: int | None) -> None:
    """Turn away what is far too long before normalising it, which costs time."""
    if max_length is not None and len(text) > 4 * max_length + 1000:
        raise too_long(len(text), max_length)


def _refuse_length(text: str, max_length: int | None) -> None:
    if max_length is not None and len(text) > max_length:
        raise too_long(len(text), max_length)


def _refuse_characters(text: str, *, allowed: str) -> None:
    if text.isprintable() and _UNSEEN.isdisjoint(text):
        return
    for place, character in enumerate(text, start=1):
        code = None if character in allowed else _fault(character)
        if code:
            raise ValidationError(_FAULTS[code], code=code, params={"place": place})


def _fault(character: str) -> str | None:
    """Return why `character` must not be stored, as a key of _FAULTS, or None."""
    category = unicodedata.category(character)
    if category == "Cc":
        return "control"
    if character in _UNSEEN or (category == "Cf" and character not in _NEEDED):
        return "invisible"
    if category == "Cs" or (category == "Cn" and not _is_ideograph(character)):
        return "unknown_character"
    return None


def _is_ideograph(character: str) -> bool:
    """Planes 2 and 3 hold Chinese characters only; rare names use some that are newer than this Python's tables."""
    code = ord(character)
    return 0x20000 <= code < 0x40000 and code & 0xFFFF < 0xFFFE
