"""Figures of honours: how many stand on the wall, by level and by year (S0-33, S1-03)."""

from functools import partial

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from core.figures import EVERYTHING, Figure, register
from core.models import DatePrecision
from core.quantities import Quantity, Unit
from core.scope import Scope
from honours.models import Honour
from honours.states import HonourLevel

_DEFINITION = _("Published honours that have not been revoked; years as far as they are known.")


def counts(scope: Scope = EVERYTHING) -> dict[tuple[HonourLevel, int | None], int]:
    """Return how many valid honours there are of each level and year (None: not known); one query."""
    rows = Honour.objects.valid().within(scope).order_by()
    found: dict[tuple[HonourLevel, int | None], int] = {}
    grouped = rows.values_list("level", "awarded_on__year", "awarded_precision").annotate(Count("pk"))
    for level, year, precision, count in grouped:
        key = (HonourLevel(level), None if precision == DatePrecision.UNKNOWN else year)
        found[key] = found.get(key, 0) + count
    return found


def by_level(scope: Scope = EVERYTHING) -> dict[HonourLevel, Quantity]:
    """Return the number of valid honours of every level, the highest first."""
    sums = dict.fromkeys(HonourLevel, 0)
    for (level, _year), count in counts(scope).items():
        sums[level] += count
    return {level: Quantity.exact(count, Unit.PIECE) for level, count in sums.items()}


def by_year(scope: Scope = EVERYTHING) -> dict[int | None, Quantity]:
    """Return the number of valid honours of every year in which there are any, the latest first, unknown last."""
    sums: dict[int | None, int] = {}
    for (_level, year), count in counts(scope).items():
        sums[year] = sums.get(year, 0) + count
    order = sorted(sums, key=lambda year: -(year or 0))
    return {year: Quantity.exact(sums[year], Unit.PIECE) for year in order}


def _of_level(level: HonourLevel, scope: Scope) -> Quantity:
    return Quantity.exact(Honour.objects.valid().filter(level=level).within(scope).count(), Unit.PIECE)


def _total(scope: Scope) -> Quantity:
    return Quantity.exact(Honour.objects.valid().within(scope).count(), Unit.PIECE)


total = register(Figure("honours.total", _("Honours"), _DEFINITION, _total))
of_level = {
    level: register(Figure(f"honours.{level.value}", level.label, _DEFINITION, partial(_of_level, level)))
    for level in HonourLevel
}
