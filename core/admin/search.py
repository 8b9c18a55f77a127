"""The search box of a list: words, or a whole phone or ID number, never part of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.http import HttpRequest

from core.refusals import Refused
from core.text import clean_line

TERM_LENGTH = 60
WORDS = 5

Narrow = Callable[[models.QuerySet, str, Any], models.QuerySet | None]


class _Numbers:
    """Holds the function that knows how records reach a person; accounts sets it."""

    def __init__(self) -> None:
        self.narrow: Narrow = lambda rows, term, by: None


_numbers = _Numbers()


def find_numbers_with(narrow: Narrow) -> None:
    """Register `narrow(rows, term, by)`: the rows of the person whose whole number `term` is, None when it is none."""
    _numbers.narrow = narrow


class ExactSearch:
    """The part of ScopedAdmin that searches."""

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Search by words; a whole phone or ID number goes through the blind index, exact and logged once."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            term = clean_line(term, max_length=TERM_LENGTH)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return queryset.none(), False
        try:
            rows = self._by_number(request, queryset, term)
        except Refused as refused:
            messages.warning(request, str(refused))
            return queryset.none(), False
        if rows is not None:
            return rows, False
        return super().get_search_results(request, queryset, " ".join(term.split()[:WORDS]))  # type: ignore[misc]

    def _by_number(self, request: HttpRequest, rows: models.QuerySet, term: str) -> models.QuerySet | None:
        known = request.__dict__.setdefault("_linli_numbers", {})
        key = (rows.model, term)
        if key not in known:
            found = _numbers.narrow(rows, term, request.user)
            known[key] = found if found is None else list(found.values_list("pk", flat=True)[:1000])
        return None if known[key] is None else rows.filter(pk__in=known[key])


def refuse_encrypted(model: type[models.Model], **named: Any) -> None:
    """Check that no list, filter, search or order of an admin names an encrypted column.

    Raises:
        ImproperlyConfigured: one does.
    """
    for where, names in named.items():
        for item in names:
            name = item[0] if isinstance(item, list | tuple) else item
            if isinstance(name, str) and _ends_encrypted(model, name.lstrip("-^=@")):
                raise ImproperlyConfigured(f"{where} of {model._meta.label} names the encrypted {name}")


def _ends_encrypted(model: type[models.Model], name: str) -> bool:
    for part in name.split("__"):
        field = next((one for one in model._meta.get_fields() if one.name == part), None)
        if field is None:
            return False
        if getattr(field, "encrypted", False) or part.endswith("_index"):
            return True
        if not field.is_relation or field.related_model is None:
            return False
        model = field.related_model
    return False
