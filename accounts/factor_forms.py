"""Forms of the second factor."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import second_factor
from core.encryption import UnreadableValue
from core.text import fold

LONGEST_CODE = 32


class CodeField(forms.CharField):
    """A code of digits, in any width, with or without gaps."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "none"}
        super().__init__(label=label, max_length=LONGEST_CODE, widget=forms.TextInput(attrs=attrs), help_text=help_text)

    def to_python(self, value: Any) -> str:
        return fold(super().to_python(value))


class _UsedOnce(forms.Form):
    """Takes the six digits of the app once, or a recovery code."""

    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(
            gettext_lazy("Code"),
            gettext_lazy("The six digits that the app shows now. Phone not at hand? Type one of your recovery codes."),
        )
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        try:
            code = super().clean_code()  # type: ignore[misc]
            spent = self.authenticator.type != second_factor.TOTP or second_factor.take(self.authenticator, code)
        except UnreadableValue as error:
            text = _("Your second factor cannot be read any more. Please ask the site administrator to remove it.")
            raise ValidationError(text, code="unreadable") from error
        if not spent:
            raise get_adapter().validation_error("incorrect_code")
        return code

    @property
    def by_recovery_code(self) -> bool:
        return self.authenticator.type == second_factor.RECOVERY_CODES


class SignInCodeForm(_UsedOnce, AuthenticateForm):
    """The second step of signing in."""


class ConfirmCodeForm(_UsedOnce, ReauthenticateForm):
    """Asks somebody who is signed in for the second factor."""


class SetUpForm(ActivateTOTPForm):
    """The first code of a new factor. Its key stays the same for the session, also when the page is opened again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kept = context.request.session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if kept:
            self.secret = context.request.session[SECRET_SESSION_KEY] = kept
        self.fields["code"] = CodeField(gettext_lazy("Six-digit code"))
