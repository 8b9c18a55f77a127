"""What leaders and members are told."""

from datetime import date

import pytest

from accounts.models import Notice
from accounts.notices import message
from tests.factories import make_member, make_person, make_posting, make_resident, make_team, make_user
from volunteers.models import Leadership, Membership
from volunteers.services import memberships, profiles, teams

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    leader = make_user("duizhang").person
    return make_team("护绿队", leader=leader)


@pytest.fixture
def leader(team):
    return team.leaderships.get().person.user


@pytest.fixture
def neighbour(team):
    user = make_user("linju", person=make_person("林桂芳", birth_date=date(1980, 1, 1)))
    make_resident(user.person, community=team.community)
    return user


def told(person):
    """Kinds, oldest first."""
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_request_reaches_the_leaders_once_and_names_nobody(team, leader, neighbour):
    other = make_user("fu").person
    Leadership.objects.create(team=team, person=other, since=date(2020, 1, 1))
    memberships.join(team, neighbour.person, by=neighbour)
    memberships.join(team, neighbour.person, by=neighbour)
    assert (told(leader.person), told(other), told(neighbour.person)) == (
        ["membership_asked"],
        ["membership_asked"],
        [],
    )
    notice = Notice.objects.get(person=other)
    assert notice.url == f"/teams/{team.public_id}/members/"
    assert message(notice).text == "护绿队收到一份入队申请，请看一看，给个答复。"


def test_answers_reach_the_person_with_their_reason(team, leader, neighbour):
    memberships.decline(memberships.join(team, neighbour.person, by=neighbour).membership, by=leader, reason="名额满了")
    memberships.approve(memberships.join(team, neighbour.person, by=neighbour).membership, by=leader)
    membership = memberships.open_membership(team, neighbour.person)
    memberships.remove(membership, by=leader, reason="已搬走")
    assert told(neighbour.person) == ["membership_declined", "membership_granted", "membership_removed"]


def test_second_click_tells_nobody_again(team, leader, neighbour):
    membership = memberships.join(team, neighbour.person, by=neighbour).membership
    assert [memberships.approve(membership, by=leader).already for _click in range(2)] == [False, True]
    assert told(neighbour.person) == ["membership_granted"]


def test_leaving_reaches_the_leaders_only_after_membership(team, leader, neighbour):
    request = memberships.join(team, neighbour.person, by=neighbour).membership
    memberships.leave(request, by=neighbour)
    assert told(leader.person) == ["membership_asked"]
    memberships.approve(memberships.join(team, neighbour.person, by=neighbour).membership, by=leader)
    memberships.leave(memberships.open_membership(team, neighbour.person), by=neighbour)
    assert told(leader.person) == ["membership_asked", "membership_asked", "membership_left"]


def test_whoever_is_taken_in_at_the_counter_is_told_and_nobody_is_asked(team, leader):
    clerk, person = make_posting(place=team.community).user, make_person("新队员")
    memberships.add_member(Membership(team=team), person, by=clerk)
    assert (told(person), told(leader.person)) == (["membership_granted"], [])


def test_members_of_a_team_that_is_dissolved_are_told(team):
    members, clerk = [make_member(team), make_member(team)], make_posting(place=team.community).user
    make_member(team, state="left")
    teams.dissolve(team, by=clerk, reason="并入新队")
    assert [told(one.volunteer.person) for one in members] == [["membership_ended"]] * 2
    assert Notice.objects.count() == 2


def test_who_had_only_asked_is_not_thanked_for_a_membership(team):
    asked, clerk = make_member(team, state="requested"), make_posting(place=team.community).user
    teams.dissolve(team, by=clerk, reason="并入新队")
    assert told(asked.volunteer.person) == ["membership_declined"]


def test_who_stops_volunteering_needs_no_answer_to_a_request(team):
    asked, clerk = make_member(team, state="requested"), make_posting(place=team.community).user
    profiles.leave(asked.volunteer, by=clerk)
    assert told(asked.volunteer.person) == []
