"""The staff's desk: what needs me today, as counted links. Apps register their parts in `admin`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class DeskItem:
    """One counted link.

    Attributes:
        label: the noun behind the number.
        count: how many wait; zero items collapse into one sentence.
        url: the list that shows just these.
        note: age or deadline, in words.
        urgency: "late", "due" or "".
    """

    label: str | Promise
    count: int
    url: str
    note: str | Promise = ""
    urgency: str = ""


@dataclass(frozen=True)
class DeskPanel:
    """A table on the desk: its template gets `panel` with these values."""

    template: str
    title: str | Promise
    values: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[Any, datetime], Iterable[DeskItem]]
PanelProvider = Callable[[Any, datetime], DeskPanel | None]
_providers: list[Provider] = []
_panels: list[PanelProvider] = []
_place_words: list[Callable[[Any], str]] = []


def register(provider: Provider) -> Provider:
    """Add a function `(request, at) -> items` that counts within the request's scope."""
    _providers.append(provider)
    return provider


def register_panel(provider: PanelProvider) -> PanelProvider:
    """Add a function `(request, at) -> panel`, None where there is nothing to show."""
    _panels.append(provider)
    return provider


def register_place_words(provider: Callable[[Any], str]) -> Callable[[Any], str]:
    """Set the function `(request) -> words` that says where the person at the desk works."""
    _place_words[:] = [provider]
    return provider


def items(request: Any, at: datetime) -> list[DeskItem]:
    """Return the items of all providers, the urgent first, those with nothing to do last."""
    found = [item for provider in _providers for item in provider(request, at)]
    order = {"late": 0, "due": 1, "": 2}
    return sorted(found, key=lambda item: (item.count == 0, order[item.urgency]))


def panels(request: Any, at: datetime) -> list[DeskPanel]:
    """Return the tables of the desk."""
    return [panel for provider in _panels if (panel := provider(request, at)) is not None]


def place_words(request: Any) -> str:
    """Return where the person at the desk works, in words."""
    return _place_words[0](request) if _place_words else ""
