"""Preferences of a visitor."""

import pytest
from django.http import HttpResponse
from django.urls import path

from portal import urls
from portal.look import LookOfVisitor


def show(request):
    return HttpResponse(f"elder {request.look.elder}")


urlpatterns = [path("show/", show), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize("elder", [1, 2, 3, 4])
def test_elder_mode_is_kept_and_can_be_left(client, elder):
    response = client.get(f"/look/?elder={elder}&next=/show/")
    assert (response.status_code, response["Location"]) == (302, "/show/")
    assert client.get("/show/").content == f"elder {elder}".encode()
    client.get("/look/?elder=0&next=/show/")
    assert client.get("/show/").content == b"elder 0"


@pytest.mark.parametrize("query", ["", "?elder=", "?elder=5", "?elder=-1", "?elder=１", "?elder=abc", "?elder=11"])
def test_unknown_value_changes_nothing(client, query):
    client.cookies["look"] = "e2"
    response = client.get(f"/look/{query}")
    assert (response.status_code, response["Location"], dict(response.cookies)) == (302, "/", {})


@pytest.mark.parametrize("text", ["", "e0", "e5", "e22", "e１", "x", "e1\n", "a" * 5000, '"e1"extra'])
def test_cookie_that_is_not_ours_is_the_standard_look(text):
    assert LookOfVisitor.from_cookie(text) == LookOfVisitor(elder=0)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "evil",
        "/%0d%0aSet-Cookie:a=b" + "\r\n",
        "/\tx",
        "/" + "a" * 2000,
        "",
    ],
)
def test_next_leads_nowhere_else(client, target):
    response = client.get("/look/", {"elder": "1", "next": target})
    assert response["Location"] == "/"


def test_next_keeps_its_query_and_chinese(client):
    response = client.get("/look/", {"next": "/activities/?theme=重阳&page=2"})
    assert response["Location"] == "/activities/?theme=%E9%87%8D%E9%98%B3&page=2"


def test_pages_vary_by_cookie_and_set_none(client):
    response = client.get("/show/")
    assert (response["Vary"], dict(response.cookies)) == ("Cookie", {})


def test_cookie_is_for_this_site_only(client):
    cookie = client.get("/look/?elder=1").cookies["look"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("e1", True, "Lax", "/")


def test_look_is_not_for_posting(client, db):
    assert client.post("/look/?elder=1").status_code == 405
