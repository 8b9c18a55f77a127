"""Phone and ID numbers: from any usual spelling to the one that is stored and indexed, and back for display."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.cn import ric

from core import clock

PHONE_LENGTH = 14
CONTACT_PHONE_LENGTH = 24
ID_NUMBER_LENGTH = 18

_LONGEST_INPUT = 60
_EARLIEST_BIRTH = date(1900, 1, 1)
_PUNCTUATION = re.compile(r"[\s()\[\].\-\u2010-\u2015\u2212_/]+")
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")

_EXTENSION = re.compile(r"(?:转|轉|ext\.?|#|x)\s*([0-9]{1,6})$", re.IGNORECASE)
_AREA = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"(?:(?:\+|00)?860?|0)({_AREA})([1-9][0-9]{{6,7}})")
_FREEPHONE = re.compile(r"[48]00[0-9]{7}")
_SHORT = re.compile(r"1[0-2][0-9]|12[0-9]{3}|9[56][0-9]{3,4}")

_CANONICAL_LANDLINE = re.compile(rf"\+86({_AREA})([1-9][0-9]{{6,7}})(?:;ext=([0-9]{{1,6}}))?")


def normalise_phone(text: str) -> str:
    """Return a mobile number of mainland China as "+8613800138000".

    Accepts full-width digits, spaces, dashes, brackets, invisible marks of copied text, and +86, 0086 or 86 before it.

    Raises:
        ValidationError: code "phone"; a masked number (138****5678) is no number either.
    """
    digits = _COUNTRY.sub("", _compact(text))
    if not _MOBILE.fullmatch(digits):
        raise ValidationError(
            _("A mobile number has 11 digits, for example 138 1234 5678."),
            code="phone",
        )
    return f"+86{digits}"


def normalise_contact_phone(text: str) -> str:
    """Return a number to call: a mobile, a landline with area code and extension, 400 or 800, or a short one.

    Canonical forms: "+8613800138000", "+864711234567", "+864711234567;ext=801", "4001234567", "12345".

    Raises:
        ValidationError: code "contact_phone".
    """
    try:
        return normalise_phone(text)
    except ValidationError:
        pass
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_INPUT]).strip()
    extension = _EXTENSION.search(plain)
    digits = _compact(plain[: extension.start()] if extension else plain)
    suffix = f";ext={extension[1]}" if extension else ""
    if len(text) <= _LONGEST_INPUT:
        landline = _LANDLINE.fullmatch(digits)
        if landline and _is_landline(*landline.groups()):
            return f"+86{landline[1]}{landline[2]}{suffix}"
        if _FREEPHONE.fullmatch(digits) or (_SHORT.fullmatch(digits) and not suffix):
            return digits + suffix
    raise ValidationError(
        _("Please enter a mobile number, or a landline with its area code, for example 0471-1234567."),
        code="contact_phone",
    )


def format_phone(phone: str) -> str:
    """Return a canonical number as people read it: "138 1234 5678", "0471-1234567 转 801", "400-123-4567"."""
    national = phone.removeprefix("+86")
    if _MOBILE.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    landline = _CANONICAL_LANDLINE.fullmatch(phone)
    if landline:
        number = f"0{landline[1]}-{landline[2]}"
        return _("{number} ext. {extension}").format(number=number, extension=landline[3]) if landline[3] else number
    if _FREEPHONE.fullmatch(phone):
        return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"
    return phone


def phone_uri(phone: str) -> str:
    """Return the address behind a call link for a canonical number, "" for none."""
    return f"tel:{phone}" if phone else ""


def normalise_id_number(text: str, *, on: date | None = None) -> str:
    """Return an 18-digit identity number: checksum right, birth date real and not after `on` (today by default).

    The region code is not looked up: regions are split and renamed, and residence permits use codes of their own.

    Raises:
        ValidationError: codes "id_number_old" (15 digits), "id_number", "id_number_checksum", "id_number_date".
    """
    number = _compact(text).upper().replace("×", "X")
    if re.fullmatch(r"[0-9]{15}", number):
        raise ValidationError(
            _("This is an old number of 15 digits. Please enter the 18 digits on the present card."),
            code="id_number_old",
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValidationError(
            _("An ID number has 18 characters, the last one may be X. Please compare it with the card."),
            code="id_number",
        )
    if number[-1] != ric.calc_check_digit(number):
        raise ValidationError(
            _("The digits of the ID number do not fit together. Please compare them with the card."),
            code="id_number_checksum",
        )
    born = _birth_date(number)
    if born is None or not _EARLIEST_BIRTH <= born <= (on or clock.today()):
        raise ValidationError(
            _("The birth date in the ID number is not possible. Please compare it with the card."),
            code="id_number_date",
        )
    return number


def birth_date_of(id_number: str) -> date:
    """Return the birth date that a normalised ID number contains.

    Raises:
        ValueError: it contains none.
    """
    born = _birth_date(id_number)
    if born is None:
        raise ValueError("not a normalised ID number")
    return born


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _compact(text: str) -> str:
    """Return `text` in half-width form, without spaces, dashes, brackets and the invisible marks of copied text."""
    if len(text) > _LONGEST_INPUT:
        return ""
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return _PUNCTUATION.sub("", visible)


def _is_landline(area: str, number: str) -> bool:
    """Cities with a short area code have numbers of eight digits."""
    return len(number) == 8 or len(area) == 3
