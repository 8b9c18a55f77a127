"""Figures of teams and volunteers."""

import pytest

from core.figures import community as scope_of_community
from core.figures import value
from tests.factories import make_community, make_member, make_person, make_team, make_volunteer
from volunteers import figures
from volunteers.states import SourceKind

pytestmark = pytest.mark.django_db


def shown(scope):
    return {str(item.label): item.quantity.text() for item in figures.public(scope)}


@pytest.mark.row("S1-31")
def test_thirteen_teams_at_work_with_their_people(client):
    community = make_community(slug="xincun")
    teams = [make_team(community=community) for _number in range(13)]
    for state in ("forming", "registered", "paused", "dissolved"):
        make_member(make_team(community=community, state=state))
    make_team()
    for team in teams:
        make_member(team)
    scope = scope_of_community(community.pk)
    assert (figures.team_count(scope).text(), figures.member_count(scope).text()) == ("13 支", "13 人")
    html = client.get("/teams/?community=xincun").content.decode()
    assert "找到 13 支队伍" in html
    assert shown(scope) == {"正常开展的队伍": "13 支", "队伍里的人": "13 人"}


@pytest.mark.row("S3-10")
def test_people_of_three_teams_count_once_and_students_apart(client):
    """110 volunteers in three teams that overlap, 13 of them student party members (S3-10)."""
    community = make_community(slug="chezhanjie")
    culture, law, patrol = (make_team(community=community, kind=kind) for kind in ("culture", "law", "patrol"))
    for number in range(110):
        sources = ("student_party_member", "youth") if number < 13 else ()
        volunteer = make_volunteer(community=community, sources=sources)
        make_member((culture, law, patrol)[number % 3], volunteer)
        if number % 10 == 0:
            make_member((culture, law, patrol)[(number + 1) % 3], volunteer)
    make_member(culture, make_volunteer(sources=("student_party_member",)), state="left")
    make_member(culture, make_volunteer(sources=("student_party_member",)), state="requested")
    scope = scope_of_community(community.pk)
    assert sum(int(figures.size_of(team).value) for team in (culture, law, patrol)) == 121
    assert value("volunteers.members", scope).text() == "110 人"
    assert value("volunteers.student_party_members", scope).text() == "13 人"
    assert shown(scope)["学生党员"] == "13 人"
    html = client.get("/teams/?community=chezhanjie").content.decode()
    assert "<b>110</b>" in html and "<b>13</b>" in html


@pytest.mark.row("S4-09")
def test_four_teams_and_volunteers_by_source(client):
    community = make_community(slug="haizhou")
    teams = [make_team(community=community) for _number in range(4)]
    wanted = {"party_member": 9, "cadre": 6, "woman": 7, "good_person": 5, "youth": 4, "student_party_member": 0}
    for place, (kind, count) in enumerate(wanted.items()):
        for _number in range(count):
            make_member(teams[place % 4], make_volunteer(community=community, sources=(kind,)))
    make_member(make_team(), make_volunteer(sources=("cadre",)))
    scope = scope_of_community(community.pk)
    assert {kind.value: int(quantity.value) for kind, quantity in figures.by_source(scope).items()} == wanted
    assert value("volunteers.teams", scope).text() == "4 支"
    assert shown(scope) == {
        "正常开展的队伍": "4 支", "队伍里的人": "31 人", "党员": "9 人", "干部": "6 人", "巾帼": "7 人", "好人": "5 人",
    }  # fmt: skip
    assert "青年" not in client.get("/teams/?community=haizhou").content.decode()


def test_leaders_count_as_people_of_the_team_once():
    leader = make_person()
    team = make_team(leader=leader)
    make_member(team, make_volunteer(leader))
    make_member(team)
    make_member(team, make_volunteer(state="suspended"))
    assert figures.size_of(team).text() == "2 人"
    assert figures.member_count().text() == "2 人"


@pytest.mark.parametrize(("count", "visible"), [(4, False), (5, True)])
def test_few_people_are_not_told_to_the_public(client, count, visible):
    team = make_team()
    for _number in range(count):
        make_member(team)
    facts = {fact.label: fact.value for fact in client.get(team.get_absolute_url()).context["facts"]}
    assert bool(facts["现有人数"]) is visible
    assert ("队伍里的人" in shown(scope_of_community(team.community_id))) is visible


def test_every_source_is_counted():
    assert set(figures.by_source()) == set(SourceKind)
