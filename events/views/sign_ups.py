"""Signing up and cancelling: pages for one person, never cached."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from core import clock
from core.refusals import Refusal, Refused
from events import presentation
from events.forms import SignUpForm
from events.models import Activity, SignUp
from events.services import seats, sign_ups, standings
from events.states import LEFT

MINE = "/me/"
"""The person's own page, which portal owns (design §4: a stable contract)."""
JUST_NOW = timedelta(minutes=10)
SHOWN = ("community", "venue", "team")
"""What the pages show of an activity; its seats are read by the service."""
FORBIDDEN = frozenset({
    Refusal.NOT_ALLOWED, Refusal.NO_PERSON, Refusal.NOT_RESIDENT, Refusal.NOT_IN_TEAM, Refusal.STAFF_ONLY,
    Refusal.TOO_YOUNG, Refusal.TOO_OLD, Refusal.AGE_UNKNOWN,
})  # fmt: skip
"""Refusals that concern the person (403); the others concern the moment (409)."""


@method_decorator(never_cache, name="dispatch")
class PersonalView(View):
    """Base of the two: asks a visitor to sign in, and gives a refusal the page of the activity it is about."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return self.http_method_not_allowed(request)
        self.activity = self.get_activity(kwargs["public_id"])
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refused:
            return self.refusal(refused)

    def get_activity(self, public_id: str) -> Activity:
        return get_object_or_404(Activity.objects.public().select_related(*SHOWN), public_id=public_id)

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"activity": self.activity, "community": self.activity.community, "mine": MINE}
        context["facts"] = presentation.where_and_when(self.activity)
        return render(self.request, f"events/{template}.html", context, status=status)

    def refusal(self, refused: Refused) -> HttpResponse:
        """The reason, and what one can do instead."""
        phone = presentation.contact_phone(self.activity)
        status = 403 if refused.refusal in FORBIDDEN else 409
        similar = presentation.similar(self.activity)
        return self.page("activity_sign_up_refused", status, refused=str(refused), phone=phone, similar=similar)


class ActivitySignUpView(PersonalView):
    """GET: look over and confirm, or what was done. POST: sign the person up."""

    def get_activity(self, public_id: str) -> Activity:
        """For a POST together with its seats, which the service is handed."""
        self.quota = seats.of_public(public_id) if self.request.method == "POST" else None
        return self.quota.activity if self.quota else super().get_activity(public_id)

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        moment, user = clock.now(), request.user
        standing = standings.standing(self.activity, user.person, user=user, at=moment)
        party, refused = standing.sign_up, standing.refused
        until = presentation.cancel_words(self.activity, party, moment)
        if party is not None and refused is not None and refused.refusal == Refusal.ALREADY:
            recent, calendar = moment - party.created_at < JUST_NOW, presentation.calendar(self.activity)
            return self.page("activity_signed_up", sign_up=party, recent=recent, calendar=calendar, until=until)
        if refused is not None:
            raise refused
        form = SignUpForm(initial={"client_key": secrets.token_urlsafe(16)})
        return self.page("activity_sign_up", form=form, person=user.person, until=until)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        form = SignUpForm(request.POST)
        key = form.cleaned_data["client_key"] if form.is_valid() else None
        try:
            done = sign_ups.sign_up(
                self.activity, request.user.person, by=request.user, client_key=key, quota=self.quota
            )
        except Refused as refused:
            if refused.refusal != Refusal.ALREADY:
                raise
            messages.info(request, str(refused))
        else:
            if done.sign_up.state in LEFT:
                text = _("This form was used before and the sign-up was cancelled. Please confirm anew.")
                messages.warning(request, text)
            elif done.already:
                messages.info(request, str(Refusal.ALREADY.label))
        return HttpResponseRedirect(request.path)


class SignUpCancelView(PersonalView):
    """GET: ask once more, and say if it is late. POST: give the seat back."""

    def get_activity(self, public_id: str) -> Activity:
        """Also what is public no more: whoever holds a seat may give it back."""
        rows = Activity.objects.all() if self.request.user.is_authenticated else Activity.objects.public()
        return get_object_or_404(rows.select_related(*SHOWN), public_id=public_id)

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        party = self.party()
        if party.state in LEFT:
            messages.info(request, _("This sign-up is cancelled already."))
            return HttpResponseRedirect(MINE)
        if refused := sign_ups.why_not_cancel(party):
            raise refused
        return self.page("sign_up_cancel", sign_up=party, late=sign_ups.is_late(party))

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        done = sign_ups.cancel(self.party(), by=request.user)
        tell, text = self.outcome(done)
        tell(request, text)
        return HttpResponseRedirect(MINE)

    @staticmethod
    def outcome(done: Any) -> tuple[Callable[..., None], str]:
        if done.already:
            return messages.info, _("This sign-up is cancelled already.")
        if done.transition.verb == "cancel_late":
            return messages.success, _("Your sign-up is cancelled. It was late; next time please tell us earlier.")
        return messages.success, _("Your sign-up is cancelled. If you want to come after all, you can sign up again.")

    def party(self) -> SignUp:
        """Return the person's latest party in this activity."""
        rows = SignUp.objects.filter(quota__activity=self.activity, contact=self.request.user.person_id or 0)
        party = rows.select_related("quota__activity__community").order_by("-pk").first()
        if party is None:
            raise Http404
        return party
