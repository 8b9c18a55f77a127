"""What our account pages share; sign-in with a password, and sign-out."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.components import LinkRow


@method_decorator(never_cache, name="dispatch")
class AccountPage:
    """What our pages add to those of django-allauth: other methods are 405 for everybody, a form that is not right is
    422, and the address that the visitor came for is handed on only if it is one of this site."""

    http_method_names = ["get", "head", "post"]
    ways: tuple[str, ...] = ()
    """Names of the other pages by which one comes in; offered below the form."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (request.method or "").lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)  # type: ignore[attr-defined]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """Nobody is held on the way they began: the page that was asked for is shown."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        target = context.get("redirect_field_value") or ""
        if not get_adapter().is_safe_url(target):
            context |= {"redirect_field": "", "redirect_field_value": ""}
        if self.ways:
            context["ways"] = [WAYS[name](context.get("redirect_field_value")) for name in self.ways]
        return context


def _way(name: str, icon: str, label: Any, line: Any = "") -> Callable[[str | None], LinkRow]:
    """Return what makes the link to a way in, with the address that the visitor came for."""

    def row(target: str | None) -> LinkRow:
        return LinkRow(label, reverse(name) + (f"?{urlencode({'next': target})}" if target else ""), line, icon)

    return row


WAYS = {
    "password": _way("account_login", "user", _("Sign in with a password")),
    "code": _way(
        "account_request_login_code", "phone", _("Sign in with a code by text message"),
        _("Also when you have forgotten the password"),
    ),
    "register": _way(
        "account_signup", "user-plus", _("No account yet? Register"), _("With your mobile number, in two minutes")
    ),
}  # fmt: skip


class SignInView(AccountPage, LoginView):
    """Signs somebody in with user name or phone, and password; staff go on to their second factor."""

    template_name = "account/login.html"
    ways = ("code", "register")


class SignOutView(View):
    """Signs out; POST only, so that no picture or link can do it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(reverse("portal:home"))
