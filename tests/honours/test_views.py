"""The honours wall."""

import re

import pytest

from core import clock
from core.dates import day_text
from honours import services
from tests.factories import make_community, make_honour, make_person, make_team

WALL = "/honours/"


def page(client, address=WALL, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    assert not response.cookies and "csrfmiddlewaretoken" not in response.content.decode()
    return response


def titles(response):
    return [card.title for group in response.context["groups"] for card in group["cards"]]


@pytest.fixture
def community(db):
    return make_community("新村社区", slug="xincun")


@pytest.mark.row("S0-33", "S1-03")
def test_wall_groups_by_level_and_says_the_figures(client, community):
    make_honour("市级荣誉", community=community, level="city", year=2010)
    make_honour("国家荣誉", community=community, level="national", year=2012)
    make_honour("另一国家荣誉", community=community, level="national", year=2015)
    make_honour("草稿荣誉", community=community, level="national", state="draft")
    response = page(client)
    assert titles(response) == ["另一国家荣誉", "国家荣誉", "市级荣誉"]
    assert response.context["line"] == "国家级 2 · 市级 1"
    assert [(str(group["heading"]), group["count"]) for group in response.context["groups"]] == [
        ("国家级", 2),
        ("市级", 1),
    ]
    assert "草稿荣誉" not in response.content.decode()


@pytest.mark.row("S0-33")
def test_wall_is_filtered_by_level_year_and_community(client, community):
    make_honour("甲", community=community, level="city", year=2017)
    make_honour("乙", community=community, level="province", year=2017)
    make_honour("丙", community=community, level="city", year=2016)
    make_honour("丁", level="city", year=2017)
    assert titles(page(client, level="city")) == ["甲", "丁", "丙"]
    assert titles(page(client, level="city", year="2017")) == ["甲", "丁"]
    assert titles(page(client, community="xincun", year="2017")) == ["乙", "甲"]
    response = page(client, community="xincun", year="2016", level="city")
    assert titles(response) == ["丙"]
    assert response.context["line"] == "省级 1 · 市级 2"
    assert [chip.label for chip in response.context["chips"]] == ["新村社区", "2016年"]
    assert [chip.url for chip in response.context["chips"]] == ["?year=2016&level=city", "?community=xincun&level=city"]


@pytest.mark.parametrize(
    "query",
    [
        {"level": "' OR 1=1"},
        {"community": "' OR 1=1"},
        {"community": "1"},
        {"year": "abc"},
        {"year": "9" * 5000},
        {"year": "-1"},
        {"page": "-1"},
        {"page": "abc"},
        {"page": "1" + "0" * 20},
        {"page": "9" * 5000},
        {"id_number__startswith": "1"},
        {"level": "city\ufffd"},
        {"level": ["city", "nowhere"]},
    ],
)
def test_garbage_in_the_address_filters_nothing(client, community, query):
    make_honour("甲", community=community)
    assert titles(page(client, **query)) == ["甲"]


def test_filter_without_result_offers_all(client, community):
    make_honour(community=community, level="city")
    text = page(client, level="national").content.decode()
    assert "没有符合这些条件的荣誉" in text and 'href="/honours/"' in text


def test_revoked_honour_stays_and_is_shown_as_revoked_with_the_day(client, community):
    honour = make_honour("曾获荣誉", community=community, level="national", year=2012)
    make_honour("在册荣誉", community=community, level="district")
    services.revoke(honour, by=None, reason="某人举报")
    response = page(client)
    assert [(str(group["heading"]), group["count"]) for group in response.context["groups"]][-1] == ("已撤销", None)
    assert response.context["line"] == "区级 1"
    text = page(client, honour.get_absolute_url()).content.decode()
    assert "已撤销" in text and day_text(clock.now()) in text and "某人举报" not in text


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_what_is_not_published_is_not_found(client, community, state):
    honour = make_honour("秘密荣誉", community=community, state=state)
    assert client.get(honour.get_absolute_url()).status_code == 404
    assert "秘密荣誉" not in page(client).content.decode()


def test_name_and_certificate_of_a_private_person_wait_for_consent(client, community):
    honour = make_honour(community=community, recipient_person=make_person("王秀英"), recipient_kind="person")
    honour.certificate = "images/" + "a" * 32 + ".webp"
    assert not honour.is_named
    for address in (WALL, honour.get_absolute_url()):
        text = page(client, address).content.decode()
        assert "王秀英" not in text and "王**" in text
    assert page(client, honour.get_absolute_url()).context["certificate"] == ""
    honour.name_consent = True
    honour.save(update_fields=["name_consent"])
    assert "王秀英" in page(client, honour.get_absolute_url()).content.decode()


def test_detail_says_who_gave_it_when_and_why(client, community):
    honour = make_honour(
        "歌咏比赛", community=community, level="city", year=2017, issuer="市文明办", rank="一等奖",
        event="70周年歌咏比赛", story="第一段\n\n第二段 <b>", recipient_team=make_team("合唱队", community=community),
    )  # fmt: skip
    text = page(client, honour.get_absolute_url()).content.decode()
    for words in ("市级", "合唱队", "市文明办", "2017年", "一等奖", "70周年歌咏比赛", "<p>第一段</p>", "&lt;b&gt;"):
        assert words in text, words


def test_names_are_escaped(client, community):
    honour = make_honour("<script>alert(1)</script>", community=community)
    for address in (WALL, honour.get_absolute_url()):
        assert "<script>alert" not in page(client, address).content.decode()


def test_unknown_addresses_are_not_found(client, community):
    honour = make_honour(community=community)
    for address in ("/honours/0000000000/", "/honours/abc/", f"/honours/{honour.pk}/"):
        assert client.get(address).status_code == 404


def test_long_wall_has_pages_that_keep_the_filter(client, community):
    for _again in range(50):
        make_honour(community=community, level="city")
    first, second = page(client, level="city"), page(client, level="city", page="2")
    assert (len(titles(first)), len(titles(second))) == (48, 2)
    assert re.search(r'href="\?level=city&amp;page=2"', first.content.decode())


@pytest.mark.parametrize("many", [1, 40])
def test_number_of_queries_is_constant(client, community, django_assert_num_queries, many):
    for number in range(many):
        make_honour(community=make_community(), year=2000 + number % 20)
        make_honour(community=community, recipient_person=make_person(), recipient_kind="person", year=2000)
    with django_assert_num_queries(6):
        page(client)
    with django_assert_num_queries(6):
        page(client, community="xincun", level="city", year="2000")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(client, community, method):
    for address in (WALL, make_honour(community=community).get_absolute_url()):
        assert getattr(client, method)(address).status_code == 405
