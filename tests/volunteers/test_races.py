"""Two at once: asking, deciding, leaving, dissolving (conventions 29)."""

import threading

import pytest
from django.db import connection

from accounts.models import PersonQuerySet
from core.models import Transition
from core.refusals import Refusal, Refused
from core.states import Done, created, history
from tests.events.test_races import at_once, told
from tests.factories import LONG_AGO, make_member, make_person, make_resident, make_team, make_user
from volunteers.models import Leadership, Membership, Volunteer
from volunteers.services import memberships, teams

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def a_leader(team):
    user = make_user()
    Leadership.objects.create(team=team, person=user.person, since=LONG_AGO)
    return user


def fresh(row):
    """The row as another request reads it."""
    return Membership.objects.get(pk=row.pk)


def test_16_requests_of_one_person_are_one():
    team = make_team()
    user = make_user(person=make_person())
    make_resident(user.person, community=team.community)
    results = at_once([lambda: memberships.join(team, user.person, by=user, is_adult=True)] * 16)
    assert told(results) == {"Joined": 16}
    assert [result.already for result in results].count(False) == 1
    assert (Membership.objects.count(), Volunteer.objects.count()) == (1, 1)


def test_two_tabs_for_two_teams_make_one_volunteer():
    first, user = make_team(), make_user(person=make_person())
    make_resident(user.person, community=first.community)
    places = [first, *(make_team(community=first.community) for _number in range(3))]
    results = at_once([
        lambda team=team: memberships.join(team, user.person, by=user, is_adult=True) for team in places
    ])  # fmt: skip
    assert told(results) == {"Joined": 4}
    assert (Membership.objects.count(), Volunteer.objects.count()) == (4, 1)


def test_constraint_holds_without_the_persons_lock(monkeypatch):
    """Should somebody forget the lock, the database still keeps one open membership."""
    monkeypatch.setattr(PersonQuerySet, "select_for_update", lambda self, **words: self)
    team, user = make_team(), make_user(person=make_person())
    make_resident(user.person, community=team.community)
    at_once([lambda: memberships.join(team, user.person, by=user, is_adult=True)] * 4)
    assert Membership.objects.open().count() == Volunteer.objects.count() == 1


def test_of_two_leaders_who_let_in_one_wins():
    team = make_team()
    row, leaders = make_member(team, state="requested"), [a_leader(team) for _number in range(4)]
    results = at_once([lambda by=by: memberships.approve(fresh(row), by=by) for by in leaders])
    assert told(results) == {"Done": 1, Refusal.WRONG_STATE: 3}
    assert [step.verb for step in history(row)] == ["approve"]


def test_of_letting_in_declining_and_taking_back_one_wins():
    team = make_team()
    row, first, second = make_member(team, state="requested"), a_leader(team), a_leader(team)
    user = make_user(person=row.volunteer.person)
    results = at_once([
        lambda: memberships.approve(fresh(row), by=first, version=1),
        lambda: memberships.decline(fresh(row), by=second, reason="满", version=1),
        lambda: memberships.leave(fresh(row), by=user, version=1),
    ])  # fmt: skip
    assert told(results) == {"Done": 1, Refusal.WRONG_STATE: 2}
    assert Transition.objects.filter(object_id=row.pk).count() == 1


def test_control_reading_checking_and_saving_lets_both_decide(monkeypatch):
    barrier = threading.Barrier(2)

    def read_check_save(obj, verb, *, by, at, **words):
        stored = Membership.objects.get(pk=obj.pk)
        try:
            barrier.wait(5 if connection.vendor == "postgresql" else 0.2)
        except threading.BrokenBarrierError:
            pass
        if stored.state != "requested":
            raise Refused(Refusal.WRONG_STATE, state=stored.state)
        stored.state, stored.since = "active", words["since"]
        stored.save()
        return Done(created(stored, by=by))

    def unlocked(membership):
        return Membership.objects.select_related("team__community", "volunteer__person").get(pk=membership.pk)

    monkeypatch.setattr(memberships, "transition", read_check_save)
    monkeypatch.setattr(memberships, "_locked", unlocked)
    team = make_team()
    row, leaders = make_member(team, state="requested"), [a_leader(team) for _number in range(2)]
    results = at_once([lambda by=by: memberships.approve(fresh(row), by=by) for by in leaders])
    if connection.vendor == "postgresql":
        assert told(results) == {"Done": 2}
    else:
        assert told(results) == {"Done": 1, Refusal.WRONG_STATE: 1}


def test_nobody_stays_in_a_team_that_is_being_dissolved():
    team = make_team()
    row, leader = make_member(team, state="requested"), a_leader(team)
    users = [make_user() for _number in range(4)]
    for user in users:
        make_resident(user.person, community=team.community)
    calls = [lambda user=user: memberships.join(team, user.person, by=user, is_adult=True) for user in users]
    calls.insert(2, lambda: teams.dissolve(team, by=None, reason="任务完成"))
    calls.append(lambda: memberships.approve(fresh(row), by=leader))
    results = at_once(calls)
    assert set(told(results)) <= {"Joined", "Done", Refusal.TEAM_RESTS, Refusal.WRONG_STATE}
    assert not Membership.objects.open().exists()
