"""How many households and residents there are: as the community states it, and as the rolls of this site count it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count
from django.utils.translation import gettext as _

from core.figures import community as scope_of_community
from core.models import OpeningBalance
from core.quantities import Quantity, Unit
from core.scope import Scope
from grids.models import Household, Residency

HOUSEHOLDS, RESIDENTS = "households", "residents"
"""Indicators of the opening balances that state the two totals."""
STAFF_AIM = 18
"""Workers for every 10,000 residents that the policy aims at (domain R-71)."""


@dataclass(frozen=True)
class Roll:
    """A total in both its forms (S3-05).

    Attributes:
        stated: the latest opening balance, None when the community states none.
        counted: rows in force today.
    """

    stated: OpeningBalance | None
    counted: Quantity

    @property
    def difference(self) -> Decimal | None:
        """Stated minus counted; None where nothing readable is stated."""
        if self.stated is None or self.stated.value is None:
            return None
        return self.stated.value - (self.counted.value or 0)

    def words(self) -> str:
        """Return stated, counted and the difference, for staff."""
        counted = _("on the rolls: {count}").format(count=self.counted.text())
        if self.stated is None:
            return _("no total is stated") + " · " + counted
        stated = _("stated: {count} ({period})").format(
            count=self.stated.quantity.text(), period=self.stated.period or _("period not stated")
        )
        if self.difference is None:
            return f"{stated} · {counted}"
        missing, unit = self.difference, self.counted.unit
        amount = Quantity.exact(abs(missing), unit).text()
        words = _("{amount} fewer on the rolls") if missing >= 0 else _("{amount} more on the rolls")
        return f"{stated} · {counted} · " + words.format(amount=amount)


def households_counted(scope: Scope) -> Quantity:
    return Quantity.exact(Household.objects.live().within(scope).count(), Unit.HOUSEHOLD)


def residents_counted(scope: Scope) -> Quantity:
    """Different people with a home in force today."""
    found = Residency.objects.live().within(scope).aggregate(people=Count("person", distinct=True))
    return Quantity.exact(found["people"], Unit.PERSON)


def stated(community: int, indicator: str) -> OpeningBalance | None:
    """Return the opening balance that was recorded last for an indicator of a community."""
    return OpeningBalance.objects.filter(community_id=community, indicator=indicator).order_by("-pk").first()


def households(community: int) -> Roll:
    return Roll(stated(community, HOUSEHOLDS), households_counted(scope_of_community(community)))


def residents(community: int) -> Roll:
    return Roll(stated(community, RESIDENTS), residents_counted(scope_of_community(community)))


def _told(scope: Scope, *indicators: str) -> dict[int, dict[str, Decimal]]:
    """Return what is stated, by community and indicator, for the communities that state all of `indicators`."""
    told: dict[int, dict[str, Decimal]] = {}
    rows = OpeningBalance.objects.within(scope).filter(indicator__in=indicators, value__isnull=False).order_by("pk")
    for row in rows:
        told.setdefault(row.community_id, {})[row.indicator] = row.value
    return {pk: values for pk, values in told.items() if len(values) == len(indicators)}


def _people(scope: Scope, told: dict[int, dict[str, Decimal]]) -> Decimal:
    counted = Residency.objects.live().within(scope).exclude(community__in=list(told))
    people = counted.aggregate(people=Count("person", distinct=True))["people"]
    return Decimal(people + sum(values[RESIDENTS] for values in told.values()))


def population(scope: Scope) -> Decimal:
    """Return the residents: per community as stated, else as counted."""
    return _people(scope, _told(scope, RESIDENTS))


def household_size(scope: Scope) -> Decimal:
    """Return the persons per household, two decimals: per community as stated where both are, else as counted."""
    told = _told(scope, HOUSEHOLDS, RESIDENTS)
    homes = Household.objects.live().within(scope).exclude(community__in=list(told)).count()
    return share(_people(scope, told), homes + sum(values[HOUSEHOLDS] for values in told.values()), "0.01")


def share(part: Decimal | int, whole: Decimal | int, places: str) -> Decimal:
    """Return part / whole rounded half up to `places` ("0.01"), 0 when there is nothing to divide by."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(places), ROUND_HALF_UP) if whole else Decimal(0)
