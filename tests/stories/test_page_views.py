"""The public pages of the site: which text they show, what they link to, what they cost."""

import re

import pytest

from stories.states import PageKind
from stories.texts import BUILT_IN
from tests.factories import make_community, make_edition, make_honour, make_notice

COST = {"about": 2, "help": 2, "privacy": 2, "accessibility": 2, "contact": 2}
"""Queries of the built-in text: the communities and the editions; an edition costs one more, for its sections."""


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    html = response.content.decode()
    assert not response.cookies and "csrfmiddlewaretoken" not in html
    return html


@pytest.mark.parametrize("kind", PageKind.values)
def test_new_site_shows_the_built_in_text(client, db, kind):
    html, text = page(client, f"/{kind}/"), BUILT_IN[kind]
    assert f"<h1>{text.title}</h1>" in html
    assert f"<title>{text.title} - " in html
    assert re.findall(r'<link rel="canonical" href="[^"]*"', html) == [
        f'<link rel="canonical" href="http://127.0.0.1:8000/{kind}/"'
    ]
    for part in text.sections:
        assert not part.heading or f"<h2>{part.heading}</h2>" in html
    assert "第 1 版" in html
    assert "?edition=" not in html


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_what_is_not_published_is_not_shown(client, db, state):
    make_edition("about", state=state, text="没有批准的话。")
    html = page(client, "/about/")
    assert "没有批准的话" not in html
    assert f"<h1>{BUILT_IN['about'].title}</h1>" in html
    assert client.get("/about/?edition=1").status_code == 404


def test_published_edition_is_shown_until_the_next_is_approved(client, db):
    make_edition("privacy", state="superseded", number=1, text="第一版。", title="旧说明")
    make_edition("privacy", number=2, text="第二版。", title="新说明")
    make_edition("privacy", state="in_review", text="第三版。")
    html = page(client, "/privacy/")
    assert "<h1>新说明</h1>" in html and "<p>第二版。</p>" in html
    assert "第一版。" not in html and "第三版。" not in html
    assert "第 2 版，" in html
    assert re.findall(r'href="(/privacy/\?edition=\d+)"', html) == ["/privacy/?edition=1", "/privacy/?edition=0"]


def test_earlier_editions_open_and_say_so(client, db):
    make_edition("privacy", state="superseded", number=1, text="第一版。", title="旧说明")
    make_edition("privacy", number=2, text="第二版。", title="新说明")
    old = page(client, "/privacy/", edition="1")
    assert "<h1>旧说明</h1>" in old and "第一版。" in old and "这是以前的版本。" in old and 'href="/privacy/"' in old
    built_in = page(client, "/privacy/", edition="0")
    assert str(BUILT_IN["privacy"].title) in built_in and "这是以前的版本。" in built_in
    assert "这是以前的版本。" not in page(client, "/privacy/", edition="2")
    assert "这是以前的版本。" not in page(client, "/privacy/", edition="")


@pytest.mark.parametrize("number", ["2", "-1", "abc", "01", "9" * 40, "' OR 1=1", "１", "\u202e1"])
def test_unknown_edition_is_not_found(client, db, number):
    make_edition("privacy", number=1)
    assert client.get("/privacy/", {"edition": number}).status_code == 404


def test_text_of_editors_is_shown_as_text(client, db):
    make_edition("about", title="<b>关于</b>", text="第一段\n\n<script>x</script>{{ 1 }}\n第二行")
    html = page(client, "/about/")
    assert "&lt;b&gt;关于&lt;/b&gt;" in html
    assert "<p>第一段</p>" in html and "<br>第二行" in html
    assert "&lt;script&gt;x&lt;/script&gt;{{ 1 }}" in html and "<script>x" not in html


def test_contact_lists_what_the_communities_have_entered(client, db):
    make_community("甲社区", phone="0471-1234567", address="和平路 1 号", hours="周一至周五 8:30–17:00")
    make_community("乙社区")
    html = page(client, "/contact/")
    assert 'href="tel:04711234567"' in html
    assert "和平路 1 号" in html and "周一至周五 8:30–17:00" in html
    assert html.count("社区还没有登记电话和地址") == 1


@pytest.mark.parametrize("many", [1, 50])
def test_number_of_queries_is_constant(client, db, django_assert_num_queries, many):
    for number in range(1, many + 1):
        make_community()
        make_edition("help", number=number, state="published" if number == many else "superseded")
    for kind, cost in COST.items():
        with django_assert_num_queries(cost + (1 if kind == "help" else 0)):
            page(client, f"/{kind}/")


@pytest.mark.parametrize("number", ["-1", "0", "abc", "9" * 30])
def test_page_number_of_contact_is_tolerant(client, db, number):
    make_community("甲社区")
    assert "甲社区" in page(client, "/contact/", page=number)


# --- the footer ---------------------------------------------------------------------------------------------------


def footer(html):
    return html[html.index('<footer class="ll-footer">') :].partition("</footer>")[0]


def test_footer_leads_to_every_page(client, db):
    links = re.findall(r'href="([^"]+)"', footer(page(client, "/")))
    assert links[:6] == [*(f"/{kind}/" for kind in PageKind.values), "/c/"]
    assert [link for link in links if client.get(link).status_code != 200] == []


def test_footer_names_the_community_of_the_page(client, db):
    community = make_community("甲社区", slug="jia", phone="0471-1234567", address="和平路 <1> 号", hours="8:30–17:00")
    make_community("乙社区", slug="yi", phone="0471-7654321")
    html = footer(page(client, community.get_absolute_url()))
    assert 'href="/c/jia/"' in html and 'href="tel:04711234567"' in html and "8:30–17:00" in html
    assert "和平路 &lt;1&gt; 号" in html
    other = footer(page(client, "/c/yi/"))
    assert "0471-7654321" in other and "甲社区" not in other
    assert "社区</a> ·" not in footer(page(client, "/"))


def test_footer_costs_no_query(client, db, django_assert_num_queries):
    community = make_community("甲社区", phone="0471-1234567", address="和平路 1 号", hours="8:30–17:00")
    honour, notice = make_honour(community=community), make_notice(community=community)
    for row in (honour, notice):
        with django_assert_num_queries(2):
            html = page(client, row.get_absolute_url())
        assert "和平路 1 号" in footer(html)
