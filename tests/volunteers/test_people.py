"""Volunteering goes with somebody who turned out to be a person known already."""

import pytest

from accounts import services
from core.states import history
from grids import linking
from tests.factories import make_member, make_person, make_resident, make_team, make_volunteer
from volunteers.models import Leadership, Membership, Volunteer

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


@pytest.fixture
def both(cast):
    """The person that a registration made, and a resident; the function links them."""
    account = services.register(PHONE, "王小明")
    home = make_resident(make_person("王小明"), grid=cast.grid)
    return account.person, home.person, lambda: linking.link(home, by=cast.clerk, account=PHONE)


def test_volunteer_and_leadership_move_to_who_has_none(cast, both):
    old, new, link = both
    member = make_member(cast.team, make_volunteer(old, community=cast.community))
    team = make_team("太极队", community=cast.community, leader=old)
    link()
    assert Volunteer.objects.get().person == new
    assert Membership.objects.get().pk == member.pk
    assert [row.person for row in Leadership.objects.filter(team=team)] == [new]


def test_memberships_join_those_of_the_known_volunteer_and_twins_end(cast, both):
    old, new, link = both
    other = make_team("太极队", community=cast.community)
    theirs, mine = make_volunteer(old, community=cast.community), make_volunteer(new, community=cast.community)
    twin, single = make_member(cast.team, theirs), make_member(other, theirs)
    kept = make_member(cast.team, mine, state="requested")
    link()
    states = {row.pk: (row.state, row.volunteer_id) for row in Membership.objects.all()}
    assert states == {
        twin.pk: ("left", mine.pk), single.pk: ("active", mine.pk), kept.pk: ("requested", mine.pk)
    }  # fmt: skip
    assert [step.verb for step in history(twin)] == ["close"]
    assert Volunteer.objects.count() == 2


def test_leadership_of_the_known_person_stays(cast, both):
    old, new, link = both
    team = make_team("太极队", community=cast.community, leader=new)
    Leadership.objects.create(team=team, person=old, since="2020-01-01")
    link()
    assert sorted(Leadership.objects.filter(team=team).values_list("person", flat=True)) == sorted([old.pk, new.pk])
