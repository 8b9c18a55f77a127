"""What the pages of one team for one person share."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from core import clock
from core.refusals import Refusal, Refused
from core.states import Conflict
from volunteers.models import Team

MINE = "/me/teams/"
"""The person's own page, which portal owns (design §4: a stable contract)."""
FORBIDDEN = frozenset({
    Refusal.NOT_ALLOWED, Refusal.NO_PERSON, Refusal.OWN_REQUEST, Refusal.NOT_FROM_HERE, Refusal.GUARDIAN_NEEDED,
    Refusal.VOLUNTEER_SUSPENDED,
})  # fmt: skip
"""Refusals that concern the person (403); the others concern the moment (409)."""


@method_decorator(never_cache, name="dispatch")
class TeamPage(View):
    """Asks a visitor to sign in, and gives a refusal a page of the team it is about."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method is None or not hasattr(self, request.method.lower()):
            return self.http_method_not_allowed(request)
        self.at = clock.now()
        self.team = get_object_or_404(Team.objects.select_related("community"), public_id=kwargs.pop("public_id"))
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method in ("GET", "HEAD") else self.back()
            return redirect_to_login(back)
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refused:
            return self.refusal(refused)

    def back(self) -> str:
        """Where a POST leads."""
        return reverse("volunteers:membership_list", args=[self.team.public_id])

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"team": self.team, "community": self.team.community, "mine": MINE}
        return render(self.request, f"volunteers/{template}.html", context, status=status)

    def refusal(self, refused: Refused) -> HttpResponse:
        """The reason, and what one can do instead; never the name of who was faster."""
        if isinstance(refused, Conflict):
            refused = Refused(Refusal.JUST_CHANGED, state=refused.words["state"])
        status = 403 if refused.refusal in FORBIDDEN else 409
        return self.page("team_refused", status, refused=str(refused), refusal=refused.refusal)
