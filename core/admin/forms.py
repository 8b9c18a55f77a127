"""The model form of the workbench: clear refusals, nothing typed lost, nothing outside the scope touched."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import dates, records
from core.constraints import refusal_named
from core.refusals import Refusal, Refused

ELSEWHERE = gettext_lazy("This belongs to another community.")


class ScopedModelForm(forms.ModelForm):
    """Base of every form of the workbench.

    Attributes:
        refused: what a service answered to this very form; shown like an error of the form itself.
        refusal_fields: beside which field a refusal is shown; all others stand above the form.
    """

    refused: Refused | ValidationError | None = None
    refusal_fields: dict[Refusal, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self._offer_same_place()
        for name, field in self.fields.items():
            if hasattr(field, "attach"):
                self.attach(name, field)
            elif isinstance(field, forms.ModelMultipleChoiceField):
                continue
            elif isinstance(field, forms.ModelChoiceField) and self.instance.pk:
                self._keep_what_cannot_be_chosen(name, field)

    def _offer_same_place(self) -> None:
        """Offer what lies in the object's community; while that is still open, say of each choice where it lies."""
        places = self.fields.get("community")
        community = getattr(self.instance, "community_id", None)
        several = isinstance(places, forms.ModelChoiceField) and len(places.queryset) > 1
        for name, field in self.fields.items():
            if (
                name == "community"
                or not isinstance(field, forms.ModelChoiceField)
                or not _has_place(field.queryset.model)
            ):
                continue
            if community is not None and self.instance.pk:
                field.queryset = field.queryset.filter(Q(community=community) | Q(community=None))
            elif several:
                field.queryset = field.queryset.select_related("community")
                field.label_from_instance = lambda row: f"{row} · {row.community}" if row.community else str(row)

    def attach(self, name: str, field: Any) -> None:
        """Tell a field that shows what is stored in its own way (a person, a masked value)."""
        if self.instance.pk and name in {f.name for f in self.instance._meta.get_fields()}:
            field.attach(getattr(self.instance, name, None))

    def _keep_what_cannot_be_chosen(self, name: str, field: forms.ModelChoiceField) -> None:
        """A present value outside the actor's scope is shown but neither lost nor changed."""
        present = self.initial.get(name)
        if present is not None and not field.queryset.filter(pk=present).exists():
            field.queryset = field.queryset.model._base_manager.filter(pk=present)
            field.disabled = True

    # --- checks -----------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._keep_hidden_rows(cleaned)
        self._check_same_place(cleaned)
        if self.refused is not None:
            self._show(self.refused)
        return cleaned

    def _show(self, refused: Refused | ValidationError) -> None:
        if isinstance(refused, ValidationError):
            self.add_error(None, refused.messages)
            return
        name = self.refusal_fields.get(refused.refusal)
        self.add_error(name if name in self.fields else None, said(refused))
        if isinstance(refused, records.Stale):
            for changed in self.changed_data:
                if hasattr(refused.current, changed):
                    stored = stored_text(refused.current, changed)
                    self.add_error(changed, _("Now stored: “%(value)s”. Yours is kept below.") % {"value": stored})

    def _keep_hidden_rows(self, cleaned: dict[str, Any]) -> None:
        """Many-to-many rows outside the scope are not offered, so they must not be lost by saving."""
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and name in cleaned and self.instance.pk:
                hidden = getattr(self.instance, name).exclude(pk__in=field.queryset.values("pk"))
                cleaned[name] = [*cleaned[name], *hidden]

    def _check_same_place(self, cleaned: dict[str, Any]) -> None:
        """What an object points at lies in its own community (or in none)."""
        community = cleaned.get("community") or getattr(self.instance, "community", None)
        if community is None:
            return
        for name, value in list(cleaned.items()):
            rows = value if isinstance(value, list | models.QuerySet) else [value]
            places = {getattr(row, "community_id", None) for row in rows if isinstance(row, models.Model)}
            if places - {None, community.pk}:
                self.add_error(name, ELSEWHERE)

    # --- unsaved rows and constraints ---------------------------------------------------------------------------------

    def _get_validation_exclusions(self) -> set[str]:
        """A person who is about to be recorded has no key yet; the service saves both."""
        unsaved = {
            name for name, value in self.cleaned_data.items() if isinstance(value, models.Model) and value._state.adding
        }
        return super()._get_validation_exclusions() | unsaved

    def _post_clean(self) -> None:
        # full_clean() would say broken constraints by name or beside no field; they are asked below instead.
        self.instance.validate_constraints = lambda exclude=None: None
        try:
            super()._post_clean()
        finally:
            del self.instance.validate_constraints
        self.validate_constraints()

    def validate_constraints(self) -> None:
        """Say a broken constraint in the words of its Refusal, not by its name."""
        exclude = self._get_validation_exclusions()
        for constraint in self.instance._meta.constraints:
            try:
                constraint.validate(type(self.instance), self.instance, exclude=exclude)
            except ValidationError as error:
                refusal = refusal_named(constraint.name)
                if refusal is None:
                    self._update_errors(error if _is_readable(constraint) else _general())
                else:
                    self._show(Refused(refusal))


def _has_place(model: type[models.Model]) -> bool:
    return any(field.name == "community" and field.is_relation for field in model._meta.fields)


def _is_readable(constraint: Any) -> bool:
    return isinstance(constraint, models.UniqueConstraint) and constraint.condition is None and constraint.fields


def said(refused: Refused) -> str:
    """Return the words of a refusal; a stale form names its fields itself."""
    if isinstance(refused, records.Stale):
        return _(
            "Somebody else has changed this in the meantime. Nothing is lost: what you typed is below, what is stored "
            "now is said beside it. Save again to keep yours."
        )
    return str(refused)


def _general() -> ValidationError:
    return ValidationError(str(Refusal.INVALID.label))


def stored_text(obj: models.Model, name: str) -> str:
    """Return a stored value as staff read it; what is encrypted is never told."""
    field = obj._meta.get_field(name)
    if getattr(field, "encrypted", False):
        return "****"
    if field.many_to_many:
        return "、".join(str(row) for row in getattr(obj, name).all()) or "—"
    if field.choices:
        return str(getattr(obj, f"get_{name}_display")()) or "—"
    value = getattr(obj, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return dates.daytime_text(value)
    return "—" if value is None or value == "" else str(value)


class ScopedInlineFormSet(forms.BaseInlineFormSet):
    """Rows of a parent; what they point at lies in the parent's community."""

    def clean(self) -> None:
        super().clean()
        place = getattr(self.instance, "community_id", None)
        for form in self.forms:
            for name, value in list(getattr(form, "cleaned_data", {}).items()):
                other = getattr(value, "community_id", None) if isinstance(value, models.Model) else None
                if name != self.fk.name and None not in {place, other} and place != other:
                    form.add_error(name, ELSEWHERE)
