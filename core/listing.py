"""Lists with filters in their address: what was chosen, and the links that take a choice away.

A filter is an unbound-safe GET form: a value that is no choice counts as not chosen, so that no address is an error.
"""

from collections.abc import Container, Mapping
from typing import Any

from django.forms import Form
from django.http import QueryDict

from core.components import Chip

PAGE = "page"


def chosen(form: Form) -> Mapping[str, Any]:
    """Return the usable values of a bound filter form; empty and impossible ones are left out."""
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "", False)}


def address(query: QueryDict, **changes: str | None) -> str:
    """Return "?…" with `changes` made to `query` (None takes a name away), back on the first page."""
    kept = query.copy()
    for name, value in {PAGE: None, **changes}.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return f"?{kept.urlencode()}"


def chips(form: Form, query: QueryDict, *, without: Container[str] = ()) -> list[Chip]:
    """Return one chip for each choice of a bound filter form; its link takes the choice away.

    Args:
        without: names of fields that the page shows in another way.
    """
    return [
        Chip(_words(form, name, value), address(query, **{name: None}))
        for name, value in chosen(form).items()
        if name not in without
    ]


def _words(form: Form, name: str, value: Any) -> str:
    field = form.fields[name]
    if value is True:
        return str(field.label)
    for key, label in getattr(field, "_choices", ()):
        if str(key) == str(value):
            return str(label)
    return str(value)
