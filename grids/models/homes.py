"""Homes: estates, buildings, addresses, households, and who lives there from when to when.

Estate, building and address are place data in clear; who lives there is what is protected (design §2).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, constraints
from core.fields import NameField
from core.models import Versioned
from core.refusals import Refusal
from core.scope import ScopedQuerySet, ScopePath
from grids.addresses import FOLDED_LENGTH, beginnings, fold_address, written_door
from grids.models.places import Community, Dated, DatedQuerySet, Grid
from grids.states import ResidencyKind


class Estate(Versioned):
    """A housing estate (小区): a name that several buildings share."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="estates", verbose_name=_("community")
    )
    name = NameField(_("name"), max_length=40)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("estate")
        verbose_name_plural = _("estates")
        ordering = ["community", "name"]
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="estate_name_once")]

    def __str__(self) -> str:
        return self.name


class BuildingQuerySet(ScopedQuerySet):
    def beginning(self, address: str) -> "BuildingQuerySet":
        """Buildings with which the typed `address` begins, the longest name first."""
        return self.filter(folded__in=list(beginnings(fold_address(address)))).order_by("-folded", "pk")


class Building(Versioned):
    """A building, or a yard or lane of bungalows: whoever lives there belongs to its grid."""

    scope_path = ScopePath(community="community", grid="grid")
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="buildings", verbose_name=_("community")
    )
    estate = models.ForeignKey(
        Estate, on_delete=models.PROTECT, null=True, blank=True, related_name="buildings", verbose_name=_("estate")
    )
    name = NameField(_("name"), max_length=40)
    grid = models.ForeignKey(
        Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="buildings", verbose_name=_("grid")
    )
    folded = models.CharField(max_length=FOLDED_LENGTH, editable=False, default="", db_index=True)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["community", "estate", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "folded"], name="building_once"),
        ]

    def __str__(self) -> str:
        return f"{self.estate}{self.name}" if self.estate_id else self.name


class GridAssignment(models.Model):
    """To which grid a building belonged since when; the latest row is the present one. Only added to (S3-06)."""

    scope_path = ScopePath(community="building__community", grid="building__grid")

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("building")
    )
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("grid"))
    at = models.DateTimeField(_("since"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment to a grid")
        verbose_name_plural = _("assignments to grids")
        ordering = ["pk"]


class Address(Versioned):
    """A door: unit, floor and room of a building; without them the whole building or yard."""

    scope_path = ScopePath(community="building__community", grid="building__grid")

    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="addresses", verbose_name=_("building")
    )
    unit = models.CharField(pgettext_lazy("address", "unit"), max_length=20, blank=True)
    floor = models.CharField(_("floor"), max_length=10, blank=True)
    room = models.CharField(_("room"), max_length=20, blank=True)
    folded = models.CharField(max_length=FOLDED_LENGTH, editable=False, default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["building", "folded"]
        constraints = [models.UniqueConstraint(fields=["building", "folded"], name="address_once")]

    def __str__(self) -> str:
        return f"{self.building}{written_door(self.unit, self.room)}"


class HouseholdQuerySet(DatedQuerySet):
    def without_grid(self) -> "HouseholdQuerySet":
        """Households for which no grid answers: their building has none, or one that is closed or divided (S3-06)."""
        divided = Grid.objects.active().filter(parent=OuterRef("grid"))
        return self.filter(Q(grid=None) | Q(grid__is_active=False) | Exists(divided))


class Household(Dated, Versioned):
    """Those who live together at one address. Community and grid are copied from the building by the services."""

    scope_path = ScopePath(community="community", grid="grid")

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="households", verbose_name=_("community")
    )
    grid = models.ForeignKey(
        Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="households", verbose_name=_("grid")
    )
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="households", verbose_name=_("address"))

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=Q(until__isnull=True), name="household_one_open"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="household_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return str(self.address)


class ResidencyQuerySet(DatedQuerySet):
    def overlapping(self, since: date, until: date | None) -> "ResidencyQuerySet":
        """Homes with a day in common with the days from `since` to `until` (None: without end)."""
        rows = self.filter(Q(until__isnull=True) | Q(until__gte=since))
        return rows if until is None else rows.filter(since__lte=until)


class Residency(Dated, Versioned):
    """A person's home in a community: in a household, or without one while only the community is known.

    Community and grid are those of the household where there is one; the services copy them, verify_books compares.
    """

    scope_path = ScopePath(community="community", grid="grid")

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="residencies", verbose_name=_("community")
    )
    grid = models.ForeignKey(
        Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="residencies", verbose_name=_("grid")
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="residencies",
        verbose_name=_("household"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=ResidencyKind.choices, default=ResidencyKind.RESIDENT)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("residency")
        verbose_name_plural = _("residencies")
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "community"], condition=Q(until__isnull=True), name="residency_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="residency_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.community}"


def homes_among(person_id: int, community_ids: Iterable[int], at: datetime | None = None) -> set[int]:
    """Return those of the communities in which the person has a home at the moment `at`."""
    wanted = list(community_ids)
    rows = Residency.objects.live(at).filter(person_id=person_id, community_id__in=wanted)
    return set(rows.order_by().values_list("community_id", flat=True)) if wanted else set()


def resident_of(person_id: int, community_id: int, at: datetime | None = None) -> bool:
    """Say whether the person has a home in the community at the moment `at`."""
    return bool(homes_among(person_id, [community_id], at))


constraints.declare(
    residency_one_open=Refusal.HOME_OVERLAPS,
    estate_name_once=Refusal.DUPLICATE,
    building_once=Refusal.DUPLICATE,
    household_one_open=Refusal.DUPLICATE,
)
