"""Pages for joining and leaving a team."""

from datetime import date

import pytest
from django.test import Client

from core.models import AuditEntry
from tests import hostile
from tests.factories import make_member, make_person, make_resident, make_team, make_user, make_volunteer
from volunteers.models import Leadership, Membership, Volunteer
from volunteers.services import memberships

pytestmark = pytest.mark.django_db


def page(team, name="join"):
    return f"/teams/{team.public_id}/{name}/"


def resident(team, **values):
    """A resident of the team's community, signed in: (account, browser)."""
    user = make_user(person=make_person(**{"birth_date": date(1960, 5, 1), **values}))
    make_resident(user.person, community=team.community)
    return user, signed_in(user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def words(response):
    return response.content.decode()


def test_visitor_signs_in_and_comes_back(client):
    team = make_team()
    for name in ("join", "leave", "members"):
        response = client.get(page(team, name))
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={page(team, name)}")


def test_resident_looks_over_confirms_and_reads_what_happens_next():
    team = make_team("党旗红", tasks="上门送学")
    user, client = resident(team, phone="13812345678")
    asked = client.get(page(team))
    assert asked["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "上门送学" in words(asked) and "138****5678" in words(asked) and "13812345678" not in words(asked)
    assert not Membership.objects.exists()
    response = client.post(page(team), {"sources": ["youth"]}, follow=True)
    assert response.redirect_chain == [(page(team), 302)]
    assert "申请已收到" in words(response)
    membership = Membership.objects.get()
    assert (membership.volunteer.person, membership.state) == (user.person, "requested")
    assert [one.kind for one in membership.volunteer.sources.all()] == ["youth"]


def test_a_second_click_says_that_it_is_done():
    team = make_team()
    _user, client = resident(team)
    client.post(page(team))
    assert "您已经申请过了" in words(client.post(page(team), follow=True))
    assert Membership.objects.count() == 1


def test_age_is_asked_only_where_it_is_not_known():
    team = make_team()
    _user, client = resident(team, birth_date=None)
    assert 'name="is_adult"' in words(client.get(page(team)))
    refused = client.post(page(team), {"sources": ["cadre"]})
    assert refused.status_code == 422
    assert 'value="cadre"' in words(refused) and "checked" in words(refused)
    assert client.post(page(team), {"is_adult": "on"}).status_code == 302
    assert 'name="is_adult"' not in words(resident(team)[1].get(page(team)))


def test_source_is_asked_once():
    team = make_team()
    user, client = resident(team)
    make_volunteer(user.person, sources=("cadre",))
    assert 'name="sources"' not in words(client.get(page(team)))
    client.post(page(team), {"sources": ["youth"]})
    assert [one.kind for one in Volunteer.objects.get().sources.all()] == ["cadre"]


@pytest.mark.parametrize(
    "sources", [[text.typed for text in hostile.HARMLESS], ["x" * 5000], [hostile.REFUSED[0].typed]]
)
def test_invented_sources_are_refused(sources):
    team = make_team()
    _user, client = resident(team)
    assert client.post(page(team), {"sources": sources}).status_code == 422
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("state", "birth_date", "at_home", "status", "told"),
    [
        ("paused", date(1960, 1, 1), True, 409, "现在不收新队员"),
        ("dissolved", date(1960, 1, 1), True, 409, "现在不收新队员"),
        ("active", date(2015, 1, 1), True, 403, "请和监护人一起到社区窗口"),
        ("active", date(1960, 1, 1), False, 403, "到社区窗口登记加入"),
    ],
)
def test_refusal_says_why_and_what_to_do(state, birth_date, at_home, status, told):
    team = make_team(state=state)
    client = resident(team, birth_date=birth_date)[1] if at_home else signed_in(make_user())
    for response in (client.get(page(team)), client.post(page(team), {"is_adult": "on"})):
        assert response.status_code == status
        assert told in words(response) and "/teams/?community=" in words(response)
    assert not Membership.objects.exists()


def test_account_without_a_person_is_sent_to_the_counter():
    user, team = make_user(), make_team()
    type(user).objects.filter(pk=user.pk).update(person=None)
    response = signed_in(user).get(page(team))
    assert response.status_code == 403
    assert "社区窗口" in words(response)
    assert signed_in(user).get(page(team, "leave")).status_code == 404
    assert signed_in(user).get(page(team, "members")).status_code == 404


def test_leader_reads_that_they_lead():
    team = make_team()
    user, client = resident(team)
    Leadership.objects.create(team=team, person=user.person, since=date(2020, 1, 1))
    assert "您是队长" in words(client.get(page(team)))
    assert client.post(page(team)).status_code == 302
    assert not Membership.objects.exists()


def test_leaving_is_asked_once_more():
    team = make_team()
    user, client = resident(team)
    make_member(team, make_volunteer(user.person))
    form = {"seen_version": client.get(page(team, "leave")).context["membership"].version}
    response = client.post(page(team, "leave"), form, follow=True)
    assert response.redirect_chain == [("/me/teams/", 302)]
    assert "您已退出队伍" in words(response)
    assert Membership.objects.get().state == "left"
    assert client.post(page(team, "leave"), form).status_code == 404


def test_leaving_what_was_granted_unseen_is_asked_anew():
    team = make_team()
    user, client = resident(team)
    row = memberships.join(team, user.person, by=user).membership
    form = {"seen_version": client.get(page(team, "leave")).context["membership"].version}
    memberships.approve(row, by=None)
    response = client.post(page(team, "leave"), form, follow=True)
    assert "情况刚刚有变化" in words(response) and "要退出这支队伍吗" in words(response)
    assert Membership.objects.get().state == "active"


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "１"])
def test_leaving_without_a_version_changes_nothing(version):
    team = make_team()
    user, client = resident(team)
    make_member(team, make_volunteer(user.person))
    assert client.post(page(team, "leave"), {"seen_version": version}).status_code == 302
    assert Membership.objects.get().state == "active"
    assert not AuditEntry.objects.filter(verb="leave").exists()
