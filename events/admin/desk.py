"""What activities put on the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, desk
from core.admin.filters import returned_to, waiting_for
from core.dates import day_text
from core.scope import scoped
from events.admin.activities import pick_by_time, sign_ups_url
from events.models import Activity
from events.presentation import ICONS, TONES, for_cards, phase_of, quota_of
from events.states import ActivityState

LATE_WITHIN = timedelta(days=1)
DUE_WITHIN = timedelta(days=7)
ROWS_SHOWN = 8


def _page() -> str:
    return reverse("admin:events_activity_changelist")


@desk.register
def desk_items(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Activities that wait for me."""
    rows = Activity.objects.order_by()
    reviewing = request.scope_for("activity.publish")
    if reviewing:
        yield _to_review(waiting_for(scoped(rows, reviewing), request.user), at)
    drafting = request.scope_for("activity.submit")
    if drafting:
        count = returned_to(scoped(rows, drafting), request.user).count()
        yield desk.DeskItem(
            _("activities returned to you"), count, f"{_page()}?todo=returned", urgency="due" if count else ""
        )
    finishing = request.scope_for("activity.finish")
    if finishing:
        over = pick_by_time(scoped(rows, finishing).filter(state=ActivityState.PUBLISHED), "past", at)
        url = f"{_page()}?state__exact=published&when=past"
        yield desk.DeskItem(_("activities over, to be marked as finished"), over.count(), url)


def _to_review(rows: Any, at: datetime) -> desk.DeskItem:
    starts = list(rows.values_list("starts_at", flat=True)[:1000])
    dated = [moment for moment in starts if moment is not None]
    first, note, urgency = min(dated, default=None), "", ""
    if first is not None:
        note = _("the first starts %(day)s") % {"day": day_text(first, clock.local_day(at))}
        urgency = "late" if first - at <= LATE_WITHIN else "due" if first - at <= DUE_WITHIN else ""
    return desk.DeskItem(_("activities waiting for your review"), len(starts), f"{_page()}?todo=review", note, urgency)


@desk.register_panel
def coming_panel(request: HttpRequest, at: datetime) -> desk.DeskPanel | None:
    """Activities of today and the next days, with seats and state."""
    scope = request.scope_for("activity.view")
    if not scope:
        return None
    rows = pick_by_time(scoped(Activity.objects.filter(state=ActivityState.PUBLISHED), scope), "week", at)
    names = bool(request.scope_for("sign_up.view"))
    lines = [_line(activity, at, names) for activity in for_cards(rows).order_by("starts_at", "pk")[:ROWS_SHOWN]]
    values = {"lines": lines, "all": f"{_page()}?when=week&state__exact=published"}
    return desk.DeskPanel("admin/desk_activities.html", gettext_lazy("Activities today and in the next days"), values)


def _line(activity: Activity, at: datetime, names: bool) -> dict[str, Any]:
    quota = quota_of(activity)
    phase = phase_of(activity, quota, at)
    return {
        "title": activity.title, "url": reverse("admin:events_activity_change", args=[activity.pk]),
        "starts_at": activity.starts_at, "label": phase.label, "tone": TONES[phase], "icon": ICONS.get(phase),
        "quota": quota, "sign_ups": sign_ups_url(activity) if names and quota is not None else "",
    }  # fmt: skip
