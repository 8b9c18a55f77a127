"""Sign-in and sign-out."""

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import SignInForm


def next_url(request: HttpRequest, default: str) -> str:
    """Return the local address that the visitor came for, or `default`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    local = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if local else default


@method_decorator((never_cache, sensitive_post_parameters("password")), name="dispatch")
class SignInView(View):
    """Signs somebody in with user name or phone, and password."""

    template_name = "accounts/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.target(request))
        return self.page(request, SignInForm(request=request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignInForm(request.POST, request=request)
        if not form.is_valid():
            return self.page(request, form, status=422)
        login(request, form.user)
        return HttpResponseRedirect(self.target(request))

    def target(self, request: HttpRequest) -> str:
        default = reverse("admin:index") if request.user.is_staff else reverse("portal:me")  # type: ignore[union-attr]
        return next_url(request, default)

    def page(self, request: HttpRequest, form: SignInForm, **kwargs: Any) -> HttpResponse:
        return render(request, self.template_name, {"form": form, "next": next_url(request, "")}, **kwargs)


class SignOutView(View):
    """Signs out; POST only, so that no picture or link can do it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(reverse("portal:home"))
