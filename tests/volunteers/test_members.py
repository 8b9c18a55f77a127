"""Who belongs to a team, as its people see it; what leaders do there."""

from datetime import date

import pytest
from django.test import Client

from core.models import ReasonText
from tests import hostile
from tests.factories import LONG_AGO, make_member, make_person, make_team, make_user, make_volunteer
from volunteers.models import Leadership, Membership
from volunteers.services import memberships, teams

pytestmark = pytest.mark.django_db
QUERIES = 10


def page(team, *parts):
    return f"/teams/{team.public_id}/members/" + "".join(f"{part}/" for part in parts)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def a_leader(team):
    """A browser in which a leader of the team has signed in."""
    user = make_user()
    Leadership.objects.create(team=team, person=user.person, since=LONG_AGO)
    return signed_in(user)


def a_member(team, **values):
    return signed_in(make_user(person=make_member(team, **values).volunteer.person))


def words(response):
    return response.content.decode()


def asking(team, name="赵晓东", **values):
    return make_member(team, make_volunteer(make_person(name, **values)), state="requested")


def test_leader_sees_requests_and_masked_phones():
    team = make_team()
    make_member(team, make_volunteer(make_person("王秀兰", phone="13812345678")))
    asking(team, phone="13912345679")
    html = words(a_leader(team).get(page(team)))
    for shown in ("王秀兰", "138****5678", "赵晓东", "139****5679", "同意加入"):
        assert shown in html
    assert "13812345678" not in html and "13912345679" not in html


def test_member_sees_names_only():
    team = make_team(leader=make_person("方大同"))
    make_member(team, make_volunteer(make_person("王秀兰", phone="13812345678")))
    asking(team)
    client = a_member(team)
    html = words(client.get(page(team)))
    assert "王秀兰" in html and "方大同" in html
    for hidden in ("5678", "赵晓东", "同意加入", "移出"):
        assert hidden not in html
    assert client.get(page(team, "print")).status_code == 404


@pytest.mark.parametrize("state", ["requested", "declined", "left", "removed"])
def test_who_does_not_belong_to_it_finds_no_page(state):
    team = make_team()
    client = a_member(team, state=state)
    assert client.get(page(team)).status_code == 404
    assert a_leader(make_team(community=team.community)).get(page(team)).status_code == 404


def test_suspended_member_finds_no_page():
    team = make_team()
    person = make_member(team, make_volunteer(state="suspended")).volunteer.person
    assert signed_in(make_user(person=person)).get(page(team)).status_code == 404


def test_page_closes_with_the_leadership():
    team = make_team()
    client = a_leader(team)
    row = asking(team)
    assert client.get(page(team)).status_code == 200
    teams.end_leadership(Leadership.objects.get(), by=None)
    assert client.get(page(team)).status_code == 404
    assert client.post(page(team, row.public_id, "approve"), {"seen_version": 1}).status_code == 404
    assert Membership.objects.get().state == "requested"


def test_children_are_masked_for_everybody():
    team = make_team()
    make_member(team, make_volunteer(make_person("陈小明", birth_date=date(2017, 1, 1), phone="13812345678")))
    for client in (a_leader(team), a_member(team)):
        html = words(client.get(page(team)))
        assert "陈**" in html
        assert "陈小明" not in html and "5678" not in html


def test_roster_for_paper():
    team = make_team()
    make_member(team, make_volunteer(make_person("王秀兰", phone="13812345678")))
    make_member(team, state="left")
    asking(team)
    html = words(a_leader(team).get(page(team, "print")))
    assert "王秀兰" in html and "138****5678" in html and "签名" in html
    assert "赵晓东" not in html


@pytest.mark.parametrize("many", [1, 50])
@pytest.mark.parametrize("sheet", [(), ("print",)])
def test_number_of_queries_is_constant(django_assert_num_queries, many, sheet):
    team = make_team()
    for _number in range(many):
        make_member(team)
        asking(team)
    client = a_leader(team)
    with django_assert_num_queries(QUERIES - (2 if sheet else 0)):
        assert client.get(page(team, *sheet)).status_code == 200


def test_leader_lets_in():
    team = make_team()
    row = asking(team)
    client = a_leader(team)
    response = client.post(page(team, row.public_id, "approve"), {"seen_version": row.version}, follow=True)
    assert response.redirect_chain == [(page(team), 302)]
    assert "赵晓东已经是队员了" in words(response)
    assert Membership.objects.get().state == "active"
    again = client.post(page(team, row.public_id, "approve"), {"seen_version": row.version}, follow=True)
    assert "这一步刚才已经办好了" in words(again)


def test_second_leader_reads_the_state_but_no_name():
    team = make_team()
    row = asking(team)
    first, second = make_user(person=make_person("方大同")), a_leader(team)
    Leadership.objects.create(team=team, person=first.person, since=LONG_AGO)
    memberships.approve(row, by=first)
    response = second.post(page(team, row.public_id, "approve"), {"seen_version": 1})
    assert response.status_code == 409
    assert "刚刚已经有人办过了，现在是：队员" in words(response)
    assert "方大同" not in words(response)


@pytest.mark.parametrize(
    ("act", "state", "after"), [("decline", "requested", "declined"), ("remove", "active", "removed")]
)
def test_reason_is_asked_for_and_kept(act, state, after):
    team = make_team()
    row = make_member(team, state=state)
    client, address = a_leader(team), page(team, row.public_id, act)
    form = {"seen_version": client.get(address).context["line"].membership.version}
    assert client.post(address, {**form, "reason": " "}).status_code == 422
    assert client.post(address, {**form, "reason": "现在人满了，秋天再来"}).status_code == 302
    assert (Membership.objects.get().state, ReasonText.objects.get().text) == (after, "现在人满了，秋天再来")
    assert client.get(address).status_code == 409


@pytest.mark.parametrize("text", hostile.REFUSED, ids=lambda text: text.name)
def test_strange_reasons_are_refused_with_words(text):
    team = make_team()
    row = asking(team)
    client, address = a_leader(team), page(team, row.public_id, "decline")
    response = client.post(address, {"seen_version": row.version, "reason": text.typed})
    assert response.status_code == 422
    assert text.words in words(response)
    assert Membership.objects.get().state == "requested"


def test_leader_reaches_no_other_team():
    team, other = make_team(), make_team()
    row = asking(other)
    client = a_leader(team)
    for act in ("approve", "decline", "remove"):
        for base in (page(other, row.public_id, act), page(team, row.public_id, act)):
            assert client.post(base, {"seen_version": 1, "reason": "不"}).status_code == 404
    assert Membership.objects.get().state == "requested"


def test_names_are_escaped():
    team = make_team("<script>alert(1)</script>")
    asking(team, "<script>alert(2)</script>")
    html = words(a_leader(team).get(page(team)))
    assert "<script>alert" not in html


def test_strange_page_numbers_are_answered():
    team = make_team()
    client = a_leader(team)
    for query in hostile.NUMBERS:
        assert client.generic("GET", page(team), QUERY_STRING=query).status_code == 200
