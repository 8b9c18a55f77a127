"""The person's own page."""

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from tests.event_factories import make_activity, make_sign_up, make_signed_in
from tests.factories import PASSWORD, make_community, make_resident, make_team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES = 9


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_visitor_is_asked_to_sign_in(client):
    response = client.get("/me/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/me/")


@pytest.mark.parametrize("count", [1, 50])
def test_page_needs_the_same_queries_for_one_and_for_many(django_assert_num_queries, count):
    user, community = make_signed_in(), make_community()
    for number in range(count):
        make_sign_up(make_activity(community=community, starts_in=number * DAY + DAY), user.person)
        make_sign_up(make_activity(community=community, starts_in=number * -DAY - DAY), user.person)
    client = signed_in(user)
    with django_assert_num_queries(QUERIES):
        assert client.get("/me/").status_code == 200


def test_next_activity_then_the_others_then_earlier_ones():
    user = make_signed_in("王秀兰", phone="13812345678")
    with clock.frozen(clock.now()):
        for title, days, values in (
            ("第二", 5, {}), ("第一", 2, {}), ("取消的", 1, {"state": "cancelled"}), ("昨天", -1, {}), ("前天", -2, {}),
        ):  # fmt: skip
            make_sign_up(make_activity(title, starts_in=days * DAY, **values), user.person)
        make_sign_up(make_activity("退掉的", starts_in=3 * DAY), user.person, state="cancelled")
        context = signed_in(user).get("/me/").context
    assert context["coming"].activity.title == "第一"
    assert [(row.activity.title, row.label) for row in context["upcoming"]] == [
        ("取消的", "活动已取消"),
        ("第二", "已报名"),
    ]
    assert [(row.activity.title, row.label) for row in context["earlier"]] == [
        ("退掉的", "本人已取消"),
        ("昨天", "已结束"),
        ("前天", "已结束"),
    ]


def test_only_what_can_be_cancelled_has_the_link():
    user = make_signed_in()
    running = make_activity("正在进行", starts_in=timedelta(minutes=-5))
    make_sign_up(running, user.person)
    html = signed_in(user).get("/me/").content.decode()
    assert "正在进行" in html
    assert f"/activities/{running.public_id}/sign-up/cancel/" not in html


def test_page_is_private_and_masks_the_phone():
    user = make_signed_in("王秀兰", phone="13812345678")
    response = signed_in(user).get("/me/")
    html = response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "王秀兰，您好" in html
    assert "138****5678" in html
    assert "13812345678" not in html


def test_nobody_sees_the_sign_ups_of_another():
    make_sign_up(make_activity("别人的活动"), make_signed_in().person)
    assert "别人的活动" not in signed_in(make_signed_in()).get("/me/").content.decode()


def test_page_shows_home_and_teams():
    residency = make_resident(community=make_community("新城社区"))
    make_team("党旗红", leader=residency.person)
    user = make_signed_in()
    user.person = residency.person
    user.save()
    context = signed_in(user).get("/me/").context
    assert context["homes"] == ["新城社区"]
    assert [row.label for row in context["teams"]] == ["党旗红"]


def test_page_of_an_account_without_person_says_what_to_do():
    user = make_signed_in()
    user.person = None
    user.save()
    response = signed_in(user).get("/me/")
    assert response.status_code == 200
    assert "还没有关联到本人" in response.content.decode()


def test_sign_out_is_a_form_that_works():
    client = signed_in(make_signed_in())
    html = client.get("/me/").content.decode()
    assert '<form method="post" action="/accounts/logout/"' in html
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/me/").status_code == 302


def test_page_leads_staff_to_the_workbench_and_nobody_else(cast):
    assert 'href="/admin/"' in cast.client("clerk").get("/me/").content.decode()
    assert 'href="/admin/"' not in cast.client("resident").get("/me/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_leads_to_another_site(client, target):
    user = make_signed_in()
    assert target not in client.get("/accounts/login/", {"next": target}).content.decode()
    response = client.post("/accounts/login/", {"login": user.username, "password": PASSWORD, "next": target})
    assert (response.status_code, response["Location"]) == (302, "/me/")


def test_sign_in_keeps_what_was_typed_but_never_the_password(client):
    response = client.post("/accounts/login/", {"login": "王<b>", "password": "geheim-123", "next": "/me/"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="王&lt;b&gt;"' in html
    assert 'name="next" value="/me/"' in html
    assert "geheim-123" not in html
    assert "用户名、手机号或密码不对" in html


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_sign_in_names_demo_accounts_in_the_demonstration_only(client, settings, demo, shown):
    settings.DEMO = demo
    assert ("演示账号" in client.get("/accounts/login/").content.decode()) is shown
