"""Puts canaries into the demonstration's database and prints, as JSON, what was planted and where.

python -m tests.black_box.plant, with the settings of the server in the environment
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.apps import apps  # noqa: E402  the settings come first
from django.db import models, transaction  # noqa: E402
from stdnum.cn import ric  # noqa: E402

from accounts import reach  # noqa: E402
from accounts.models import Person, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from core.admin import site  # noqa: E402
from core.encryption import blind_index  # noqa: E402
from core.fields import EncryptedTextField, NameField  # noqa: E402
from core.scope import Scope, ScopePath, scoped  # noqa: E402
from grids.models import Community, Posting  # noqa: E402
from portal import urls  # noqa: E402, F401  the workbench registers its models
from tests.black_box.canaries import BIRTH_YEARS, ID_NUMBER_PLACE, MARK, PHONE_SERIES, Canary  # noqa: E402

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
HOPS = 3
"""How many foreign keys away a row may be from the person it is about."""
ROWS_OF_A_KIND = 1


def known_in() -> dict[int, set[str]]:
    """The communities whose records lead to each person, by the person's id."""
    known: dict[int, set[str]] = {person.pk: set() for person in Person.objects.all()}
    for community in Community.objects.all():
        scope = Scope(communities=frozenset([community.pk]))
        for model in apps.get_models():
            for look_up in reach.ways(model):
                rows = scoped(model._base_manager.all(), scope).exclude(**{look_up: None})
                for pk in rows.values_list(look_up, flat=True):
                    known[pk].add(community.slug)
    for child in Person.objects.filter(guardians__isnull=False).distinct():
        for guardian in child.guardians.all():
            known[guardian.pk] |= known[child.pk]
    return known


def ways_to_person(model: type[models.Model], hops: int = HOPS) -> Iterator[str]:
    """Look-ups along foreign keys from `model` to a person."""
    for one in model._meta.concrete_fields:
        if isinstance(one, models.ForeignKey):
            if one.related_model is Person:
                yield one.name
            elif hops > 1 and one.related_model is not User:
                yield from (f"{one.name}__{rest}" for rest in ways_to_person(one.related_model, hops - 1))


class Planter:
    """Plants, and remembers."""

    def __init__(self) -> None:
        self.known = known_in()
        self.years: dict[tuple[str, ...], int] = {}
        self.canaries: dict[str, Canary] = {}
        named = models.Q(role=Role.GRID_WORKER) | models.Q(is_public=True)
        workers = Posting.objects.live().filter(named, user__person__isnull=False)
        self.in_public = set(workers.values_list("user__person", flat=True))

    def plant_all(self) -> None:
        for person in Person.objects.all():
            self.plant(person, person.pk)
            self.give_birth_date(person)
        for user in User.objects.filter(person__isnull=False):
            self.plant(user, user.person_id)
        for model in apps.get_models():
            if model not in (Person, User) and self.fields_of(model):
                self.plant_rows(model)

    def plant_rows(self, model: type[models.Model]) -> None:
        """Rows of another model with encrypted fields: each belongs to the first person that it leads to."""
        owners: dict[Any, int] = {}
        for way in ways_to_person(model):
            for pk, person in model._base_manager.exclude(**{way: None}).values_list("pk", way):
                owners.setdefault(pk, person)
        for row in model._base_manager.filter(pk__in=owners):
            self.plant(row, owners[row.pk])

    @staticmethod
    def fields_of(model: type[models.Model]) -> list[Any]:
        kinds = (EncryptedTextField, NameField) if model in (Person, User) else (EncryptedTextField,)
        return [one for one in model._meta.concrete_fields if isinstance(one, kinds)]

    def plant(self, row: Any, person: int) -> None:
        """Give every personal field of `row` a value of its own."""
        changed = []
        for one in self.fields_of(type(row)):
            if one.name == "name" and not self.known[person]:
                continue  # who works above the communities stands by name in everybody's history
            key, value = self.invent(one.name)
            setattr(row, one.name, value)
            changed.append(one.name)
            index = f"{one.name}_index"
            if getattr(row, index, None) or (isinstance(row, Person) and hasattr(row, index)):
                setattr(row, index, blind_index(one.name, value))  # an account has one for a proved phone only
                changed.append(index)
            self.note(key, row, one.name, person)
        row.save(update_fields=changed)

    def give_birth_date(self, person: Person) -> None:
        where = self.where(person.pk)
        if person.birth_date is None or not where:
            return
        year = self.years.setdefault(where, BIRTH_YEARS[len(self.years)])
        person.birth_date = date(year, 1 + person.pk % 12, 1 + person.pk % 28)
        person.save(update_fields=["birth_date"])
        self.note(str(year), person, "birth_date", person.pk)

    def invent(self, name: str) -> tuple[str, str]:
        """A key and the value that holds it, as the field would store it."""
        number = len(self.canaries)
        if name.endswith("phone"):
            key = f"{PHONE_SERIES}{number:04d}"
            return key, f"+86{key}"
        if name == "id_number":
            digits = f"{ID_NUMBER_PLACE}1900{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
            key = digits + ric.calc_check_digit(digits + "0")
            return key.lower(), key
        key = MARK + "".join(secrets.choice(ALPHABET) for _place in range(7))
        return key, f"{key}@example.invalid" if name == "email" else f"赵{key}"

    def where(self, person: int) -> tuple[str, ...]:
        return tuple(sorted(self.known[person]))

    def note(self, key: str, row: Any, name: str, person: int) -> None:
        where = self.where(person)
        what = f"{type(row).__name__}.{name} of somebody in {', '.join(where) or 'no community'}"
        public = name == "name" and person in self.in_public
        self.canaries[key] = Canary(key, what, name, where, 0 if name == "birth_date" else person, public)


def rows_of(slug: str) -> list[str]:
    """Addresses in the workbench of some rows of every kind that only this community keeps."""
    mine = Scope(communities=frozenset(Community.objects.filter(slug=slug).values_list("pk", flat=True)))
    paths = []
    for model in site._registry:
        if isinstance(getattr(model, "scope_path", None), ScopePath):
            prefix = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for row in scoped(model._base_manager.order_by("pk"), mine)[:ROWS_OF_A_KIND]:
                paths += [f"{prefix}{row.pk}/{name}/" for name in ("change", "history", "delete")]
    return paths


def main() -> None:
    planter = Planter()
    with transaction.atomic():
        planter.plant_all()
    people = {user.username: user.person_id for user in User.objects.filter(person__isnull=False)}
    rows = {slug: rows_of(slug) for slug in Community.objects.values_list("slug", flat=True)}
    canaries = [asdict(one) for one in planter.canaries.values()]
    json.dump({"canaries": canaries, "people": people, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
