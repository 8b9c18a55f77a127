"""Public pages of activities: the list, one activity, its calendar file. No token, no message, no cookie."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Case, F, Value
from django.db.models import When as Where
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core import clock, fragments, listing, states
from core.components import ActivityCard, Chip, Fact, Step
from core.dates import day_of
from core.models import AuditEntry
from events import calendar_file, presentation
from events.forms import ActivityFilter, When
from events.models import Activity, ActivityPartner, ActivityQuerySet
from events.services import standings
from events.services.standings import Standing
from events.states import ActivityState
from stories.models import Theme

PER_PAGE = 20
SIMILAR = 3
LONGEST_PAGE = 9
DAYS = {When.TODAY: 1, When.WEEK: 7}
TOLD = frozenset({"starts_at", "ends_at", "venue", "place"})
"""Changes that people who come have to know."""
CHANGES_READ = 50


@dataclass(frozen=True)
class DayGroup:
    """The activities of one day in the list; `day` is None for records whose time is not known."""

    ident: str
    day: date | None
    label: str
    cards: tuple[ActivityCard, ...]


class ActivityListView(TemplateView):
    """What is on, by day, filtered by community, kind, theme, time, free seats and a word of the title."""

    template_name = "events/activity_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, stamp, moment = self.request.GET, fragments.stamp(), clock.now()
        form = ActivityFilter(query, stamp=stamp)
        chosen = listing.chosen(form)
        rows = presentation.for_list(matching(chosen, moment))
        page = page_of(rows, query.get(listing.PAGE, ""))
        mine = _standings(page, self.request.user, moment)
        return super().get_context_data(
            stamp=stamp, communities=form.communities, form=form, chips=listing.chips(form, query), chosen=chosen,
            community=chosen.get("community"), page=page, groups=groups_of(page, moment, mine), tabs=_tabs(chosen),
            **kwargs,
        )  # fmt: skip


def matching(chosen: Mapping[str, Any], at: datetime) -> ActivityQuerySet:
    """Return the public activities that fit the filters, in the order of the list."""
    rows = _in_time(Activity.objects.public(), chosen.get("when", ""), at)
    if "community" in chosen:
        rows = rows.filter(community=chosen["community"])
    if "kind" in chosen:
        rows = rows.filter(kind=chosen["kind"])
    if "theme" in chosen:
        rows = rows.filter(themes__public_id=chosen["theme"])
    if "q" in chosen:
        rows = rows.filter(title__icontains=chosen["q"])
    return rows.open_for_sign_up(at) if "open" in chosen else rows


def _in_time(rows: ActivityQuerySet, when: str, at: datetime) -> ActivityQuerySet:
    if when == When.PAST:
        return rows.past(at)
    if when == When.ALL:
        return rows.order_by(F("starts_at").desc(nulls_last=True), "-pk")
    rows = rows.upcoming(at)
    return rows.filter(starts_at__lt=midnight(_after(when, clock.local_day(at)))) if when else rows


def _after(when: str, today: date) -> date:
    """Return the first day after the span that begins today."""
    if when == When.MONTH:
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return today + timedelta(days=DAYS[When(when)])


def midnight(day: date) -> datetime:
    """Return the moment at which `day` begins where the communities are."""
    return timezone.make_aware(datetime.combine(day, time.min))


def page_of(rows: ActivityQuerySet, number: str) -> Page:
    """Return the page asked for; the first for anything that is no number, the last beyond it."""
    known = number.isascii() and number.isdigit() and int(number[:LONGEST_PAGE]) > 0
    return Paginator(rows, PER_PAGE).get_page(int(number[:LONGEST_PAGE]) if known else 1)


def _standings(rows: Iterable[Activity], user: Any, at: datetime) -> dict[int, Standing]:
    """Return how somebody signed in stands to each of `rows`; nothing for a visitor."""
    if not user.is_authenticated:
        return {}
    found = list(rows)
    quotas = {row.pk: presentation.quota_of(row) for row in found}
    return standings.standings(found, user.person, quotas=quotas, user=user, at=at)


def groups_of(rows: Iterable[Activity], at: datetime, mine: Mapping[int, Standing]) -> list[DayGroup]:
    """Return the cards by day, in the order of `rows`; `mine` is how the person stands to them."""
    today = clock.local_day(at)
    days = groupby(rows, lambda row: day_of(row.starts_at) if row.starts_at else None)
    return [
        DayGroup(
            f"d{number}",
            day,
            _day_label(day, today),
            tuple(presentation.card(row, at, standing=mine.get(row.pk)) for row in found),
        )
        for number, (day, found) in enumerate(days, start=1)
    ]


def _day_label(day: date | None, today: date) -> str:
    known = {today: _("Today"), today + timedelta(days=1): _("Tomorrow")}
    return known.get(day, "") if day else ""


def _tabs(chosen: Mapping[str, Any]) -> list[Chip]:
    """Return the two views of the list; both keep the community."""
    kept = {"community": chosen["community"].slug} if "community" in chosen else {}
    address = reverse("events:activity_list", query=kept)
    past = reverse("events:activity_list", query={**kept, "when": When.PAST})
    is_past = chosen.get("when") == When.PAST
    return [Chip(_("To come"), address, not is_past), Chip(_("Past ones"), past, is_past)]


class ActivityDetailView(TemplateView):
    """One activity; for somebody signed in the panel says how they stand to it."""

    template_name = "events/activity_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, public_id: str, **kwargs: Any) -> dict[str, Any]:
        stamp, moment, user = fragments.stamp(), clock.now(), self.request.user
        activity = get_object_or_404(presentation.for_cards(Activity.objects.public()), public_id=public_id)
        told = fragments.kept(stamp, ("activity", activity.pk), lambda: _told(activity))
        quota, standing = presentation.quota_of(activity), None
        if user.is_authenticated:
            standing = standings.standing(activity, user.person, user=user, quota=quota, at=moment)
        phase = presentation.phase_of(activity, quota, moment)
        return super().get_context_data(
            stamp=stamp, activity=activity, community=activity.community, phase=phase, tone=presentation.TONES[phase],
            icon=presentation.ICONS.get(phase), facts=told.facts, themes=told.themes, steps=told.steps,
            panel=presentation.panel(activity, standing=standing, reason=told.reason, at=moment),
            calendar=presentation.calendar(activity), drawing=presentation.DRAWINGS.get(activity.kind, "volunteer"),
            phone=presentation.contact_phone(activity), similar=_similar(activity, moment), **kwargs,
        )  # fmt: skip


class Told(NamedTuple):
    """What the page of an activity says and only editors change; `reason` is why it was called off."""

    facts: list[Fact]
    themes: list[Chip]
    steps: list[Step]
    reason: str


def _told(activity: Activity) -> Told:
    partners = models.Prefetch("partners", ActivityPartner.objects.select_related("partner_unit"))
    models.prefetch_related_objects([activity], partners)
    transitions = list(states.history(activity).select_related("reason_text"))
    called_off = [presentation.reason_of(row) for row in transitions if row.verb == "cancel"]
    return Told(
        presentation.facts(activity),
        [_theme_chip(theme) for theme in activity.themes.select_related("community")],
        presentation.steps(transitions, _moved(activity)),
        "".join(called_off[-1:]),
    )


def _theme_chip(theme: Theme) -> Chip:
    place = {"community": theme.community.slug} if theme.community else {}
    return Chip(theme.name, reverse("events:activity_list", query={"theme": theme.public_id, **place}))


def _moved(activity: Activity) -> list[datetime]:
    """Return when time or place of `activity` was changed."""
    rows = AuditEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Activity), object_id=activity.pk, verb="change"
    ).order_by("-pk")
    return [row.at for row in rows.only("at", "fields")[:CHANGES_READ] if TOLD & set(row.fields)]


def _similar(activity: Activity, at: datetime) -> list[ActivityCard]:
    """Return a few activities of the same kind to come, those of the same community first."""
    near = Case(Where(community=activity.community_id, then=Value(0)), default=Value(1))
    rows = Activity.objects.public().upcoming(at).filter(kind=activity.kind, state=ActivityState.PUBLISHED)
    rows = rows.exclude(pk=activity.pk).order_by(near, "starts_at", "pk")
    return [presentation.card(row, at) for row in presentation.for_list(rows)[:SIMILAR]]


class ActivityCalendarFileView(View):
    """The activity as an iCalendar file."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        rows = Activity.objects.public().filter(starts_at__isnull=False).select_related("venue", "community")
        activity = get_object_or_404(rows, public_id=public_id)
        response = HttpResponse(calendar_file.of(activity, clock.now()), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="linli-{activity.public_id}.ics"'
        return response
