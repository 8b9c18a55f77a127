"""Pages of the password, and of asking for it once more."""

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordSetView, ReauthenticateView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.views.codes import SignedInOnly
from accounts.views.pages import AccountPage


class OwnPasswordView(SignedInOnly, AccountPage, ReauthenticateView):
    """The password once more, before something weighty; accounts without one are sent a code."""

    template_name = "account/reauthenticate.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not user.has_usable_password() and request.method in ("GET", "HEAD", "POST"):
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_reauthenticate_code")))
        return super().dispatch(request, *args, **kwargs)


class OtherPasswordView(SignedInOnly, AccountPage, PasswordChangeView):
    """Another password, with the present one."""

    template_name = "account/password_change.html"


class FirstPasswordView(SignedInOnly, AccountPage, PasswordSetView):
    """A password for an account that has none."""

    confirmed = True
    template_name = "account/password_set.html"
