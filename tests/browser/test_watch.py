"""The measuring itself: each fault that the other tests look for is noticed where there is one."""

import pytest

from tests.browser.watch import PHONE, Watch, basics, sideways, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAD = """<!doctype html><html lang="en"><title> </title><body><nav>路</nav><h1>一</h1><h1>二</h1>
<p id="a" style="width:900px">宽</p>
<p id="a">又</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><button></button></body></html>"""


def test_faulty_document_is_noticed(page):
    page.set_viewport_size(PHONE)
    page.set_content(BAD)
    wrong = ["h1 2", "title False", "viewport 0", "inline 1", "skip False", "ids ['a']", "lang en"]
    assert basics(page) == wrong
    assert {"image-alt", "button-name", "document-title"} <= {one.split(" ")[0] for one in violations(page)}
    assert sideways(page, 360) != []


def test_noise_of_a_page_is_noticed(live_server, page):
    watch = Watch(live_server.url)
    watch.over(page)
    page.goto(f"{live_server.url}/")
    assert watch.faults == []
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("fetch('/static/no-such-file.css').then(answer => answer.text())")
    page.evaluate("setTimeout(() => { throw Error('broken') })")
    page.goto(f"{live_server.url}/livez".replace("localhost", "127.0.0.1"))
    words = " ".join(watch.faults)
    for noise in ("Content Security Policy", "404: ", "broken", "elsewhere: http://127.0.0.1"):
        assert noise in words, words
