"""Many at once, in real threads on a database in a file or a server (conventions 29).

Each race has a control in which the protection is off and the fault does occur on PostgreSQL; SQLite writes one
transaction after the other, so there the control finds nothing.
"""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import F

from accounts.models import PersonQuerySet
from core import states
from core.models import Transition
from core.refusals import Refusal, Refused
from events.books import parties_disagreeing, people_disagreeing
from events.models import Participant, Quota, SignUp
from events.services import activities, seats, sign_ups, standings
from events.services.seats import seats_disagreeing
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import make_community, make_posting, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

KEY = "form-key-0001"
PHONE = "13812345678"
WAIT = 20
"""Seconds after which a thread that waits for the others gives up."""


def at_once(calls):
    """Run the calls in threads that start together; return what each returned or raised."""
    results, ready = [None] * len(calls), threading.Barrier(len(calls), timeout=WAIT)

    def run(number, call):
        try:
            connection.ensure_connection()
            ready.wait()
            results[number] = call()
        except Exception as error:  # noqa: BLE001  the test looks at what it was
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def told(results):
    """Count refusals by their reason, and everything else by its type."""
    return Counter(result.refusal if isinstance(result, Refused) else type(result).__name__ for result in results)


def assert_books_agree():
    assert seats_disagreeing() == []
    assert parties_disagreeing() == []


def signing_up(activity, user, **words):
    return lambda: sign_ups.sign_up(activity, user.person, by=user, **words)


@pytest.fixture
def meeting():
    """A place where two threads wait for each other between reading and writing; on SQLite nobody comes."""
    barrier = threading.Barrier(2)

    def meet():
        try:
            barrier.wait(5 if connection.vendor == "postgresql" else 0.2)
        except threading.BrokenBarrierError:
            pass

    return meet


# --- the last seat ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [1, 5])
def test_32_people_on_the_last_seats(capacity):
    activity = make_activity(capacity=capacity)
    users = [make_signed_in() for _number in range(32)]
    results = at_once([signing_up(activity, user, client_key=KEY) for user in users])
    assert told(results) == {"SignUpDone": capacity, Refusal.FULL: 32 - capacity}
    assert quota_of(activity).seats_taken == capacity
    assert SignUp.objects.count() == Participant.objects.count() == capacity
    assert Transition.objects.filter(verb="create").count() == capacity
    assert_books_agree()


def test_control_reading_checking_and_saving_seats_too_many(monkeypatch, meeting):
    def read_check_save(quota, n=1):
        stored = Quota.objects.get(pk=quota.pk)
        meeting()
        if stored.seats_taken + n > stored.capacity:
            raise Refused(Refusal.FULL)
        stored.seats_taken += n
        stored.save(update_fields=["seats_taken"])

    monkeypatch.setattr(seats, "take", read_check_save)
    activity = make_activity(capacity=1)
    results = at_once([signing_up(activity, make_signed_in()) for _number in range(2)])
    if connection.vendor == "postgresql":
        assert told(results) == {"SignUpDone": 2}
        assert len(seats_disagreeing()) == 1
    else:
        assert told(results) == {"SignUpDone": 1, Refusal.FULL: 1}


# --- the same person ----------------------------------------------------------------------------------------------


def test_16_times_the_same_form_is_one_sign_up():
    activity, user = make_activity(), make_signed_in()
    results = at_once([signing_up(activity, user, client_key=KEY)] * 16)
    assert told(results) == {"SignUpDone": 16}
    assert Counter(result.already for result in results) == {False: 1, True: 15}
    assert {result.sign_up.pk for result in results} == {SignUp.objects.get().pk}
    assert quota_of(activity).seats_taken == 1
    assert_books_agree()


def test_16_forms_of_the_same_person_are_one_sign_up():
    activity, user = make_activity(), make_signed_in()
    results = at_once([signing_up(activity, user, client_key=f"{KEY}-{number}") for number in range(16)])
    assert told(results) == {"SignUpDone": 1, Refusal.ALREADY: 15}
    assert quota_of(activity).seats_taken == 1
    assert_books_agree()


def without_the_persons_lock(monkeypatch):
    """Have the service read the person without locking the row."""
    monkeypatch.setattr(PersonQuerySet, "select_for_update", lambda self, **words: self)


def meet_after_looking(monkeypatch, meeting):
    found = standings.participations

    def look_and_meet(*args):
        rows = found(*args)
        meeting()
        return rows

    monkeypatch.setattr(standings, "participations", look_and_meet)


def overlapping():
    return make_activity("甲"), make_activity("乙", starts_in=timedelta(days=3, hours=1))


def test_one_person_in_two_overlapping_activities_at_once_gets_one():
    first, second = overlapping()
    user = make_signed_in()
    results = at_once([signing_up(activity, user) for activity in (first, second) for _number in range(4)])
    assert told(results) in (
        {"SignUpDone": 1, Refusal.CLASH: 4, Refusal.ALREADY: 3},
        {"SignUpDone": 1, Refusal.CLASH: 5, Refusal.ALREADY: 2},
        {"SignUpDone": 1, Refusal.CLASH: 6, Refusal.ALREADY: 1},
        {"SignUpDone": 1, Refusal.CLASH: 7},
    )
    assert Participant.objects.filter(active=True).count() == 1
    assert_books_agree()


def test_control_without_the_lock_one_person_gets_two_overlapping_activities(monkeypatch, meeting):
    without_the_persons_lock(monkeypatch)
    meet_after_looking(monkeypatch, meeting)
    user = make_signed_in()
    results = at_once([signing_up(activity, user) for activity in overlapping()])
    if connection.vendor == "postgresql":
        assert told(results) == {"SignUpDone": 2}
    else:
        assert told(results) == {"SignUpDone": 1, Refusal.CLASH: 1}


def test_without_the_lock_the_unique_constraint_still_keeps_one_sign_up(monkeypatch, meeting):
    without_the_persons_lock(monkeypatch)
    meet_after_looking(monkeypatch, meeting)
    activity, user = make_activity(), make_signed_in()
    results = at_once([signing_up(activity, user, client_key=f"{KEY}-{number}") for number in range(2)])
    assert told(results) == {"SignUpDone": 1, Refusal.ALREADY: 1}
    assert_books_agree()


def oneself_and_a_clerk(activity):
    """The calls of somebody and of the clerk who serves them at the counter, for one activity."""
    user, clerk = make_signed_in(phone=PHONE), make_user()
    make_posting(clerk, "clerk", place=activity.community)
    return [
        signing_up(activity, user, client_key=KEY),
        lambda: sign_ups.sign_up_at_counter(activity, by=clerk, number=PHONE),
    ]


def test_oneself_and_the_clerk_at_once_are_one_sign_up():
    activity = make_activity()
    results = at_once(oneself_and_a_clerk(activity) * 4)
    refused = {Refusal.ALREADY, Refusal.ALREADY_OTHER}
    assert set(told(results)) <= {"SignUpDone", *refused}
    made = [result for result in results if not isinstance(result, Refused)]
    assert {result.sign_up.pk for result in made} == {SignUp.objects.get().pk}
    assert [result.already for result in made].count(False) == 1
    assert quota_of(activity).seats_taken == 1
    assert Transition.objects.filter(verb="create", content_type__model="signup").count() == 1
    assert_books_agree()


def test_control_without_lock_and_constraint_oneself_and_the_clerk_are_two(monkeypatch, meeting):
    without_the_persons_lock(monkeypatch)
    meet_after_looking(monkeypatch, meeting)
    once = next(one for one in Participant._meta.constraints if one.name == "participant_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Participant, once)
    try:
        activity = make_activity()
        results = at_once(oneself_and_a_clerk(activity))
        if connection.vendor == "postgresql":
            assert told(results) == {"SignUpDone": 2}
            assert people_disagreeing() == [f"activity {activity.public_id}: somebody has two seats"]
        else:
            assert told(results)["SignUpDone"] == 1
    finally:
        Participant.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Participant, once)


@pytest.mark.parametrize("_round", range(3))
def test_cancelling_and_being_removed_at_once_gives_one_seat_back(secretary, _round):
    activity, user = make_activity(community=secretary.community), make_signed_in()
    party = make_sign_up(activity, user.person)
    make_sign_up(activity)
    stale = SignUp.objects.get(pk=party.pk)
    calls = [
        lambda: sign_ups.cancel(party, by=user),
        lambda: sign_ups.remove(stale, by=secretary, reason="x"),
    ]
    results = at_once(calls[:: 1 if _round % 2 else -1])
    assert told(results)["Done"] == 1
    assert quota_of(activity).seats_taken == 1
    assert_books_agree()


def test_16_keys_of_one_form_for_two_activities_are_one_sign_up():
    """The same form sent to two addresses: one of them made it, the other meets its key."""
    first, second = make_activity(), make_activity(starts_in=timedelta(days=9))
    user = make_signed_in()
    results = at_once([signing_up(activity, user, client_key=KEY) for activity in (first, second) * 8])
    assert told(results) == {"SignUpDone": 8, Refusal.DUPLICATE: 8}
    assert Participant.objects.filter(active=True).count() == 1
    assert_books_agree()


# --- cancelling ---------------------------------------------------------------------------------------------------


def test_16_cancellations_of_one_party_give_one_seat_back():
    activity, user = make_activity(), make_signed_in()
    party = make_sign_up(activity, user.person)
    make_sign_up(activity)
    results = at_once([lambda: sign_ups.cancel(party, by=user)] * 16)
    assert told(results) == {"Done": 16}
    assert Counter(result.already for result in results) == {False: 1, True: 15}
    assert quota_of(activity).seats_taken == 1
    assert Transition.objects.filter(verb="cancel").count() == 1
    assert_books_agree()


def test_control_without_compare_and_set_two_cancellations_give_two_seats_back(monkeypatch, meeting):
    def read_check_save(party, verb, *, by, at, **words):
        state = SignUp.objects.values_list("state", flat=True).get(pk=party.pk)
        meeting()
        if state != "confirmed":
            raise states.Conflict(state, None, {})
        SignUp.objects.filter(pk=party.pk).update(state="cancelled")
        return states.Done(states.created(party, by=by, at=at))

    monkeypatch.setattr(sign_ups, "transition", read_check_save)
    activity, user = make_activity(), make_signed_in()
    party = make_sign_up(activity, user.person)
    make_sign_up(activity)
    at_once([lambda: sign_ups.cancel(party, by=user)] * 2)
    assert quota_of(activity).seats_taken == (0 if connection.vendor == "postgresql" else 1)
    assert len(seats_disagreeing()) == (1 if connection.vendor == "postgresql" else 0)


def test_signing_up_and_cancelling_crosswise_keeps_the_books():
    pair = overlapping()[0], make_activity(starts_in=timedelta(days=9), capacity=3)
    users = [make_signed_in() for _number in range(8)]

    def back_and_forth(user, order):
        def run():
            for activity in order:
                try:
                    party = sign_ups.sign_up(activity, user.person, by=user).sign_up
                except Refused as refused:
                    assert refused.refusal == Refusal.FULL  # noqa: PT017
                else:
                    sign_ups.cancel(party, by=user)

        return run

    calls = [back_and_forth(user, pair if number % 2 else pair[::-1]) for number, user in enumerate(users)]
    assert at_once(calls) == [None] * 8
    assert set(Quota.objects.values_list("seats_taken", flat=True)) == {0}
    assert_books_agree()


# --- staff and residents ------------------------------------------------------------------------------------------


@pytest.fixture
def secretary():
    community = make_community()
    user = make_user()
    make_posting(user, "secretary", place=community)
    user.community = community
    return user


@pytest.mark.parametrize("_round", range(3))
def test_withdrawing_while_people_sign_up_leaves_nobody_in_a_withdrawn_activity(secretary, _round):
    activity = make_activity(community=secretary.community)
    users = [make_signed_in() for _number in range(7)]
    calls = [signing_up(activity, user) for user in users]
    calls.insert(_round * 3, lambda: activities.withdraw(activity, by=secretary, reason="x"))
    results = at_once(calls)
    withdrawn = [result for result in results if isinstance(result, states.Done)]
    expected = {"Done": 1, Refusal.WRONG_STATE: 7} if withdrawn else {"SignUpDone": 7, Refusal.HAS_SIGN_UPS: 1}
    assert told(results) == expected
    assert quota_of(activity).seats_taken == (0 if withdrawn else 7)
    assert_books_agree()


def test_control_withdrawing_after_a_plain_look_leaves_people_in_a_withdrawn_activity(secretary, monkeypatch, meeting):
    def look(activity):
        unused = not activity.quotas.filter(seats_taken__gt=0).exists()
        meeting()
        return unused

    def take_without_looking_at_openness(quota, n=1):
        Quota.objects.filter(pk=quota.pk).update(seats_taken=F("seats_taken") + n)
        meeting()

    monkeypatch.setattr(seats, "close_unused", look)
    monkeypatch.setattr(seats, "take", take_without_looking_at_openness)
    activity = make_activity(community=secretary.community)
    calls = [
        signing_up(activity, make_signed_in()),
        lambda: activities.withdraw(activity, by=secretary, reason="x"),
    ]
    results = at_once(calls)
    if connection.vendor == "postgresql":
        assert told(results) == {"SignUpDone": 1, "Done": 1}
        assert len(seats_disagreeing()) == 1
    else:
        assert len([result for result in results if isinstance(result, Refused)]) == 1


def test_withdrawing_and_cancelling_at_once_one_wins(secretary):
    activity = make_activity(community=secretary.community)
    stale = type(activity).objects.get(pk=activity.pk)
    results = at_once(
        [
            lambda: activities.withdraw(activity, by=secretary, reason="x", version=1),
            lambda: activities.cancel(stale, by=secretary, reason="y", version=1),
        ]
    )
    assert told(results) == {"Done": 1, Refusal.WRONG_STATE: 1}
    assert Transition.objects.count() == 1
    assert quota_of(activity).is_open is False


def test_approving_and_returning_at_once_one_wins(secretary):
    activity = make_activity(community=secretary.community, state="in_review")
    stale = type(activity).objects.get(pk=activity.pk)
    colleague = make_user()
    make_posting(colleague, "secretary", place=secretary.community)
    results = at_once(
        [
            lambda: activities.publish(activity, by=secretary, version=1),
            lambda: activities.return_to_draft(stale, by=colleague, reason="y", version=1),
        ]
    )
    assert told(results) == {"Done": 1, Refusal.WRONG_STATE: 1}
    stored = type(activity).objects.get(pk=activity.pk)
    assert quota_of(activity).is_open is (stored.state == "published")
    assert_books_agree()


def test_lowering_the_capacity_while_people_sign_up_never_ends_below_the_seats_taken(secretary):
    activity = make_activity(community=secretary.community, capacity=10)
    calls = [signing_up(activity, make_signed_in()) for _number in range(8)]
    calls.insert(4, lambda: activities.change_capacity(activity, by=secretary, capacity=4))
    results = at_once(calls)
    quota = quota_of(activity)
    taken = told(results)["SignUpDone"]
    assert quota.seats_taken == taken <= quota.capacity
    assert (quota.capacity == 4) == (told(results)["Quota"] == 1)
    assert set(told(results)) <= {"SignUpDone", "Quota", Refusal.FULL, Refusal.CAPACITY_BELOW_TAKEN}
    assert_books_agree()
