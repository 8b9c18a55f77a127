"""Fragments in pages: the same for everybody, without what moves by residents' acts, and new after a change."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import clock
from events.services import activities
from tests.event_factories import make_activity, make_sign_up, make_signed_in
from tests.factories import make_community, make_member, make_notice, make_team

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 11, 22, 12))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", ["/", "/c/xincheng/", "/activities/", "/teams/", "/honours/", "/notices/", "one"])
def test_pages_hold_nothing_of_whoever_made_the_fragments(path):
    """The first visitor fills the fragments; the next ones read none of their words, and see their own."""
    community = make_community(slug="xincheng")
    activity = make_activity(community=community)
    address = activity.get_absolute_url() if path == "one" else path
    staff, resident = make_signed_in("赵书记"), make_signed_in("王秀兰", phone="13812345678")
    staff.is_staff = True
    staff.save()
    make_sign_up(activity, resident.person)
    first = signed_in(resident).get(address).content.decode()
    second = signed_in(staff).get(address).content.decode()
    visitor = Client().get(address).content.decode()
    assert ("我的" in first, "/admin/" in second, "/accounts/login/" in visitor) == (True, True, True)
    for page in (first, second, visitor):
        assert "13812345678" not in page and "赵书记" not in page and "王秀兰" not in page
    assert "/admin/" not in first + visitor
    assert "/accounts/login/" not in first + second
    assert "已报名" not in second + visitor


def test_seats_are_counted_anew_on_every_page():
    community = make_community(slug="xincheng")
    activity = make_activity(community=community, capacity=5)
    other = make_activity(community=community)
    pages = ("/", "/c/xincheng/", "/activities/", activity.get_absolute_url(), other.get_absolute_url())
    for path in pages:
        assert "5 个名额" in Client().get(path).content.decode() or "还剩 5" in Client().get(path).content.decode()
    make_sign_up(activity, make_signed_in().person)
    for path in pages:
        assert "还剩 5" not in Client().get(path).content.decode()


def test_editorial_changes_show_at_once(cast):
    activity = make_activity("早的名字", community=cast.community, state="in_review")
    home, place = "/", cast.community.get_absolute_url()
    assert "早的名字" not in Client().get(home).content.decode()
    activities.publish(activity, by=cast.secretary)
    for path in (home, place, activity.get_absolute_url()):
        assert "早的名字" in Client().get(path).content.decode()
    activities.cancel(activity, by=cast.clerk, reason="大风预警")
    assert "大风预警" in Client().get(activity.get_absolute_url()).content.decode()


def test_notice_ends_with_its_minute():
    with clock.frozen(NOON):
        make_notice("停水", community=make_community(), ends_at=NOON + timedelta(minutes=1))
        assert "停水" in Client().get("/").content.decode()
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert "停水" not in Client().get("/").content.decode()


def test_people_in_teams_are_counted_anew():
    team = make_team(community=make_community(slug="xincheng"))
    for number in range(2):
        for _person in range(5):
            make_member(team)
        figures = Client().get("/c/xincheng/").context["team_figures"]
        assert [figure.quantity.value for figure in figures] == [1, 5 * (number + 1)]
