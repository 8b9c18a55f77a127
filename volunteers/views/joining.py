"""Joining a team and leaving it: pages for one person, never cached."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from core.admin.acts import seen_version
from core.refusals import Refusal, Refused
from volunteers.forms import JoinForm
from volunteers.models import Membership, VolunteerSource
from volunteers.services import memberships
from volunteers.states import MembershipState
from volunteers.views.base import MINE, TeamPage

CHANGED = (Refusal.STALE, Refusal.WRONG_STATE)


class TeamJoinView(TeamPage):
    """GET: look over and confirm, or how one stands to the team. POST: ask to be let in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.answer(form, 422)
        try:
            done = memberships.join(self.team, request.user.person, by=request.user, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal != Refusal.LEADS_TEAM:
                raise
        else:
            if done.already:
                messages.info(request, _("You have already asked; there is no need to do it again."))
        return HttpResponseRedirect(request.path)

    def answer(self, form: JoinForm, status: int = 200) -> HttpResponse:
        person = self.request.user.person
        standing = memberships.standing(self.team, person, user=self.request.user, at=self.at)
        if standing.leads or standing.membership is not None:
            return self.page("team_joined", membership=standing.membership, leads=standing.leads)
        if standing.refused is not None:
            raise standing.refused
        return self.page("team_join", status, form=form, person=person)

    def form(self, data: Any = None) -> JoinForm:
        """Return the form that asks for what is not recorded yet."""
        person = self.request.user.person
        known = person is None or VolunteerSource.objects.filter(volunteer__person=person).exists()
        return JoinForm(data, asks_age=person is not None and person.birth_date is None, asks_sources=not known)

    def back(self) -> str:
        return self.request.path


class TeamLeaveView(TeamPage):
    """GET: ask once more. POST: leave, or take the request back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("team_leave", membership=self.membership())

    def post(self, request: HttpRequest) -> HttpResponse:
        membership = self.membership()
        asked = membership.state == MembershipState.REQUESTED
        try:
            memberships.leave(membership, by=request.user, version=seen_version(request))
        except Refused as refused:
            if refused.refusal not in CHANGED:
                raise
            messages.warning(request, _("This has just changed. Please look again before you decide."))
            return HttpResponseRedirect(request.path)
        text = (
            _("Your request has been taken back.") if asked else _("You have left the team. Thank you for your help.")
        )
        messages.success(request, text)
        return HttpResponseRedirect(MINE)

    def membership(self) -> Membership:
        """Return the person's open request or membership in this team."""
        person = self.request.user.person
        found = memberships.open_membership(self.team, person) if person is not None else None
        if found is None:
            raise Http404
        return found

    def back(self) -> str:
        return self.request.path
