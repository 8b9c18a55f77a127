from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import books
from events.models import Activity, Participant, Quota, SignUp
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
    assert {"seats: agree", "parties: agree"} <= set(verify())


FAULTS = {
    "a seat too many": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(seats_taken=2)),
    "a seat too few": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(seats_taken=0)),
    "a party of two": ("seats", lambda party: SignUp.objects.filter(pk=party.pk).update(party_size=2)),
    "closed": ("seats", lambda party: Quota.objects.filter(pk=party.quota_id).update(is_open=False)),
    "still open": ("seats", lambda party: Activity.objects.filter(quotas=party.quota_id).update(state="withdrawn")),
    "nobody in it": ("parties", lambda party: Participant.objects.filter(sign_up=party).update(active=False)),
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
    named = party.public_id if name == "parties" else quota_of(party.quota.activity).activity.public_id
    assert named in out.getvalue()
    assert str(party.contact) not in out.getvalue()


def test_a_name_is_registered_once():
    books.discover()
    with pytest.raises(ValueError, match="twice"):
        books.register("seats", list)
