"""Forms of accounts: signing in, registering, codes, phones and passwords."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SetPasswordForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import consents
from accounts.models import User
from core.fields import NameFormField

LONGEST_PASSWORD = 128
NAME_LENGTH = 60
CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 20, "class": "form-control num"}


def password_field(label: Any, *, current: bool = False, **kwargs: Any) -> forms.CharField:
    """A password: as typed, and never longer than what is worth hashing."""
    attrs = {"autocomplete": "current-password" if current else "new-password"}
    widget = forms.PasswordInput(attrs, render_value=False)
    return forms.CharField(label=label, max_length=LONGEST_PASSWORD, strip=False, widget=widget, **kwargs)


def phone_field(label: Any, **kwargs: Any) -> Any:
    """A mobile number in any usual spelling, cleaned to +86…"""
    widget = forms.TextInput({"autocomplete": "tel", "type": "tel", "maxlength": 40})
    return get_adapter().phone_form_field(label=label, widget=widget, **kwargs)


class SignInForm(LoginForm):
    """User name or phone, and password. One answer for every failure, so that no account is given away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("User name or phone"),
            max_length=60,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        self.fields["password"] = password_field(_("Password"), current=True)
        self.fields["remember"].label = _("Stay signed in on this device")
        self.order_fields(["login", "password"])


class PhoneForm(forms.Form):
    """Asks for a phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = phone_field(_("Mobile number"))
        self.order_fields(["phone"])


def _consent_label() -> str:
    """Name what is agreed to, with the text where one is published."""
    if not consents.current_version():
        return gettext("I agree that Linli keeps my name and phone, to sign me in and to tell me what I signed up for.")
    link = format_html('<a href="{}">{}</a>', consents.PRIVACY_URL, gettext("privacy notice"))
    return format_html(gettext("I have read the {link} and agree to it."), link=link)


class SignUpForm(PhoneForm):
    """Registers a resident: phone, name, consent, and a password for those who want one."""

    name = NameFormField(
        label=_("Your name"),
        max_length=NAME_LENGTH,
        help_text=_("As on your documents, so that the community can recognise you later."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    password = password_field(
        _("Password (may stay empty)"),
        required=False,
        help_text=_("Without a password you sign in with a code by text message. At least 10 characters."),
    )
    consent = forms.BooleanField(
        label=lazy(_consent_label, SafeString, str)(),
        error_messages={"required": _("We need your agreement to open the account.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "phone", "password", "consent"])

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if password:
            user = User()
            user.phone = str(self.data.get("phone", ""))[:40]
            get_adapter().clean_password(password, user=user)
        return password

    def words(self) -> dict[str, str]:
        """Return what waits for the code, the password encoded: the same work for a number that is known already."""
        password = self.cleaned_data["password"]
        return {
            "name": self.cleaned_data["name"],
            "password": make_password(password) if password else "",
            "text_version": consents.current_version(),
        }


class CodeForm(forms.Form):
    """The code of a text message.

    Args:
        process: accounts.codes.CodeByText, None where the form is only shown.
    """

    code = forms.CharField(
        label=_("Code, 6 digits"),
        max_length=40,
        widget=forms.TextInput(CODE),
        error_messages={"required": _("Please type the 6 digits of the text message.")},
    )

    def __init__(self, *args: Any, process: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.process = process

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not self.process.matches(code):
            raise ValidationError(_("This code is not right. Please look at the latest text message."), code="code")
        return code


class NewPhoneForm(PhoneForm):
    """Asks for another phone of the account.

    Args:
        present: the phone it has now.
    """

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.fields["phone"].label = _("New mobile number")

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone == self.present:
            raise ValidationError(_("This is the number that your account has now."), code="same")
        return phone


class OwnPasswordForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(_("Present password"), current=True)


class NewPasswordForm(SetPasswordForm):
    """The first password of an account, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_passwords(self)


class OtherPasswordForm(ChangePasswordForm):
    """The present password, and another one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(_("Present password"), current=True)
        _new_passwords(self)


def _new_passwords(form: Any) -> None:
    """Give the two fields of a new password our words; the first is held to the rules."""
    field = form.fields["password1"]
    field.label, field.help_text = _("New password"), _("At least 10 characters; a short sentence is fine.")
    field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
    form.fields["password2"] = password_field(_("New password once more"))
    for name in ("password1", "password2"):
        form.fields[name].widget.attrs.pop("placeholder", None)
