from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import books
from events.books import people_disagreeing, times_disagreeing
from events.models import Activity, Participant, Quota, Session, SignUp
from tests.event_factories import make_activity, make_sign_up, quota_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    activity = make_activity(capacity=5)
    make_sign_up(activity, state="cancelled")
    make_sign_up(make_activity(state="cancelled"))
    make_activity(capacity=None)
    return make_sign_up(activity)


def verify():
    out = StringIO()
    call_command("verify_books", stdout=out)
    return out.getvalue().splitlines()


def test_books_that_agree(party):
    assert {"seats: agree", "parties: agree", "people: agree", "times: agree"} <= set(verify())


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def sign_up_twice(party):
    """Without the unique index that forbids it; the test's transaction brings it back."""
    run("DROP INDEX participant_once")
    run(
        "INSERT INTO events_participant (sign_up_id, activity_id, person_id, active)"
        " SELECT sign_up_id, activity_id, person_id, active FROM events_participant WHERE sign_up_id = %s",
        party.pk,
    )
    run("UPDATE events_signup SET party_size = 2 WHERE id = %s", party.pk)
    run("UPDATE events_quota SET seats_taken = seats_taken + 1 WHERE id = %s", party.quota_id)


def in_another_activity(party):
    run("UPDATE events_participant SET activity_id = %s WHERE sign_up_id = %s", make_activity().pk, party.pk)


def earlier(party, table, column, key):
    when = quota_of(party.quota.activity).activity.starts_at - timedelta(minutes=1)
    run(f"UPDATE {table} SET starts_at = %s WHERE {column} = %s", when, key)  # noqa: S608


def without_session(party):
    run("DELETE FROM events_session WHERE activity_id = %s", party.quota.activity_id)


def without_time(party):
    run("UPDATE events_activity SET starts_at = NULL, ends_at = NULL WHERE id = %s", party.quota.activity_id)


FAULTS = {
    "a seat too many": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(seats_taken=2)),
    "a seat too few": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(seats_taken=0)),
    "a party of two": ("seats", lambda party: SignUp.objects.filter(pk=party.pk).update(party_size=2)),
    "closed": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(is_open=False)),
    "still open": ("seats", lambda party: Activity.objects.filter(quotas=party.quota_id).update(state="withdrawn")),
    "nobody in it": ("parties", lambda party: Participant.objects.filter(sign_up=party).update(active=False)),
    "somebody twice": ("people", sign_up_twice),
    "another activity": ("people", in_another_activity),
    "session moved": ("times", lambda one: earlier(one, "events_session", "activity_id", one.quota.activity_id)),
    "activity moved": ("times", lambda one: earlier(one, "events_activity", "id", one.quota.activity_id)),
    "no session": ("times", without_session),
    "no time": ("times", without_time),
    "left but active": ("parties", lambda party: SignUp.objects.filter(pk=party.pk).update(state="removed")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_disagreement_is_found_and_the_command_fails(party, fault):
    name, break_it = FAULTS[fault]
    break_it(party)
    out = StringIO()
    with pytest.raises(CommandError, match="disagree"):
        call_command("verify_books", stdout=out)
    assert f"{name}: 1 disagree" in out.getvalue()
    named = {party.public_id, quota_of(party.quota.activity).activity.public_id}
    assert any(one in out.getvalue() for one in named)
    assert str(party.contact) not in out.getvalue()


def test_a_sign_up_whose_contact_is_no_person(party):
    """Foreign keys are checked at the end of the transaction, so the fault can stand until then."""
    contact = party.contact_id
    run("UPDATE events_signup SET contact_id = %s WHERE id = %s", 0, party.pk)
    assert people_disagreeing() == [f"sign-up {party.public_id}: its contact is no person"]
    run("UPDATE events_signup SET contact_id = %s WHERE id = %s", contact, party.pk)
    assert people_disagreeing() == []


def test_a_record_without_times_and_several_sessions_agree(party):
    Activity.objects.create(title="旧事", community=party.quota.activity.community, state="counted")
    activity = make_activity()
    last = activity.ends_at + timedelta(days=2)
    Session.objects.create(activity=activity, seq=2, starts_at=last - timedelta(hours=1), ends_at=last)
    assert times_disagreeing() != []
    Activity.objects.filter(pk=activity.pk).update(ends_at=last)
    assert times_disagreeing() == []


def test_a_name_is_registered_once():
    books.discover()
    with pytest.raises(ValueError, match="twice"):
        books.register("seats", list)
