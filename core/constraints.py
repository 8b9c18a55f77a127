"""From a database error to a Refusal that a person can read.

PostgreSQL names the broken constraint. SQLite names a CHECK, and only the columns of a unique constraint.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import IntegrityError, models, transaction

from core.refusals import Refusal, Refused

_refusals: dict[str, Refusal] = {}
_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_INDEX = re.compile(r"UNIQUE constraint failed: index '(\w+)'")


def declare(**refusals: Refusal) -> None:
    """Say which Refusal stands for which constraint: `declare(quota_capacity_positive=Refusal.CAPACITY_INVALID)`."""
    _refusals.update(refusals)


def refusal_named(name: str) -> Refusal | None:
    """Return the Refusal declared for the constraint `name`, if there is one."""
    return _refusals.get(name)


def constraint_name(error: IntegrityError) -> str | None:
    """Return the name of the constraint that `error` broke, or None when the database does not tell."""
    diagnostics = getattr(error.__cause__, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name
    message = str(error)
    for pattern in (_CHECK, _INDEX):
        found = pattern.search(message)
        if found:
            return found[1]
    found = _UNIQUE.search(message)
    return _unique_by_columns(found[1]) if found else None


def _unique_by_columns(listed: str) -> str | None:
    columns = [part.strip().split(".") for part in listed.split(",")]
    table = columns[0][0]
    wanted = {column for _table, column in columns}
    for model in apps.get_models():
        if model._meta.db_table != table:
            continue
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                columns_of_it = {str(getattr(model._meta.get_field(name), "column", "")) for name in constraint.fields}
                if columns_of_it == wanted:
                    return constraint.name
    return None


def refusal_of(error: IntegrityError) -> Refusal:
    """Return the declared Refusal of the broken constraint, or a general one."""
    name = constraint_name(error)
    if name in _refusals:
        return _refusals[name]
    message = str(error).lower()
    if "foreign key" in message:
        return Refusal.IN_USE
    return Refusal.DUPLICATE if "unique" in message else Refusal.INVALID


@contextmanager
def refusing() -> Iterator[None]:
    """Run the block in one transaction; a constraint that it breaks becomes the declared Refusal.

    Raises:
        Refused: a constraint was broken; nothing of the block is kept.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(refusal_of(error)) from error
