"""The one place where personal values are masked (security: Masking).

Every page, list, export and message shows these; the whole value is seen through a logged reveal only.
Nothing here raises: what has no known form is hidden whole.
"""

import re

from django.utils.translation import gettext as _

_MOBILE = re.compile(r"(?:\+86)?(1[3-9][0-9])[0-9]{4}([0-9]{4})")
_ID_NUMBER_MASK = "*" * 18
_FAMILY = "家庭"


def mask_phone(phone: str | None) -> str:
    """Return "138****5678"; any other number shows its last two digits only."""
    if not phone:
        return ""
    mobile = _MOBILE.fullmatch(phone)
    if mobile:
        return f"{mobile[1]}****{mobile[2]}"
    return "******" + phone[-2:] if len(phone) >= 7 and phone[-7:].isdecimal() else "********"


def phone_mask_spoken() -> str:
    """Return what a screen reader says after a masked phone number."""
    return _("the middle four digits are hidden")


def mask_email(address: str | None) -> str:
    """Return the first character and the host: "w***@example.cn"; what is no address is hidden whole."""
    name, at, host = (address or "").rpartition("@")
    if not address:
        return ""
    return f"{name[0]}***@{host}" if name and at and host else "********"


def mask_id_number(number: str | None) -> str:
    """Return 18 asterisks: beside a birth date any digit shown would give the number away."""
    return _ID_NUMBER_MASK if number else ""


def id_number_label(number: str | None) -> str:
    """Return what lists show instead of the number: only that there is one."""
    return _("on record ✓") if number else ""


def mask_name(name: str | None) -> str:
    """Return the first character and asterisks: "王**" for a short Chinese name, "阿***" for any other.

    The number of asterisks does not tell the length within each sort.
    """
    name = (name or "").strip()
    if not name:
        return ""
    short = len(name) <= 4 and all(_is_han(character) for character in name)
    return name[0] + ("**" if short else "***")


def mask_family(name: str | None) -> str:
    """Return "马＊家庭" for "马荣家庭" or "马荣"."""
    name = (name or "").strip().removesuffix(_FAMILY)
    return _("{initial}* family").format(initial=name[0]) if name else ""


def _is_han(character: str) -> bool:
    code = ord(character)
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code < 0x40000 or character == "〇"
