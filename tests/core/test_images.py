"""core.images: what is refused, what is taken away, what is kept."""

import hashlib
import os
import struct
import subprocess
import sys
import threading
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test.utils import isolate_apps
from PIL import Image, PngImagePlugin

from core import images
from core.images import (
    ImageName,
    ProcessedImage,
    PublicImageField,
    PublicImageInput,
    StoredImage,
    image_size,
    image_url,
    is_image_name,
    process,
    store,
)

GPS = 0x8825


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def file_of(picture, kind="PNG", **options):
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def drawn(size=(40, 20), mode="RGB", colour="red", kind="PNG", **options):
    return file_of(Image.new(mode, size, colour), kind, **options)


def upload(data, name="picture.jpg"):
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def refusal(data):
    with pytest.raises(ValidationError) as caught:
        process(upload(data))
    return caught.value.code, caught.value.messages[0]


def opened(result):
    return Image.open(BytesIO(result.content))


def png_of_size(width, height):
    """A PNG whose header claims a size; as small as a real one of one colour."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * ((width + 7) // 8)) * min(height, 12_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- refused


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.7",
        b"\0" * 5000,
        drawn(kind="GIF"),
        drawn(kind="BMP"),
        drawn(kind="TIFF"),
        drawn(kind="ICO"),
    ],
)
def test_other_files_are_refused(data):
    assert refusal(data) == ("not_a_picture", "这不是可以使用的图片，请选 JPG、PNG 或 WebP 格式的。")


def test_empty_file_is_refused():
    assert refusal(b"") == ("empty", "文件是空的，请重新选择图片。")


def test_large_file_is_refused_before_it_is_read():
    class Huge(BytesIO):
        size = images.MAX_BYTES + 1

        def read(self, *args):
            raise AssertionError("read")

    with pytest.raises(ValidationError) as caught:
        process(Huge())
    assert caught.value.messages == ["图片太大，请选 10 MB 以内的。"]


def test_large_file_that_does_not_tell_its_size_is_refused():
    with pytest.raises(ValidationError) as caught:
        process(BytesIO(b"\xff\xd8" + b"\0" * images.MAX_BYTES))
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("size", [(12_000, 12_000), (30_000, 30_000), (6_400, 6_251), (100_000, 100_000)])
def test_bomb_is_refused_from_its_header(size, monkeypatch):
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda self: pytest.fail("decoded"))
    assert refusal(png_of_size(*size)) == ("too_many_pixels", "图片尺寸太大（超过 4000 万像素），请缩小后再传。")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_truncated_file_is_refused(kind):
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120_000))
    data = file_of(noise, kind)
    for keep in (20, len(data) // 2, len(data) - 200):
        code, message = refusal(data[:keep])
        assert code in ("broken", "not_a_picture")
        assert message.startswith(("图片已损坏", "这不是"))
    assert refusal(data[: len(data) // 2])[0] == "broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_files_are_refused_or_drawn_but_never_an_error(kind):
    data = bytearray(file_of(Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)), kind))
    for place in range(0, min(len(data), 900), 7):
        damaged = bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            process(upload(damaged))
        except ValidationError as error:
            assert error.code in ("broken", "not_a_picture", "too_many_pixels")


# --- taken away


def with_metadata(kind, orientation=1):
    picture = Image.new("RGB", (40, 20), "red")
    exif = picture.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(GPS).update({1: "N", 2: (40.0, 49.0, 30.0), 3: "E", 4: (111.0, 40.0, 12.0)})
    return file_of(picture, kind, exif=exif, icc_profile=b"CANARY-ICC" * 20)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_camera_data_and_place_are_stripped(kind):
    data = with_metadata(kind)
    assert Image.open(BytesIO(data)).getexif().get_ifd(GPS)
    result = process(upload(data))
    picture = opened(result)
    assert (dict(picture.getexif()), "icc_profile" in picture.info, "xmp" in picture.info) == ({}, False, False)
    assert not any(mark in result.content for mark in (b"CANARY", b"EXIF", b"ICCP", b"XMP "))


def test_comments_are_stripped():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "CANARY")
    for data in (drawn(kind="PNG", pnginfo=text), drawn(kind="JPEG", comment="CANARY")):
        assert b"CANARY" in data
        assert b"CANARY" not in process(upload(data)).content


def test_polyglot_leaves_nothing_but_the_picture():
    data = drawn(kind="JPEG", size=(100, 100)) + b"<script>alert(1)</script>PK\x03\x04"
    result = process(upload(data, "evil.php.html"))
    assert result.content[:4] + result.content[8:12] == b"RIFFWEBP"
    assert b"script" not in result.content
    assert result.content == process(upload(data.split(b"<script>")[0])).content


# --- kept


CORNERS = {1: "red", 2: "green", 3: "blue", 4: "white", 5: "red", 6: "white", 7: "blue", 8: "green"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation):
    """The picture has red, green / white, blue quarters; each orientation brings another one to the upper left."""
    picture = Image.new("RGB", (80, 40))
    for colour, box in {"red": (0, 0), "green": (40, 0), "white": (0, 20), "blue": (40, 20)}.items():
        picture.paste(Image.new("RGB", (40, 20), colour), box)
    exif = picture.getexif()
    exif[0x0112] = orientation
    result = process(upload(file_of(picture, "PNG", exif=exif)))
    assert (result.width, result.height) == ((80, 40) if orientation < 5 else (40, 80))
    corner = opened(result).convert("RGB").getpixel((5, 5))
    expected = Image.new("RGB", (1, 1), CORNERS[orientation]).getpixel((0, 0))
    assert all(abs(a - b) < 40 for a, b in zip(corner, expected, strict=True))


def test_hostile_orientation_turns_nothing(monkeypatch):
    def broken(self):
        raise SyntaxError("bad exif")

    monkeypatch.setattr(Image.Image, "getexif", broken)
    assert process(upload(drawn())).width == 40


@pytest.mark.parametrize(
    ("size", "result"),
    [((3200, 1800), (1600, 900)), ((40, 20), (40, 20)), ((100, 3200), (50, 1600)), ((20_000, 1), (1600, 1))],
)
def test_size_is_limited_and_never_raised(size, result):
    picture = process(upload(drawn(size)))
    assert (picture.width, picture.height) == opened(picture).size == result


def test_other_limit():
    assert process(upload(drawn((400, 200))), max_side=100).width == 100


@pytest.mark.parametrize(
    ("mode", "kind", "colour"),
    [
        ("1", "PNG", 1),
        ("L", "PNG", 255),
        ("L", "JPEG", 255),
        ("LA", "PNG", (255, 255)),
        ("P", "PNG", "white"),
        ("RGB", "WEBP", "white"),
        ("RGBA", "PNG", "white"),
        ("RGBA", "WEBP", "white"),
        ("CMYK", "JPEG", (0, 0, 0, 0)),
        ("I;16", "PNG", 65535),
    ],
)
def test_every_mode_is_drawn(mode, kind, colour):
    pixel = opened(process(upload(drawn((30, 30), mode, colour, kind)))).convert("RGB").getpixel((15, 15))
    assert all(part > 245 for part in pixel)


def test_middle_grey_of_sixteen_bits_stays_grey():
    pixel = opened(process(upload(drawn((30, 30), "I;16", 32768, "PNG")))).convert("RGB").getpixel((15, 15))
    assert all(abs(part - 128) < 6 for part in pixel)


def test_transparency_is_kept():
    palette = Image.new("P", (30, 30), 0)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    for data in (file_of(palette, "PNG", transparency=0), drawn((30, 30), "RGBA", (255, 0, 0, 0))):
        assert opened(process(upload(data))).getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_first_frame_of_an_animation_is_kept(kind):
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    picture = opened(process(upload(file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))))
    assert getattr(picture, "n_frames", 1) == 1
    assert picture.convert("RGB").getpixel((15, 15))[0] > 200


def test_name_tells_content_and_size():
    result = process(upload(drawn()))
    assert result.sha256 == hashlib.sha256(result.content).hexdigest()
    assert result.name == f"public/{result.sha256[:2]}/{result.sha256}-40x20.webp"
    assert process(upload(drawn())) == result


# --- stored


def test_store_writes_once_and_whole(media):
    name = store(upload(drawn()))
    assert (name.url, name.width, name.height) == (f"/media/{name}", 40, 20)
    path = media / name
    assert path.read_bytes() == process(upload(drawn())).content
    assert oct(path.stat().st_mode & 0o777) == "0o644"
    os.utime(path, (1, 1))
    assert store(upload(drawn())) == name
    assert path.stat().st_mtime == 1
    assert [one for one in media.rglob("*") if one.is_file()] == [path]


def test_failed_write_leaves_nothing(media, monkeypatch):
    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(images.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store(upload(drawn()))
    assert [one for one in media.rglob("*") if one.is_file()] == []


def test_many_may_store_the_same_picture_at_once(media):
    result = process(upload(drawn()))
    names = []
    threads = [threading.Thread(target=lambda: names.append(store(result))) for _one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == [result.name] * 8
    assert [one for one in media.rglob("*") if one.is_file()] == [media / result.name]


def test_storage_without_files(monkeypatch):
    storage = InMemoryStorage()
    monkeypatch.setattr(images, "default_storage", storage)
    name = store(upload(drawn()))
    assert storage.open(name).read() == process(upload(drawn())).content
    assert store(upload(drawn())) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "public/aa/x.webp",
        "../settings.py",
        "public/" + "ab/" + "c" * 64 + "-1x1.webp",
        "public/ab/ab" + "0" * 62 + "-0x1.webp",
        "public/ab/ab" + "0" * 62 + "-1x1.webp\n",
        "private/ab/ab" + "0" * 62 + "-1x1.webp",
    ],
)
def test_other_names_are_no_picture(name):
    assert (is_image_name(name), image_size(name), ImageName(name).width, ImageName(name).height) == (
        False,
        None,
        None,
        None,
    )


def test_nothing_stored_has_no_address():
    assert (image_url(""), image_url(None), image_size(None)) == ("", "", None)


def test_pillow_is_loaded_only_when_used():
    code = "import core.images, sys; sys.exit('PIL' in sys.modules)"
    root = Path(images.__file__).resolve().parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


# --- in forms and models

with isolate_apps():

    class Card(models.Model):
        title = models.CharField(max_length=5)
        cover = StoredImage("picture", blank=True, default="")

        class Meta:
            app_label = "core"
            db_table = "test_card"


class CardForm(forms.ModelForm):
    class Meta:
        model = Card
        fields = ["title", "cover"]


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_card (id integer PRIMARY KEY, title text NOT NULL, cover text NOT NULL)")
    return Card.objects


def files(media):
    return sorted(str(one.relative_to(media)) for one in media.rglob("*") if one.is_file())


def test_form_stores_an_upload_with_the_row(table, media):
    form = CardForm({"title": "a"}, {"cover": upload(drawn())}, instance=Card(pk=1))
    assert form.is_valid()
    assert files(media) == []
    card = form.save()
    assert files(media) == [card.cover] == [process(upload(drawn())).name]
    row = table.get()
    assert (row.cover, row.cover.url, row.cover.width, row.cover.height) == (card.cover, f"/media/{card.cover}", 40, 20)


def test_update_stores_an_upload_too(table, media):
    table.create(pk=1, title="a")
    form = CardForm({"title": "a"}, {"cover": upload(drawn())}, instance=table.get())
    assert form.is_valid()
    table.filter(pk=1).update(cover=form.instance.cover)
    assert files(media) == [table.get().cover]


def test_form_without_upload_keeps_the_picture(table):
    name = store(upload(drawn()))
    card = table.create(pk=1, title="a", cover=name)
    form = CardForm({"title": "b"}, {}, instance=card)
    assert (form.is_valid(), form.changed_data) == (True, ["title"])
    form.save()
    assert (table.get().title, table.get().cover) == ("b", name)


def test_form_replaces_and_removes_the_picture(table):
    card = table.create(pk=1, title="a", cover=store(upload(drawn())))
    other = drawn(colour="blue")
    CardForm({"title": "a"}, {"cover": upload(other)}, instance=card).save()
    assert table.get().cover == process(upload(other)).name
    form = CardForm({"title": "a", "cover-clear": "on"}, {}, instance=table.get())
    assert form.changed_data == ["cover"]
    form.save()
    assert table.get().cover == ""


def test_form_refuses_a_bad_upload_and_writes_nothing(media):
    form = CardForm({"title": "a"}, {"cover": upload(b"<svg/>", "a.svg")})
    assert form.errors == {"cover": ["这不是可以使用的图片，请选 JPG、PNG 或 WebP 格式的。"]}
    form = CardForm({"title": "a"}, {"cover": upload(b"")})
    assert form.errors == {"cover": ["文件是空的，请重新选择图片。"]}
    assert files(media) == []


def test_invalid_form_writes_nothing(media):
    assert not CardForm({"title": ""}, {"cover": upload(drawn())}).is_valid()
    assert files(media) == []


def test_form_ignores_a_name_sent_as_text(table):
    form = CardForm({"title": "a", "cover": "../../etc/passwd"}, {}, instance=Card(pk=1))
    assert form.is_valid()
    assert form.save().cover == ""


def test_model_refuses_other_names():
    with pytest.raises(ValidationError) as caught:
        Card(pk=1, title="a", cover="../../etc/passwd").full_clean(validate_unique=False)
    assert list(caught.value.message_dict) == ["cover"]


def test_rows_can_be_found_by_name(table):
    name = store(upload(drawn()))
    table.create(pk=1, title="a", cover=name)
    assert table.get(cover=table.get().cover).pk == 1
    assert type(table.values_list("cover", flat=True).get()) is str


def test_required_field_asks_for_a_picture():
    with pytest.raises(ValidationError) as caught:
        PublicImageField().clean(None)
    assert caught.value.code == "required"
    assert isinstance(PublicImageField().clean(upload(drawn())), ProcessedImage)
    assert PublicImageField(required=False).clean(None) == ""


def test_admin_widget_gives_way_to_the_file_input():
    field = StoredImage(blank=True).formfield(widget=AdminTextInputWidget)
    assert (type(field), type(field.widget), field.max_length) == (PublicImageField, PublicImageInput, None)


def test_widget_shows_the_present_picture():
    name = store(upload(drawn((320, 200))))
    card = Card(pk=1, title="a", cover=name)
    shown = str(CardForm(instance=card)["cover"])
    assert f'<img src="/media/{name}" width="160" height="100" alt="现在的图片" loading="lazy">' in shown
    assert '<input type="checkbox" name="cover-clear" id="id_cover-clear"> 移除这张图片' in shown
    assert 'accept="image/jpeg,image/png,image/webp"' in shown
    assert CardForm(instance=card).is_multipart()


def test_widget_shows_nothing_where_there_is_nothing():
    for value in ("", None, "javascript:alert(1)"):
        assert PublicImageInput().render("cover", value, {"id": "id_cover"}) == (
            '<input accept="image/jpeg,image/png,image/webp" id="id_cover" name="cover" type="file">'
        )


def test_field_deconstructs():
    _name, path, args, kwargs = StoredImage(blank=True, default="").deconstruct()
    assert (path, args, kwargs) == ("core.images.StoredImage", [], {"blank": True, "default": ""})
