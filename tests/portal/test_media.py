"""Uploaded files are reached through one view with one check."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.images import store
from portal import media

HASH = "ab" * 32
NAME = f"public/ab/{HASH}-400x300.webp"


@pytest.fixture
def root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media/public/ab").mkdir(parents=True)
    (tmp_path / "media/papers").mkdir()
    (tmp_path / "media" / NAME).write_bytes(b"picture")
    (tmp_path / "media/public/notes.txt").write_bytes(b"secret")
    (tmp_path / "media/papers/scan.pdf").write_bytes(b"paper")
    (tmp_path / "secret.webp").write_bytes(b"secret")
    return tmp_path / "media"


@pytest.fixture
def guards(monkeypatch):
    monkeypatch.setattr(media, "_guards", {})


def picture():
    """A small picture as a browser uploads it."""
    content = BytesIO()
    Image.new("RGB", (40, 30), "green").save(content, "PNG")
    return SimpleUploadedFile("green.png", content.getvalue(), content_type="image/png")


def body(response):
    return b"".join(response.streaming_content)


def test_picture_that_was_stored_is_served(client, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    name = store(picture())

    response = client.get(name.url)

    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert body(response).startswith(b"RIFF")


def test_public_image_is_served_for_ever_and_can_run_nothing(client, root):
    response = client.get(f"/media/{NAME}")
    assert body(response) == b"picture"
    assert {key: response[key] for key in ("Content-Type", "Cache-Control", "ETag", "Content-Security-Policy")} == {
        "Content-Type": "image/webp",
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{NAME}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in response
    assert response.cookies == {}


def test_public_image_that_the_browser_has_is_not_sent_again(client, root):
    response = client.get(f"/media/{NAME}", headers={"if-none-match": f'"{NAME}"'})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        f"public/cd/{'cd' * 32}-400x300.webp",
        f"public/ab/{HASH.upper()}-400x300.webp",
        f"public/ab/{HASH}.webp",
        f"{NAME}/",
        f"public/ab/{HASH}-400x300.svg",
        "public/notes.txt",
        "public/",
        "secret.webp",
        "../secret.webp",
        "public/../../secret.webp",
        "public/%2e%2e/%2e%2e/secret.webp",
        "public/..%2f..%2fsecret.webp",
        "public/..%5c..%5csecret.webp",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "papers/scan.pdf",
        "papers/../public/notes.txt",
    ],
)
def test_everything_else_is_not_found(client, db, root, guards, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_private_file_needs_its_folders_permission(client, db, root, guards):
    asked = []
    media.guard("papers", lambda request, rest: asked.append(rest) or request.GET.get("may") == "1")
    assert client.get("/media/papers/scan.pdf").status_code == 404
    response = client.get("/media/papers/scan.pdf?may=1")
    assert body(response) == b"paper"
    assert asked == ["scan.pdf", "scan.pdf"]
    assert (response["Cache-Control"], response["Content-Disposition"]) == ("no-store", "attachment")


def test_private_file_that_is_gone_is_not_found(client, db, root, guards):
    media.guard("papers", lambda request, rest: True)
    assert client.get("/media/papers/other.pdf").status_code == 404


@pytest.mark.parametrize("folder", ["public", "papers"])
def test_folder_has_one_guard(root, guards, folder):
    media.guard("papers", lambda request, rest: True)
    with pytest.raises(ValueError, match="is taken"):
        media.guard(folder, lambda request, rest: True)


def test_web_server_sends_the_file_where_it_can(client, root, settings):
    settings.MEDIA_ACCEL = "/internal-media/"
    response = client.get(f"/media/{NAME}")
    assert response["X-Accel-Redirect"] == f"/internal-media/{NAME}"
    assert (response.content, response["Content-Security-Policy"]) == (b"", media.POLICY)


def test_media_is_not_for_posting(client, db, root):
    assert client.post(f"/media/{NAME}").status_code == 405
