"""The teams of the person who is signed in: those they lead, belong to, have asked to join, and have left."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.models import Person
from core import clock
from core.components import LinkRow
from core.models import ReasonText
from volunteers.models import Leadership, Membership, Team
from volunteers.states import MEMBERSHIP, OPEN, MembershipState

EARLIER = 20
TOLD = ("decline", "remove")
"""Verbs whose reason the person reads."""


@dataclass(frozen=True)
class Mine:
    """One of the person's teams; addresses are empty where there is nothing to open."""

    team: Team
    label: str
    tone: str
    since: date | None = None
    until: date | None = None
    note: str = ""
    reason: str = ""
    people_url: str = ""
    leave_url: str = ""


@method_decorator(never_cache, name="dispatch")
class MyTeamsView(LoginRequiredMixin, TemplateView):
    """Teams with their state, what one can do there, and what is over."""

    template_name = "portal/my_teams.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        moment, person = clock.now(), self.request.user.person
        now = [*led_by(person, moment), *memberships(person)] if person else []
        return super().get_context_data(person=person, now=now, earlier=_earlier(person) if person else [], **kwargs)


def rows(person: Person, at: datetime) -> list[LinkRow]:
    """Return the person's teams in short, for their page."""
    return [
        LinkRow(one.team.name, one.people_url or one.team.get_absolute_url(), one.note or one.label)
        for one in (*led_by(person, at), *memberships(person))
    ]


def led_by(person: Person, at: datetime) -> list[Mine]:
    """Return the teams that the person leads, with how many ask to join; one query."""
    waiting = Count("team__memberships", filter=Q(team__memberships__state=MembershipState.REQUESTED))
    found = Leadership.objects.live(at).filter(person=person).select_related("team__community")
    return [_led(row) for row in found.annotate(waiting=waiting).order_by("since", "pk")]


def _led(row: Leadership) -> Mine:
    asked: int = getattr(row, "waiting", 0)
    note = _("You lead this team")
    if asked:
        words = ngettext("%(count)s person asks to join", "%(count)s people ask to join", asked)
        note = f"{note} · {words % {'count': asked}}"
    return Mine(row.team, _("leader"), "go", row.since, note=note, people_url=_page("membership_list", row.team))


def memberships(person: Person) -> list[Mine]:
    """Return the person's requests and memberships that last; one query."""
    found = Membership.objects.filter(volunteer__person=person, state__in=OPEN)
    return [_held(row) for row in found.select_related("team__community", "volunteer").order_by("pk")]


def _held(row: Membership) -> Mine:
    label, tone, note = MEMBERSHIP.label(row.state), MEMBERSHIP.tone(row.state), ""
    if row.state == MembershipState.REQUESTED:
        note = _("You asked to join; a leader or the community looks at it next.")
    elif not row.is_in_force:
        tone, note = "off", _("Volunteering is suspended for you at present. Please ask at the community counter.")
    people = _page("membership_list", row.team) if row.is_in_force else ""
    return Mine(row.team, label, tone, row.since, note=note, people_url=people, leave_url=_page("team_leave", row.team))


def _page(name: str, team: Team) -> str:
    return reverse(f"volunteers:{name}", args=[team.public_id])


def _earlier(person: Person) -> list[Mine]:
    """Return what is over, the latest first, with the reasons that were given; two queries."""
    found = Membership.objects.filter(volunteer__person=person).exclude(state__in=OPEN)
    over = list(found.select_related("team__community").order_by("-pk")[:EARLIER])
    told = _reasons(over)
    return [
        Mine(row.team, MEMBERSHIP.label(row.state), "off", row.since, row.until, reason=told.get(row.pk, ""))
        for row in over
    ]


def _reasons(over: list[Membership]) -> dict[int, str]:
    """Return the reasons of these memberships by id, as far as the person is to read them."""
    found = ReasonText.objects.filter(
        transition__content_type=ContentType.objects.get_for_model(Membership),
        transition__object_id__in=[row.pk for row in over],
        transition__verb__in=TOLD,
    )
    return dict(found.values_list("transition__object_id", "text"))
