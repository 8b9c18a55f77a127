"""Sign-in and sign-out."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views import View


class AccountPage:
    """What our pages add to those of django-allauth: other methods are 405 for everybody, a form that is not right is
    422, and the address that the visitor came for is handed on only if it is one of this site."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (request.method or "").lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)  # type: ignore[attr-defined]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        target = context.get("redirect_field_value") or ""
        if not get_adapter().is_safe_url(target):
            context |= {"redirect_field": "", "redirect_field_value": ""}
        return context


class SignInView(AccountPage, LoginView):
    """Signs somebody in with user name or phone, and password; staff go on to their second factor."""

    template_name = "account/login.html"


class SignOutView(View):
    """Signs out; POST only, so that no picture or link can do it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(reverse("portal:home"))
