"""The activity list: filters, hostile input, pages, groups by day."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock, fragments
from events.forms import ActivityFilter
from events.models import Activity
from events.views.activities import PER_PAGE, page_of
from tests.event_factories import make_activity
from tests.factories import make_community, make_theme

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LIST = "/activities/"
QUERIES, WARM = 5, 3


def titles(client, **query):
    page = client.get(LIST, query).context["page"]
    return [activity.title for activity in page]


@pytest.fixture
def now():
    with clock.frozen(NOON):
        yield NOON


def test_filter_by_community(client):
    here = make_activity("本社区的")
    make_activity("别处的")
    assert titles(client, community=here.community.slug) == ["本社区的"]


def test_filter_by_kind_and_theme(client):
    theme = make_theme()
    make_activity("健康", kind="health")
    make_activity("学雷锋", kind="law", themes=(theme,))
    assert titles(client, kind="health") == ["健康"]
    assert titles(client, theme=theme.public_id) == ["学雷锋"]


def test_theme_of_a_community_is_a_filter_together_with_it(client):
    community = make_community()
    theme = make_theme(community=community)
    make_activity("有", community=community, themes=(theme,))
    make_activity("无", community=community)
    assert titles(client, community=community.slug, theme=theme.public_id) == ["有"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("", ["今天", "六天后", "七天后", "下月"]),
        ("today", ["今天"]),
        ("week", ["今天", "六天后"]),
        ("month", ["今天", "六天后", "七天后"]),
        ("past", ["昨天", "旧事"]),
        ("all", ["下月", "七天后", "六天后", "今天", "昨天", "旧事"]),
    ],
)
def test_filter_by_time(client, now, when, expected):
    for title, days in (("昨天", -1), ("今天", 0), ("六天后", 6), ("七天后", 7), ("下月", 9)):
        make_activity(title, starts_in=timedelta(days=days, hours=1))
    Activity.objects.create(title="旧事", community=make_community(), state="counted", held_note="两节期间")
    assert titles(client, when=when) == expected


def test_filter_open_leaves_out_full_closed_and_cancelled_ones(client):
    make_activity("能报")
    make_activity("满了", taken=20)
    make_activity("取消", state="cancelled")
    make_activity("不用报", needs_sign_up=False)
    assert titles(client, open="1") == ["能报"]


def test_filter_by_word(client):
    make_activity("义务理发")
    make_activity("书法课堂")
    assert titles(client, q="理发") == ["义务理发"]
    assert titles(client, q="%") == []
    assert titles(client, q="_" * 5000) == []


@pytest.mark.parametrize(
    "query",
    [
        "page=-1", "page=abc", "page=100000000000000000000", "page=", "page=0", "page=%C2%B2", "page=1e3",
        "page=1&page=2", "community=%27%20OR%201=1", "community=", "kind=%27", "theme=1", "theme=%F0%A0%AE%B7",
        "when=never", "open=maybe",
        "q=%F0%A0%AE%B7", "q=%ff%fe", "q=%E2%80%AE", "id_number__startswith=1", "community__name=x", "a[]=1",
        "community=a&community=b", "when[]=past", "q={{7*7}}",
    ],
)  # fmt: skip
def test_hostile_addresses_give_the_list(client, query):
    make_activity()
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert response.templates[0].name == "events/activity_list.html"


@pytest.mark.parametrize("query", [{"community": "' OR 1=1"}, {"kind": "zzz"}, {"theme": "0000000000"}, {"when": "x"}])
def test_unknown_choice_is_left_out_and_said(client, query):
    make_activity("一场")
    response = client.get(LIST, query)
    assert [activity.title for activity in response.context["page"]] == ["一场"]
    assert "已忽略" in response.content.decode()


def test_nul_in_the_address_is_a_bad_request(client):
    assert client.get(f"{LIST}?q=%00").status_code == 400


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1", 1), ("2", 2), ("3", 3), ("4", 3), ("9" * 30, 3), ("-1", 1), ("0", 1), ("x", 1), ("", 1), ("²", 1),
        ("２", 1),
    ],
)  # fmt: skip
def test_page_number(number, shown):
    assert page_of(list(range(2 * PER_PAGE + 1)), number).number == shown


def test_pages_keep_the_filters(client):
    community = make_community()
    for _number in range(PER_PAGE + 1):
        make_activity(community=community)
    html = client.get(LIST, {"community": community.slug}).content.decode()
    assert f'href="?community={community.slug}&amp;page=2"' in html
    assert f"找到 {PER_PAGE + 1} 场活动" in html


def test_days_are_grouped_soonest_first(client, now):
    make_activity("晚", starts_at=NOON + timedelta(hours=5))
    make_activity("早", starts_at=NOON + timedelta(hours=1))
    make_activity("明", starts_at=NOON + DAY)
    groups = client.get(LIST).context["groups"]
    assert [(group.label, [card.title for card in group.cards]) for group in groups] == [
        ("今天", ["早", "晚"]),
        ("明天", ["明"]),
    ]


def test_day_is_that_of_the_communities_not_of_utc(client, now):
    make_activity(starts_at=datetime(2026, 11, 22, 17, 0, tzinfo=UTC))
    assert client.get(LIST).context["groups"][0].label == "明天"


def test_undated_records_stand_at_the_end_of_the_past(client):
    make_activity("去年", starts_in=-400 * DAY)
    Activity.objects.create(title="旧事", community=make_community(), state="counted", held_note="每年七一前后")
    response = client.get(LIST, {"when": "past"})
    assert [group.day is None for group in response.context["groups"]] == [False, True]
    html = response.content.decode()
    assert "时间未记载" in html
    assert "每年七一前后" in html
    assert "时间待定" not in html


def test_empty_list_says_what_to_do(client):
    make_activity("以后", starts_in=20 * DAY)
    html = client.get(LIST, {"when": "week"}).content.decode()
    assert "这段时间还没有活动。" in html
    assert "找到 0 场活动" in html


def test_drafts_and_internal_ones_are_not_listed(client):
    make_activity("草稿", state="draft")
    make_activity("待审", state="in_review")
    make_activity("撤回", state="withdrawn")
    make_activity("内部", audience="internal")
    assert titles(client, when="all") == []


def test_each_active_filter_is_a_chip_that_takes_it_away(client):
    community = make_community("新城社区", slug="xincheng")
    make_activity(community=community)
    chips = client.get(LIST, {"community": "xincheng", "when": "week", "page": "3"}).context["chips"]
    assert [(chip.label, chip.url) for chip in chips] == [
        ("新城社区", "?when=week"),
        ("未来七天", "?community=xincheng"),
    ]


@pytest.mark.parametrize("count", [1, 50])
def test_list_needs_the_same_queries_for_one_and_for_many(client, django_assert_num_queries, count):
    for _number in range(count):
        make_activity(themes=(make_theme(),))
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries):
            assert client.get(LIST).context["page"].paginator.count == count


def test_filter_form_names_what_it_ignored():
    form = ActivityFilter({"kind": "x", "when": "today"}, stamp=fragments.stamp())
    assert not form.is_valid()
    assert form.ignored == ["类别"]
