"""Pages of the second factor: those of django-allauth that we use, with our manners, and the overview."""

import base64
from typing import Any
from urllib.parse import quote, urlencode

from allauth.account import views as allauth_account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.mixins import NextRedirectMixin
from allauth.account.stages import LoginStageController
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.base import views as allauth_base
from allauth.mfa.recovery_codes import views as allauth_codes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import views as allauth_totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from accounts import second_factor
from accounts.mfa_forms import ConfirmCodeForm, PasswordAgainForm, SetUpForm, SignInCodeForm
from accounts.models import User
from accounts.views import AccountPage
from core import audit

INDEX = "mfa_index"


@method_decorator(never_cache, name="dispatch")
class OwnPage(AccountPage, LoginRequiredMixin):
    """A page of whoever is signed in; kept nowhere."""


class Proved:
    """Asks for the second factor, or the password, of whoever signed in a while ago; then leads back."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_reauthentication_required(request, app=second_factor.APP):
            way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
            return HttpResponseRedirect(f"{way}?{urlencode({'next': request.get_full_path()})}")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class HasFactor:
    """Only for accounts with a second factor; others are led to the overview."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if second_factor.factor_since(request.user) is None:  # type: ignore[arg-type]
            return HttpResponseRedirect(reverse(INDEX))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


# --- signing in, and proving once more ----------------------------------------------------------------------------


def _tell_recovery_code(request: HttpRequest, user: User) -> None:
    """Write the audit row of a recovery code, and tell its owner how many are left."""
    audit.record(user, "use_recovery_code", by=user)
    left = second_factor.codes_left(user)
    words = ngettext(
        "You have used a recovery code; %(count)d is left.", "You have used a recovery code; %(count)d are left.", left
    )
    messages.warning(request, words % {"count": left})


class SignInCodeView(AccountPage, allauth_base.AuthenticateView):
    """The second step of signing in, whichever way the first one went."""

    form_class = SignInCodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stage = LoginStageController.enter(request, AuthenticateStage.key)
        if stage and not request.user.is_authenticated and second_factor.factor_since(stage.login.user) is None:
            return stage.abort()  # It was removed in the meantime: begin anew.
        return super().dispatch(request, *args, **kwargs)

    def _build_forms(self) -> SignInCodeForm:
        """allauth takes a form without a code for one of a passkey, which we do not offer."""
        self.webauthn_form = None
        data = self.request.POST if self.request.method == "POST" else None
        self.auth_form = self.get_form_class()(user=self.stage.login.user, data=data)
        return self.auth_form

    def form_valid(self, form: SignInCodeForm) -> HttpResponse:
        if form.by_recovery_code:
            _tell_recovery_code(self.request, form.user)
        return super().form_valid(form)


class ConfirmCodeView(OwnPage, allauth_base.ReauthenticateView):
    """Asks for the second factor in a session that lacks it, or proved it a while ago."""

    form_class = ConfirmCodeForm

    def form_valid(self, form: ConfirmCodeForm) -> HttpResponse:
        if form.by_recovery_code:
            _tell_recovery_code(self.request, self.request.user)
        return super().form_valid(form)


class PasswordAgainView(OwnPage, allauth_account.ReauthenticateView):
    """Asks for the password once more; who has a second factor is asked for that instead."""

    template_name = "mfa/reauthenticate.html"
    form_class = PasswordAgainForm


# --- the own factor -----------------------------------------------------------------------------------------------


class FactorView(OwnPage, TemplateView):
    """Overview: whether there is a second factor, how many recovery codes are left, what can be done."""

    template_name = "mfa/index.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        left = second_factor.codes_left(user)
        return super().get_context_data(
            since=second_factor.factor_since(user),
            left=left,
            few=left <= second_factor.FEW_CODES,
            required=second_factor.is_required(user),
            **kwargs,
        )


class SetUpView(OwnPage, Proved, NextRedirectMixin, FormView):
    """Sets up the second factor, or replaces it by one on another phone."""

    template_name = "mfa/totp/activate_form.html"
    form_class = SetUpForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        key, adapter = context["form"].secret, mfa_adapter()
        address = adapter.build_totp_url(self.request.user, key)
        drawing = base64.b64encode(adapter.build_totp_svg(address).encode()).decode()
        return context | {
            "address": address,
            "picture": f"data:image/svg+xml;base64,{drawing}",
            "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
            "replaces": second_factor.factor_since(self.request.user),
            "required": second_factor.is_required(self.request.user),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if SECRET_SESSION_KEY not in request.session and second_factor.factor_since(request.user) is not None:
            return self.lead_on(shows_codes=True)  # The same form once more.
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        return self.lead_on(second_factor.activate(self.request, form))

    def lead_on(self, shows_codes: bool) -> HttpResponse:
        """To the recovery codes if there are new ones, else to where the person wanted to go."""
        if shows_codes:
            return HttpResponseRedirect(self.passthrough_next_url(reverse("mfa_view_recovery_codes")))
        messages.success(self.request, _("The second factor is set up."))
        return HttpResponseRedirect(self.get_next_url() or reverse(INDEX))


class RemoveView(OwnPage, Proved, HasFactor, allauth_totp.DeactivateTOTPView):
    """Removes the second factor; staff who need it are told why they cannot."""

    def form_valid(self, form: Any) -> HttpResponse:
        second_factor.deactivate(self.request, self.authenticator)
        messages.success(self.request, _("The second factor is removed. You sign in with your password alone."))
        return HttpResponseRedirect(reverse(INDEX))


# --- recovery codes -----------------------------------------------------------------------------------------------


class CodesView(OwnPage, Proved, HasFactor, NextRedirectMixin, allauth_codes.ViewRecoveryCodesView):
    """Shows new recovery codes, once: on paper or in a file they are worth more than here."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not second_factor.codes_left(request.user):
            return HttpResponseRedirect(reverse("mfa_generate_recovery_codes"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        text = "\n".join(
            [_("Recovery codes for %(name)s") % {"name": self.request.user.username}, *context["unused_codes"]]
        )
        return context | {
            "file": f"data:text/plain;charset=utf-8,{quote(text)}",
            "onward": context["redirect_field_value"] or get_adapter().get_login_redirect_url(self.request),
        }


class NewCodesView(OwnPage, Proved, HasFactor, allauth_codes.GenerateRecoveryCodesView):
    """Makes new recovery codes; the old ones do not count any more."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            audit.record(self.request.user, "new_recovery_codes", by=self.request.user)
            return super().form_valid(form)
