"""How django-allauth meets our accounts: phones of mainland China, codes of six digits, our words."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import sms
from accounts.backends import with_phone
from accounts.models import User
from accounts.second_factor import StepUp
from core.identifiers import normalise_phone

NOT_RIGHT = _("The user name, phone or password is not right. Please check and try again.")


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
    }

    # --- numbers and codes --------------------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs: Any) -> ChinesePhoneField:
        return ChinesePhoneField(**kwargs)

    @staticmethod
    def _six_digits() -> str:
        return f"{secrets.randbelow(10**6):06d}"

    def generate_login_code(self) -> str:
        return self._six_digits()

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

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        sms.send(phone, _("[Linli] Your code is {code}. Never tell it to anybody.").format(code=code))

    def is_ajax(self, request: HttpRequest) -> bool:
        """Every answer is a page."""
        return False

    # --- ways ---------------------------------------------------------------------------------------------------------

    def is_safe_url(self, url: str) -> bool:
        """Only this very site; allauth would also take every other host that may be asked for."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index") if request.user.is_staff else reverse("portal:me")  # type: ignore[union-attr]
