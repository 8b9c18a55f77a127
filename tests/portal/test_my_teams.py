"""The person's teams."""

import pytest
from django.test import Client

from tests.factories import LONG_AGO, make_member, make_team, make_user, make_volunteer
from volunteers.models import Leadership
from volunteers.services import memberships

pytestmark = pytest.mark.django_db
PAGE = "/me/teams/"
QUERIES = 8


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_visitor_is_asked_to_sign_in(client):
    assert client.get(PAGE)["Location"] == "/accounts/login/?next=/me/teams/"


def test_person_without_teams_is_led_to_them():
    html = signed_in(make_user()).get(PAGE).content.decode()
    assert "您还没有加入队伍" in html and 'href="/teams/"' in html


def test_teams_with_state_and_what_one_can_do():
    user = make_user()
    volunteer = make_volunteer(user.person)
    led, held, asked, gone = (make_team(name) for name in ("带的队", "在的队", "申请的队", "退的队"))
    Leadership.objects.create(team=led, person=user.person, since=LONG_AGO)
    make_member(led, state="requested")
    make_member(held, volunteer)
    make_member(asked, volunteer, state="requested")
    make_member(gone, volunteer, state="left", until=LONG_AGO)
    context = signed_in(user).get(PAGE).context
    assert [(row.team, row.label, bool(row.people_url), bool(row.leave_url)) for row in context["now"]] == [
        (led, "队长", True, False), (held, "队员", True, True), (asked, "等待确认", False, True),
    ]  # fmt: skip
    assert context["now"][0].note.endswith("1 人申请加入")
    assert [(row.team, row.label) for row in context["earlier"]] == [(gone, "已退出")]


def test_reason_is_read_by_the_person_only():
    user, team = make_user(), make_team()
    row = make_member(team, make_volunteer(user.person), state="requested")
    memberships.decline(row, by=None, reason="现在人满了")
    other = make_member(team, state="requested")
    memberships.decline(other, by=None, reason="别人的原因")
    html = signed_in(user).get(PAGE).content.decode()
    assert "现在人满了" in html and "别人的原因" not in html


def test_suspended_volunteer_is_told():
    row = make_member(volunteer=make_volunteer(state="suspended"))
    (mine,) = signed_in(make_user(person=row.volunteer.person)).get(PAGE).context["now"]
    assert "目前暂停" in mine.note and mine.people_url == ""


@pytest.mark.parametrize("many", [1, 50])
def test_number_of_queries_is_constant(django_assert_num_queries, many):
    user = make_user()
    volunteer = make_volunteer(user.person)
    for _number in range(many):
        make_member(volunteer=volunteer)
        make_member(volunteer=volunteer, state="declined")
        Leadership.objects.create(team=make_team(), person=user.person, since=LONG_AGO)
    client = signed_in(user)
    client.get(PAGE)
    with django_assert_num_queries(QUERIES):
        assert client.get(PAGE).status_code == 200


def test_own_page_names_the_teams():
    user = make_user()
    make_member(make_team("党旗红"), make_volunteer(user.person))
    html = signed_in(user).get("/me/").content.decode()
    assert "党旗红" in html and 'href="/me/teams/"' in html
