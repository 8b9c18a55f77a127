"""Makes the tables of a measurement's database many times as large, by copies of the rows that are there.

python -m bench.grow FACTOR   (started by bench.pages --grown, which gives it the environment)

Copies keep the mix of the original: as many upcoming, open and past ones in each hundred as before.
"""

import copy
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta

import django

django.setup()

from django.db import connection, models, transaction  # noqa: E402  the apps must be loaded first

from bench.server import DATABASE_PREFIX  # noqa: E402
from core.fields import new_public_id  # noqa: E402
from events.models import Activity, Quota, Session  # noqa: E402
from honours.models import Honour  # noqa: E402
from stories.models import PublicNotice  # noqa: E402
from volunteers.models import Team  # noqa: E402

BATCH = 1000
MINUTE = timedelta(minutes=1)
MOVED = ("starts_at", "ends_at", "sign_up_opens_at", "sign_up_closes_at")
PARTS = {Activity: (Session, Quota)}
GROWING = (Activity, Honour, PublicNotice, Team)


def copy_of(row: models.Model, number: int) -> models.Model:
    """Copy number `number` of a row: its own public id and name, and times a little later, so that orders differ."""
    made = copy.copy(row)
    made.pk, made._state = None, copy.copy(row._state)
    made._state.adding = True
    made.public_id = new_public_id()
    for name in MOVED:
        if moment := getattr(made, name, None):
            setattr(made, name, moment + number % 60 * MINUTE)
    if isinstance(made, Team):
        made.name = f"{row.name[:40]} {made.public_id}"
    return made


def copies(rows: Iterable[models.Model], factor: int) -> Iterator[tuple[models.Model, models.Model]]:
    """Pairs of original and copy, factor - 1 of each row."""
    for number in range(1, factor):
        for row in rows:
            yield row, copy_of(row, number)


def grow(model: type[models.Model], factor: int) -> int:
    """Insert the copies with the parts that belong to them; return how many rows there are then."""
    pairs = list(copies(model._base_manager.all(), factor))
    model._base_manager.bulk_create([made for _row, made in pairs], batch_size=BATCH)
    for part in PARTS.get(model, ()):
        parts: dict[int, list[models.Model]] = {}
        for row in part._base_manager.all():
            parts.setdefault(row.activity_id, []).append(row)
        part._base_manager.bulk_create(list(parts_of(pairs, parts)), batch_size=BATCH)
    return model._base_manager.count()


def parts_of(
    pairs: list[tuple[models.Model, models.Model]], parts: dict[int, list[models.Model]]
) -> Iterator[models.Model]:
    """Copies of the sessions or seats of each original, for its copy; nobody has signed up for the copies."""
    for row, made in pairs:
        for part in parts.get(row.pk, ()):
            of_copy = copy.copy(part)
            of_copy.pk, of_copy._state = None, copy.copy(part._state)
            of_copy._state.adding = True
            of_copy.activity_id = made.pk
            for name in ("starts_at", "ends_at"):
                if hasattr(part, name):
                    setattr(of_copy, name, getattr(made, name))
            if isinstance(of_copy, Quota):
                of_copy.seats_taken = 0
            yield of_copy


def main() -> None:
    if not connection.settings_dict["NAME"].startswith(DATABASE_PREFIX):
        raise SystemExit("only a database of bench/ is grown")
    factor = int(sys.argv[1])
    with transaction.atomic():
        for model in GROWING:
            print(f"{model._meta.model_name}: {grow(model, factor)} rows")


if __name__ == "__main__":
    main()
