"""Public pictures: checked, turned upright, freed of camera data, made small, stored under a name that never changes.

What is kept is only what this module itself has drawn anew, so nothing hidden in an upload reaches a visitor.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
ACCEPTED = "image/jpeg,image/png,image/webp"  # a phone that takes HEIC pictures converts for this list

_FORMATS = ("JPEG", "PNG", "WEBP")
_NAME = re.compile(r"public/([0-9a-f]{2})/\1[0-9a-f]{62}-([1-9][0-9]{0,4})x([1-9][0-9]{0,4})\.webp")
_NAME_LENGTH = 120
_ORIENTATION = 0x0112
_UNSCALABLE_MODES = {"1", "P", "PA"}
_ALPHA_MODES = {"RGBA", "LA", "PA", "La", "RGBa"}

TOO_LARGE = _("The picture is too large. Please choose one of up to 10 MB.")
TOO_MANY_PIXELS = _("The picture has more than 40 million pixels. Please make it smaller first.")
EMPTY = _("The file is empty. Please choose the picture again.")
NOT_A_PICTURE = _("This is not a picture that we can use. Please choose a JPG, PNG or WebP.")
BROKEN = _("The picture is damaged or incomplete. Please choose another one.")


class ImageName(str):
    """The storage name of a picture; tells its address and size without opening the file."""

    __slots__ = ()

    @property
    def url(self) -> str:
        return image_url(self)

    @property
    def width(self) -> int | None:
        size = image_size(self)
        return size[0] if size else None

    @property
    def height(self) -> int | None:
        size = image_size(self)
        return size[1] if size else None


@dataclass(frozen=True)
class ProcessedImage:
    """A picture as it will be stored.

    Attributes:
        content: a WebP file without metadata.
        width, height: in pixels.
        sha256: of the content, in hex.
    """

    content: bytes
    width: int
    height: int
    sha256: str

    @property
    def name(self) -> str:
        """The storage name: "public/ab/ab…-1600x900.webp"."""
        return f"public/{self.sha256[:2]}/{self.sha256}-{self.width}x{self.height}.webp"


def image_url(name: str | None) -> str:
    """Return the address of a stored picture, "" for none."""
    return default_storage.url(name) if name else ""


def image_size(name: str | None) -> tuple[int, int] | None:
    """Return (width, height) in pixels as the name tells them, None when it is no name of ours."""
    found = _NAME.fullmatch(name or "")
    return (int(found[2]), int(found[3])) if found else None


def is_image_name(name: str) -> bool:
    """Tell whether `name` is one that `store` gives: safe to open and to serve for ever."""
    return _NAME.fullmatch(name) is not None


# --- processing ---------------------------------------------------------------------------------------------------


def process(upload: IO[bytes] | UploadedFile, *, max_side: int = MAX_SIDE) -> ProcessedImage:
    """Return the picture in `upload` as a WebP of at most `max_side` pixels a side, upright, without metadata.

    Accepts JPEG, PNG and WebP; of an animation the first frame is kept.

    Raises:
        ValidationError: codes "empty", "too_large", "too_many_pixels", "not_a_picture", "broken".
    """
    if (getattr(upload, "size", 0) or 0) > MAX_BYTES:
        raise _refused(TOO_LARGE, "too_large")
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _refused(TOO_LARGE, "too_large")
    if not data:
        raise _refused(EMPTY, "empty")
    return _draw(data, max_side)


@cache
def _pillow() -> ModuleType:
    from PIL import Image  # noqa: PLC0415  heavy, and needed by few processes

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    return Image


def _draw(data: bytes, max_side: int) -> ProcessedImage:
    with _opened(data) as source:
        if source.width * source.height > MAX_PIXELS:
            raise _refused(TOO_MANY_PIXELS, "too_many_pixels")
        try:
            picture = _upright(_shrunk(source, max_side), source)
            # A new picture takes over nothing but the pixels.
            target = BytesIO()
            picture.info = {}
            picture.save(target, "WEBP", quality=80, method=4)
        except Exception as error:  # whatever a decoder makes of a hostile file
            raise _refused(BROKEN, "broken") from error
    content = target.getvalue()
    return ProcessedImage(content, picture.width, picture.height, hashlib.sha256(content).hexdigest())


def _opened(data: bytes) -> Any:
    """Return the picture with only its header read."""
    image = _pillow()
    try:
        return image.open(BytesIO(data), formats=_FORMATS)
    except (image.DecompressionBombError, image.DecompressionBombWarning) as error:
        raise _refused(TOO_MANY_PIXELS, "too_many_pixels") from error
    except image.UnidentifiedImageError as error:
        raise _refused(NOT_A_PICTURE, "not_a_picture") from error
    except Exception as error:  # whatever a decoder makes of a hostile header
        raise _refused(BROKEN, "broken") from error


def _shrunk(source: Any, max_side: int) -> Any:
    """Decode, fit into a square, and bring to RGB or RGBA; large pictures are copied as seldom as can be."""
    source.draft(None, (max_side, max_side))  # lets JPEG decode at a fraction of its size
    source.load()
    picture = source
    mode = "RGBA" if source.mode in _ALPHA_MODES or "transparency" in source.info else "RGB"
    if source.mode.startswith("I"):
        picture = source.convert("I").point(lambda value: value / 256).convert("L")
    elif source.mode in _UNSCALABLE_MODES or "transparency" in source.info:
        picture = source.convert(mode)
    picture.thumbnail((max_side, max_side), _pillow().Resampling.LANCZOS)
    return picture if picture.mode == mode else picture.convert(mode)


def _upright(picture: Any, source: Any) -> Any:
    """Turn `picture` as the camera's data in `source` asks; data that cannot be read turns nothing."""
    turn = _pillow().Transpose
    turns = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }
    try:
        orientation = source.getexif().get(_ORIENTATION)
    except Exception:  # whatever a decoder makes of hostile metadata
        return picture
    return picture.transpose(turns[orientation]) if orientation in turns else picture


def _refused(message: Any, code: str) -> ValidationError:
    return ValidationError(message, code=code)


# --- storing ------------------------------------------------------------------------------------------------------


def store(upload: IO[bytes] | UploadedFile | ProcessedImage) -> ImageName:
    """Put a picture into the default storage, unless it is there, and return its name.

    Raises:
        ValidationError: as `process`.
    """
    picture = upload if isinstance(upload, ProcessedImage) else process(upload)
    return ImageName(_write(picture.name, picture.content))


def _write(name: str, content: bytes) -> str:
    if not isinstance(default_storage, FileSystemStorage):
        return name if default_storage.exists(name) else default_storage.save(name, ContentFile(content))
    path = Path(default_storage.path(name))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content)
    return name


def _put(path: Path, content: bytes) -> None:
    """Write the file aside and move it into place, so that nobody ever reads half of it."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, 0o644)  # noqa: S103  public pictures, perhaps read by the web server
        os.replace(aside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(aside)
        raise


# --- forms --------------------------------------------------------------------------------------------------------


class PublicImageInput(forms.ClearableFileInput):
    """A file input with the present picture and a box that removes it."""

    remove_label = _("Remove this picture")
    present_alt = _("the present picture")

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ACCEPTED, **(attrs or {})})

    def is_initial(self, value: Any) -> bool:
        return isinstance(value, str) and is_image_name(value)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "type": "file", "name": name})
        shown = format_html("<input{}>", forms.utils.flatatt(attributes))
        if not self.is_initial(value):
            return shown
        picture = ImageName(value)
        box = SafeString("")
        if not self.is_required:
            clear = self.clear_checkbox_name(name)
            box = format_html(
                '<label class="ll-image-remove"><input type="checkbox" name="{}" id="{}"> {}</label>',
                clear,
                f"{attributes.get('id', name)}-clear",
                self.remove_label,
            )
        return format_html(
            '<span class="ll-image-input"><img src="{}" width="{}" height="{}" alt="{}" loading="lazy">{}</span>{}',
            picture.url,
            *_fitted(picture),
            self.present_alt,
            box,
            shown,
        )


def _fitted(picture: ImageName, side: int = 160) -> tuple[int, int]:
    """Return the size of a thumbnail of `picture`."""
    width, height = image_size(picture) or (side, side)
    scale = min(1, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class PublicImageField(forms.FileField):
    """Uploads one public picture. Cleaned value: a ProcessedImage, the present name, or "" when it is removed."""

    widget = PublicImageInput
    default_error_messages = {"empty": EMPTY, "invalid": NOT_A_PICTURE, "missing": EMPTY}

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        return process(upload) if upload else None

    def clean(self, data: Any, initial: Any = None) -> Any:
        return super().clean(data, initial) or ""


class _PendingImage(ImageName):
    """The name of a picture that is written when the row is."""

    __slots__ = ("content",)
    content: bytes


class _NamedOnRead(DeferredAttribute):
    """Gives every value as an ImageName."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if type(value) is str:
            value = instance.__dict__[self.field.attname] = ImageName(value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # Without a setter Python would read the instance's dictionary first and never come here.
        instance.__dict__[self.field.attname] = value


class StoredImage(models.CharField):
    """The storage name of a public picture, "" for none; a form offers an upload.

    The file is written with the row (save, update, bulk_create), before the statement runs. Names are never reused
    for other content, so replacing or removing a picture leaves the old file to be swept later.
    """

    descriptor_class = _NamedOnRead

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = _NAME_LENGTH
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        widget = kwargs.get("widget")
        kind = widget if isinstance(widget, type) else type(widget)
        if not issubclass(kind, forms.FileInput):  # the admin gives every CharField a text input
            kwargs.pop("widget", None)
        # Past CharField, whose max_length would be that of the uploaded file's own name.
        return super(models.CharField, self).formfield(**{"form_class": PublicImageField, **kwargs})

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if isinstance(data, ProcessedImage):
            pending = _PendingImage(data.name)
            pending.content = data.content
            data = pending
        setattr(instance, self.attname, data or "")

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = super().clean(value, model_instance)
        if value and not is_image_name(value):
            raise _refused(NOT_A_PICTURE, "not_a_picture")
        return value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return str(value) if isinstance(value, ImageName) else value  # drivers know exactly str

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, _PendingImage):
            value = _write(value, value.content)
        return super().get_db_prep_save(value, connection)
