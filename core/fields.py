"""Model and form fields that every app uses: encrypted text, public ids, names and plain text."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.core import checks, validators
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from core.encryption import decrypt, encrypt
from core.text import clean_line, clean_text, too_long

PUBLIC_ID_LENGTH = 10
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_public_id() -> str:
    """Return 10 random characters of Crockford's alphabet (50 bits): not to be counted up, nor misread aloud."""
    return "".join(secrets.choice(_CROCKFORD) for _place in range(PUBLIC_ID_LENGTH))


class PublicIdConverter:
    """Path converter for public ids; anything else is no address of ours."""

    regex = "[0-9a-hjkmnp-tv-z]{10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PublicIdField(models.CharField):
    """The id of a row in addresses. The model declares the UniqueConstraint, so that it has a name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=PUBLIC_ID_LENGTH, default=new_public_id, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


class Ciphertext(str):
    """An encrypted value as the database holds it."""

    __slots__ = ()


class _DecryptedOnRead(DeferredAttribute):
    """Decrypts a value when it is first read, so that lists which do not show it neither pay nor fail for it."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            value = instance.__dict__[self.field.attname] = decrypt(value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # Without a setter Python would read the instance's dictionary first and never come here.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database (core.encryption) and a plain str, "" or None in Python.

    Reading the attribute raises UnreadableValue when the stored value is damaged. `values()` and `values_list()` give
    the Ciphertext. Every look-up but isnull raises FieldError: whole values are found through a blind index beside
    the field. ORDER BY cannot be stopped; it would sort by chance. Never list the field in `search_fields`.

    Args:
        multiline: shown as a text area instead of a line.
        max_length: limit of the plain text, checked by forms and full_clean().
    """

    descriptor_class = _DecryptedOnRead
    encrypted = True

    def __init__(self, *args: Any, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(LengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.multiline:
            kwargs["multiline"] = True
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        errors = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            errors.append(checks.Error("An encrypted field cannot be unique or indexed.", obj=self, id="core.E010"))
        ordering = {str(name).lstrip("-") for name in self.model._meta.ordering or ()}
        if self.name in ordering:
            errors.append(checks.Error("An encrypted field cannot order rows.", obj=self, id="core.E011"))
        return errors

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return Ciphertext(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Hand back what was never read as it is: nothing is encrypted anew, and a damaged value stays for repair."""
        untouched = model_instance.__dict__.get(self.attname)
        return untouched if isinstance(untouched, Ciphertext) else super().pre_save(model_instance, add)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, Ciphertext):
            return str(value)  # drivers know exactly str
        return value if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be looked up by {lookup_name}; use its blind index.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be looked up by {lookup_name}; use its blind index.")

    def formfield(self, **kwargs: Any) -> Any:
        widget = kwargs.get("widget", forms.Textarea)
        kind = widget if isinstance(widget, type) else type(widget)
        if not self.multiline and issubclass(kind, forms.Textarea):
            kwargs["widget"] = forms.TextInput
        return super().formfield(**kwargs)


class LengthValidator(validators.MaxLengthValidator):
    """Limits the number of characters, and says both numbers."""

    def __call__(self, value: str) -> None:
        limit = self.limit_value() if callable(self.limit_value) else self.limit_value
        if len(value) > limit:
            raise too_long(len(value), limit)


def _say_length_clearly(checked: list[Any]) -> None:
    """Put LengthValidator where Django put its own."""
    checked[:] = [
        LengthValidator(one.limit_value) if isinstance(one, validators.MaxLengthValidator) else one for one in checked
    ]


class _CleanedFormField(forms.CharField):
    """A form field that cleans what was typed before its validators see it."""

    cleaner: Callable[..., str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _say_length_clearly(self.validators)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return type(self).cleaner(value, max_length=self.max_length) or self.empty_value if value else value


class NameFormField(_CleanedFormField):
    """One line: a name or a title (core.text.clean_line)."""

    cleaner = staticmethod(clean_line)


class PlainTextFormField(_CleanedFormField):
    """Several lines of plain text (core.text.clean_text)."""

    cleaner = staticmethod(clean_text)
    widget = forms.Textarea


class _CleanedField(models.Field):
    """What NameField and PlainTextField share. full_clean() and forms clean and check; save() alone does neither."""

    cleaner: Callable[..., str]
    form_class: type[forms.CharField]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_length_clearly(self.validators)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, str):
            value = type(self).cleaner(value, max_length=self.max_length)
        return super().clean(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class, **kwargs})


class NameField(_CleanedField, models.CharField):
    """A name of a person or a thing, or a title: one line without deceiving characters."""

    cleaner = staticmethod(clean_line)
    form_class = NameFormField


class PlainTextField(_CleanedField, models.TextField):
    """Several lines of plain text without deceiving characters; `max_length` holds for forms and full_clean()."""

    cleaner = staticmethod(clean_text)
    form_class = PlainTextFormField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(LengthValidator(self.max_length))
