"""The home page: what is on in the communities today."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.views.generic import TemplateView

from core import clock, fragments
from core.components import HonourCard, LinkRow
from core.fragments import later
from core.models import OpeningBalance
from events.models import ActivityQuerySet
from events.states import ActivityState
from events.views.activities import midnight
from grids.models import Community
from honours.models import Honour
from honours.views import card as honour_card
from portal.pages import parts
from stories.models import PublicNotice
from stories.states import NoticeLevel

CARDS = 6
NOTICES = 2
HONOURS = 3
FIGURES = ("volunteer_service_count", "micro_wishes_fulfilled_households", "care_visits", "disputes_mediated")
URGENCY = [NoticeLevel.URGENT, NoticeLevel.CAUTION, NoticeLevel.INFO]


class HomeView(TemplateView):
    """One question, answered first: what is on in the communities?"""

    template_name = "portal/home.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stamp, moment = fragments.stamp(), clock.now()
        communities = later(lambda: list(Community.objects.select_related("region").order_by("pk")))
        week = parts.this_week(moment)
        return super().get_context_data(
            stamp=stamp, communities=communities, places=later(lambda: _places(communities)),
            notices=later(lambda: notices(PublicNotice.objects.all(), moment)),
            counts=later(lambda: _counts(week, moment)), cards=parts.cards(week, moment, CARDS),
            honours=later(_honours), figures=later(lambda: _figures(communities)), **kwargs,
        )  # fmt: skip


def _counts(week: ActivityQuerySet, at: datetime) -> dict[str, int]:
    """Return how many activities take place today and in the next seven days; cancelled ones do not."""
    tomorrow = midnight(clock.local_day(at) + timedelta(days=1))
    held = week.exclude(state=ActivityState.CANCELLED).order_by()
    return held.aggregate(week=Count("pk"), today=Count("pk", filter=Q(starts_at__lt=tomorrow)))


def notices(rows: Any, at: datetime) -> list[PublicNotice]:
    """Return the notices that stand above a page, the most urgent first."""
    found = rows.showing(at).select_related("community").order_by("-starts_at", "-pk")[:20]
    return sorted(found, key=lambda notice: URGENCY.index(NoticeLevel(notice.level)))[:NOTICES]


def _places(communities: list[Community]) -> list[LinkRow]:
    where = parts.region_names(communities)
    lines = {item.pk: (where.get(item.pk), item.slogan) for item in communities}
    return [
        LinkRow(item.name, item.get_absolute_url(), " · ".join(part for part in lines[item.pk] if part))
        for item in communities
    ]


def _honours() -> list[HonourCard]:
    return [honour_card(honour) for honour in Honour.objects.valid().with_recipients().by_rank()[:HONOURS]]


def _figures(communities: list[Community]) -> list[parts.Told]:
    """Return one total for each of FIGURES that some community has told."""
    names = {item.pk: item.name for item in communities}
    found: dict[str, OpeningBalance] = {}
    for balance in OpeningBalance.objects.filter(indicator__in=FIGURES, community_id__in=names).order_by("pk"):
        found.setdefault(balance.indicator, balance)
    return [parts.told(found[code], names[found[code].community_id]) for code in FIGURES if code in found]
