"""The home page."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.models import OpeningBalance
from tests.event_factories import make_activity
from tests.factories import make_community, make_honour, make_notice, make_region, make_team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
QUERIES, WARM = 8, 2


def make_balance(community, indicator="volunteer_service_count", value=1600, qualifier="more_than", **values):
    values = {"label": "志愿服务累计开展次数", "unit": "occasion", "period": "累计", "source": "工作总结"} | values
    return OpeningBalance.objects.create(
        community_id=community.pk, indicator=indicator, value=value, qualifier=qualifier, **values
    )


@pytest.mark.parametrize("count", [1, 50])
def test_home_needs_the_same_queries_for_one_and_for_many(client, django_assert_num_queries, count):
    for _number in range(count):
        community = make_community(region=make_region(parent=make_region()))
        make_activity(community=community, team=make_team(community=community))
        make_honour(community=community)
        make_notice(community=community)
        make_balance(community)
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries):
            assert client.get("/").status_code == 200


def test_home_of_an_empty_site_says_what_to_do(client):
    html = client.get("/").content.decode()
    assert "未来七天还没有活动。" in html
    assert "怎么统计的" not in html
    assert "选择您的社区" not in html


def test_home_counts_today_and_the_next_seven_days(client):
    with clock.frozen(NOON):
        community = make_community()
        for days, values in ((0, {}), (1, {}), (6, {}), (8, {}), (2, {"state": "cancelled"}), (3, {"state": "draft"})):
            make_activity(community=community, starts_in=timedelta(days=days, hours=1), **values)
        response = client.get("/")
    assert response.context["counts"] == {"today": 1, "week": 3}
    assert "1 个社区，今天有 1 场活动，未来七天有 3 场。" in " ".join(response.content.decode().split())


def test_home_shows_six_cards_soonest_first(client):
    for number in range(8):
        make_activity(f"第{number}场", starts_in=timedelta(hours=number + 1))
    assert [card.title for card in client.get("/").context["cards"]] == [f"第{number}场" for number in range(6)]


def test_home_shows_two_notices_the_most_urgent_first(client):
    for level in ("info", "urgent", "caution"):
        make_notice(f"通知 {level}", level=level)
    make_notice("草稿", state="draft", level="urgent")
    make_notice("过期", level="urgent", starts_at=clock.now() - 2 * DAY, ends_at=clock.now() - DAY)
    assert [notice.level for notice in client.get("/").context["notices"]] == ["urgent", "caution"]


def test_home_shows_the_highest_valid_honours(client):
    for title, level, state in (
        ("社区级", "community", "published"), ("国家级", "national", "published"), ("市级", "city", "published"),
        ("省级", "province", "published"), ("撤销的", "national", "revoked"), ("草稿", "national", "draft"),
    ):  # fmt: skip
        make_honour(title, level=level, state=state)
    assert [card.title for card in client.get("/").context["honours"]] == ["国家级", "省级", "市级"]


def test_home_shows_figures_as_told_with_qualifier_and_source(client):
    first, second = make_community("新城社区"), make_community("新村社区")
    make_balance(second, value=5)
    make_balance(first, period="另一期", value=7)
    make_balance(first, "care_visits", 325, "exact", label="走访帮扶活动", period="")
    make_balance(first, "anything_else", 1)
    response = client.get("/")
    assert [(item.label, item.quantity.text()) for item in response.context["figures"]] == [
        ("新村社区 · 志愿服务累计开展次数", "5+ 次"),
        ("新城社区 · 走访帮扶活动", "325 次"),
    ]
    html = response.content.decode()
    assert "不是本站统计的。 时间：累计。 来源：工作总结。" in html
    assert "时间：原文未写明。" in html
    assert '<span class="visually-hidden">超过</span>' in html


def test_home_shows_an_unreadable_number_as_such(client):
    make_balance(make_community(), value=None, qualifier="unreadable")
    assert "原文不可读" in client.get("/").content.decode()


def test_home_says_where_each_community_lies_and_leaves_unknown_regions_out(client):
    make_community("甲社区", region=make_region("通辽市", parent=make_region("内蒙古自治区")), slogan="有事好商量")
    make_community("乙社区")
    places = client.get("/").context["places"]
    assert [(place.label, place.line) for place in places] == [
        ("甲社区", "内蒙古自治区通辽市 · 有事好商量"),
        ("乙社区", ""),
    ]


def test_home_leads_only_to_pages_that_exist(client):
    make_honour(community=make_community(slug="a"))
    html = client.get("/").content.decode()
    for path in set(re.findall(r'href="(/[^"#]*)"', html)):
        if not path.startswith("/static/"):
            assert client.get(path.replace("&amp;", "&")).status_code in (200, 302), path


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/").status_code == 405
