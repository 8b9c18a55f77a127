"""What belongs to the person who is signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import F, Q
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.models import Person
from core import clock
from events import presentation
from events.models import Activity, SignUp
from events.states import LEFT, SIGN_UP, ActivityState, SignUpState
from grids.models import Residency
from portal.pages import my_teams

UPCOMING = 50
EARLIER = 20


@dataclass(frozen=True)
class Mine:
    """One of the person's sign-ups; `cancel_url` is empty when it cannot be cancelled any more; `until`: by when."""

    activity: Activity
    label: str
    tone: str
    cancel_url: str = ""
    calendar_url: str = ""
    until: str = ""


@method_decorator(never_cache, name="dispatch")
class MeView(LoginRequiredMixin, TemplateView):
    """Next activity first, then all sign-ups, then what the site knows about the person."""

    template_name = "portal/me.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        moment, person = clock.now(), self.request.user.person
        upcoming, earlier = _sign_ups(person, moment) if person else ([], [])
        coming = next((row for row in upcoming if row.cancel_url), None)
        return super().get_context_data(
            person=person, coming=coming, upcoming=[row for row in upcoming if row is not coming], earlier=earlier,
            homes=_homes(person, moment) if person else [],
            teams=my_teams.rows(person, moment) if person else [], **kwargs,
        )  # fmt: skip


def _sign_ups(person: Person, at: datetime) -> tuple[list[Mine], list[Mine]]:
    """Return the sign-ups to come, soonest first, and those that are over or given up, the latest first."""
    rows = SignUp.objects.filter(contact=person).annotate(starts=F("quota__activity__starts_at"))
    rows = rows.select_related("quota__activity__venue", "quota__activity__community")
    ahead = Q(quota__activity__ends_at__gt=at) & ~Q(state__in=LEFT)
    upcoming = rows.filter(ahead).order_by("starts", "pk")[:UPCOMING]
    earlier = rows.exclude(ahead).order_by("-starts", "-pk")[:EARLIER]
    return [mine(row, at) for row in upcoming], [mine(row, at) for row in earlier]


def mine(party: SignUp, at: datetime) -> Mine:
    """Return how a sign-up is shown to the person."""
    activity = party.quota.activity
    if party.state == SignUpState.CONFIRMED:
        if activity.state == ActivityState.CANCELLED:
            return Mine(activity, _("The activity is cancelled"), "zhu")
        if activity.ends_at <= at or activity.state != ActivityState.PUBLISHED:
            return Mine(activity, str(presentation.Phase.FINISHED.label), "off")
    cancel = reverse("events:sign_up_cancel", args=[activity.public_id]) if _can_cancel(party, at) else ""
    file = reverse("events:activity_calendar_file", args=[activity.public_id]) if cancel else ""
    until = presentation.cancel_words(activity, party, at) if cancel else ""
    return Mine(activity, SIGN_UP.label(party.state), SIGN_UP.tone(party.state), cancel, file, until)


def _can_cancel(party: SignUp, at: datetime) -> bool:
    return party.state == SignUpState.CONFIRMED and party.quota.activity.starts_at > at


def _homes(person: Person, at: datetime) -> list[str]:
    rows = Residency.objects.live(at).filter(person=person).select_related("community", "grid")
    return [" · ".join(str(place) for place in (row.community, row.grid) if place) for row in rows]
