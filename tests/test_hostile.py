"""Bad input over HTTP: a clear answer in Chinese with what was typed kept, never a 5xx, nothing lost (security §2)."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from tests import hostile
from tests.factories import PASSWORD
from tests.stage import PHONES

FORM = "application/x-www-form-urlencoded"
LOGIN = "/accounts/login/"
LISTS = ("/activities/", "/honours/", "/notices/", "/teams/")
"""Pages with filters or page numbers."""
PAGES = ("/", "/c/", "/c/jia/", "/c/jia/grids/", "/me/", "/qr/", "/look/", "/accounts/login/")
OBJECTS = (
    "/activities/{}/",
    "/activities/{}/sign-up/",
    "/activities/{}/event.ics",
    "/honours/{}/",
    "/c/{}/",
    "/media/{}",
)


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    """The page without its tags, and so without the addresses that lead back to it."""
    return re.sub(r"(?s)<[^>]*>", "", text_of(response))


def is_readable(response) -> bool:
    """Say whether a page in Chinese with a heading answers."""
    body = text_of(response)
    return 'lang="zh-Hans"' in body and "<h1" in body


# --- addresses ----------------------------------------------------------------------------------------------------


def refused_wrongly(client, path: str, queries) -> dict[str, int]:
    """The queries that `path` does not answer with a page, a redirect or a readable refusal."""
    wrong = {}
    for query in queries:
        response = client.generic("GET", path, QUERY_STRING=query)
        readable = response.status_code == 302 or path == "/qr/" or is_readable(response)
        if response.status_code not in {200, 302, 400, 404} or not readable:
            wrong[query[:60]] = response.status_code
    return wrong


@pytest.mark.parametrize("path", LISTS)
def test_strange_queries_are_answered(stage, path):
    assert refused_wrongly(stage.cast.client("resident"), path, hostile.QUERIES) == {}


@pytest.mark.parametrize("path", PAGES)
def test_numbers_that_are_no_pages_are_answered(stage, path):
    assert refused_wrongly(stage.cast.client("resident"), path, hostile.NUMBERS) == {}


def test_nul_in_a_query_is_a_bad_request(client):
    for path in (*LISTS, *PAGES):
        for query in hostile.QUERIES_WITH_NUL:
            response = client.generic("GET", path, QUERY_STRING=query)
            assert response.status_code == 400, path
            assert "无法识别这次请求" in text_of(response)


@pytest.mark.parametrize("path", LISTS)
def test_unknown_look_up_changes_nothing(stage, path):
    client = stage.cast.client()
    look_ups = ("id_number__startswith", "drafted_by__password__startswith", "state", "pk__gt")
    with clock.frozen(clock.now()):  # the print header tells the minute
        plain = words_of(client.get(path))
        for look_up in look_ups:
            for value in ("1", "9", "draft"):
                assert words_of(client.get(path, {look_up: value})) == plain


def test_strange_ids_are_not_found(stage):
    client = stage.cast.client("resident")
    wrong = {}
    for pattern in OBJECTS:
        for ident in hostile.IDS:
            response = client.get(pattern.format(ident))
            if response.status_code != 404 or not is_readable(response):
                wrong[pattern.format(ident[:40])] = response.status_code
    assert wrong == {}


def test_nul_in_the_place_of_an_id_is_a_bad_request(client):
    assert {client.get(pattern.format("a%00b")).status_code for pattern in OBJECTS} == {400}


QUERY_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PARAMETERS = st.dictionaries(
    st.sampled_from(["page", "community", "kind", "theme", "when", "open", "q", "level", "year", "x__gt"]) | QUERY_TEXT,
    QUERY_TEXT | st.integers().map(str),
    max_size=5,
)
ANSWERS = {200, 302, 400, 404}


@pytest.mark.parametrize("path", LISTS)
def test_random_queries_are_answered(stage, path):
    client = stage.cast.client()

    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(PARAMETERS, st.binary(max_size=30))
    def answered(parameters, raw):
        assert client.get(path, parameters).status_code in ANSWERS
        assert client.generic("GET", path, QUERY_STRING=raw.decode("latin-1")).status_code in ANSWERS

    answered()


# --- next ---------------------------------------------------------------------------------------------------------


def leaves_the_site(location: str) -> bool:
    """Say whether a browser would follow `location` to another site, or run it."""
    seen = re.sub(r"[\t\r\n]", "", location.strip(" \x00\x0b\x0c")).replace("\\", "/")
    try:
        target = urlsplit(urljoin("http://testserver/accounts/login/", seen))
    except ValueError:
        return True
    return target.scheme != "http" or target.netloc != "testserver"


def hidden_next(response) -> str:
    """The address that the page of the sign-in form keeps."""
    return unescape(re.search(r'name="next" value="([^"]*)"', text_of(response) + 'name="next" value=""')[1])


@pytest.mark.parametrize("target", ["//a.example", "https:a.example", "/\\a.example", "javascript:1", "http://[::1"])
def test_leaving_the_site_is_seen(target):
    assert leaves_the_site(target)


def test_sign_in_never_leads_elsewhere(stage):
    wrong = []
    for target in hostile.ELSEWHERE:
        client = stage.cast.client()
        response = client.post(LOGIN, {"login": "resident", "password": PASSWORD, "next": target})
        again = client.get(LOGIN, {"next": target})
        if any(answer.status_code != 302 or leaves_the_site(answer["Location"]) for answer in (response, again)):
            wrong.append(target)
    assert wrong == []


def test_sign_in_of_the_workbench_never_leads_elsewhere(stage):
    wrong = []
    for target in hostile.ELSEWHERE:
        client = stage.cast.client()
        first = client.get("/admin/login/", {"next": target})
        assert (first.status_code, leaves_the_site(first["Location"])) == (302, False)
        kept = hidden_next(client.get(first["Location"]))
        response = client.post(LOGIN, {"login": "clerk", "password": PASSWORD, "next": kept})
        if response.status_code != 302 or leaves_the_site(response["Location"]):
            wrong.append(target)
    assert wrong == []


def test_look_never_leads_elsewhere(client, db):
    wrong = []
    for target in hostile.ELSEWHERE:
        response = client.get("/look/", {"elder": "1", "next": target})
        if response.status_code != 302 or leaves_the_site(response["Location"]) or set(response.cookies) != {"look"}:
            wrong.append(target)
    assert wrong == []


def test_sign_in_leads_where_the_visitor_came_from(stage):
    target = "/activities/?page=1&q=义诊"
    client = stage.cast.client()
    kept = hidden_next(client.get(LOGIN, {"next": target}))
    response = client.post(LOGIN, {"login": "resident", "password": PASSWORD, "next": kept})
    assert response["Location"] in {target, "/activities/?page=1&q=%E4%B9%89%E8%AF%8A"}


# --- requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "testserver:80:80", "a b", "[::1", "-", "例子"]
)
def test_unknown_host_is_a_bad_request(client, host):
    response = client.get("/", headers={"host": host})
    assert response.status_code == 400
    assert "evil.example" not in text_of(response)


def test_forwarded_host_is_not_believed(client, db):
    response = client.get("/", headers={"x-forwarded-host": "evil.example", "x-original-url": "/admin/"})
    assert "evil.example" not in text_of(response)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "gb2312", "no-such"])
def test_other_charset_is_a_bad_request(client, db, charset):
    response = client.generic("POST", LOGIN, b"login=+AGE-", content_type=f"{FORM}; charset={charset}")
    assert response.status_code == 400
    assert "无法识别这次请求" in text_of(response)


def test_unusual_methods_are_answered(stage):
    client = stage.cast.client("resident")
    seen = {}
    for path in (*LISTS, *PAGES):
        statuses = {method: client.generic(method, path).status_code for method in hostile.METHODS}
        seen[path] = {method: status for method, status in statuses.items() if status != 405}
    assert {path: others for path, others in seen.items() if others} == {LOGIN: {"POST": 302}}


def test_head_and_options_say_nothing_else(stage):
    client = stage.cast.client()
    for path in (*LISTS, *PAGES):
        head = client.head(path)
        assert (head.status_code, head.content) == (client.get(path).status_code, b"")
        assert client.options(path).status_code in {200, 302, 405}


def test_token_of_another_session_is_refused(stage):
    theirs, ours = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    for client in (theirs, ours):
        client.get(LOGIN)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(theirs.get(LOGIN)))[1]
    words = {"login": "resident", "password": PASSWORD, "csrfmiddlewaretoken": token}
    response = ours.post(LOGIN, words)
    assert response.status_code == 403
    assert "表单已过期" in text_of(response)
    assert theirs.post(LOGIN, words).status_code == 302


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_form_sent_from_elsewhere_is_refused(stage, origin):
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(client.get(LOGIN)))[1]
    words = {"login": "resident", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post(LOGIN, words, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=login\r\n\r\nhalf", "multipart/form-data; boundary=x"),
        (b"--x\r\n" * 2000, "multipart/form-data; boundary=x"),
        (b"anything", "multipart/form-data"),
        (b"login=%ff%fe&password=%80", FORM),
        (b"&" * 5000, FORM),
        (b'{"login": "resident"}', "application/json"),
        (b"<xml/>", "text/xml"),
        (b"", ""),
        (b"login=a", "///;;;==charset"),
    ],
    ids=range(10),
)
def test_body_that_is_no_form_of_ours_is_refused(client, db, body, kind):
    response = client.generic("POST", LOGIN, body, content_type=kind)
    assert response.status_code in {400, 422}
    assert is_readable(response)


def test_form_of_1500_fields_is_a_bad_request(client, db):
    response = client.post(LOGIN, {f"field{number}": "x" for number in range(1500)})
    assert response.status_code == 400
    assert "无法识别这次请求" in text_of(response)


@pytest.mark.parametrize("path", ["/me/", "/admin/", LOGIN])
def test_junk_in_cookies_is_ignored(stage, path):
    wrong = {}
    for cookie in hostile.COOKIES:
        response = Client().get(path, headers={"cookie": cookie})
        larger = "data-elder" in text_of(response) and "look=e2" not in cookie
        if response.status_code not in {200, 302} or larger:
            wrong[cookie] = response.status_code
    assert wrong == {}


def test_cookie_of_somebody_who_signed_out_opens_nothing(stage):
    client = stage.cast.client("resident")
    stolen = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/me/").status_code == 302


def test_address_of_another_host_in_the_path_is_not_followed(stage):
    client, wrong = stage.cast.client(), {}
    for path in ("//evil.example/activities", "//evil.example/", "/\\\\evil.example/c", "/%2F%2Fevil.example/c",
                 "/activities//evil.example", "/;//evil.example", "/c/jia/../../..//evil.example"):  # fmt: skip
        answer = client.generic("GET", path)
        if answer.status_code != 404 and leaves_the_site(answer.get("Location", "/")):
            wrong[path] = answer.get("Location")
    assert wrong == {}


@pytest.mark.parametrize("path", ["/activities", "/c/jia", "/accounts/login", "/me", "/honours"])
def test_forgotten_slash_leads_to_the_page(client, path):
    answer = client.get(f"{path}?page=1")
    assert (answer.status_code, answer["Location"]) == (301, f"{path}/?page=1")


# --- texts in the sign-in form --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*hostile.HARMLESS, *hostile.REFUSED], ids=lambda text: text.name)
def test_strange_name_at_sign_in_is_refused_and_kept(client, db, text):
    response = client.post(LOGIN, {"login": text.typed, "password": text.typed})
    body = text_of(response)
    assert response.status_code == 422
    kept = unescape(re.search(r'(?s)<input[^>]*name="login"[^>]*>', body)[0])
    assert text.typed.strip()[:50] in kept
    assert "49" not in kept
    assert 'class="invalid-feedback"' in body or "ll-errors" in body or 'role="alert"' in body
    assert "<script>alert" not in body


def test_nul_at_sign_in_is_a_bad_request(client, db):
    assert client.post(LOGIN, {"login": hostile.NUL, "password": "x"}).status_code == 400


def test_password_never_comes_back(client, db):
    assert "geheim-12345" not in text_of(client.post(LOGIN, {"login": "resident", "password": "geheim-12345"}))


def test_answer_does_not_tell_which_accounts_exist(stage):
    """Wrong password, unknown name and an account that was closed meet the same page."""
    stage.cast.volunteer.is_active = False
    stage.cast.volunteer.save(update_fields=["is_active"])
    pages = set()
    for login, password in (
        ("resident", "wrong"),
        ("nobody", "wrong"),
        ("volunteer", PASSWORD),
        (PHONES["jia"], "wrong"),
    ):
        answer = stage.cast.client().post(LOGIN, {"login": login, "password": password})
        body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text_of(answer))
        pages.add((answer.status_code, body.replace(f'value="{login}"', "")))
    assert len(pages) == 1


def test_sign_in_gives_a_new_session_and_a_new_token(stage):
    client = stage.cast.client()
    planted = Client()
    planted.force_login(stage.cast.volunteer)
    client.cookies["sessionid"] = planted.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.get(LOGIN)
    before = client.cookies["csrftoken"].value
    client.post(LOGIN, {"login": "Resident ", "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted.cookies["sessionid"].value
    assert client.cookies["csrftoken"].value != before
    assert client.get("/me/").context["user"] == stage.cast.resident
