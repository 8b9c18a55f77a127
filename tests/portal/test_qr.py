"""QR codes of pages."""

from xml.etree import ElementTree

import pytest

from portal.pages import qr
from tests.event_factories import make_activity


def test_code_is_an_svg_that_may_be_cached(client):
    response = client.get("/qr/", {"path": "/activities/?community=xincheng"})
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=86400"
    assert not response.cookies
    assert ElementTree.fromstring(response.content).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.django_db
def test_every_page_prints_the_code_of_itself(client):
    path = f"/activities/{make_activity().public_id}/"
    assert f'src="/qr/?path={path.replace("/", "%2F")}"' in client.get(path).content.decode()


def test_address_of_this_site_is_encoded_as_it_is():
    assert qr.local("/activities/?q=%E7%90%86%E5%8F%91&page=2") == "/activities/?q=%E7%90%86%E5%8F%91&page=2"
    assert qr.local("/activities/?q=理发") == "/activities/?q=%E7%90%86%E5%8F%91"


def test_code_stands_for_the_whole_address(monkeypatch, client):
    drawn = []
    monkeypatch.setattr(qr, "drawing", lambda text: drawn.append(text) or b"<svg/>")
    client.get("/qr/", {"path": "/c/xincheng/"})
    assert drawn == ["http://127.0.0.1:8000/c/xincheng/"]


@pytest.mark.parametrize(
    "path",
    [
        "", "activities/", "//evil.example/", "https://evil.example/", "/\\evil.example/", "\\\\evil", "/nowhere/",
        "/activities/../../x", "/activities/?q=" + "a" * 600, "/activities/?q=" + "理" * 100, "/activities/\n",
        "/static/x", "/activities/\u202e", "/c/a/#x" + "y" * 700,
    ],
)  # fmt: skip
def test_anything_else_is_not_found(client, path):
    assert client.get("/qr/", {"path": path}).status_code == 404


def test_code_without_path_is_not_found(client):
    assert client.get("/qr/").status_code == 404


def test_wrong_method_is_refused(client):
    assert client.post("/qr/", {"path": "/"}).status_code == 405
