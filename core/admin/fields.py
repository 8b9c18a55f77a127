"""Form fields of the workbench: moments to the minute, masked values, pictures that survive a form with errors."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.images import ImageName, ProcessedImage, PublicImageField, PublicImageInput, is_image_name, store

KEPT_SALT = "core.admin.kept-picture"
KEPT_SECONDS = 12 * 3600
FIRST_YEAR, LAST_YEAR = 1900, 2200


class MinuteInput(forms.DateTimeInput):
    """The browser's own chooser of day and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MinuteField(forms.DateTimeField):
    """A moment to the minute; the seconds of a stored moment are no change."""

    widget = MinuteInput
    default_error_messages = {
        "invalid": _("Please write day and time like 2026-11-28 14:00."),
        "year": _("The year must be between %(first)d and %(last)d."),
    }

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(
                self.error_messages["year"], code="year", params={"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return moment

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            typed = self.to_python(data)
        except ValidationError:
            return True
        if not isinstance(initial, datetime) or typed is None:
            return bool(initial) != bool(typed)
        return _minute(initial) != _minute(typed)


def _minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole.astimezone(UTC) if whole.tzinfo else whole


class DayInput(forms.DateInput):
    """The browser's own chooser of a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MaskedInput(forms.TextInput):
    """An empty input beside the masked value: what is stored never reaches the page."""

    present = ""

    def format_value(self, value: Any) -> str | None:
        return super().format_value(value) if getattr(self, "typed", False) else None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        return (
            format_html('<span class="ll-masked-now num">{}</span> {}', self.present, field) if self.present else field
        )


class MaskedField(forms.CharField):
    """A personal value that is shown masked. Left empty, or posted back as the mask, it stays as it is.

    Args:
        mask: the stored value, masked, set by `attach`.
        clean_value: normalises what was typed; raises ValidationError.
    """

    widget = MaskedInput

    def __init__(self, *, clean_value: Any = str, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 40, **kwargs})
        self.clean_value = clean_value
        self.mask = ""
        self.widget.attrs.setdefault("autocomplete", "off")

    def attach(self, mask: str) -> None:
        """Tell what is stored, masked."""
        self.mask = self.widget.present = mask

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return self.clean_value(typed) if self.is_new(typed) else ""

    def is_new(self, typed: str) -> bool:
        """Say whether something other than nothing or a mask was typed."""
        return bool(typed) and typed != self.mask and "*" not in typed

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.is_new((data or "").strip())

    def bound_data(self, data: Any, initial: Any) -> Any:
        self.widget.typed = True
        return data


class KeptImageInput(PublicImageInput):
    """A picture input that remembers what was uploaded with a form that had errors, so that nobody uploads it twice."""

    kept: ProcessedImage | ImageName | None = None
    kept_words = _("Your picture has been kept; there is no need to choose it again.")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        upload = super().value_from_datadict(data, files, name)
        return upload if upload is not None else _unsigned(data.get(f"{name}-kept", ""))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return super().value_omitted_from_data(data, files, name) and f"{name}-kept" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if self.kept is None:
            return super().render(name, value, attrs, renderer)
        picture = store(self.kept) if isinstance(self.kept, ProcessedImage) else self.kept
        token = signing.dumps(str(picture), salt=KEPT_SALT)
        shown = super().render(name, picture, attrs, renderer)
        kept = '{}<input type="hidden" name="{}-kept" value="{}"> <span>{}</span>'
        return format_html(kept, shown, name, token, self.kept_words)


def _unsigned(token: str) -> ImageName | None:
    try:
        name = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_SECONDS) if token else ""
    except signing.BadSignature:
        return None
    return ImageName(name) if is_image_name(name) else None


class KeptImageField(PublicImageField):
    """An upload of one public picture that is kept when other parts of the form have errors."""

    widget = KeptImageInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        if isinstance(data, ImageName):
            self.widget.kept = data
            return data
        cleaned = super().clean(data, initial)
        if isinstance(cleaned, ProcessedImage):
            self.widget.kept = cleaned
        return cleaned
