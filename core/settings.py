"""Limits that a community may change: declared here by the apps, stored with the community, edited in the admin."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Setting:
    """One declared limit.

    Attributes:
        code: "<app>.<name>".
        type: int, bool or str.
        default: in force where the community has set nothing.
        label: what the staff read.
        minimum, maximum: bounds of a number.
    """

    code: str
    type: type
    default: Any
    label: str | Promise
    minimum: int | None = None
    maximum: int | None = None


registry: dict[str, Setting] = {}


def declare(
    code: str, default: Any, label: str | Promise, *, minimum: int | None = None, maximum: int | None = None
) -> Setting:
    """Declare a limit; its type is that of the default."""
    setting = Setting(code, type(default), default, label, minimum, maximum)
    registry[code] = setting
    return setting


def value(setting: Setting, community: Any) -> Any:
    """Return the value in force in `community` (anything with a `settings` mapping)."""
    stored = (getattr(community, "settings", None) or {}).get(setting.code, setting.default)
    return stored if type(stored) is setting.type else setting.default
