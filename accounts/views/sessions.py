"""Where somebody is signed in, and ending that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.devices import device
from accounts.services import sessions
from accounts.views.codes import SignedInOnly

SHOWN = 50


@dataclass(frozen=True)
class Place:
    """One other session as the page shows it; never its key."""

    ident: int
    device: str
    since: datetime
    seen: datetime


@method_decorator(never_cache, name="dispatch")
class SessionListView(SignedInOnly, TemplateView):
    """This device, and all others where the account is signed in."""

    template_name = "usersessions/usersession_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = sessions.of(self.request.user).exclude(session_key=self.request.session.session_key)[:SHOWN]  # type: ignore[arg-type]
        return super().get_context_data(
            here=device(self.request.headers.get("User-Agent", "")),
            others=[Place(row.pk, device(row.user_agent), row.created_at, row.last_seen_at) for row in rows],
            **kwargs,
        )


class EndSessionsView(SignedInOnly, View):
    """Ends all other sessions of the account."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        self.end(request, None)
        return HttpResponseRedirect(reverse("usersessions_list"))

    def end(self, request: HttpRequest, only: int | None) -> None:
        user: Any = request.user
        ended = sessions.end(user, by=user, keep=request.session.session_key, only=only)
        if ended:
            words = ngettext("%(count)d device has been signed out.", "%(count)d devices have been signed out.", ended)
            messages.success(request, words % {"count": ended})
        else:
            messages.info(request, _("There was nothing to sign out any more."))


class EndSessionView(EndSessionsView):
    """Ends one other session of the account; an id that is not theirs ends nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        ident = request.POST.get("session", "")
        self.end(request, int(ident) if ident.isascii() and ident.isdecimal() and len(ident) <= 18 else 0)
        return HttpResponseRedirect(reverse("usersessions_list"))
