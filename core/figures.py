"""Figures: a number with a definition, read from rows, the same on every page, export and report."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from core.quantities import Quantity
from core.scope import Scope

EVERYTHING = Scope(everything=True)


@dataclass(frozen=True)
class Figure:
    """One declared number.

    Attributes:
        code: "<app>.<name>".
        label: what it is called.
        definition: how it is counted, in a sentence that residents understand.
        query: from a Scope to the Quantity.
    """

    code: str
    label: str | Promise
    definition: str | Promise
    query: Callable[[Scope], Quantity]


registry: dict[str, Figure] = {}


def register(figure: Figure) -> Figure:
    """Add `figure`; a code stands for one figure only."""
    if figure.code in registry:
        raise ValueError(f"figure {figure.code} is registered twice")
    registry[figure.code] = figure
    return figure


def value(code: str, scope: Scope = EVERYTHING) -> Quantity:
    """Return the figure `code` within `scope`."""
    return registry[code].query(scope)


def community(pk: int) -> Scope:
    """Return the scope of one whole community, for public figures."""
    return Scope(communities=frozenset({pk}))
