"""The honours wall."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import fragments, listing, states
from core.components import Chip, Fact, HonourCard
from core.dates import fuzzy
from core.figures import EVERYTHING, community
from core.quantities import Quantity
from honours import figures
from honours.forms import HonourFilter
from honours.models import Honour
from honours.states import HonourLevel, HonourState

PER_PAGE = 48


class HonourListView(TemplateView):
    """The wall: the highest level first, filtered by community, level and year (S0-33)."""

    template_name = "honours/honour_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, stamp = self.request.GET, fragments.stamp()
        form = HonourFilter(query, years=[year for year in figures.by_year() if year], stamp=stamp)
        chosen = listing.chosen(form)
        page = Paginator(_matching(**chosen), PER_PAGE).get_page(query.get(listing.PAGE))
        place = chosen.get("community")
        counts = figures.by_level(community(place.pk) if place else EVERYTHING)
        return super().get_context_data(
            stamp=stamp, communities=form.communities, form=form, chips=listing.chips(form, query, without=("level",)),
            levels=_level_chips(counts, chosen.get("level"), query), page=page, community=place,
            groups=_groups(page, {} if "year" in chosen else counts), line=_line(counts), **kwargs,
        )  # fmt: skip


def _matching(community: Any = None, level: str = "", year: int | None = None) -> Any:
    rows = Honour.objects.public().with_recipients().by_rank()
    if community:
        rows = rows.filter(community=community)
    if level:
        rows = rows.filter(level=level)
    return rows.in_year(year) if year else rows


def _level_chips(counts: dict[HonourLevel, Quantity], level: str | None, query: QueryDict) -> list[Chip]:
    """The levels that occur, as links among which one is chosen."""
    everything = Chip(_("All levels"), listing.address(query, level=None), current=not level)
    shown = [item for item in HonourLevel if counts[item].value or item == level]
    return [
        everything,
        *(Chip(str(item.label), listing.address(query, level=item.value), item == level) for item in shown),
    ]


def _line(counts: dict[HonourLevel, Quantity]) -> str:
    """“国家级 2 · 省级 2”: the figures by level, those that are not 0."""
    return " · ".join(f"{level.label} {count.display()}" for level, count in counts.items() if count.value)


def _groups(honours: Iterable[Honour], counts: Mapping[HonourLevel, Quantity]) -> list[dict[str, Any]]:
    """Return the honours of one page by level, the revoked ones as a group of their own, which no figure counts."""

    def level(honour: Honour) -> HonourLevel | None:
        return None if honour.state == HonourState.REVOKED else HonourLevel(honour.level)

    return [
        {
            "heading": found.label if found else _("Revoked"),
            "count": int(counts[found].value or 0) if found in counts else None,
            "cards": [card(honour) for honour in rows],
        }
        for found, rows in groupby(honours, level)
    ]


def card(honour: Honour) -> HonourCard:
    """Return what the component honour_card is given; pages of portal use it too."""
    recipient = honour.public_recipient
    if honour.community.name not in recipient:
        recipient = f"{recipient} · {honour.community}"
    return HonourCard(
        title=honour.title,
        url=honour.get_absolute_url(),
        level_label=_("Revoked") if honour.state == HonourState.REVOKED else honour.get_level_display(),
        national=honour.level == HonourLevel.NATIONAL and honour.state == HonourState.PUBLISHED,
        awarded_on=honour.awarded_on,
        precision=honour.awarded_precision,
        recipient=recipient,
    )


class HonourDetailView(TemplateView):
    """One honour with who gave it to whom; a revoked one says so, with the day."""

    template_name = "honours/honour_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, public_id: str, **kwargs: Any) -> dict[str, Any]:
        honour = get_object_or_404(Honour.objects.public().with_recipients(), public_id=public_id)
        revoked = None
        if honour.state == HonourState.REVOKED:
            revoked = states.history(honour).filter(verb="revoke").last()
        return super().get_context_data(
            honour=honour, community=honour.community, facts=_facts(honour), revoked=revoked,
            certificate=honour.certificate if honour.is_named else "", **kwargs,
        )  # fmt: skip


def _facts(honour: Honour) -> list[Fact]:
    written = fuzzy(honour.awarded_on, honour.awarded_precision)
    return [
        Fact(_("Awarded to"), honour.public_recipient),
        Fact(_("Awarded by"), honour.issuer),
        Fact(_("Date of the award"), written.text if written else ""),
        Fact(_("Rank"), honour.rank),
        Fact(_("Event"), honour.event),
        Fact(_("Community"), honour.community.name, honour.community.get_absolute_url()),
    ]
