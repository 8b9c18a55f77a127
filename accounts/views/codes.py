"""Pages that ask for a code by text message: registering, signing in, another phone, proving once more who it is."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.mixins import NextRedirectMixin, RedirectAuthenticatedUserMixin
from allauth.account.utils import get_login_redirect_url
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView

from accounts.codes import (
    DRAFT,
    ChangeCode,
    CodeByText,
    OwnCode,
    RegistrationCode,
    SignInCode,
    TooSoon,
    confirmed_lately,
    keep_draft,
    shown_code,
)
from accounts.forms import CodeForm, NewPhoneForm, PhoneForm, SignUpForm
from accounts.views.pages import AccountPage
from core.masking import mask_phone
from core.refusals import Refused


class SignedInOnly:
    """Sends visitors to the sign-in page, and back afterwards; bare 405s go first."""

    confirmed = False
    """Whether the owner must have shown lately that it is them (accounts.codes.confirmed_lately)."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (request.method or "").lower() in self.http_method_names:  # type: ignore[attr-defined]
            if not request.user.is_authenticated:
                return _ask(request, "account_login")
            if self.confirmed and not confirmed_lately(request):
                return _ask(request, "account_reauthenticate")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def _ask(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': request.path})}")


# --- what all code pages do ---------------------------------------------------------------------------------------


class CodeFlow:
    """Which code a page is about.

    Attributes:
        process: its class in accounts.codes.
        here, again, start: names of the page, of the address that sends another code, and of where it began.
    """

    process: ClassVar[type[Any]]
    here: ClassVar[str]
    again: ClassVar[str]
    start: ClassVar[str]
    http_method_names: ClassVar[list[str]]
    request: HttpRequest

    def find(self) -> HttpResponse | None:
        """Set `self.code`; a response where there is none to type."""
        self.code: CodeByText | None = self.process.resume(self.request)
        return None if self.code else self.over(_("This code has run out. Please ask for a new one."))

    def over(self, words: str) -> HttpResponse:
        """Go back to where it began; who comes by the address alone is told nothing."""
        if self.request.method == "POST":
            messages.error(self.request, words)
        return HttpResponseRedirect(reverse(self.start))


class RegistrationFlow(CodeFlow):
    process, here, again, start = (
        RegistrationCode,
        "account_verify_phone",
        "account_resend_phone_code",
        "account_signup",
    )


class SignInFlow(CodeFlow):
    process, here, again = SignInCode, "account_confirm_login_code", "account_resend_login_code"
    start = "account_request_login_code"


class ChangeFlow(CodeFlow):
    process, here, again, start = (
        ChangeCode,
        "account_verify_phone",
        "account_resend_phone_code",
        "account_change_phone",
    )


class OwnFlow(CodeFlow):
    process, here, again = OwnCode, "account_reauthenticate_code", "account_send_own_code"
    start = "account_reauthenticate_code"


class CodePage(AccountPage, NextRedirectMixin, FormView):
    """Shows where the code went and takes it. Part of a class with a CodeFlow."""

    template_name = "account/code.html"
    form_class = CodeForm
    heading: Any = gettext_lazy("Please type the code")
    button: Any = gettext_lazy("Continue")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = (request.method or "").lower() in self.http_method_names
        return (self.find() if known else None) or super().dispatch(request, *args, **kwargs)  # type: ignore[attr-defined]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "process": self.code}  # type: ignore[attr-defined]

    def form_valid(self, form: CodeForm) -> HttpResponse:
        try:
            return self.done()
        except Refused as refused:
            form.add_error(None, str(refused))
            return super().form_invalid(form)

    def done(self) -> HttpResponse:
        """Do what the code was asked for."""
        raise NotImplementedError

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        if form.has_error("code", "code") and not self.code.record_invalid_attempt():  # type: ignore[attr-defined]
            return self.over(_("The code was wrong too often. Please ask for a new one."))  # type: ignore[attr-defined]
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        code, again, start = self.code, self.again, self.start  # type: ignore[attr-defined]
        words = {
            "heading": self.heading, "button": self.button, "phone": mask_phone(code.phone),
            "minutes": settings.CODE_SECONDS // 60, "shown_code": shown_code(self.request, code),
            "resend_url": reverse(again) if code.can_resend else "", "start_url": reverse(start),
        }  # fmt: skip
        return super().get_context_data(**words, **kwargs)


class ResendView(View):
    """Sends another code to the same number. Part of a class with a CodeFlow."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if response := self.find():  # type: ignore[attr-defined]
            return response
        if self.code.can_resend:  # type: ignore[attr-defined]
            try:
                self.code.resend()  # type: ignore[attr-defined]
            except TooSoon:
                messages.error(request, get_adapter().error_messages["rate_limited"])
        return HttpResponseRedirect(reverse(self.here))  # type: ignore[attr-defined]


class VisitorsOnly:
    """Who is signed in already goes on to their page."""

    def find(self) -> HttpResponse | None:
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            return HttpResponseRedirect(get_login_redirect_url(request))
        return super().find()  # type: ignore[misc]


# --- registering --------------------------------------------------------------------------------------------------


@method_decorator(sensitive_post_parameters("password", "phone", "name"), name="dispatch")
@method_decorator(rate_limit(action="signup"), name="dispatch")
class SignUpView(AccountPage, RedirectAuthenticatedUserMixin, NextRedirectMixin, FormView):
    """Asks a resident for name and phone, and sends a code; nothing is stored before it is typed."""

    template_name = "account/signup.html"
    ways = ("password", "code")
    form_class = SignUpForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **self.request.session.get(DRAFT, {})}

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        phone = form.cleaned_data["phone"]
        keep_draft(self.request, name=form.cleaned_data["name"], phone=phone)
        return RegistrationCode.start(self.request, phone, self.get_next_url(), form.words())


class RegistrationCodeView(RegistrationFlow, CodePage):
    """The code of a new account, and a way to correct the number."""

    heading = gettext_lazy("Is this your phone?")
    button = gettext_lazy("Open my account")

    def done(self) -> HttpResponse:
        response = self.code.finish()  # type: ignore[union-attr]
        messages.success(self.request, _("Welcome! Your account is open."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("number_form", None) or PhoneForm(auto_id="id_new_%s")
        return super().get_context_data(number_form=form if self.code.can_change else None, **kwargs)  # type: ignore[union-attr]


class CorrectPhoneView(VisitorsOnly, RegistrationCodeView):
    """Sends the code to the right number when the first was mistyped."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PhoneForm(request.POST, auto_id="id_new_%s")
        if not self.code.can_change:  # type: ignore[union-attr]
            return self.over(_("Please begin again with the right number."))
        if not form.is_valid():
            context = self.get_context_data(number_form=form, form=CodeForm())
            return self.render_to_response(context, status=422)
        self.code.correct(form.cleaned_data["phone"])  # type: ignore[union-attr]
        keep_draft(request, phone=form.cleaned_data["phone"])
        return HttpResponseRedirect(reverse(self.here))


# --- signing in by code -------------------------------------------------------------------------------------------


@method_decorator(rate_limit(action="login"), name="dispatch")
class AskCodeView(AccountPage, RedirectAuthenticatedUserMixin, NextRedirectMixin, FormView):
    """Asks for the phone of an account and sends a code; every number gets the same page."""

    template_name = "account/request_login_code.html"
    ways = ("password", "register")
    form_class = PhoneForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "phone": self.request.session.get(DRAFT, {}).get("phone", "")}

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        phone = form.cleaned_data["phone"]
        keep_draft(self.request, phone=phone)
        user = get_adapter().get_user_by_phone(phone)
        SignInCode.start(self.request, phone, user if user and user.is_active else None, self.get_next_url())
        return HttpResponseRedirect(reverse("account_confirm_login_code"))


class SignInCodeView(VisitorsOnly, SignInFlow, CodePage):
    """The code that signs in."""

    button = gettext_lazy("Sign in")

    def done(self) -> HttpResponse:
        return self.code.finish()  # type: ignore[union-attr]


class SignInResendView(VisitorsOnly, SignInFlow, ResendView):
    """Another code to sign in."""


# --- another phone ------------------------------------------------------------------------------------------------


@method_decorator(rate_limit(action="change_phone"), name="post")
class ChangePhoneView(SignedInOnly, AccountPage, FormView):
    """Asks for the new number and sends it a code."""

    confirmed = True
    template_name = "account/phone_change.html"
    form_class = NewPhoneForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "present": self.request.user.phone}  # type: ignore[union-attr]

    def form_valid(self, form: NewPhoneForm) -> HttpResponse:
        ChangeCode(self.request).begin(form.cleaned_data["phone"])
        return HttpResponseRedirect(reverse("account_verify_phone"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(phone=mask_phone(self.request.user.phone), **kwargs)  # type: ignore[union-attr]


class ChangeCodeView(SignedInOnly, ChangeFlow, CodePage):
    """The code that proves the new number."""

    confirmed = True
    heading = gettext_lazy("Is this your new phone?")
    button = gettext_lazy("Change my phone")

    def done(self) -> HttpResponse:
        self.code.finish()  # type: ignore[union-attr]
        messages.success(self.request, _("Your phone has been changed. Sign in with the new number from now on."))
        return HttpResponseRedirect(reverse("portal:me"))


class ChangeResendView(SignedInOnly, ChangeFlow, ResendView):
    """Another code to the new number."""


class RegistrationResendView(RegistrationFlow, ResendView):
    """Another code for a new account."""


def verify_phone(request: HttpRequest) -> HttpResponse:
    """The code of a registration, or of another phone where somebody is signed in."""
    view = ChangeCodeView if request.user.is_authenticated else RegistrationCodeView
    return view.as_view()(request)  # type: ignore[return-value]


def resend_phone_code(request: HttpRequest) -> HttpResponse:
    """Another code for either."""
    view = ChangeResendView if request.user.is_authenticated else RegistrationResendView
    return view.as_view()(request)  # type: ignore[return-value]


# --- proving once more --------------------------------------------------------------------------------------------


class OwnCodeView(SignedInOnly, OwnFlow, CodePage):
    """The code to the own phone, for accounts without a password; before it is sent, the button that sends it."""

    heading = gettext_lazy("Is it you?")

    def find(self) -> HttpResponse | None:
        if self.request.user.has_usable_password():  # type: ignore[union-attr]
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_reauthenticate")))
        self.code = OwnCode.resume(self.request)  # type: ignore[assignment]
        if self.code is None and self.request.method == "POST":
            return self.over(_("This code has run out. Please ask for a new one."))
        return None

    def done(self) -> HttpResponse:
        self.code.finish()  # type: ignore[union-attr]
        return HttpResponseRedirect(self.get_next_url() or reverse("portal:me"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.code is not None:
            return super().get_context_data(**kwargs)
        words = {"send_url": reverse(self.again), "phone": mask_phone(self.request.user.phone), "heading": self.heading}  # type: ignore[union-attr]
        return AccountPage.get_context_data(self, **words, **kwargs)


@method_decorator(rate_limit(action="reauthenticate"), name="post")
class SendOwnCodeView(SignedInOnly, NextRedirectMixin, View):
    """Sends a code, or another one, to the own phone."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.has_usable_password():  # type: ignore[union-attr]
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_reauthenticate")))
        if not request.user.phone:  # type: ignore[union-attr]
            messages.error(request, _("Your account has no phone. Please come to the counter."))
            return HttpResponseRedirect(reverse("portal:me"))
        code = OwnCode.resume(request)
        if code is None:
            OwnCode(request).begin(request.user.phone)  # type: ignore[union-attr]
        elif code.can_resend:
            code.resend()
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_reauthenticate_code")))
