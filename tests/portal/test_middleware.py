"""Broken input is a 400, refusals have a page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseNotAllowed
from django.urls import path

from core.refusals import Refusal, Refused
from core.states import Conflict
from portal import urls


def echo(request):
    return HttpResponse("|".join(f"{name}={value}" for name, value in request.POST.items()))


def names(request):
    return HttpResponse("|".join(upload.name for upload in request.FILES.values()))


def refuse(request):
    raise Refused(Refusal.CLASH, title="包粽子")


def conflict(request):
    raise Conflict("已发布", None, {})


def stale(request):
    raise Refused(Refusal.STALE)


def only_post(request):
    return HttpResponseNotAllowed(["POST"])


urlpatterns = [
    path("echo/", echo),
    path("names/", names),
    path("refuse/", refuse),
    path("conflict/", conflict),
    path("stale/", stale),
    path("only-post/", only_post),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

pytestmark = pytest.mark.urls(__name__)
FORM = "application/x-www-form-urlencoded"


def multipart(name='name="a"', content="b", end="--x--\r\n"):
    return f"--x\r\nContent-Disposition: form-data; {name}\r\n\r\n{content}\r\n{end}".encode()


@pytest.mark.parametrize("address", ["/livez?q=%00", "/livez?a%00=1", "/media/a%00b", "/livez?q=a%00b&c=1"])
def test_nul_in_address_is_a_bad_request(client, address):
    assert client.get(address).status_code == 400


def test_doubly_quoted_nul_is_text(client):
    assert client.get("/livez?q=%2500").status_code == 200


def test_nul_in_quoted_cookie_is_a_bad_request(client):
    assert client.get("/livez", headers={"cookie": r'sessionid="abcdefgh\000"'}).status_code == 400


@pytest.mark.parametrize("body", [b"a=%00", b"%00=a", b"a=b&c=d%00e", b"a=\x00"])
def test_nul_in_form_is_a_bad_request(client, body):
    assert client.post("/echo/", body, content_type=FORM).status_code == 400


@pytest.mark.parametrize("body", [multipart(content="b\x00"), multipart(name='name="a\x00"')])
def test_nul_in_multipart_form_is_a_bad_request(client, body):
    assert client.post("/echo/", body, content_type="multipart/form-data; boundary=x").status_code == 400


def test_name_of_file_reaches_a_view_without_nul(client):
    body = multipart(name='name="a"; filename="b\x00.png"')
    response = client.post("/names/", body, content_type="multipart/form-data; boundary=x")
    assert response.content == b"b.png"


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "gb18030", "latin-1", "idna", "no-such", "\u00e9", "a" * 500])
def test_other_charset_is_a_bad_request(client, charset):
    response = client.generic("POST", "/echo/", b"a=1", content_type=f"{FORM}; charset={charset}")
    assert response.status_code == 400
    assert "text/html" in response["Content-Type"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf8_is_accepted_however_it_is_spelt(client, charset):
    body = "a=阿卜杜拉·买买提𠮷".encode()
    response = client.generic("POST", "/echo/", body, content_type=f"{FORM}; charset={charset}")
    assert response.content.decode() == "a=阿卜杜拉·买买提𠮷"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"anything", "multipart/form-data"),
        (b"anything", "multipart/form-data; boundary="),
        (multipart(), f"multipart/form-data; boundary={'x' * 300}"),
        (b"&".join(b"a%d=1" % number for number in range(600)), FORM),
        (b"a=" + b"x" * 1_100_000, FORM),
    ],
)
def test_form_that_cannot_be_read_is_a_bad_request(client, body, kind):
    assert client.post("/echo/", body, content_type=kind).status_code == 400


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", str(27_000_000)])
def test_unusable_length_of_form_is_a_bad_request(client, length):
    response = client.post("/echo/", b"a=1", content_type=FORM, headers={"content-length": length})
    assert response.status_code == 400


def test_too_many_files_are_a_bad_request(client):
    files = {f"f{number}": SimpleUploadedFile("a.png", b"x") for number in range(25)}
    assert client.post("/echo/", files).status_code == 400


def test_body_that_is_no_form_is_left_alone(client):
    assert client.post("/echo/", b"\x00{", content_type="application/json").content == b""


def test_bad_request_has_a_page_of_its_own_with_the_policy(client):
    response = client.get("/livez?q=%00")
    assert "无法识别这次请求" in response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_unknown_host_is_a_bad_request(client):
    assert client.get("/livez", headers={"host": "evil.example"}).status_code == 400


def test_refusal_is_a_page_with_its_reason(client, db):
    response = client.get("/refuse/")
    assert response.status_code == 403
    assert "包粽子" in response.content.decode()


@pytest.mark.parametrize(("address", "text"), [("/conflict/", "已发布"), ("/stale/", str(Refusal.STALE.label))])
def test_conflict_is_a_409(client, db, address, text):
    response = client.get(address)
    assert response.status_code == 409
    assert text in response.content.decode()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/activities/?page=2", "/activities/?page=2"),
        ("http://testserver/refuse/", None),
        ("https://evil.example/", None),
        ("", None),
    ],
)
def test_refusal_offers_the_page_before(client, db, referer, back):
    response = client.get("/refuse/", headers={"referer": referer})
    assert response.context["back_url"] == (back or "")


@pytest.mark.parametrize("address", ["/only-post/", "/echo-not/"])
def test_pages_that_fail_are_not_cached(client, db, address):
    assert client.get(address)["Cache-Control"] == "no-store"


def test_wrong_method_has_a_page_and_names_the_right_one(client, db):
    response = client.get("/only-post/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "不能以这种方式打开这个地址" in response.content.decode()


def test_framework_forms_keep_what_was_typed(client):
    assert client.post("/echo/", {"a": "<script>", "b": "{{ x }}"}).content == b"a=<script>|b={{ x }}"
