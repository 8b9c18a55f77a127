"""What one run of load_demo has at hand, and the one way in which it makes a row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models

from accounts.models import Person, User
from core import clock, records
from grids.models import Building, Community
from portal.demo.ledger import Ledger, key_of

Row = TypeVar("Row", bound=models.Model)


@dataclass
class Staff:
    """The two of a community who make history real: one drafts, the other approves. None is the system."""

    clerk: User | None
    secretary: User | None


@dataclass
class Run:
    """One run.

    Attributes:
        at: the moment of the run.
        ledger: what earlier runs made.
        communities, staff, buildings, residents: by the community's word in addresses.
        users, people: the accounts and their persons by the user name that they were made with.
    """

    at: datetime
    ledger: Ledger
    communities: dict[str, Community] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    buildings: dict[str, list[Building]] = field(default_factory=dict)
    residents: dict[str, list[Person]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return clock.local_day(self.at)

    def ensure(self, model: type[Row], *key: object, make: Callable[[], Row], **natural: Any) -> Row:
        """Return the row of `key` in whatever form it has by now, or the one that `make` stores."""
        return self.ledger.ensure(model, key_of(model._meta.label, *key), make, **natural)

    def plain(self, model: type[Row], *key: object, natural: dict[str, Any], **values: Any) -> Row:
        """Return the row of `key`, or a new plain row of the values in `natural` and `values`; None is left out."""
        return self.ensure(model, *key, make=lambda: self.store(model(**natural, **told(values))), **natural)

    def store(self, row: Row) -> Row:
        """Insert a plain row, held to the rules of its form."""
        unknown = [field.name for field in row._meta.fields if field.null and getattr(row, field.attname) is None]
        row.clean_fields(exclude=unknown)
        return records.save(row, by=None, at=self.at)


def told(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` without those that nobody told."""
    return {name: value for name, value in values.items() if value is not None}
