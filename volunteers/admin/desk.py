"""What teams put on the desk."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core import desk
from core.scope import scoped
from volunteers.models import Membership, Team, Volunteer
from volunteers.states import VolunteerState


@desk.register
def desk_items(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Requests, applicants and teams that wait for me."""
    approving = request.scope_for("membership.approve")
    if approving:
        waiting = scoped(Membership.objects.requested().order_by(), approving)
        page = reverse("admin:volunteers_membership_changelist")
        yield desk.DeskItem(_("requests to join a team"), waiting.count(), f"{page}?state__exact=requested")
    confirming = request.scope_for("volunteer.approve")
    if confirming:
        applied = scoped(Volunteer.objects.filter(state=VolunteerState.APPLIED).order_by(), confirming)
        page = reverse("admin:volunteers_volunteer_changelist")
        yield desk.DeskItem(_("new volunteers to approve"), applied.count(), f"{page}?state__exact=applied")
    checking = request.scope_for("team.check")
    if checking:
        due = scoped(Team.objects.check_due(at).order_by(), checking)
        page = reverse("admin:volunteers_team_changelist")
        yield desk.DeskItem(_("teams whose yearly check is due"), due.count(), f"{page}?check=due")
