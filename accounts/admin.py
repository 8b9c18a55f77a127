"""Accounts in the workbench: the site administrator opens them; rights come from postings alone."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach, second_factor, services
from accounts.fields import account_field, person_field
from accounts.models import User
from core import records
from core.admin import Act, ActForm, ScopedAdmin, ScopedModelForm, site
from core.admin.acts import seen_version
from core.admin.choices import choose_by_number
from core.admin.search import find_numbers_with

choose_by_number("accounts.Person", person_field)
choose_by_number("accounts.User", account_field)
find_numbers_with(reach.narrow)
reach.register(User, "person")
site.confirm_with(second_factor.missing_step)


def _password(label: Any, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput({"autocomplete": "new-password", "class": "vTextField"})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **kwargs)


class UserForm(ScopedModelForm):
    """An account; the password is typed when it is opened and changed by an act of its own."""

    password = _password(gettext_lazy("Password"))

    def clean_username(self) -> str:
        return services.clean_username(self.cleaned_data["username"])

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], User(username=self.cleaned_data.get("username", "")))
        return self.cleaned_data["password"]

    def clean_is_active(self) -> bool:
        active = self.cleaned_data["is_active"]
        if not active and self.instance.pk == self.actor.pk:
            raise ValidationError(_("You cannot close your own account."))
        return active


class PasswordForm(ActForm):
    """Asks for another password."""

    password = _password(gettext_lazy("New password"), help_text=password_validators_help_text_html)

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.obj)
        return self.cleaned_data["password"]


class ResetFactorForm(ActForm):
    """Asks why somebody else's second factor is removed."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=second_factor.ResetReason.choices)


def _set_password(user: User, *, by: User, password: str) -> User:
    return services.set_password(user, password, by=by)


class UserAdmin(ScopedAdmin):
    """Accounts. Who may do what is decided by postings, not here."""

    noun = "user"
    form = UserForm
    list_display = ("username", "name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
    list_select_related = ("person",)
    search_fields = ("username", "person__name")
    search_help_text = gettext_lazy("User name, name, or a whole phone or ID number")
    list_note = gettext_lazy("An account is a way to sign in. Rights are given by postings.")
    ordering = ("username",)
    acts = (
        Act("set_password", gettext_lazy("Set a new password"), "user.change", _set_password, form=PasswordForm,
            note=gettext_lazy("All other sessions of this account end.")),
        Act("reset_factor", gettext_lazy("Remove the second factor"), "user.reset_factor", second_factor.reset,
            form=ResetFactorForm, grave=True, available=lambda user: second_factor.factor_since(user) is not None,
            note=gettext_lazy("Make sure that it is really this person who asks: see them, or call them back. All "
                              "sessions of the account end. Staff set up a new factor when they sign in again.")),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("username", "password", "person")})]
        return [(None, {"fields": ("username", "person", "is_active", "is_staff", "date_joined")})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["username", "is_staff", "date_joined", "password"] if obj is not None else []

    def get_queryset(self, request: HttpRequest) -> Any:
        return second_factor.with_factor(super().get_queryset(request)).select_related("person")

    def name(self, user: User) -> str:
        return user.person.name if user.person else ""

    name.short_description = gettext_lazy("full name")

    def create(self, request: HttpRequest, obj: User, form: Any) -> None:
        words = form.cleaned_data
        user = services.create_user(words["username"], words["password"], by=request.user, person=obj.person)
        obj.__dict__.update(user.__dict__)

    def change(self, request: HttpRequest, obj: User, form: Any, fields: list[str]) -> None:
        version = seen_version(request)
        if fields == ["is_active"]:
            services.set_active(obj, obj.is_active, by=request.user, version=version)
        else:
            records.save(obj, by=request.user, fields=fields, version=version)


site.register(User, UserAdmin)
