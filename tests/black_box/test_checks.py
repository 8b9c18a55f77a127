"""The checks of the black box see faults: each is planted once and must be named."""

import io
import zipfile
from urllib.parse import quote

import pytest

from tests.black_box.__main__ import AWAY, HOME, PERSONAS, Persona
from tests.black_box.browser import Answer, Browser, path_in
from tests.black_box.canaries import Canary, found, texts_of
from tests.black_box.crawl import Crawl, shape_of
from tests.black_box.pages import Document, faults_of
from tests.black_box.promises import faults_of_cookies, faults_of_file, faults_of_headers, faults_of_privacy

GOOD = """<!doctype html><html lang="zh-Hans"><head><title>活动</title>
<link rel="stylesheet" href="/static/a.css"></head><body><a href="#main">x</a><main id="main"><h1>活动</h1>
<svg><title>图</title></svg><img src="/media/a.png" alt=""><form action="/activities/" method="get">
<label for="q">找</label><input id="q" name="q"><label>从<input name="from"></label>
<select name="kind" aria-label="类别"><option value="a">甲</option><option value="b" selected>乙</option></select>
<input type="hidden" name="page" value="2"><button>找</button></form><a href="/c/jia/?a=1&amp;b=2">社区</a>
</main></body></html>"""
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "vary": "Cookie",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; object-src 'none'; form-action 'self'; "
    "base-uri 'none'; img-src 'self' data:",
}
NAME = Canary("qzxabc1234", "Person.name of somebody in mingzhu", "name", ("mingzhu",), 7)
PHONE = Canary("16900990012", "Person.phone of somebody in mingzhu", "phone", ("mingzhu",), 7)


def answer(path="/activities/", text=GOOD, status=200, cookies=(), **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in {**HEADERS, **given}.items() if value}
    return Answer(path, status, kept, list(cookies), text if isinstance(text, bytes) else text.encode())


class Pretended(Browser):
    """A browser that gets prepared answers."""

    def __init__(self, *answers):
        super().__init__(1)
        self.answers = {one.path: one for one in answers}

    def get(self, path, **headers):
        return self.answers.get(path) or answer(path, status=404)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_good_page_has_no_faults():
    assert faults_of(Document(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<!doctype html>", "", "no <!doctype html>"),
        (' lang="zh-Hans"', "", "no language"),
        ("<title>活动</title>", "", "0 titles, or an empty one"),
        ("<title>活动</title>", "<title> </title>", "1 titles, or an empty one"),
        ("<h1>活动</h1>", "", "0 <h1>"),
        ("<h1>活动</h1>", "<h1>活动</h1><h1>二</h1>", "2 <h1>"),
        (' alt=""', "", "<img src='/media/a.png'> has no alt"),
        ('<label for="q">', "<label>", "<input name='q'> has no label"),
        (' aria-label="类别"', "", "<select name='kind'> has no label"),
        (' aria-label="类别"', ' aria-labelledby="gone"', "<select name='kind'> has no label"),
        ("<h1>", '<h1 id="q">', "id 'q' is there 2 times"),
        ("<h1>", '<h1 style="color:red">', "attribute style"),
        ("<h1>", '<h1 onclick="x()">', "attribute onclick"),
        ("</main>", "<script>x()</script></main>", "1 scripts in the page"),
        ("</main>", '<a href=" JavaScript:x()">x</a></main>', "link ' JavaScript:x()'"),
        ('id="main"', "", "link '#main' leads nowhere in the page"),
    ],
)
def test_fault_of_a_page_is_named(good, bad, fault):
    assert good in GOOD
    assert faults_of(Document(GOOD.replace(good, bad, 1))) == [fault]


def test_form_is_read_as_a_browser_would_send_it():
    document = Document(GOOD)
    (form,) = document.forms
    assert (form.action, form.method, form.texts) == ("/activities/", "get", ["q", "from"])
    assert form.values == [("q", ""), ("from", ""), ("kind", "b"), ("page", "2")]
    assert (document.links, document.loads) == (["#main", "/c/jia/?a=1&b=2"], ["/static/a.css", "/media/a.png"])


# --- headers and cookies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/activities/", "/activities/0123456789/", "/somewhere/"])
def test_good_answer_keeps_every_promise(path):
    one = answer(path)
    assert (faults_of_headers(one, "http"), faults_of_cookies(one, "http"), faults_of_privacy(one)) == ([], [], [])


@pytest.mark.parametrize(
    ("changed", "scheme", "fault"),
    [
        ({"x_frame_options": ""}, "http", "x-frame-options is None"),
        ({"x_content_type_options": "x"}, "http", "x-content-type-options is 'x'"),
        ({"strict_transport_security": "max-age=31536000"}, "http", "Strict-Transport-Security over http"),
        ({}, "https", "no year of Strict-Transport-Security over https"),
        ({"strict_transport_security": "max-age=60"}, "https", "no year of Strict-Transport-Security over https"),
        (
            {"content_security_policy": HEADERS["content-security-policy"].replace("object-src 'none'; ", "")},
            "http",
            "no object-src 'none' in the policy",
        ),
    ],
)
def test_fault_of_headers_is_named(changed, scheme, fault):
    assert faults_of_headers(answer(**changed), scheme) == [fault]


@pytest.mark.parametrize("hole", ["'unsafe-inline'", "https://cdn.example", "*", "'nonce-1'"])
def test_policy_with_holes_is_named(hole):
    policy = f"{HEADERS['content-security-policy']}; script-src {hole}"
    (fault,) = faults_of_headers(answer(content_security_policy=policy), "http")
    assert fault.startswith("a policy with holes")


@pytest.mark.parametrize(
    ("cookie", "scheme", "faults"),
    [
        ("a=1; HttpOnly; Path=/; SameSite=Lax", "http", []),
        ("a=1; HttpOnly; Path=/; SameSite=Lax; Secure", "https", []),
        ('a=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/', "https", []),
        ("a=1; HttpOnly; SameSite=Lax", "https", ["cookie a without secure"]),
        ("a=1; HttpOnly; SameSite=Lax; Secure", "http", ["cookie a with secure over http would never come back"]),
        ("a=1; SameSite=None", "http", ["cookie a without httponly", "cookie a without samesite=lax"]),
        ("a=1; HttpOnly; SameSite=Lax; Domain=x.cn", "http", ["cookie a with domain=x.cn"]),
    ],
)
def test_flags_of_cookies(cookie, scheme, faults):
    assert faults_of_cookies(answer(cookies=[cookie]), scheme) == faults


FORM = GOOD.replace("</main>", '<form method="post"><input type="hidden" name="csrfmiddlewaretoken"></form></main>')
ON_PAGE = " on a page for everybody"


@pytest.mark.parametrize(
    ("one", "faults"),
    [
        (answer("/me/", cache_control="no-store, private"), []),
        (answer("/activities/0123456789/sign-up/", FORM, cache_control="no-store"), []),
        (answer("/me/", "", content_type="text/csv"), ["a personal page that may be kept: Cache-Control ''"]),
        (answer("/", cookies=["a=1"]), [f"sets a cookie{ON_PAGE}"]),
        (answer("/", GOOD + "nonce="), [f"nonce={ON_PAGE}"]),
        (answer("/ask/", FORM), [f"csrfmiddlewaretoken{ON_PAGE}", f"a form that changes something{ON_PAGE}"]),
        (answer("/teams/", cache_control="no-store"), ["a page for everybody that may not be kept"]),
        (answer("/", cache_control="public"), ["Cache-Control 'public'"]),
        (answer("/", vary=""), ["does not vary by cookie"]),
    ],
)
def test_page_for_everybody_and_page_for_one(one, faults):
    assert faults_of_privacy(one) == faults


STYLE = {
    "content_type": "text/css",
    "cache_control": "max-age=315360000, public, immutable",
    "content_encoding": "gzip",
}


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({}, []),
        ({"content_encoding": ""}, ["not compressed"]),
        ({"cache_control": "max-age=60"}, ["a name that changes with the file, but Cache-Control 'max-age=60'"]),
        ({"x_content_type_options": ""}, ["no nosniff"]),
    ],
)
def test_promises_of_files(changed, faults):
    assert faults_of_file(answer("/static/a.0123456789ab.css", "x" * 2000, **{**STYLE, **changed})) == faults


# --- canaries -------------------------------------------------------------------------------------------------------


def packed(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as sheet:
        sheet.writestr("xl/sharedStrings.xml", text)
    return file.getvalue()


@pytest.mark.parametrize(
    "one",
    [
        answer(text=f"赵{NAME.key}"),
        answer(text=NAME.key.upper()),
        answer(text="".join(f"&#{ord(letter)};" for letter in NAME.key)),
        answer(text='{"name": "' + "".join(f"\\u{ord(letter):04X}" for letter in NAME.key) + '"}'),
        answer(text=f"SUMMARY:{NAME.key[:4]}\r\n {NAME.key[4:]}"),
        answer(text="", status=302, location="/x/?next=" + quote(quote(f"/{NAME.key}/"))),
        answer(text="", cookies=[f"last={NAME.key}; HttpOnly"]),
        answer(text=packed(f"<t>{NAME.key}</t>")),
    ],
)
def test_name_is_found_however_it_is_written(one):
    assert found(texts_of(one)) == {NAME.key}


@pytest.mark.parametrize("text", ["+8616900990012", "169 0099 0012", "169-0099-0012", "tel:+86-169-0099-0012"])
def test_number_is_found_in_groups(text):
    assert found(text) == {PHONE.key}


@pytest.mark.parametrize("text", ["1903-04-05", "1903年4月", "1903/04"])
def test_birth_year_is_found_in_a_date(text):
    assert found(text) == {"1903"}


@pytest.mark.parametrize("text", ["赵**", "169****0012", "1903", "11903-04-05", "", "qzx"])
def test_masked_values_are_no_canaries(text):
    assert found(text) == set()


def test_everybody_is_kept_from_other_communities():
    people = {"resident": 1, "clerk": 2, "outsider": 7}
    near, child = (Canary(f"{key}", "", "name", (HOME,), 3) for key in "ab")
    number, own = Canary("c", "", "phone", (HOME,), 3), Canary("d", "", "phone", (HOME,), 1)
    worker = Canary("e", "", "name", (AWAY,), 4, is_public=True)
    canaries = [NAME, PHONE, near, child, number, own, worker]
    told = {one.name: set(one.forbidden(canaries, people)) for one in PERSONAS}
    away = {NAME.key, PHONE.key}
    assert told["visitor"] == told["visitor in elder mode"] == away | {"a", "b", "c", "d"}
    assert (told["resident"], told["volunteer"]) == (away | {"c"}, away | {"c", "d"})
    assert (told["clerk"], told["outsider"]) == (away, {"a", "b", "c", "d"})


# --- the way through the site ---------------------------------------------------------------------------------------


def crawl(*answers, typed=()):
    forbidden = Persona("visitor").forbidden([NAME, PHONE], {})
    return Crawl("visitor", Pretended(*answers), forbidden, typed).go("/").faults


def home(inside):
    return answer("/", f'<!doctype html><html lang="zh"><title>x</title><body><h1>x</h1>{inside}</body></html>')


LINK = home('<a href="/a/">x</a>')


def test_crawl_of_a_good_site_finds_nothing():
    assert crawl(LINK, answer("/a/", home('<a href="tel:110">x</a><a href="/">x</a>').text)) == []


@pytest.mark.parametrize(
    ("answers", "faults"),
    [
        ([LINK], ["visitor  /a/  from /: status 404"]),
        ([LINK, answer("/a/", "", 500)], ["visitor  /a/  status 500", "visitor  /a/  from /: status 500"]),
        ([LINK, answer("/a/", "", 302, location="/b/"), answer("/b/", "", 302, location="/a/")],
         ["visitor  /a/  from /: goes round in circles by ['/a/', '/b/']"]),
        ([LINK, answer("/a/", "", 302, location="https://x.cn/")], ["visitor  /a/  from /: leads out of the site"]),
        ([home('<a href="//x.cn/">x</a>')], ["visitor  /  leads out of the site to //x.cn/"]),
        ([home('<a href="https://x.cn/">x</a>')], ["visitor  /  leads out of the site to https://x.cn/"]),
        ([home('<form action="//x.cn/"></form>')], ["visitor  /  sends a form out of the site to //x.cn/"]),
        ([home('<form method="post" action="//x.cn/"></form>')],
         [f"visitor  /  a form that changes something{ON_PAGE}",
          "visitor  /  sends a form out of the site to //x.cn/"]),
        ([home(f"赵{NAME.key}")], [f"visitor  /  tells {NAME.what}"]),
        ([LINK, answer("/a/", "", 302, location=f"/b/?of={PHONE.key}"), answer(f"/b/?of={PHONE.key}", home("").text)],
         [f"visitor  /a/  tells {PHONE.what}"]),
        ([home('<link rel="stylesheet" href="/static/a.css">')], ["visitor  /static/a.css  status 404"]),
    ],
)  # fmt: skip
def test_crawl_names_what_is_wrong(answers, faults):
    said = [fault for fault in crawl(*answers) if not fault.endswith(("titles, or an empty one", "<h1>"))]
    assert [one for one in said if "no <!doctype" not in one and "no language" not in one] == faults


@pytest.mark.parametrize(
    ("path", "status", "faults"),
    [
        ("/teams/abc/join/", 403, ["visitor  /teams/abc/join/  from /: status 403"]),
        ("/teams/abc/join/", 409, ["visitor  /teams/abc/join/  from /: status 409"]),
        ("/teams/abc/join/", 404, ["visitor  /teams/abc/join/  from /: status 404"]),
        ("/teams/abc/leave/", 403, ["visitor  /teams/abc/leave/  from /: status 403"]),
    ],
)
def test_no_link_leads_to_a_refusal(path, status, faults):
    refused = answer(path, home("").text, status, cache_control="no-store")
    assert crawl(home(f'<a href="{path}">x</a>'), refused) == faults


SEARCH = '<form action="/find/"><label>x<input name="q"></label></form>'


def test_crawl_types_canaries_into_search_forms():
    """The box keeps what was typed into it; anything else about the same person is a fault."""
    asked = f"/find/?q={PHONE.key}"
    kept, told = home(PHONE.key).text, home(PHONE.key + NAME.key).text
    plain = answer("/find/?q=", home("").text)
    assert crawl(home(SEARCH), plain, answer(asked, kept), typed=(PHONE.key,)) == []
    assert crawl(home(SEARCH), plain, answer(asked, told), typed=(PHONE.key,)) == [
        f"visitor  {asked}  tells {NAME.what}"
    ]


def test_crawl_stops_in_a_site_without_end():
    class Endless(Pretended):
        def get(self, path, **headers):
            return answer(path, home(f'<a href="{path}x/">x</a>').text)

    faults = Crawl("visitor", Endless(), {}).go("/").faults
    assert faults == ["visitor    more than 500 pages: addresses without end?"]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/teams/0123456789/", ("/teams/#/",)),
        ("/admin/events/activity/12/change/", ("/admin/events/activity/#/change/",)),
        ("/activities/?page=2&kind=", ("/activities/", "kind", "page")),
        ("/admin/events/activity/?o=1", None),
    ],
)
def test_shapes(path, shape):
    assert shape_of(path) == shape


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("", "/a/b/?q=1"),
        ("?p=2", "/a/b/?p=2"),
        ("../c/#x", "/a/c/"),
        ("http://127.0.0.1:1/d/", "/d/"),
        ("http://127.0.0.1:2/d/", None),
        ("//x.cn/", None),
    ],
)
def test_addresses_of_links(link, path):
    assert path_in(link, "/a/b/?q=1", "http://127.0.0.1:1") == path
