"""What several pages of portal show: where a community lies, and totals as they were told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import clock
from core.models import OpeningBalance
from core.quantities import Quantity
from events import presentation
from events.models import Activity, ActivityQuerySet
from events.views.activities import midnight
from grids import directory
from grids.models import Community

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    """A total from before the portal kept rows, as it was told (core.models.OpeningBalance)."""

    label: str
    quantity: Quantity
    how: str

    @property
    def qualifier(self) -> str:
        return self.quantity.qualifier.value


def told(balance: OpeningBalance, community: str = "") -> Told:
    """Return `balance` for a page; its label names the community if one is given."""
    sentences = [_("Stated by the community itself, not counted by this site.")]
    sentences.append(_("Period: {period}.").format(period=balance.period or _("not stated")))
    if balance.source:
        sentences.append(_("Source: {source}.").format(source=balance.source))
    label = f"{community} · {balance.label}" if community else balance.label
    return Told(label, balance.quantity, " ".join(sentences))


def region_names(communities: Iterable[Community]) -> dict[int, str]:
    """Return where each community lies, by its id: the names of its regions from the top (one query)."""
    return {pk: "".join(names) for pk, names in directory.regions_above(communities).items()}


def this_week(at: datetime) -> ActivityQuerySet:
    """Return the public activities of the next seven days, today included."""
    return Activity.objects.public().upcoming(at).filter(starts_at__lt=midnight(clock.local_day(at) + WEEK))


def cards(rows: ActivityQuerySet, at: datetime, limit: int, *, with_organiser: bool = True) -> list:
    """Return the cards of the first `limit` of `rows` (one query)."""
    found = presentation.for_list(rows)[:limit]
    return [presentation.card(row, at, with_organiser=with_organiser) for row in found]
