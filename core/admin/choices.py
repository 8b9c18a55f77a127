"""What a form of the workbench offers: choices inside the scope of the act, and fields that suit what they hold."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.http import HttpRequest

from core.admin.fields import DayInput, KeptImageField, MinuteField
from core.fields import NameFormField, PlainTextField
from core.images import StoredImage
from core.scope import Scope, ScopePath, path_of, scoped

FieldFactory = Callable[[models.Field, HttpRequest], forms.Field]
SHORT_TEXT = 1000
SMALL_FIELDS = (models.SmallIntegerField, models.PositiveSmallIntegerField)
SMALL, LARGE = 32_767, 2_147_483_647
"""The largest numbers that PostgreSQL keeps; SQLite would take more, and a form must answer alike on both."""
_by_number: dict[str, FieldFactory] = {}


def choose_by_number(label: str, factory: FieldFactory) -> None:
    """Say which form field chooses rows of the model `label` ("app.Model"), whose rows are never listed."""
    _by_number[label] = factory


def is_chosen_by_number(model: type[models.Model]) -> bool:
    """Say whether rows of `model` are reached by an exact number only."""
    return model._meta.label in _by_number


class ScopedChoices:
    """Narrows the choices of foreign keys and many-to-many fields to the scope of the act."""

    def choice_scope(self, request: HttpRequest) -> Scope:
        """Return where the form's act is allowed."""
        raise NotImplementedError

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Give every kind of value its own field; encrypted columns never get a plain one."""
        if getattr(db_field, "encrypted", False):
            raise ImproperlyConfigured(f"{db_field} is encrypted: declare a MaskedField for it")
        if isinstance(db_field, models.ForeignKey) and is_chosen_by_number(db_field.remote_field.model):
            return _by_number[db_field.remote_field.model._meta.label](db_field, request)
        if not db_field.choices:
            kwargs = {**_suited(db_field), **kwargs}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None:
            field.show_hidden_initial = False  # what has changed is judged against the stored row, not a posted copy
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A form changes its own object only; new rows may be added on the way.
            wrapper = field.widget
            wrapper.can_change_related = wrapper.can_delete_related = wrapper.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs = self._narrowed(db_field, request, kwargs)
        if db_field.name == "community" and "initial" not in kwargs:
            only = list(kwargs["queryset"][:2])
            kwargs["initial"] = only[0].pk if len(only) == 1 else None
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple(attrs={"class": "ll-checks"}))
        kwargs.setdefault("form_class", RowsField)
        return super().formfield_for_manytomany(db_field, request, **self._narrowed(db_field, request, kwargs))  # type: ignore[misc]

    def _narrowed(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        model = db_field.remote_field.model
        if path_of(model) == ScopePath():
            raise ImproperlyConfigured(f"rows of {model._meta.label} are never listed")
        rows = kwargs.get("queryset")
        if rows is None:
            rows = model._default_manager.all()
        return {**kwargs, "queryset": scoped(rows, self.choice_scope(request), for_choice=True)}


KEY_LENGTH = 18
"""More digits than any key has; a longer one would not fit into a column."""


class RowsField(forms.ModelMultipleChoiceField):
    """Rows by key; a key that no database column holds is no row."""

    def _check_values(self, value: Any) -> Any:
        for key in value:
            if len(str(key)) > KEY_LENGTH:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": key}
                )
        return super()._check_values(value)


def _suited(db_field: models.Field) -> dict[str, Any]:
    """Return what makes the usual form field of `db_field` safe and easy to use."""
    if isinstance(db_field, models.DateTimeField):
        return {"form_class": MinuteField, "widget": None}
    if isinstance(db_field, models.DateField):
        return {"widget": DayInput}
    if isinstance(db_field, PlainTextField) and db_field.max_length and db_field.max_length <= SHORT_TEXT:
        return {"widget": forms.Textarea({"rows": 3, "class": "vLargeTextField"})}
    if isinstance(db_field, StoredImage):
        return {"form_class": KeptImageField}
    if isinstance(db_field, models.IntegerField):
        return {"max_value": SMALL if isinstance(db_field, SMALL_FIELDS) else LARGE}
    if type(db_field) is models.CharField:
        return {"form_class": NameFormField}
    return {}
