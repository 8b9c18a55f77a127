"""Journey 1: a visitor sees what is on in the five communities and opens one of everything."""

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("甲社区", "乙社区", "丙社区", "丁社区", "戊社区")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def test_visitor_sees_what_is_on_and_opens_one_of_each(five, enter):
    page = enter()
    page.goto("/")
    expect(heading(page)).to_have_text("今天，社区里有什么？")
    main = page.get_by_role("main")
    for name in NAMES:
        expect(main.get_by_role("link", name=name).first).to_be_visible()
    main.get_by_role("link", name="丙社区的义诊").click()
    expect(heading(page)).to_have_text("丙社区的义诊")
    expect(main).to_contain_text("文化广场")
    expect(main.get_by_role("link", name="我要报名")).to_be_visible()

    page.get_by_role("navigation", name="快捷导航").get_by_role("link", name="荣誉").click()
    main.get_by_role("link", name="丁社区的奖状").click()
    expect(heading(page)).to_have_text("丁社区的奖状")
    expect(main).to_contain_text("国家级")

    page.get_by_role("banner").get_by_role("link", name="邻里", exact=True).click()
    main.get_by_role("region", name="选择您的社区").get_by_role("link", name="戊社区").click()
    expect(heading(page)).to_have_text("戊社区")
    expect(main).to_contain_text("戊社区的义诊")
    main.get_by_role("link", name="戊社区一网格").first.click()
    expect(heading(page)).to_contain_text("戊社区一网格")


def test_visitor_meets_only_what_is_public(five, enter):
    page = enter()
    for path in (
        "/",
        "/activities/?when=all",
        "/honours/",
        "/notices/",
        "/teams/",
        five.a.community.get_absolute_url(),
    ):
        page.goto(path)
        text = page.content()
        assert [secret for secret in five.a.canaries | five.b.canaries if secret in text] == [], path
    for row in (five.a.activities["draft"], five.a.activities["internal"], five.a.honours["in_review"]):
        assert page.goto(row.get_absolute_url()).status == 404


def test_visitor_chooses_filters_and_elder_mode_and_leaves_it(five, enter):
    page = enter()
    page.goto("/activities/")
    page.locator("summary", has_text="筛选").click()
    page.get_by_label("社区", exact=True).select_option(label="丁社区")
    page.get_by_role("button", name="查看结果").click()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("找到 1 场活动")
    address = page.url

    page.get_by_role("link", name="关怀版").click()
    assert page.url == address
    expect(page.locator("html")).to_have_attribute("data-elder", "1")
    expect(page.get_by_role("link", name="丁社区的义诊")).to_be_visible()
    page.get_by_role("link", name="特大").click()
    expect(page.locator("html")).to_have_attribute("data-elder", "4")
    page.get_by_role("link", name="退出关怀版").click()
    assert page.url == address
    assert page.locator("html").get_attribute("data-elder") is None
    page.get_by_role("list", name="已选的条件").get_by_role("link").first.click()
    expect(page.get_by_role("link", name="丙社区的义诊")).to_be_visible()
