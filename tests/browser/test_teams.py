"""Journey: a resident asks to join a team, its leader lets them in, and they leave; without JavaScript, on phones."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import DESK
from volunteers.models import Membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def states() -> list[str]:
    return list(Membership.objects.order_by("pk").values_list("state", flat=True))


def test_resident_joins_a_team_and_leaves_it(cast, enter):
    team, page, leader = cast.team, enter(cast.resident, java_script_enabled=False), enter(cast.leader, viewport=DESK)
    page.goto(team.get_absolute_url())
    page.get_by_role("link", name="加入队伍").click()
    expect(heading(page)).to_have_text("要加入这支队伍吗？")
    page.get_by_label("青年", exact=True).check()
    page.get_by_label("我已满 18 周岁").check()
    press(page, "确认申请")
    assert states() == ["requested"]

    leader.goto("/me/notices/")
    leader.get_by_role("link", name="有人想加入您的队伍").click()
    leader.get_by_role("main").get_by_role("link", name="去看看").click()
    expect(heading(leader)).to_have_text("甲志愿队")
    press(leader, "同意加入")
    expect(leader.get_by_role("main")).to_contain_text("演员resident")
    assert states() == ["active"]

    page.goto("/me/notices/")
    expect(page.get_by_role("main")).to_contain_text("欢迎您加入队伍")
    page.goto(team.get_absolute_url() + "members/")
    expect(page.get_by_role("main")).to_contain_text("演员leader")
    page.goto("/me/teams/")
    page.get_by_role("link", name="退出队伍").click()
    press(page, "确认退出")
    assert states() == ["left"]
    assert page.goto(team.get_absolute_url() + "members/").status == 404


def test_leader_declines_with_a_reason_that_the_person_reads(cast, enter):
    page, leader = enter(cast.resident), enter(cast.leader)
    page.goto(cast.team.get_absolute_url() + "join/")
    page.get_by_label("我已满 18 周岁").check()
    press(page, "确认申请")
    leader.goto(cast.team.get_absolute_url() + "members/")
    leader.get_by_role("link", name="不同意").click()
    leader.get_by_role("textbox").fill("这一期人满了，下月再来")
    press(leader, "不同意")
    assert states() == ["declined"]
    page.goto("/me/notices/")
    page.get_by_role("link", name="您的入队申请有了答复").click()
    expect(page.get_by_role("main")).to_contain_text("这一期人满了，下月再来")
