"""Sums that must agree: apps register their checks in `books.py`, the command verify_books runs them."""

from collections.abc import Callable, Iterable

from django.utils.module_loading import autodiscover_modules

Check = Callable[[], Iterable[str]]
registry: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check that returns one line for each disagreement, without personal data; it changes nothing."""
    if name in registry:
        raise ValueError(f"the books {name} are registered twice")
    registry[name] = check


def discover() -> None:
    """Import the `books` module of every app."""
    autodiscover_modules("books")


def verify() -> dict[str, list[str]]:
    """Run every check; return the disagreements by name."""
    return {name: list(check()) for name, check in registry.items()}
