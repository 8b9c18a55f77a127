"""The service for plain rows: saves and deletes with audit, version and optimistic lock.

The admin routes every write through here. States are never changed here (core.states does).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from core import audit, clock, states, versions
from core.constraints import refusal_of
from core.refusals import Refusal, Refused


class Stale(Refused):
    """The row was changed after the form was opened; both versions are kept.

    Attributes:
        current: the row as it is stored now.
        fields: names of the fields in which the two versions differ.
    """

    def __init__(self, current: models.Model, fields: list[str]) -> None:
        super().__init__(Refusal.STALE)
        self.current = current
        self.fields = fields

    def __str__(self) -> str:
        lines = [super().__str__()]
        for name in self.fields:
            field: Any = self.current._meta.get_field(name)
            display = getattr(self.current, f"get_{name}_display", None)
            stored = display() if display else field.value_from_object(self.current)
            lines.append(str(_("{field}: now “{stored}”.")).format(field=field.verbose_name, stored=stored))
        return " ".join(lines)


def save(
    obj: Any,
    *,
    by: Any,
    fields: Iterable[str] | None = None,
    version: int | None = None,
    on_behalf_of: int | None = None,
    audited: bool = True,
    at: datetime | None = None,
) -> Any:
    """Insert or update one row.

    Effects, in order: the row (with the next version), the first Transition of a row with a life cycle or one
    AuditEntry, the community's version when the row is public.

    Args:
        obj: the row with its new values.
        by: the acting User, None for the system.
        fields: names of the changed fields; all of an existing row when None. Many-to-many names are only audited.
        version: the version the actor saw; checked when given.
        audited: False for a part of another row, whose own audit row names it already.

    Raises:
        Stale: the stored version is another one.
        Refused: the database refused the row (see core.constraints).
    """
    moment = at or clock.now()
    try:
        with transaction.atomic():
            if obj._state.adding:
                obj.save(force_insert=True)
                if hasattr(obj, "machine"):
                    states.created(obj, by=by, on_behalf_of=on_behalf_of, at=moment)
                elif audited:
                    audit.record(obj, "create", by=by, on_behalf_of=on_behalf_of, at=moment)
            else:
                changed = _update(obj, fields, version)
                if audited:
                    audit.record(obj, "change", by=by, fields=changed, on_behalf_of=on_behalf_of, at=moment)
            _bump(obj)
    except IntegrityError as error:
        raise Refused(refusal_of(error)) from error
    return obj


def _update(obj: Any, fields: Iterable[str] | None, version: int | None) -> list[str]:
    columns = {f.name for f in obj._meta.concrete_fields if not f.primary_key} - {"version", "created_at", "state"}
    columns -= set(getattr(obj, "counted_fields", ()))  # changed by conditional UPDATE in their own service only
    named = list(columns) if fields is None else list(fields)
    values = {name: getattr(obj, name) for name in named if name in columns}
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    if hasattr(obj, "version"):
        seen = obj.version if version is None else version
        rows, values["version"] = rows.filter(version=seen), seen + 1
    if not values:
        return named
    if not rows.update(**values):
        current = type(obj)._base_manager.filter(pk=obj.pk).first()
        if current is None:
            raise Refused(Refusal.STALE)
        raise Stale(
            current,
            [
                name
                for name in named
                if name in columns and name in values and getattr(current, name) != getattr(obj, name)
            ],
        )
    if hasattr(obj, "version"):
        obj.version = values["version"]
    return named


def delete(obj: Any, *, by: Any, audited: bool = True, at: datetime | None = None) -> None:
    """Delete one row and write one AuditEntry (unless it is a part of another row, see `save`).

    Raises:
        Refused: other rows still need it.
    """
    try:
        with transaction.atomic():
            if audited:
                audit.record(obj, "delete", by=by, at=at)
            _bump(obj)
            obj.delete()
    except (ProtectedError, RestrictedError, IntegrityError) as error:
        raise Refused(Refusal.IN_USE) from error


def _bump(obj: Any) -> None:
    """Raise the version of the community whose public pages may show `obj`."""
    if getattr(obj, "is_editorial", False):
        versions.bump(obj.pk if obj._meta.label == "grids.Community" else getattr(obj, "community_id", None))
