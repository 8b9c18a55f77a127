"""Consent to the privacy notice: which version is in force, who agreed to it, and who took it back.

The text itself is a page of a higher app, which says through `set_source` what is published at present.
"""

from collections.abc import Callable

PRIVACY_URL = "/privacy/"
"""The page of the privacy notice (design §4: a stable contract)."""
NONE_PUBLISHED = "0"
"""Stored as the version while no privacy notice is published: only the sentence beside the tick was agreed to."""


class _Source:
    """Holds the function that knows the published text; the app that keeps the pages sets it when it is ready."""

    def __init__(self) -> None:
        self.version: Callable[[], str] = lambda: ""


_source = _Source()


def set_source(version: Callable[[], str]) -> None:
    """Register who knows the version of the privacy notice that is published now ("" when there is none yet)."""
    _source.version = version


def current_version() -> str:
    """Return the version of the privacy notice in force, "" when none is published."""
    return _source.version()
