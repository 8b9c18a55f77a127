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
from volunteers.services.memberships import Standing, standing, why_closed
from volunteers.states import MembershipState

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
            stamp=stamp, team=team, community=team.community,
            panel=_panel(team, _standing(team, self.request.user, moment)),
            themes=later(lambda: [theme.name for theme in team.themes.all()]),
            facts=_facts(team, leader_names, moment),
            cards=parts.cards(activities.upcoming(moment), moment, CARDS, with_organiser=False),
            past=later(lambda: [_past_row(row) for row in activities.past(moment)[:PAST]]), **kwargs,
        )  # fmt: skip


def _standing(team: Team, user: Any, at: datetime) -> Standing | None:
    """How somebody signed in stands to the team; None for a visitor, who costs no query."""
    return standing(team, user.person, user=user, at=at) if user.is_authenticated else None


def _panel(team: Team, mine: Standing | None) -> Panel:
    """How one joins; for somebody signed in, how they stand to the team (core.fragments keeps none of it)."""
    more = _("Not online? Come to the community counter or call, and we enter you.")
    if mine is not None and (mine.leads or mine.membership is not None):
        return _panel_of_mine(team, mine)
    if refused := why_closed(team):
        return Panel(heading=team.get_state_display(), tone="off", sentence=str(refused))
    if mine is not None and mine.refused is not None:
        return Panel(
            heading=_("You cannot join at present"), tone="info", icon="info", sentence=str(mine.refused), more=more
        )
    words = _("For people of {community}. A leader or the community lets you in; you can leave at any time.")
    return Panel(
        heading=_("Come and join"),
        icon="heart-handshake",
        sentence=words.format(community=team.community),
        acts=(Act(_("Join the team"), reverse("volunteers:team_join", args=[team.public_id]), "primary"),),
        more=more,
    )


def _panel_of_mine(team: Team, mine: Standing) -> Panel:
    all_mine = Act(_("My teams"), reverse("portal:my_teams"), "secondary")
    if mine.membership is not None and mine.membership.state == MembershipState.REQUESTED:
        words = _("A leader or the community will answer; you will get a message.")
        return Panel(
            heading=_("You have asked to join"), tone="info", icon="hourglass", sentence=words, acts=(all_mine,)
        )
    address = reverse("volunteers:membership_list", args=[team.public_id])
    people = Act(_("People of the team"), address, "primary", "users")
    heading = _("You lead this team") if mine.leads else _("You belong to the team")
    return Panel(heading=heading, tone="open", icon="check", acts=(people, all_mine))


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
