"""Which rows load_demo made. They are found again by their key, whatever somebody has called them since."""

from collections.abc import Callable
from hashlib import blake2s
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from core import audit
from core.models import AuditEntry

VERB = "load_demo"

Row = TypeVar("Row", bound=models.Model)


def key_of(*parts: object) -> str:
    """Return a key of at most 40 characters for what `parts` name."""
    return blake2s("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


class Ledger:
    """The audit rows of load_demo: one for each row it made, the row's key as their reason.

    Attributes:
        made: ids of the new rows of this run by model.
    """

    def __init__(self) -> None:
        self.made: dict[type[models.Model], set[int]] = {}
        self._ids: dict[type[models.Model], dict[str, int]] = {}
        self._rows: dict[type[models.Model], dict[int, Any]] = {}
        for kind, pk, key in AuditEntry.objects.filter(verb=VERB).values_list("content_type", "object_id", "reason"):
            model = ContentType.objects.get_for_id(kind).model_class()
            if model is not None:
                self._ids.setdefault(model, {})[key] = pk

    def find(self, model: type[Row], key: str) -> Row | None:
        """Return the row that was made for `key` if it still exists."""
        return self._stored(model).get(self._ids.get(model, {}).get(key, 0))

    def ids(self, model: type[models.Model]) -> set[int]:
        """Return the ids of all rows of `model` that load_demo has ever made."""
        return set(self._ids.get(model, {}).values())

    def starting_with(self, model: type[Row], prefix: str) -> set[int]:
        """Return the ids of the rows that were made for keys beginning with `prefix`."""
        return {pk for key, pk in self._ids.get(model, {}).items() if key.startswith(prefix)}

    def is_new(self, row: models.Model) -> bool:
        """Say whether this run made `row`."""
        return row.pk in self.made.get(type(row), ())

    def note(self, row: models.Model, key: str) -> None:
        """Remember that `row` has just been made for `key`."""
        audit.record(row, VERB, by=None, reason=key)
        model = type(row)
        self._stored(model)[row.pk] = row
        self._ids.setdefault(model, {})[key] = row.pk
        self.made.setdefault(model, set()).add(row.pk)

    def ensure(self, model: type[Row], key: str, make: Callable[[], Row], **natural: Any) -> Row:
        """Return the row of `key`; else one that `natural` finds, untouched; else the new one that `make` stores."""
        found = self.find(model, key)
        if found is None and natural:
            found = model._base_manager.filter(**natural).first()
        if found is None:
            found = make()
            self.note(found, key)
        return found

    def _stored(self, model: type[models.Model]) -> dict[int, Any]:
        """The rows of `model` by id, read once."""
        if model not in self._rows:
            ids = list(self._ids.get(model, {}).values())
            self._rows[model] = {row.pk: row for row in model._base_manager.filter(pk__in=ids)}
        return self._rows[model]
