"""How django-allauth meets our accounts: phones of mainland China, codes of six digits, our words."""

import logging
import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import sms
from accounts.backends import with_phone
from accounts.middleware import SEEN
from accounts.models import User
from accounts.second_factor import StepUp
from accounts.services import set_password
from core.identifiers import normalise_phone
from core.text import fold

log = logging.getLogger(__name__)

NOT_RIGHT = _("The user name, phone or password is not right. Please check and try again.")
TOO_MANY = _("Too many attempts. Please wait five minutes, or sign in with a code by text message.")
WORDS = {
    "account/messages/password_changed.txt": _("Your password has been changed. You are signed out everywhere else."),
    "account/messages/password_set.txt": _("You have a password now. You are signed out everywhere else."),
}
"""What django-allauth's messages say; those that are not here say nothing (signing out must set no cookie)."""
PHONE_STAGE = "allauth.account.stages.PhoneVerificationStage"


class ChinesePhoneField(PhoneField):
    """A mobile number in any usual spelling, cleaned to +86…"""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if value in self.empty_values:
            return value
        return normalise_phone(value)


class AccountAdapter(StepUp, DefaultAccountAdapter):
    """One answer for every failure, so that nothing tells whether an account exists."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NOT_RIGHT,
        "phone_password_mismatch": NOT_RIGHT,
        "email_password_mismatch": NOT_RIGHT,
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your present password."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": _("Please wait a minute before you ask for another code."),
    }

    # --- numbers and codes --------------------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs: Any) -> ChinesePhoneField:
        return ChinesePhoneField(**kwargs)

    @staticmethod
    def _six_digits() -> str:
        return f"{secrets.randbelow(10**6):06d}"

    def generate_phone_verification_code(self, **kwargs: Any) -> str:
        return self._six_digits()

    # --- phones of accounts -------------------------------------------------------------------------------------------

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_index is not None) if user.phone else None

    def get_user_by_phone(self, phone: str) -> User | None:
        try:
            return with_phone(normalise_phone(phone))
        except ValidationError:
            return None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Nothing: accounts are made and changed by services, once the number is proved (accounts.codes)."""

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Nothing, as set_phone."""

    def send_verification_code_sms(self, user: User | None, phone: str, code: str, **kwargs: Any) -> None:
        sms.send(phone, _("[Linli] Your code is {code}. Never tell it to anybody.").format(code=code))

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        words = _("[Linli] No account has this number yet. Please register first. Not you? Just ignore this.")
        sms.send(phone, str(self._closed(phone) or words))

    def send_account_already_exists_sms(self, phone: str) -> None:
        words = _("[Linli] You have an account already: just sign in. Not you? Just ignore this.")
        sms.send(phone, str(self._closed(phone) or words))

    def _closed(self, phone: str) -> Any:
        """What to say to a number whose account is closed: it can neither sign in nor register."""
        user = self.get_user_by_phone(phone)
        if user is None or user.is_active:
            return ""
        return _("[Linli] The account of this number is closed. Please call the community. Not you? Just ignore this.")

    def send_phone_changed_sms(self, phone: str) -> None:
        """Tell the old number of an account; whether it arrives changes nothing."""
        try:
            sms.send(phone, str(_("[Linli] Your account has another phone now. Not you? Please call the community.")))
        except Exception:
            log.warning("the old number was not told", exc_info=True)

    # --- signing in ---------------------------------------------------------------------------------------------------

    def get_login_stages(self) -> list[str]:
        ours = "accounts.codes.RegistrationStage"
        return [ours if stage == PHONE_STAGE else stage for stage in super().get_login_stages()]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One counter for every spelling of a phone or user name."""
        text = credentials.get("phone") or credentials.get("username") or ""
        try:
            return normalise_phone(text)
        except ValidationError:
            return fold(text)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SEEN] = time.time()

    def set_password(self, user: User, password: str) -> None:
        stored = User.objects.get(pk=user.pk)
        set_password(stored, password, by=stored, keep=self.request.session.session_key)
        user.password, user.version = stored.password, stored.version

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """An account that was closed in the middle of a sign-in begins again, and learns nothing."""
        return HttpResponseRedirect(reverse("account_login"))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        words = message or WORDS.get(message_template or "")
        if words:
            messages.add_message(request, level, words, extra_tags=extra_tags)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Every answer is a page."""
        return False

    # --- ways ---------------------------------------------------------------------------------------------------------

    def is_safe_url(self, url: str) -> bool:
        """Only this very site; allauth would also take every other host that may be asked for."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal:me")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index") if request.user.is_staff else reverse("portal:me")  # type: ignore[union-attr]
