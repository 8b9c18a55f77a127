"""The page of a team."""

from datetime import date, timedelta

import pytest

from events.models import Activity
from tests.event_factories import make_activity
from tests.factories import make_community, make_member, make_person, make_team, make_theme, make_volunteer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES, WARM = 8, 4


def page(team):
    return f"/teams/{team.public_id}/"


@pytest.mark.parametrize("count", [1, 50])
def test_team_needs_the_same_queries_for_one_and_for_many(client, django_assert_num_queries, count):
    team = make_team(themes=tuple(make_theme() for _number in range(count)), leader=make_person())
    for _number in range(count):
        make_activity(community=team.community, team=team)
        make_activity(community=team.community, team=team, starts_in=-DAY)
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries):
            assert client.get(page(team)).status_code == 200


def test_team_shows_what_is_known(client):
    team = make_team(
        "党旗红", community=make_community("新城社区"), tasks="上门送学", stated_size=13, story="从一个人开始。",
        founded_on=date(2013, 1, 1), founded_precision="year",
    )  # fmt: skip
    response = client.get(page(team))
    known = {fact.label: fact.value for fact in response.context["facts"] if fact.value}
    assert known == {"社区": "新城社区", "服务内容": "上门送学", "人数（自述）": "13 人", "成立": "2013年"}
    assert "从一个人开始。" in response.content.decode()


def test_leader_is_masked(client):
    team = make_team(leader=make_person("王秀兰"))
    html = client.get(page(team)).content.decode()
    assert "王**" in html
    assert "王秀兰" not in html


def test_team_shows_its_public_activities_only(client):
    team = make_team()
    make_activity("接下来", community=team.community, team=team)
    make_activity("以往", community=team.community, team=team, starts_in=-DAY)
    make_activity("草稿", community=team.community, team=team, state="draft")
    make_activity("内部", community=team.community, team=team, audience="internal")
    make_activity("别队", community=team.community)
    Activity.objects.create(title="旧事", community=team.community, team=team, state="counted", held_note="两节期间")
    response = client.get(page(team))
    assert [card.title for card in response.context["cards"]] == ["接下来"]
    assert [row.label for row in response.context["past"]] == ["以往", "旧事"]
    assert [row.line for row in response.context["past"]][1] == "两节期间"


def test_unknown_team_is_not_found(client):
    for path in ("/teams/0000000000/", "/teams/1/", "/teams/%27/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "heading", "links"),
    [
        ("visitor", "欢迎加入", ["加入队伍"]),
        ("resident", "欢迎加入", ["加入队伍"]),
        ("leader", "您是队长", ["队里的人", "我的队伍"]),
        ("volunteer", "您是这支队伍的队员", ["队里的人", "我的队伍"]),
        ("outsider_resident", "您目前不能加入", []),
    ],
)
def test_panel_says_how_one_stands_to_the_team(cast, name, heading, links):
    make_member(cast.team, make_volunteer(cast.volunteer.person, community=cast.community))
    panel = cast.client(name).get(page(cast.team)).context["panel"]
    assert (panel.heading, [act.label for act in panel.acts]) == (heading, links)
    assert ("甲社区" in panel.sentence) is (name in ("visitor", "resident", "outsider_resident"))


def test_panel_of_who_has_asked_offers_nothing_to_do_again(cast):
    make_member(cast.team, make_volunteer(cast.resident.person, community=cast.community), state="requested")
    panel = cast.client("resident").get(page(cast.team)).context["panel"]
    assert (panel.heading, [act.label for act in panel.acts]) == ("您已申请加入", ["我的队伍"])
