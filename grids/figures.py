"""Figures of places and homes: grids, households and residents, workers, partner units."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from core import clock
from core.figures import EVERYTHING, Figure, register
from core.quantities import Quantity, Unit
from core.scope import Scope
from grids import rolls
from grids.models import Grid, Household, PartnerUnit, Posting
from grids.states import PartnerKind


def _active(scope: Scope) -> Quantity:
    return Quantity.exact(Grid.objects.active().within(scope).count(), Unit.PIECE)


def _merged(scope: Scope) -> Quantity:
    return Quantity.exact(Grid.objects.active().merged().within(scope).count(), Unit.PIECE)


def _merged_share(scope: Scope) -> Quantity:
    active, merged = _active(scope).value, _merged(scope).value
    share = Decimal(100) * merged / active if active else Decimal(0)
    return Quantity.exact(share.quantize(Decimal("0.1")), Unit.PERCENT)


def _without_organisation(scope: Scope) -> Quantity:
    return Quantity.exact(Grid.objects.active().without_organisation().within(scope).count(), Unit.PIECE)


def _without_worker(scope: Scope) -> Quantity:
    return Quantity.exact(Grid.objects.active().without_worker(clock.now()).within(scope).count(), Unit.PIECE)


def _units(scope: Scope) -> Quantity:
    return Quantity.exact(PartnerUnit.objects.current().within(scope).count(), Unit.ORGANISATION)


def _household_orphans(scope: Scope) -> Quantity:
    return Quantity.exact(Household.objects.without_grid().live().within(scope).count(), Unit.HOUSEHOLD)


def _households_per_grid(scope: Scope) -> Quantity:
    grids = Grid.objects.lowest().within(scope).count()
    mean = rolls.share(Household.objects.live().within(scope).count(), grids, "0.1")
    return Quantity.exact(mean, Unit.HOUSEHOLD)


def _persons_per_household(scope: Scope) -> Quantity:
    return Quantity.exact(rolls.household_size(scope), Unit.PERSON)


def staff_count(scope: Scope, at: datetime | None = None) -> Quantity:
    """Count the workers of communities and grids who are in office at the moment `at`, each once (S0-02)."""
    rows = Posting.objects.live(at or clock.now()).of_community_staff().within(scope).filter(user__is_active=True)
    return Quantity.exact(rows.aggregate(people=Count("user", distinct=True))["people"], Unit.PERSON)


def _staff_per_10000(scope: Scope) -> Quantity:
    workers = staff_count(scope).value or 0
    return Quantity.exact(rolls.share(workers * 10_000, rolls.population(scope), "0.1"), Unit.PERSON)


def units_by_kind(scope: Scope = EVERYTHING) -> dict[PartnerKind, Quantity]:
    """Return the partner units of each kind that occurs, in the order of the kinds (S0-05, S3-09)."""
    rows = PartnerUnit.objects.current().within(scope).order_by().values_list("kind").annotate(Count("pk"))
    counted = dict(rows)
    return {kind: Quantity.exact(counted[kind], Unit.ORGANISATION) for kind in PartnerKind if kind in counted}


active_count = register(Figure("grids.active", _("Grids"), _("Grids in use, of all levels."), _active))
merged_count = register(
    Figure("grids.merged", _("Merged grids"), _("Grids in use in which social and party grid are one."), _merged)
)
merged_share = register(
    Figure(
        "grids.merged_share",
        _("Share of merged grids"),
        _("Merged grids among all grids in use."),
        _merged_share,
    )
)
without_organisation = register(
    Figure(
        "grids.without_organisation",
        _("Grids without party organisation"),
        _("Grids in use to which no party organisation is attached."),
        _without_organisation,
    )
)
without_worker = register(
    Figure(
        "grids.without_worker",
        _("Grids without grid worker"),
        _("Grids in use in which no grid worker is posted today, here or in a grid above."),
        _without_worker,
    )
)
unit_count = register(
    Figure("grids.units", _("Partner units"), _("Units in the territory that work with the community."), _units)
)
household_count = register(
    Figure(
        "grids.households",
        _("Households on the rolls"),
        _("Households recorded with their address and not over today."),
        rolls.households_counted,
    )
)
resident_count = register(
    Figure(
        "grids.residents",
        _("Residents on the rolls"),
        _("Different people with a home recorded and not over today."),
        rolls.residents_counted,
    )
)
household_orphans = register(
    Figure(
        "grids.household_orphans",
        _("Households without a grid"),
        _("Households whose building belongs to no grid, or to one that is closed or divided."),
        _household_orphans,
    )
)
households_per_grid = register(
    Figure(
        "grids.households_per_grid",
        _("Households per grid"),
        _("Households on the rolls, divided by the lowest grids in use."),
        _households_per_grid,
    )
)
persons_per_household = register(
    Figure(
        "grids.persons_per_household",
        _("Persons per household"),
        _("Residents divided by households: as a community states both, else as the rolls count them."),
        _persons_per_household,
    )
)
staff = register(
    Figure(
        "grids.staff",
        _("Community workers"),
        _("Secretaries, clerks, care workers and grid workers who are in office today; each counts once."),
        staff_count,
    )
)
staff_per_10000 = register(
    Figure(
        "grids.staff_per_10000",
        _("Community workers for every 10,000 residents"),
        _("Community workers divided by residents as stated, else as counted. The aim is 18."),
        _staff_per_10000,
    )
)
