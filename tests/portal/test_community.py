"""The home page of a community."""

from datetime import date, timedelta

import pytest

from accounts.roles import Role
from core import clock
from events.models import ActivityPartner
from tests.event_factories import make_activity
from tests.factories import (
    make_community,
    make_grid,
    make_honour,
    make_notice,
    make_organisation,
    make_partner,
    make_person,
    make_posting,
    make_region,
    make_team,
    make_user,
    make_venue,
)
from tests.portal.test_home import make_balance

pytestmark = pytest.mark.django_db
QUERIES, WARM = 16, 5


@pytest.mark.parametrize("count", [1, 50])
def test_community_needs_the_same_queries_for_one_and_for_many(client, django_assert_num_queries, count):
    community = make_community(slug="a", region=make_region(parent=make_region()))
    for number in range(count):
        make_activity(community=community)
        make_grid(community=community)
        make_team(community=community)
        make_honour(community=community)
        make_notice(community=community)
        held = make_activity(community=community, starts_in=timedelta(days=-1))
        ActivityPartner.objects.create(activity=held, partner_unit=make_partner(community=community))
        make_posting(place=community, is_public=True)
        make_venue(community=community)
        make_organisation(community=community)
        make_balance(community, f"indicator-{number}")
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries):
            assert client.get("/c/a/").status_code == 200


def test_profile_leaves_out_what_is_unknown(client):
    make_community(slug="a")
    assert [fact for fact in client.get("/c/a/").context["facts"] if fact.value] == []


def test_profile_shows_what_is_known(client):
    community = make_community(
        slug="a", founded_on=date(2015, 4, 1), founded_precision="month", area_km2="0.56", office_area_m2=1500,
        bound_east="地道桥", bound_north="马道", shape="梯形",
    )  # fmt: skip
    parent = make_grid("总支", community=community)
    for _number in range(3):
        make_grid(parent=parent)
    make_organisation("新城社区党委", community=community)
    make_balance(community, "staff", 28, "exact", label="社区工作人员", unit="person")
    known = {fact.label: fact.value for fact in client.get("/c/a/").context["facts"] if fact.value}
    assert known == {
        "成立": "2015年4月", "面积": "0.56 平方公里", "办公场所": "1,500 平方米", "四至": "东至地道桥、北至马道",
        "形状": "梯形", "网格": "3 个", "党组织": "新城社区党委", "工作人员": "28 人",
    }  # fmt: skip


def test_community_shows_its_own_things_only(client):
    here, there = make_community("本社区", slug="a"), make_community("别处", slug="b")
    for community, word in ((here, "甲"), (there, "乙")):
        make_activity(f"{word}活动", community=community)
        make_team(f"{word}队伍", community=community)
        make_honour(f"{word}荣誉", community=community)
        make_notice(f"{word}公告", community=community)
        make_partner(f"{word}单位", community=community)
        make_grid(f"{word}网格", community=community)
        make_venue(f"{word}长廊", community=community)
        make_balance(community, label=f"{word}数字")
    html = client.get("/c/a/").content.decode()
    for thing in ("活动", "队伍", "荣誉", "公告", "单位", "网格", "长廊", "数字"):
        assert f"甲{thing}" in html
        assert f"乙{thing}" not in html


def test_community_hides_drafts_and_teams_that_rest(client):
    community = make_community(slug="a")
    make_activity("草稿活动", community=community, state="draft")
    make_honour("草稿荣誉", community=community, state="draft")
    make_notice("草稿公告", community=community, state="draft")
    make_team("停下的队", community=community, state="paused")
    html = client.get("/c/a/").content.decode()
    for text in ("草稿活动", "草稿荣誉", "草稿公告", "停下的队"):
        assert text not in html


def test_community_masks_families_without_consent(client):
    community = make_community(slug="a")
    make_honour(community=community, recipient_kind="family", printed_name="马荣家庭")
    html = client.get("/c/a/").content.decode()
    assert "马＊家庭" in html
    assert "马荣" not in html


def test_community_shows_the_next_seven_days_and_leads_to_the_rest(client):
    community = make_community(slug="a")
    make_activity("近的", community=community)
    make_activity("远的", community=community, starts_in=timedelta(days=20))
    response = client.get("/c/a/")
    assert [card.title for card in response.context["cards"]] == ["近的"]
    assert 'href="/activities/?community=a&amp;when=past"' in response.content.decode()


def test_community_shows_how_to_reach_it(client):
    make_community(slug="a", phone="0475-8888888", address="示例路 1 号", hours="9:00–17:00")
    html = client.get("/c/a/").content.decode()
    assert 'href="tel:04758888888"' in html
    assert "示例路 1 号" in html
    assert "9:00–17:00" in html


@pytest.mark.parametrize("slug", ["nowhere", "A", "a'--", "a" * 500, "%F0%A0%AE%B7"])
def test_unknown_community_is_not_found(client, slug):
    make_community(slug="a")
    assert client.get(f"/c/{slug}/").status_code == 404


@pytest.mark.row("S0-02")
def test_staff_list_names_those_who_agreed_with_post_duty_and_office_phone_only(client):
    community = make_community(slug="a")
    grid = make_grid("一网格", community=community)
    gone = clock.today() - timedelta(days=1)
    rows = [
        ("网格甲", Role.GRID_WORKER, grid, {}),
        ("干事乙", Role.CLERK, community, {"duty": "民政", "office_phone": "0475-1234567"}),
        ("干事丙", Role.CLERK, community, {"duty": "综治", "is_public": False}),
        ("书记丁", Role.SECRETARY, community, {}),
        ("前任戊", Role.CLERK, community, {"until": gone}),
        ("审计己", Role.AUDITOR, community, {}),
        ("邻社庚", Role.CLERK, make_community(), {}),
    ]
    for number, (name, role, place, values) in enumerate(rows):
        user = make_user(person=make_person(name, phone=f"1380000000{number}"))
        make_posting(user, role, place=place, **{"is_public": True, **values})
    response = client.get("/c/a/")
    assert [(one.name, one.post, one.duty, one.phone) for one in response.context["staff"]] == [
        ("书记丁", "书记", "", ""),
        ("干事乙", "办事员", "民政", "0475-1234567"),
        ("网格甲", "一网格 网格员", "", ""),
    ]
    html = response.content.decode()
    assert 'href="tel:04751234567"' in html
    assert "1380000" not in html.replace(" ", "")
    for hidden in ("干事丙", "前任戊", "审计己", "邻社庚"):
        assert hidden not in html


@pytest.mark.row("S0-05")
def test_units_are_listed_with_kind_joint_work_and_activities_of_this_year(client):
    community = make_community(slug="a")
    school = make_partner("实验小学", community=community, kind="school", role_note="家庭课堂", contact_name="张老师",
                          contact_phone="+8613812345678")  # fmt: skip
    make_partner("散了的单位", community=community, state="ended")
    for days in (-1, -2):
        held = make_activity(community=community, starts_in=timedelta(days=days))
        ActivityPartner.objects.create(activity=held, partner_unit=school)
    response = client.get("/c/a/")
    (line,) = response.context["partners"]
    assert (line.name, line.kind, line.work, line.times) == ("实验小学", "学校", "家庭课堂", "2 场次")
    html = response.content.decode()
    for hidden in ("张老师", "5678", "散了的单位"):
        assert hidden not in html


@pytest.mark.row("S3-05")
def test_stated_totals_stand_with_the_time_they_were_told_for(client):
    community = make_community(slug="a")
    make_balance(community, "households", 2106, "exact", label="住户", unit="household", period="")
    make_balance(community, "residents", 5122, "exact", label="居民", unit="person", period="2023年底")
    known = {fact.label: fact.value for fact in client.get("/c/a/").context["facts"] if fact.value}
    assert known["住户"] == "2,106 户（社区自报，统计时间未注明）"
    assert known["居民"] == "5,122 人（社区自报，2023年底）"
