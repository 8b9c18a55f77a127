"""Volunteers: recorded once, approved by others, suspended, coming back."""

import pytest

from core.refusals import Refusal, Refused
from core.states import history
from tests.factories import make_community, make_member, make_person, make_posting, make_team, make_user, make_volunteer
from volunteers.models import Membership, Volunteer
from volunteers.services import memberships, profiles

pytestmark = pytest.mark.django_db


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def test_person_is_a_volunteer_once():
    first = make_volunteer()
    clerk = make_posting(place=first.community).user
    again = Volunteer(community=first.community, person=first.person)
    assert refusal(profiles.save_volunteer, again, by=clerk) == Refusal.DUPLICATE


def test_staff_record_an_approved_volunteer_and_are_no_exception_themselves():
    community = make_community()
    clerk = make_posting(place=community).user
    other = profiles.save_volunteer(Volunteer(community=community, person=make_person()), by=clerk, sources=["cadre"])
    own = profiles.save_volunteer(Volunteer(community=community, person=clerk.person), by=clerk)
    assert (other.state, own.state) == ("approved", "applied")
    assert refusal(profiles.approve, own, by=clerk) == Refusal.OWN_REQUEST
    assert history(other).get().on_behalf_of_id == other.person_id


def test_sources_are_replaced_and_left_alone():
    volunteer = make_volunteer(sources=("cadre", "youth"))
    profiles.save_volunteer(volunteer, by=None, fields=["sources"], sources=["youth", "woman"])
    assert {one.kind for one in volunteer.sources.all()} == {"youth", "woman"}
    profiles.save_volunteer(volunteer, by=None, fields=["joined_on"])
    assert volunteer.sources.count() == 2


def test_suspension_ends_what_membership_gives_and_its_end_gives_it_back():
    row = make_member()
    profiles.suspend(row.volunteer, by=None, reason="核实情况")
    assert not Membership.objects.in_force().exists()
    profiles.reinstate(row.volunteer, by=None)
    assert Membership.objects.in_force().get() == row


def test_who_stopped_comes_back_by_joining():
    volunteer = make_volunteer(state="left")
    clerk = make_posting(place=volunteer.community).user
    memberships.add_member(Membership(team=make_team(community=volunteer.community)), volunteer.person, by=clerk)
    assert [step.verb for step in history(volunteer)] == ["return", "approve"]
    assert Volunteer.objects.count() == 1


@pytest.mark.parametrize("act", [profiles.approve, profiles.suspend, profiles.reinstate, profiles.leave])
def test_strangers_do_nothing(act):
    volunteer = make_volunteer()
    words = {"reason": "无"} if act == profiles.suspend else {}
    for nobody in (make_user(person=volunteer.person), make_posting(place=make_community()).user):
        assert refusal(act, volunteer, by=nobody, **words) == Refusal.NOT_ALLOWED
