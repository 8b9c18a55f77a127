from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import AuditEntry
from core.refusals import Refusal, Refused
from events.models import CAPACITY_MAX, Quota
from events.services import seats
from tests.event_factories import make_activity, quota_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def quota():
    return quota_of(make_activity(capacity=3))


def taken(quota):
    return Quota.objects.values_list("seats_taken", flat=True).get(pk=quota.pk)


def refusal(call, *args, **words):
    with pytest.raises(Refused) as caught:
        call(*args, **words)
    return caught.value


def test_take_counts_up_to_the_last_seat(quota):
    seats.take(quota, 2)
    seats.take(quota)
    assert taken(quota) == 3
    assert refusal(seats.take, quota).refusal == Refusal.FULL
    assert taken(quota) == 3


def test_take_of_more_than_are_free_takes_none(quota):
    seats.take(quota, 2)
    assert refusal(seats.take, quota, 2).refusal == Refusal.FULL
    assert taken(quota) == 2


@pytest.mark.parametrize("n", [0, -1, True, 1.0, "1", None])
def test_take_and_give_back_refuse_what_is_no_number_of_people(quota, n):
    assert refusal(seats.take, quota, n).refusal == Refusal.INVALID
    assert refusal(seats.give_back, quota, n).refusal == Refusal.INVALID
    assert taken(quota) == 0


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", Refusal.WRONG_STATE),
        ("withdrawn", Refusal.WRONG_STATE),
        ("cancelled", Refusal.CANCELLED),
        ("finished", Refusal.FINISHED),
    ],
)
def test_take_of_closed_seats_says_why(state, expected):
    quota = quota_of(make_activity(state=state))
    assert refusal(seats.take, quota).refusal == expected
    assert taken(quota) == 0


def test_give_back_of_more_than_are_taken_is_refused_and_logged(quota, caplog):
    seats.take(quota)
    assert refusal(seats.give_back, quota, 2).refusal == Refusal.INVALID
    assert taken(quota) == 1
    assert "fewer are taken" in caplog.text


@pytest.mark.parametrize("capacity", [0, -1, 2**31, CAPACITY_MAX + 1, True, 2.0, "20", None])
def test_capacity_outside_its_range_is_refused(quota, capacity):
    activity = make_activity(capacity=None)
    assert refusal(seats.set_capacity, quota, capacity, by=None).refusal == Refusal.CAPACITY_INVALID
    assert refusal(seats.provide, activity, capacity).refusal == Refusal.CAPACITY_INVALID
    assert quota_of(quota.activity).capacity == 3
    assert not activity.quotas.exists()


@pytest.mark.parametrize("capacity", [1, CAPACITY_MAX])
def test_capacity_at_the_ends_of_its_range_is_taken(quota, capacity):
    seats.set_capacity(quota, capacity, by=None)
    assert quota_of(quota.activity).capacity == capacity


def test_capacity_below_the_seats_taken_is_refused_with_their_number(quota):
    seats.take(quota, 2)
    refused = refusal(seats.set_capacity, quota, 1, by=None)
    assert (refused.refusal, refused.words) == (Refusal.CAPACITY_BELOW_TAKEN, {"taken": 2})
    assert quota_of(quota.activity).capacity == 3
    assert not AuditEntry.objects.exists()


def test_set_capacity_writes_one_audit_row_of_the_activity(quota):
    user = make_user()
    seats.set_capacity(quota, 2, by=user)
    entry = AuditEntry.objects.get()
    assert (entry.object, entry.verb, entry.actor, entry.fields) == (
        quota.activity,
        "change_capacity",
        user,
        ["capacity"],
    )


def test_provide_twice_is_a_duplicate():
    activity = make_activity(capacity=None)
    assert seats.provide(activity, 5).is_open is True
    assert refusal(seats.provide, activity, 6).refusal == Refusal.DUPLICATE
    assert seats.provide(make_activity(state="draft", capacity=None), 5).is_open is False


def test_close_unused_only_when_no_seat_is_taken(quota):
    activity = quota.activity
    Quota.objects.create(activity=activity, role="helper", capacity=2, is_open=True, seats_taken=1)
    assert seats.close_unused(activity) is False
    activity.quotas.update(seats_taken=0)
    assert seats.close_unused(activity) is True
    assert set(activity.quotas.values_list("is_open", flat=True)) == {False}


ACTS = st.lists(
    st.tuples(st.sampled_from(["take", "give_back", "set_capacity"]), st.integers(min_value=-1, max_value=6)),
    max_size=20,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_sequence_of_acts_agrees_with_a_plain_model(quota, acts):
    """The model: two numbers, each act done whole or refused."""
    Quota.objects.filter(pk=quota.pk).update(capacity=3, seats_taken=0)
    capacity, count = 3, 0
    for act, n in acts:
        if act == "take":
            possible = n >= 1 and count + n <= capacity
            call = partial(seats.take, quota, n)
            after = (capacity, count + n)
        elif act == "give_back":
            possible = 1 <= n <= count
            call = partial(seats.give_back, quota, n)
            after = (capacity, count - n)
        else:
            possible = n >= 1 and n >= count
            call = partial(seats.set_capacity, quota, n, by=None)
            after = (n, count)
        if possible:
            call()
            capacity, count = after
        else:
            refusal(call)
        assert Quota.objects.values_list("capacity", "seats_taken").get(pk=quota.pk) == (capacity, count)
