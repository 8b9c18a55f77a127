"""Teams and their leaders."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from core import clock, records
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from core.states import history
from tests.factories import make_community, make_member, make_person, make_team, make_theme, make_user
from volunteers.models import Leadership, Team
from volunteers.services import teams as services


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def test_team_is_tagged_with_own_and_shared_themes_only(db):
    community = make_community()
    own, shared, foreign = make_theme(community=community), make_theme(), make_theme(community=make_community())
    team = Team(community=community, name="治安巡逻队", kind="patrol")
    assert refusal(services.save_team, team, by=None, themes=[foreign]) == Refusal.OTHER_COMMUNITY
    services.save_team(team, by=None, themes=[own, shared])
    assert set(team.themes.all()) == {own, shared}
    services.save_team(team, by=None, fields=["tasks"])
    assert team.themes.count() == 2
    services.save_team(team, by=None, fields=[], themes=[])
    assert not team.themes.exists()
    assert AuditEntry.objects.filter(object_id=team.pk, verb="change").last().fields == ["themes"]


def test_name_is_taken_once_in_a_community(db):
    team = make_team("巡逻队")
    assert refusal(services.save_team, Team(community=team.community, name="巡逻队"), by=None) == Refusal.DUPLICATE


def test_leader_is_appointed_once_and_may_come_back(db):
    team, person = make_team(), make_person()
    first = services.appoint_leader(team, person, by=None)
    assert refusal(services.appoint_leader, team, person, by=None) == Refusal.DUPLICATE
    services.end_leadership(first, by=None)
    services.appoint_leader(team, person, by=None)
    assert Leadership.objects.filter(team=team, until=None).count() == 1


def test_leadership_never_ends_before_it_began(db):
    leadership = make_team(leader=make_person()).leaderships.get()
    before = leadership.since - timedelta(days=365)
    assert refusal(services.end_leadership, leadership, by=None, until=before) == Refusal.INVALID


# --- life cycle ---------------------------------------------------------------------------------------------------


def test_team_forms_is_registered_works_rests_and_ends(db):
    team = Team(community=make_community(), name="太极队")
    services.save_team(team, by=None)
    assert (team.state, Team.objects.active().count()) == ("forming", 0)
    for act, state in (
        (services.register, "registered"), (services.activate, "active"), (services.pause, "paused"),
        (services.resume, "active"),
    ):  # fmt: skip
        act(team, by=None)
        assert (team.state, team.is_active, Team.objects.active().exists()) == (
            state,
            state == "active",
            team.is_active,
        )
    assert refusal(services.dissolve, team, by=None) == Refusal.REASON_NEEDED
    services.dissolve(team, by=None, reason="任务完成")
    assert refusal(services.resume, team, by=None) == Refusal.WRONG_STATE
    assert [step.verb for step in history(team)] == [
        "create", "register", "activate", "pause", "resume", "dissolve",
    ]  # fmt: skip


def test_leader_does_not_move_the_team(db):
    team, leader = make_team(), make_user()
    services.appoint_leader(team, leader.person, by=None)
    assert refusal(services.pause, team, by=leader) == Refusal.NOT_ALLOWED
    assert refusal(services.dissolve, team, by=leader, reason="散了") == Refusal.NOT_ALLOWED


def test_team_is_checked_once_a_year(db):
    at = timezone.make_aware(datetime(2026, 11, 26, 9))
    year, days = timedelta(days=365), timedelta(days=1)
    old = make_team(created_at=at - year)
    make_team(created_at=at - year + days)
    make_team(created_at=at - 3 * year, checked_on=date(2026, 1, 1))
    due = make_team(created_at=at - 3 * year, checked_on=date(2025, 11, 26))
    make_team(created_at=at - year, state="paused")
    assert set(Team.objects.check_due(at)) == {old, due}
    assert refusal(services.record_check, old, by=None, on=date(2026, 11, 27), at=at) == Refusal.INVALID
    services.record_check(old, by=None, at=at)
    services.record_check(due, by=None, on=date(2026, 11, 20), at=at)
    assert (old.checked_on, due.checked_on) == (date(2026, 11, 26), date(2026, 11, 20))
    assert not Team.objects.check_due(at).exists()


def test_team_with_people_is_not_deleted(db):
    team = make_member().team
    assert refusal(records.delete, team, by=None) == Refusal.IN_USE
    assert Team.objects.filter(pk=team.pk).exists()


def test_leadership_that_is_ended_gives_nothing_any_more(db):
    team, person = make_team(), make_person()
    at = clock.now()
    leadership = services.appoint_leader(team, person, by=None, at=at)
    assert team.is_led_by(person.pk, at) and leadership.is_live(at)
    services.end_leadership(leadership, by=None, at=at)
    assert not team.is_led_by(person.pk, at) and not leadership.is_live(at)
    assert not team.is_led_by(None, at)
