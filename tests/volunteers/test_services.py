"""Teams and their leaders."""

from datetime import timedelta

import pytest

from core.models import AuditEntry
from core.refusals import Refusal, Refused
from tests.factories import make_community, make_person, make_team, make_theme
from volunteers import services
from volunteers.models import Leadership, Team


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
    before = leadership.since - timedelta(days=1)
    assert refusal(services.end_leadership, leadership, by=None, until=before) == Refusal.INVALID
