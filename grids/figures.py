"""Figures of places: grids and partner units."""

from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from core import clock
from core.figures import EVERYTHING, Figure, register
from core.quantities import Quantity, Unit
from core.scope import Scope
from grids.models import Grid, PartnerUnit
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
    return Quantity.exact(PartnerUnit.objects.within(scope).count(), Unit.ORGANISATION)


def units_by_kind(scope: Scope = EVERYTHING) -> dict[PartnerKind, Quantity]:
    """Return the partner units of each kind that occurs, in the order of the kinds (S0-05, S3-09)."""
    rows = PartnerUnit.objects.within(scope).order_by().values_list("kind").annotate(Count("pk"))
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
