"""Each predicate of an instance beside its queryset twin."""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.constraints import refusal_of
from core.refusals import Refusal
from events.models import Activity, Participant, Quota, Session, SignUp
from events.services.seats import of
from events.services.standings import why_closed
from events.states import SEATED, ActivityState, Audience, SignUpState
from tests.event_factories import make_activity, make_sign_up, quota_of
from tests.factories import make_community, make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def community():
    return make_community()


def test_public_agrees_with_is_public(community):
    for state, audience in product(ActivityState, Audience):
        make_activity(community=community, state=state, audience=audience)
    public = set(Activity.objects.public())
    assert public == {activity for activity in Activity.objects.all() if activity.is_public()}
    assert {(activity.state, activity.audience) for activity in public} == {
        (state, audience)
        for state in ("published", "finished", "counted", "cancelled", "postponed")
        for audience in ("everyone", "residents", "team")
    }


def test_open_for_sign_up_agrees_with_why_closed(community):
    windows = [(-DAY, DAY), (timedelta(0), DAY), (MINUTE, DAY), (-DAY, timedelta(0)), (-DAY, MINUTE), (None, DAY)]
    for state, audience, window in product(ActivityState, Audience, windows):
        opens, closes = window
        make_activity(
            community=community,
            state=state,
            audience=audience,
            sign_up_opens_at=NOW + opens if opens is not None else None,
            sign_up_closes_at=NOW + closes,
        )
    make_activity(community=community, needs_sign_up=False)
    make_activity(community=community, capacity=None)
    make_activity(community=community, capacity=3, taken=3)
    make_activity(community=community, starts_in=-DAY)
    found = set(Activity.objects.open_for_sign_up(NOW))
    assert found == {activity for activity in Activity.objects.all() if why_closed(activity, of(activity), NOW) is None}
    assert len(found) == 3 * 3  # published; everyone, residents, team; three of the windows


def test_why_closed_asks_the_database_nothing(community, django_assert_num_queries):
    activity = make_activity(community=community, capacity=3, taken=3)
    quota = quota_of(activity)
    with django_assert_num_queries(0):
        assert why_closed(activity, quota, NOW).refusal == Refusal.FULL


def test_upcoming_and_past_share_out_what_is_published(community):
    now_on = make_activity(community=community, starts_in=-timedelta(hours=1))
    soon = make_activity(community=community)
    later = make_activity(community=community, starts_in=9 * DAY, state="cancelled")
    over = make_activity(community=community, starts_in=-2 * DAY)
    finished = make_activity(community=community, starts_in=-5 * DAY, state="finished")
    make_activity(community=community, state="draft")
    undated = Activity.objects.create(community=community, title="旧事", state="finished")
    assert list(Activity.objects.upcoming(NOW)) == [now_on, soon, later]
    assert list(Activity.objects.public().past(NOW)) == [over, finished, undated]


def test_seated_are_the_parties_that_hold_seats():
    activity = make_activity()
    for state in SignUpState:
        make_sign_up(activity, state=state)
    assert set(SignUp.objects.seated().values_list("state", flat=True)) == set(SEATED)
    assert quota_of(activity).seats_taken == len(SEATED)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"capacity": 0}, Refusal.CAPACITY_INVALID),
        ({"capacity": 100_001}, Refusal.CAPACITY_INVALID),
        ({"seats_taken": 21}, Refusal.FULL),
    ],
)
def test_the_database_refuses_seats_that_cannot_be(values, expected):
    quota = quota_of(make_activity(capacity=20))
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Quota.objects.filter(pk=quota.pk).update(**values)
    assert refusal_of(caught.value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ends_at": NOW}, Refusal.ENDS_BEFORE_START),
        ({"ends_at": None}, Refusal.ENDS_BEFORE_START),
        ({"sign_up_closes_at": NOW - 9 * DAY}, Refusal.WINDOW_INVALID),
        ({"sign_up_closes_at": NOW + 9 * DAY}, Refusal.WINDOW_INVALID),
        ({"min_age": 60, "max_age": 18}, Refusal.AGES_INVALID),
    ],
)
def test_the_database_refuses_activities_that_cannot_be(values, expected):
    activity = make_activity()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(**values)
    assert refusal_of(caught.value) == expected


def test_the_database_refuses_a_session_that_ends_before_it_starts():
    session = Session.objects.get(activity=make_activity())
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Session.objects.filter(pk=session.pk).update(ends_at=session.starts_at)
    assert refusal_of(caught.value) == Refusal.ENDS_BEFORE_START


def test_the_database_refuses_a_person_twice_in_an_activity_while_active():
    activity, person = make_activity(), make_person()
    party = make_sign_up(activity, person, state="cancelled")
    make_sign_up(activity, person)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Participant.objects.filter(sign_up=party).update(active=True)
    assert refusal_of(caught.value) == Refusal.ALREADY


def test_an_invalid_form_reads_the_same_words():
    activity = make_activity()
    activity.min_age, activity.max_age = 60, 18
    with pytest.raises(Exception, match=str(Refusal.AGES_INVALID.label)):
        activity.full_clean()
