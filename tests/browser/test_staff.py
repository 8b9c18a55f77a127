"""Journey 3: a clerk drafts, the secretary publishes, and what was published stands on the public pages at once."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from core import clock
from core.models import Transition
from events.models import Activity
from honours.models import Honour
from tests.browser.watch import DESK
from tests.event_factories import quota_of
from tests.factories import PASSWORD
from tests.personas import code_of, give_factor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def typed(moment: datetime) -> str:
    """As the chooser of day and time takes it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def bar(page: Page) -> Locator:
    """State, next steps, and what is not possible."""
    return page.get_by_role("region", name="状态和下一步")


def sign_in(page: Page, user: User) -> None:
    """By the workbench's address, which sends people to the sign-in page of everybody, and on to the second factor."""
    give_factor(user)
    page.goto("/admin/")
    assert page.url.endswith("/accounts/login/?next=%2Fadmin%2F")
    page.get_by_label("用户名或手机号").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_label("验证码").fill(code_of(user))
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"演员{user.username}")
    assert page.url.endswith("/admin/")


def verbs(row: Activity | Honour) -> list[tuple[str, str]]:
    """The steps of `row` with who took them, oldest first."""
    steps = Transition.objects.filter(content_type__model=row._meta.model_name, object_id=row.pk).order_by("pk")
    return [(step.verb, step.actor.username) for step in steps]


def draft_activity(clerk: Page, starts: datetime) -> Activity:
    """Fill in the form, with an end before the start at first."""
    clerk.get_by_role("rowheader", name="活动", exact=True).get_by_role("link").click()
    clerk.get_by_role("link", name="增加 活动").click()
    clerk.get_by_label("标题").fill("端午包粽子")
    clerk.get_by_label("开始", exact=True).fill(typed(starts))
    clerk.get_by_label("结束", exact=True).fill(typed(starts - timedelta(hours=1)))
    clerk.get_by_label("名额").fill("12")
    clerk.locator("#id_place").fill("活动室二楼")
    clerk.get_by_role("button", name="保存并继续编辑").click()
    # Refused, and nothing that was typed is lost.
    expect(clerk.locator(".errorlist").first).to_contain_text("结束")
    expect(clerk.locator("#id_title")).to_have_value("端午包粽子")
    expect(clerk.locator("#id_capacity")).to_have_value("12")
    assert not Activity.objects.exists()
    clerk.get_by_label("结束", exact=True).fill(typed(starts + timedelta(hours=2)))
    clerk.get_by_role("button", name="保存并继续编辑").click()
    expect(bar(clerk)).to_contain_text("草稿")
    return Activity.objects.get(title="端午包粽子")


def submit(clerk: Page, button: str, refused: str) -> None:
    """Hand in what is open; afterwards there is no button to publish it, but the reason why not."""
    bar(clerk).get_by_role("button", name=button).click()
    expect(bar(clerk)).to_contain_text("待审核")
    expect(clerk.get_by_role("button", name=refused)).to_have_count(0)
    expect(bar(clerk)).to_contain_text(f"不能“{refused}”：")


def publish(secretary: Page, desk_line: str, title: str, button: str) -> None:
    """From the desk by way of the list."""
    secretary.get_by_role("link", name=desk_line).click()
    secretary.get_by_role("link", name=title, exact=True).click()
    bar(secretary).get_by_role("button", name=button).click()
    expect(bar(secretary)).to_contain_text("已发布")


def find_in_public(visitor: Page, paths: list[str], title: str) -> None:
    """It stands on every one of the pages; open it from the last."""
    for path in paths:
        visitor.goto(path)
        expect(visitor.get_by_role("main").get_by_role("link", name=title).first).to_be_visible()
    visitor.get_by_role("main").get_by_role("link", name=title).first.click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(title)


def test_activity_from_draft_to_the_home_page(cast, enter):
    clerk, secretary, visitor = enter(viewport=DESK), enter(viewport=DESK), enter()
    starts = (clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    sign_in(clerk, cast.clerk)
    activity = draft_activity(clerk, starts)
    assert (activity.starts_at, activity.ends_at) == (starts, starts + timedelta(hours=2))
    assert quota_of(activity).capacity == 12
    assert visitor.goto(activity.get_absolute_url()).status == 404

    submit(clerk, "提交审核", "批准并发布")
    assert clerk.goto(reverse("admin:events_activity_act", args=[activity.pk, "publish"])).status == 403
    assert visitor.goto(activity.get_absolute_url()).status == 404

    sign_in(secretary, cast.secretary)
    publish(secretary, "活动等您审核", "端午包粽子", "批准并发布")
    assert verbs(activity) == [("create", "clerk"), ("submit", "clerk"), ("publish", "secretary")]
    find_in_public(visitor, ["/", "/activities/", cast.community.get_absolute_url()], "端午包粽子")
    panel = visitor.get_by_role("complementary", name="报名")
    expect(panel.get_by_role("link", name="我要报名")).to_be_visible()
    expect(panel).to_contain_text("12")


def test_honour_from_draft_to_the_wall(cast, enter):
    clerk, secretary, visitor = enter(viewport=DESK), enter(viewport=DESK), enter()
    sign_in(clerk, cast.clerk)
    clerk.goto("/admin/honours/honour/add/")
    clerk.get_by_label("标题").fill("全国先进社区")
    clerk.locator("#id_level").select_option("national")
    clerk.locator("#id_issuer").fill("评选办公室")
    clerk.locator("#id_awarded_on").fill("2015-01-01")
    clerk.locator("#id_awarded_precision").select_option("year")
    clerk.get_by_role("button", name="保存并继续编辑").click()
    honour = Honour.objects.get(title="全国先进社区")
    assert honour.recipient_community == cast.community
    submit(clerk, "提交核实", "核实并发布")
    assert visitor.goto(honour.get_absolute_url()).status == 404

    sign_in(secretary, cast.secretary)
    publish(secretary, "荣誉等您核实", "全国先进社区", "核实并发布")
    assert verbs(honour) == [("create", "clerk"), ("submit", "clerk"), ("publish", "secretary")]
    find_in_public(visitor, ["/", cast.community.get_absolute_url(), "/honours/"], "全国先进社区")
    expect(visitor.get_by_role("main")).to_contain_text("评选办公室")
    expect(visitor.get_by_role("main")).to_contain_text("2015年")


@pytest.mark.parametrize("kind", ["activities", "honours"])
def test_secretary_never_publishes_the_own_draft(five, enter, kind):
    row = getattr(five.a, kind)["in_review"]
    type(row).objects.filter(pk=row.pk).update(drafted_by=five.cast.secretary)
    label = {"activities": "批准并发布", "honours": "核实并发布"}[kind]
    page = enter(five.cast.secretary, viewport=DESK)
    page.goto(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))
    expect(page.get_by_role("button", name=label)).to_have_count(0)
    expect(bar(page)).to_contain_text(f"不能“{label}”：")
    expect(bar(page)).to_contain_text("您是起草人")
    response = page.goto(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[row.pk, "publish"]))
    assert response.status == 403
    expect(page.get_by_role("button", name=label)).to_have_count(0)
    row.refresh_from_db()
    assert row.state == "in_review"


def test_secretary_returns_a_draft_with_a_reason(five, enter):
    row = five.a.activities["in_review"]
    type(row).objects.filter(pk=row.pk).update(drafted_by=five.cast.clerk)
    secretary, clerk = enter(five.cast.secretary, viewport=DESK), enter(five.cast.clerk, viewport=DESK)
    secretary.goto(reverse("admin:events_activity_change", args=[row.pk]))
    bar(secretary).get_by_role("link", name="退回修改").click()
    secretary.get_by_role("button", name="退回修改").click()
    expect(secretary.locator(".errorlist")).to_be_visible()
    secretary.get_by_label("原因").fill("请写清集合地点")
    secretary.get_by_role("button", name="退回修改").click()
    expect(bar(secretary)).to_contain_text("草稿")

    clerk.goto("/admin/")
    clerk.get_by_role("link", name="活动退回给您修改").click()
    clerk.get_by_role("link", name=row.title, exact=True).click()
    expect(clerk.get_by_role("main")).to_contain_text("请写清集合地点")
