"""The page of one volunteer team, with its activities."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock, fragments
from core.components import Act, Fact, LinkRow, Panel
from core.dates import day_text, fuzzy
from core.fragments import later
from core.quantities import Quantity, Unit
from events import presentation
from events.models import Activity
from portal.pages import parts
from volunteers import figures
from volunteers.models import Leadership, Team
from volunteers.services.memberships import why_closed

CARDS = 6
PAST = 5
LEADERS = 5


class TeamDetailView(TemplateView):
    """What a team does and when it meets; its leaders by masked name."""

    template_name = "portal/team_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, public_id: str, **kwargs: Any) -> dict[str, Any]:
        stamp, moment = fragments.stamp(), clock.now()
        team = get_object_or_404(Team.objects.select_related("community"), public_id=public_id)
        leader_names = fragments.kept(stamp, ("leaders", team.pk), lambda: _leader_names(team, moment))
        activities = Activity.objects.public().filter(team=team)
        return super().get_context_data(
            stamp=stamp, team=team, community=team.community, panel=_panel(team),
            themes=later(lambda: [theme.name for theme in team.themes.all()]),
            facts=_facts(team, leader_names, moment),
            cards=parts.cards(activities.upcoming(moment), moment, CARDS, with_organiser=False),
            past=later(lambda: [_past_row(row) for row in activities.past(moment)[:PAST]]), **kwargs,
        )  # fmt: skip


def _panel(team: Team) -> Panel:
    """How one joins; the same for everybody, since public pages know nobody."""
    if refused := why_closed(team):
        return Panel(heading=team.get_state_display(), tone="off", sentence=str(refused))
    return Panel(
        heading=_("Come and join"),
        icon="heart-handshake",
        sentence=_("Tell us that you want to help. A leader or the community lets you in; you can leave at any time."),
        acts=(Act(_("Join the team"), reverse("volunteers:team_join", args=[team.public_id]), "primary"),),
        more=_("Not online? Come to the community counter or call, and we enter you."),
    )


def _leader_names(team: Team, at: datetime) -> str:
    rows = Leadership.objects.live(at).filter(team=team).select_related("person").order_by("since", "pk")
    return "、".join(row.person.masked_name for row in rows[:LEADERS])


def _facts(team: Team, leader_names: str, at: datetime) -> list[Fact]:
    founded = fuzzy(team.founded_on, team.founded_precision)
    size = Quantity.exact(team.stated_size, Unit.PERSON).text() if team.stated_size else ""
    counted = figures.size_of(team, at)
    return [
        Fact(_("Community"), team.community.name, team.community.get_absolute_url()),
        Fact(_("What it does"), team.tasks),
        Fact(_("Leader"), leader_names),
        Fact(_("People in the team"), counted.text() if figures.is_shown(counted) else ""),
        Fact(_("Members, as stated"), size),
        Fact(_("Founded"), founded.text if founded else ""),
    ]


def _past_row(activity: Activity) -> LinkRow:
    line = day_text(activity.starts_at) if activity.starts_at else presentation.held_text(activity)
    return LinkRow(activity.title, activity.get_absolute_url(), line)
