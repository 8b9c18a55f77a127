"""Journey: somebody new registers on a phone without JavaScript and signs up for an activity; the account's pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts import services
from accounts.models import User
from events.models import SignUp
from tests.browser.watch import PHONE as PHONE_SCREEN
from tests.browser.watch import basics, sideways, violations
from tests.messages import latest_code, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, OTHER = "13812345678", "13912345678"


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def faults(page: Page) -> list[str]:
    found = [*basics(page), *sideways(page, 360), *sideways(page, 320)]
    page.set_viewport_size(PHONE_SCREEN)
    return found


def test_newcomer_registers_and_signs_up_without_scripts(five, enter):
    activity, page = five.a.activities["published"], enter(java_script_enabled=False)
    page.goto(activity.get_absolute_url())
    page.get_by_role("complementary", name="报名").get_by_role("link", name="我要报名").click()
    expect(heading(page)).to_have_text("登录")
    page.get_by_role("link", name="注册一个").click()
    expect(heading(page)).to_have_text("注册")
    page.get_by_label("您的姓名").fill("王小明")
    page.locator("#id_phone").fill(OTHER)
    page.get_by_label("我已阅读并同意").check()
    press(page, "发送验证码")

    expect(heading(page)).to_have_text("验证手机号")
    expect(page.get_by_role("main")).to_contain_text("139****5678")
    page.get_by_label("6 位验证码").fill(wrong(latest_code(OTHER)))
    press(page, "完成注册")
    expect(page.get_by_role("main")).to_contain_text("验证码不对")
    page.get_by_text("号码填错了").click()
    page.locator("#id_new_phone").fill(PHONE)
    press(page, "发到这个号码")
    expect(page.get_by_role("main")).to_contain_text("138****5678")
    page.get_by_label("6 位验证码").fill(latest_code(PHONE))
    press(page, "完成注册")

    expect(heading(page)).to_contain_text("核对")
    press(page, "确认报名")
    expect(heading(page)).to_have_text("报名成功")
    user = User.objects.get(person__name="王小明")
    assert SignUp.objects.get(contact=user.person).quota.activity == activity

    page.get_by_role("link", name="我的报名").click()
    page.get_by_role("link", name="消息 1 条未读").click()
    expect(heading(page)).to_have_text("消息")
    page.get_by_role("link", name="报名成功").click()
    expect(heading(page)).to_contain_text("报名成功")
    expect(page.get_by_role("main")).to_contain_text(activity.title)
    page.goto("/me/")
    expect(page.get_by_role("link", name="消息 1 条未读")).to_have_count(0)


def test_account_pages_are_sound_and_lead_on(five, enter, watch):
    user = services.register(PHONE, "王小明")
    page, found = enter(), []

    def look(words: str) -> None:
        expect(heading(page)).to_contain_text(words)
        watch.muted = True
        found.extend(f"{words}: {fault}" for fault in [*violations(page), *faults(page)])
        watch.muted = False

    page.goto("/accounts/login/code/")
    page.locator("#id_phone").fill(PHONE)
    press(page, "发送验证码")
    look("输入验证码")
    page.get_by_label("6 位验证码").fill(latest_code(PHONE))
    press(page, "登录")
    page.get_by_role("link", name="设置密码").click()
    look("设置密码")
    for label in ("新密码", "再输一次新密码"):
        page.get_by_label(label).first.fill("家门口有一棵 big old tree")
    press(page, "设置密码")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("密码已设好")
    page.get_by_role("link", name="更换手机号").click()
    look("是您本人吗")
    page.get_by_label("现在的密码").fill("家门口有一棵 big old tree")
    press(page, "继续")
    look("更换手机号")
    page.locator("#id_phone").fill(OTHER)
    press(page, "发送验证码")
    look("验证新手机号")
    page.get_by_label("6 位验证码").fill(latest_code(OTHER))
    press(page, "更换手机号")
    expect(page.get_by_role("main")).to_contain_text("手机号已更换")
    page.get_by_role("link", name="已登录的设备").click()
    look("已登录的设备")
    assert found == []
    user.refresh_from_db()
    assert user.phone == "+86" + OTHER


def test_account_without_password_is_asked_for_a_code(five, enter):
    user = services.register(PHONE, "王小明")
    page = enter(user, java_script_enabled=False)
    page.goto("/me/")
    page.get_by_role("link", name="更换手机号").click()
    expect(heading(page)).to_have_text("是您本人吗？")
    press(page, "发送验证码")
    page.get_by_label("6 位验证码").fill(latest_code(PHONE))
    press(page, "继续")
    expect(heading(page)).to_have_text("更换手机号")


def test_too_soon_is_said_politely(five, enter, watch):
    services.register(PHONE, "王小明")
    page = enter()
    for _time in range(2):
        page.goto(reverse("account_request_login_code"))
        page.locator("#id_phone").fill(PHONE)
        press(page, "发送验证码")
    expect(heading(page)).to_have_text("请稍等一下")
    watch.muted = True
    assert [*violations(page), *faults(page)] == []
