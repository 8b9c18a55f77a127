"""Journey 2: a resident signs in, signs up, sees it, cancels; without JavaScript, and with the keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from events.models import Activity, SignUp
from events.services.seats import seats_disagreeing
from tests.event_factories import quota_of
from tests.factories import PASSWORD
from tests.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABS = 80
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const label = one.labels && one.labels.length ? one.labels[0].innerText : '';
    return {
        words: (label || one.innerText || one.value || one.getAttribute('aria-label') || '').trim(),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none',
    };
}"""


def states(activity: Activity, stage: Stage) -> list[str]:
    """States of the resident's parties, as stored."""
    rows = SignUp.objects.filter(quota__activity=activity, contact=stage.cast.resident.person)
    return list(rows.order_by("pk").values_list("state", flat=True))


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_resident_signs_up_sees_it_and_cancels(five, enter, scripts):
    activity, page = five.a.activities["published"], enter(java_script_enabled=scripts)
    panel = page.get_by_role("complementary", name="报名")
    page.goto(activity.get_absolute_url())
    panel.get_by_role("link", name="我要报名").click()
    expect(heading(page)).to_have_text("登录")
    page.get_by_label("用户名或手机号").fill("resident")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()

    expect(heading(page)).to_contain_text("核对")
    assert states(activity, five) == []
    page.get_by_role("button", name="确认报名").click()
    expect(heading(page)).to_have_text("报名成功")
    assert states(activity, five) == ["confirmed"]
    assert quota_of(activity).seats_taken == 2

    page.get_by_role("link", name="我的报名").click()
    expect(heading(page)).to_have_text("演员resident，您好")
    page.get_by_role("link", name=activity.title, exact=True).click()
    expect(panel).to_contain_text("您已报名")
    panel.get_by_role("link", name="取消报名").click()
    expect(heading(page)).to_have_text("要取消报名吗？")
    page.get_by_role("button", name="确认取消").click()
    expect(heading(page)).to_have_text("演员resident，您好")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("取消")
    assert states(activity, five) == ["cancelled"]
    assert quota_of(activity).seats_taken == 1
    assert seats_disagreeing() == []


def test_wrong_password_keeps_the_name_and_the_way(five, enter):
    page = enter()
    page.goto("/me/")
    page.get_by_label("用户名或手机号").fill("resident")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("main")).to_contain_text("不对")
    expect(page.get_by_label("用户名或手机号")).to_have_value("resident")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(heading(page)).to_have_text("演员resident，您好")
    page.get_by_role("button", name="退出登录").click()
    page.goto("/me/")
    expect(heading(page)).to_have_text("登录")


def test_form_sent_again_by_the_back_button_counts_once(five, enter):
    activity, page = five.a.activities["published"], enter(five.cast.resident)
    page.goto(reverse("events:activity_sign_up", args=[activity.public_id]))
    page.get_by_role("button", name="确认报名").dblclick()
    expect(heading(page)).to_contain_text("报名")
    page.go_back()
    page.reload()
    expect(heading(page)).to_have_text("报名成功")
    assert states(activity, five) == ["confirmed"]
    assert seats_disagreeing() == []


def test_page_opened_before_it_was_full_says_so(five, enter):
    activity, page = five.a.activities["published"], enter(five.cast.resident)
    page.goto(reverse("events:activity_sign_up", args=[activity.public_id]))
    quota = quota_of(activity)
    type(quota).objects.filter(pk=quota.pk).update(capacity=quota.seats_taken)
    page.get_by_role("button", name="确认报名").click()
    expect(heading(page)).to_contain_text("满")
    expect(page.get_by_role("main").get_by_role("link", name="看同类活动")).to_be_visible()
    assert states(activity, five) == []


def test_full_and_foreign_activities_say_why_not(five, enter):
    page = enter(five.cast.resident)
    panel = page.get_by_role("complementary", name="报名")
    page.goto(five.a.activities["full"].get_absolute_url())
    expect(panel).to_contain_text("满")
    expect(panel.get_by_role("link", name="我要报名")).to_have_count(0)
    page.goto(five.b.activities["residents"].get_absolute_url())
    expect(panel).to_contain_text("乙社区")
    expect(panel.get_by_role("link", name="我要报名")).to_have_count(0)


# --- by keyboard ----------------------------------------------------------------------------------------------------


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what is focused says `words`; whatever is focused on the way must show it."""
    for _press in range(TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["ring"], f"no visible focus on {focused['words']} of {page.url}"
        if words in focused["words"]:
            return
    raise AssertionError(f"no way to {words} on {page.url}")


def follow(page: Page, words: str) -> None:
    """Go to the link or button and press Enter; the next page has loaded afterwards."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def skip_to_main(page: Page) -> None:
    """The first stop of every page is the way to its content."""
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["words"] == "跳到正文"
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_resident_signs_up_and_cancels_by_keyboard(five, enter):
    activity, page = five.a.activities["published"], enter()
    page.goto(activity.get_absolute_url())
    skip_to_main(page)
    follow(page, "我要报名")
    skip_to_main(page)
    tab_to(page, "用户名或手机号")
    page.keyboard.type("resident")
    tab_to(page, "密码")
    page.keyboard.type(PASSWORD)
    follow(page, "登录")
    skip_to_main(page)
    follow(page, "确认报名")
    expect(heading(page)).to_have_text("报名成功")
    skip_to_main(page)
    follow(page, "我的报名")
    skip_to_main(page)
    follow(page, "取消报名")
    skip_to_main(page)
    follow(page, "确认取消")
    # After an act the message itself is focused.
    expect(page.get_by_role("main").get_by_role("status")).to_be_focused()
    assert states(activity, five) == ["cancelled"]
