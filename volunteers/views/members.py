"""Who belongs to a team: for its members and leaders; everybody else is told that there is no such page."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Person
from core import clock, listing
from core.admin.acts import seen_version
from core.permissions import require
from core.states import Conflict
from volunteers.access import is_own
from volunteers.forms import ReasonForm
from volunteers.models import Leadership, Membership, member_of
from volunteers.services import memberships
from volunteers.states import MembershipState
from volunteers.views.base import TeamPage

PER_PAGE = 50
CHILD = 14
"""Younger people are always shown masked (security §3.3, PIPL art. 31)."""


@dataclass(frozen=True)
class Line:
    """One person of the team as another of its people sees them."""

    name: str
    phone: str
    membership: Membership | None
    is_own: bool = False
    is_minor: bool = False


class MembersPage(TeamPage):
    """Base of the pages inside a team; `for_leaders` shuts out its other members."""

    for_leaders = True

    def enter(self) -> bool:
        """Return whether the person leads the team.

        Raises:
            Http404: neither leader nor, where members may come, member.
        """
        person = self.request.user.person_id
        if self.team.is_led_by(person, self.at):
            return True
        if self.for_leaders or person is None or not member_of(person, self.team.pk, self.at):
            raise Http404
        return False

    def members(self) -> Any:
        rows = Membership.objects.in_force().filter(team=self.team).select_related("volunteer__person")
        return rows.order_by("since", "pk")

    def leaders(self) -> list[str]:
        rows = Leadership.objects.live(self.at).filter(team=self.team).select_related("person").order_by("since", "pk")
        return [row.person.name for row in rows]

    def line(self, row: Membership, leads: bool) -> Line:
        person = row.volunteer.person
        day = clock.local_day(self.at)
        name, phone = shown(person, day)
        own = is_own(self.request.user, row)
        return Line(name, phone if leads else "", row, own, memberships.is_minor(person, day))


def shown(person: Person, day: Any) -> tuple[str, str]:
    """Return name and masked phone as people of the team see them; of a child neither in clear."""
    age = person.age_on(day)
    if age is not None and age < CHILD:
        return person.masked_name, ""
    return person.name, person.masked_phone


class MembershipListView(MembersPage):
    """The people of the team; leaders see requests and masked phones too."""

    for_leaders = False

    def get(self, request: HttpRequest) -> HttpResponse:
        leads = self.enter()
        page = Paginator(self.members(), PER_PAGE).get_page(request.GET.get(listing.PAGE))
        return self.page(
            "membership_list", leads=leads, leaders=self.leaders(), page=page,
            rows=[self.line(row, leads) for row in page], requests=self.requests() if leads else [],
        )  # fmt: skip

    def requests(self) -> list[Line]:
        """Requests that wait, the oldest first."""
        rows = Membership.objects.requested().filter(team=self.team).select_related("volunteer__person")
        return [self.line(row, True) for row in rows.order_by("pk")[:PER_PAGE]]


class MembershipPrintView(MembersPage):
    """The roster on paper, with room for signatures."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.enter()
        rows = [self.line(row, True) for row in self.members()]
        return self.page("membership_print", rows=rows, leaders=self.leaders())


class MembershipActPage(MembersPage):
    """Base of what a leader decides about one membership of the team."""

    permission = ""
    state = MembershipState.REQUESTED

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.member = kwargs.pop("member")
        return super().dispatch(request, *args, **kwargs)

    def membership(self) -> Membership:
        """Return the membership of this team that the address names, after the leader has been let in."""
        self.enter()
        rows = Membership.objects.select_related("team__community", "volunteer__person")
        row = get_object_or_404(rows, team=self.team, public_id=self.member)
        require(self.permission, self.request.user, row, self.at)
        return row

    def done(self, done: Any, text: str) -> HttpResponse:
        messages.success(self.request, _("This was done before.") if done.already else text)
        return HttpResponseRedirect(self.back())


class MembershipApproveView(MembershipActPage):
    """POST: let somebody in."""

    permission = "membership.approve"

    def post(self, request: HttpRequest) -> HttpResponse:
        row = self.membership()
        done = memberships.approve(row, by=request.user, version=seen_version(request))
        name = shown(row.volunteer.person, clock.local_day(self.at))[0]
        return self.done(done, _("%(name)s belongs to the team now.") % {"name": name})


class MembershipReasonPage(MembershipActPage):
    """GET: ask for the reason. POST: do it."""

    removing = False
    act: Any

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask(self.membership(), ReasonForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        row, form = self.membership(), ReasonForm(request.POST)
        if not form.is_valid():
            return self.ask(row, form, 422)
        done = self.act(row, by=request.user, version=seen_version(request), **form.cleaned_data)
        return self.done(done, self.said())

    def ask(self, row: Membership, form: ReasonForm, status: int = 200) -> HttpResponse:
        if row.state != self.state:
            raise Conflict(row.get_state_display(), None, {})
        line, back = self.line(row, True), self.back()
        return self.page("membership_reason", status, form=form, line=line, back=back, removing=self.removing)


class MembershipDeclineView(MembershipReasonPage):
    permission = "membership.decline"
    act = staticmethod(memberships.decline)

    def said(self) -> str:
        return _("The request has been declined; the person can read your reason.")


class MembershipRemoveView(MembershipReasonPage):
    permission, removing, state = "membership.remove", True, MembershipState.ACTIVE
    act = staticmethod(memberships.remove)

    def said(self) -> str:
        return _("The person does not belong to the team any more; they can read your reason.")
