"""Public pages of volunteer teams."""

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from core import fragments, listing
from core.components import LinkRow
from core.figures import EVERYTHING, community
from volunteers import figures
from volunteers.forms import TeamFilter
from volunteers.models import Team

PER_PAGE = 24


class TeamListView(TemplateView):
    """The directory of teams at work, by community and kind."""

    template_name = "volunteers/team_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stamp = fragments.stamp()
        form = TeamFilter(self.request.GET, stamp=stamp)
        chosen = listing.chosen(form)
        teams = Team.objects.active().filter(**chosen).select_related("community").order_by("community", "pk")
        page = Paginator(teams, PER_PAGE).get_page(self.request.GET.get(listing.PAGE))
        return super().get_context_data(
            stamp=stamp, communities=form.communities, form=form, chips=listing.chips(form, self.request.GET),
            page=page, community=chosen.get("community"), rows=[_row(team) for team in page],
            figures=_figures(chosen.get("community")), **kwargs,
        )  # fmt: skip


def _figures(chosen: Any) -> list[figures.Shown]:
    return figures.public(community(chosen.pk) if chosen else EVERYTHING)


def _row(team: Team) -> LinkRow:
    line = " · ".join(part for part in (team.community.name, team.get_kind_display(), team.tasks) if part)
    return LinkRow(team.name, team.get_absolute_url(), line)
