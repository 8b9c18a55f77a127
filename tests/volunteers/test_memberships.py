"""Asking to join a team, being let in, leaving."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.models import ReasonText, Transition
from core.refusals import Refusal, Refused
from core.states import Conflict, history
from tests.factories import (
    make_community,
    make_member,
    make_person,
    make_posting,
    make_resident,
    make_team,
    make_user,
    make_volunteer,
)
from volunteers.models import Leadership, Membership, Volunteer, member_of
from volunteers.services import memberships, profiles, teams
from volunteers.states import MEMBERSHIP

pytestmark = pytest.mark.django_db
GROWN = date(1980, 1, 1)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def a_resident(team, **values):
    """An account whose person lives in the team's community."""
    user = make_user(person=make_person(birth_date=values.pop("birth_date", GROWN)), **values)
    make_resident(user.person, community=team.community)
    return user


def a_leader(team):
    user = a_resident(team)
    Leadership.objects.create(team=team, person=user.person, since=date(2020, 1, 1))
    return user


def a_clerk(team):
    return make_posting(place=team.community).user


def verbs(obj):
    return [step.verb for step in history(obj)]


# --- asking -------------------------------------------------------------------------------------------------------


def test_joining_makes_an_applicant_and_a_request():
    team = make_team()
    user = a_resident(team)
    joined = memberships.join(team, user.person, by=user, sources=["cadre", "youth"])
    volunteer = Volunteer.objects.get(person=user.person)
    assert (joined.already, joined.membership.state, joined.membership.since) == (False, "requested", None)
    assert (volunteer.state, volunteer.community) == ("applied", team.community)
    assert [one.kind for one in volunteer.sources.all()] == ["cadre", "youth"]
    assert [(step.verb, step.actor, step.on_behalf_of_id) for step in history(joined.membership)] == [
        ("create", user, None)
    ]


def test_asking_twice_changes_nothing():
    team = make_team()
    user = a_resident(team)
    first = memberships.join(team, user.person, by=user)
    steps = Transition.objects.count()
    again = memberships.join(team, user.person, by=user, sources=["youth"])
    assert (again.already, again.membership) == (True, first.membership)
    assert Transition.objects.count() == steps
    assert not Volunteer.objects.get().sources.exists()


@pytest.mark.parametrize("state", ["paused", "dissolved"])
def test_team_that_rests_takes_nobody_in(state):
    team = make_team(state=state)
    user = a_resident(team)
    assert refusal(memberships.join, team, user.person, by=user) == Refusal.TEAM_RESTS
    assert refusal(memberships.add_member, Membership(team=team), user.person, by=a_clerk(team)) == Refusal.TEAM_RESTS
    assert not Volunteer.objects.exists()


@pytest.mark.parametrize("state", ["forming", "registered", "active"])
def test_team_that_forms_takes_people_in(state):
    team = make_team(state=state)
    user = a_resident(team)
    assert memberships.join(team, user.person, by=user).membership.state == "requested"


def test_who_lives_elsewhere_is_sent_to_the_counter():
    team = make_team()
    user = make_user(person=make_person(birth_date=GROWN))
    assert refusal(memberships.join, team, user.person, by=user) == Refusal.NOT_FROM_HERE
    assert memberships.add_member(Membership(team=team), user.person, by=a_clerk(team)).state == "active"


def test_account_without_person_and_visitor_are_told():
    team = make_team()
    user = make_user()
    assert refusal(memberships.join, team, None, by=user) == Refusal.NO_PERSON
    assert memberships.standing(team, None).refused.refusal == Refusal.SIGN_IN


def test_leader_belongs_to_the_team_already():
    team = make_team()
    user = a_leader(team)
    assert refusal(memberships.join, team, user.person, by=user) == Refusal.LEADS_TEAM


def test_suspended_volunteer_is_told():
    team = make_team()
    user = a_resident(team)
    make_volunteer(user.person, state="suspended")
    assert refusal(memberships.join, team, user.person, by=user) == Refusal.VOLUNTEER_SUSPENDED


def test_nobody_asks_for_somebody_else():
    team = make_team()
    user, other = a_resident(team), a_resident(team)
    assert refusal(memberships.join, team, other.person, by=user) == Refusal.NOT_ALLOWED
    stranger = make_posting(place=make_community()).user
    assert refusal(memberships.join, team, other.person, by=stranger) == Refusal.NOT_ALLOWED
    clerk = a_clerk(team)
    joined = memberships.join(team, other.person, by=clerk)
    assert history(joined.membership).get().on_behalf_of_id == other.person.pk


@pytest.mark.parametrize(("years", "allowed"), [(17, False), (18, True), (9, False), (66, True)])
def test_minors_need_a_guardian_at_the_counter(years, allowed):
    team, today = make_team(), clock.today()
    user = a_resident(team, birth_date=date(today.year - years, today.month, min(today.day, 28)))
    if allowed:
        assert memberships.join(team, user.person, by=user).membership.state == "requested"
        return
    clerk, new = a_clerk(team), Membership(team=team)
    assert refusal(memberships.join, team, user.person, by=user, is_adult=True) == Refusal.GUARDIAN_NEEDED
    assert refusal(memberships.add_member, new, user.person, by=clerk) == Refusal.GUARDIAN_NEEDED
    memberships.add_member(new, user.person, by=clerk, guardian_agreed=True)
    assert (new.state, new.guardian_agreed_on) == ("active", today)


def test_somebody_without_a_birth_date_says_that_they_are_grown():
    team = make_team()
    user = a_resident(team, birth_date=None)
    assert refusal(memberships.join, team, user.person, by=user) == Refusal.ADULT_UNCONFIRMED
    assert not Membership.objects.exists()
    assert memberships.join(team, user.person, by=user, is_adult=True).membership.state == "requested"


# --- the counter --------------------------------------------------------------------------------------------------


def test_counter_takes_people_in_at_once():
    team, person = make_team(), make_person()
    clerk = a_clerk(team)
    row = memberships.add_member(Membership(team=team), person, by=clerk, sources=["woman"])
    assert (row.state, row.since) == ("active", clock.today())
    assert (row.volunteer.state, row.volunteer.community) == ("approved", team.community)
    assert [(step.verb, step.actor, step.on_behalf_of_id) for step in history(row)] == [("create", clerk, person.pk)]
    assert refusal(memberships.add_member, Membership(team=team), person, by=clerk) == Refusal.ALREADY_IN_TEAM


def test_counter_belongs_to_the_community():
    team, person = make_team(), make_person()
    assert (
        refusal(memberships.add_member, Membership(team=team), person, by=make_posting(place=make_community()).user)
        == Refusal.NOT_ALLOWED
    )
    assert refusal(memberships.add_member, Membership(team=team), person, by=a_leader(team)) == Refusal.NOT_ALLOWED
    assert not Membership.objects.exists()


def test_staff_do_not_take_themselves_in():
    team = make_team()
    clerk = a_clerk(team)
    row = memberships.add_member(Membership(team=team), clerk.person, by=clerk)
    assert (row.state, row.volunteer.state) == ("requested", "applied")
    assert refusal(memberships.approve, row, by=clerk) == Refusal.OWN_REQUEST
    memberships.approve(row, by=a_clerk(team))
    assert (row.state, Volunteer.objects.get().state) == ("active", "approved")


# --- deciding -----------------------------------------------------------------------------------------------------


def test_leader_lets_in_and_the_community_still_looks_at_the_volunteer():
    team = make_team()
    row = make_member(team, make_volunteer(state="applied"), state="requested")
    done = memberships.approve(row, by=a_leader(team), version=row.version)
    assert (done.already, row.state, row.since) == (False, "active", clock.today())
    assert Volunteer.objects.get().state == "applied"


def test_staff_let_in_and_approve_the_volunteer():
    team = make_team()
    row = make_member(team, make_volunteer(state="applied", community=team.community), state="requested")
    memberships.approve(row, by=a_clerk(team))
    assert verbs(row.volunteer) == ["approve"]


def test_only_leaders_and_staff_of_this_team_decide():
    team = make_team()
    row = make_member(team, state="requested")
    member = make_user(person=make_member(team).volunteer.person)
    for nobody in (member, a_leader(make_team(community=team.community)), a_clerk(make_team())):
        assert refusal(memberships.approve, row, by=nobody) == Refusal.NOT_ALLOWED
        assert refusal(memberships.decline, row, by=nobody, reason="满员") == Refusal.NOT_ALLOWED
        assert refusal(memberships.remove, make_member(team), by=nobody, reason="满员") == Refusal.NOT_ALLOWED


def test_leader_never_decides_about_the_own_request():
    team = make_team()
    user = a_resident(team)
    row = memberships.join(team, user.person, by=user).membership
    Leadership.objects.create(team=team, person=user.person, since=date(2020, 1, 1))
    assert refusal(memberships.approve, row, by=user) == Refusal.OWN_REQUEST
    assert refusal(memberships.decline, row, by=user, reason="不") == Refusal.OWN_REQUEST


def test_rights_end_with_the_leadership():
    team = make_team()
    user, rows = a_leader(team), [make_member(team, state="requested") for _number in range(3)]
    memberships.approve(rows[0], by=user)
    teams.end_leadership(Leadership.objects.get(), by=None)
    assert refusal(memberships.approve, rows[1], by=user) == Refusal.NOT_ALLOWED
    today = teams.appoint_leader(team, user.person, by=None)
    memberships.approve(rows[1], by=user)
    teams.end_leadership(today, by=None)
    assert refusal(memberships.approve, rows[2], by=user) == Refusal.NOT_ALLOWED
    assert not member_of(user.person.pk, team.pk)


def test_declining_needs_a_reason_and_lets_ask_again():
    team = make_team()
    user, leader = a_resident(team), a_leader(team)
    row = memberships.join(team, user.person, by=user).membership
    assert refusal(memberships.decline, row, by=leader, reason="  ") == Refusal.REASON_NEEDED
    memberships.decline(row, by=leader, reason="现在人满了")
    assert (row.state, ReasonText.objects.get().text) == ("declined", "现在人满了")
    again = memberships.join(team, user.person, by=user)
    assert (again.already, Membership.objects.count()) == (False, 2)
    memberships.approve(again.membership, by=leader)
    memberships.remove(again.membership, by=leader, reason="搬走了")
    assert (again.membership.state, again.membership.until) == ("removed", clock.today())


def test_second_leader_reads_that_it_is_done():
    team = make_team()
    row, first, second = make_member(team, state="requested"), a_leader(team), a_leader(team)
    memberships.approve(row, by=first)
    assert memberships.approve(row, by=first).already is True
    for late in (memberships.approve, memberships.decline):
        with pytest.raises(Conflict):
            late(Membership.objects.get(), by=second, **({"reason": "满"} if late == memberships.decline else {}))
    assert verbs(row) == ["approve"]


def test_nobody_is_let_into_a_team_that_rests():
    team = make_team(state="paused")
    row = make_member(team, state="requested")
    assert refusal(memberships.approve, row, by=a_leader(team)) == Refusal.TEAM_RESTS


# --- leaving ------------------------------------------------------------------------------------------------------


def test_leaving_keeps_the_history_and_coming_back_is_another_row():
    team = make_team()
    user, leader = a_resident(team), a_leader(team)
    row = memberships.join(team, user.person, by=user).membership
    memberships.approve(row, by=leader)
    memberships.leave(row, by=user, version=row.version)
    assert (row.state, row.until) == ("left", clock.today())
    assert not member_of(user.person.pk, team.pk)
    memberships.approve(memberships.join(team, user.person, by=user).membership, by=leader)
    assert member_of(user.person.pk, team.pk)
    assert [one.state for one in Membership.objects.order_by("pk")] == ["left", "active"]


def test_request_is_taken_back_without_a_last_day():
    team = make_team()
    user = a_resident(team)
    row = memberships.join(team, user.person, by=user).membership
    memberships.leave(row, by=user)
    assert (row.state, row.since, row.until) == ("left", None, None)


def test_leaving_unseen_what_was_just_granted_is_refused():
    team = make_team()
    user = a_resident(team)
    row = memberships.join(team, user.person, by=user).membership
    seen = row.version
    memberships.approve(Membership.objects.get(), by=a_leader(team))
    with pytest.raises(Conflict):
        memberships.leave(row, by=user, version=seen)
    assert Membership.objects.get().state == "active"


def test_only_the_person_and_the_counter_leave():
    team = make_team()
    row = make_member(team)
    assert refusal(memberships.leave, row, by=a_leader(team)) == Refusal.NOT_ALLOWED
    clerk = a_clerk(team)
    memberships.leave(row, by=clerk)
    assert history(row).get().on_behalf_of_id == row.volunteer.person_id


def test_memberships_end_with_the_team_and_with_the_volunteer():
    team, volunteer = make_team(), make_volunteer()
    held, asked, other = make_member(team), make_member(team, state="requested"), make_member(volunteer=volunteer)
    make_member(team, state="declined")
    teams.dissolve(team, by=None, reason="任务完成")
    profiles.leave(volunteer, by=None)
    rows = Membership.objects.in_bulk()
    assert [(rows[one.pk].state, rows[one.pk].until) for one in (held, asked, other)] == [
        ("left", clock.today()), ("left", None), ("left", clock.today()),
    ]  # fmt: skip
    assert not Membership.objects.open().exists()


# --- belonging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "volunteer", "belongs"),
    [
        ("active", "approved", True), ("active", "applied", True), ("active", "suspended", False),
        ("requested", "approved", False), ("declined", "approved", False), ("left", "approved", False),
        ("removed", "approved", False),
    ],
)  # fmt: skip
def test_membership_in_force_on_row_and_in_queryset(state, volunteer, belongs):
    row = make_member(volunteer=make_volunteer(state=volunteer), state=state)
    assert row.is_in_force is belongs
    assert Membership.objects.in_force().exists() is belongs
    assert member_of(row.volunteer.person_id, row.team_id) is belongs
    assert not member_of(row.volunteer.person_id, make_team().pk)


def test_membership_counts_from_its_first_day():
    row = make_member(since=clock.today())
    assert member_of(row.volunteer.person_id, row.team_id)
    assert not member_of(row.volunteer.person_id, row.team_id, clock.now() - timedelta(days=2))


MOVES = {
    "approve": memberships.approve, "decline": memberships.decline, "leave": memberships.leave,
    "remove": memberships.remove, "suspend": profiles.suspend, "reinstate": profiles.reinstate, "stop": profiles.leave,
}  # fmt: skip


def try_step(step, team, user, leader, clerk):
    """Let the right person do one thing, possible or not."""
    row = Membership.objects.filter(team=team).order_by("-pk").first()
    by = {"join": user, "leave": user, "approve": leader, "decline": leader, "remove": leader}.get(step, clerk)
    words = {"reason": "满"} if step in ("decline", "remove", "suspend") else {}
    try:
        if step == "join":
            memberships.join(team, user.person, by=by)
        elif step == "counter":
            memberships.add_member(Membership(team=team), user.person, by=by)
        elif row is not None:
            MOVES[step](row if step in MEMBERSHIP.moves else row.volunteer, by=by, **words)
    except Refused:
        assert Membership.objects.filter(team=team).open().count() <= 1


STEPS = ("join", "counter", *MOVES)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), max_size=10))
def test_whatever_happens_one_membership_is_open_and_every_step_is_logged(db, steps):
    team = make_team()
    user, leader, clerk = a_resident(team), a_leader(team), a_clerk(team)
    for step in steps:
        try_step(step, team, user, leader, clerk)
    rows = Membership.objects.filter(team=team)
    assert rows.open().count() <= 1
    assert [history(one).last().target for one in rows] == [one.state for one in rows]
    assert all((one.since is None) == ("active" not in _targets(one)) for one in rows)


def _targets(row):
    return {step.target for step in history(row)}
