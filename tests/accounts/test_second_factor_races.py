"""The same code, and the same form, many times at once (conventions 29)."""

import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from accounts import second_factor
from core.models import AuditEntry
from tests.events.test_races import at_once
from tests.factories import make_user
from tests.personas import code_of, give_factor
from tests.second_factor import SET_UP, code_for, key_of, type_code, type_password

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

MANY = 8


@pytest.fixture
def row():
    return give_factor(make_user("li.ming"))


def test_one_of_many_takes_the_code(row):
    code = code_of(row.user)
    rows = [Authenticator.objects.get(pk=row.pk) for _number in range(MANY)]
    taken = at_once([lambda one=one: second_factor.take(one, code) for one in rows])
    assert sorted(taken) == [False] * (MANY - 1) + [True]


def test_without_the_condition_two_take_it(row):
    """The control: read, look, write."""
    barrier = threading.Barrier(2)

    def careless():
        one = Authenticator.objects.get(pk=row.pk)
        fresh = "step" not in one.data
        try:
            barrier.wait(5 if connection.vendor == "postgresql" else 0.2)
        except threading.BrokenBarrierError:
            pass
        one.data["step"] = 1
        one.save()
        return fresh

    assert at_once([careless, careless]).count(True) == 2


@pytest.mark.parametrize("_time", range(3))
def test_set_up_form_sent_at_once_acts_once(_time):
    user = make_user("li.ming")
    client, _answer = type_password(user)
    code = code_for(key_of(client.get(SET_UP)))
    copies = []
    for _number in range(4):
        copy = Client()
        copy.cookies = client.cookies
        copies.append(copy)
    answers = at_once([lambda one=one: type_code(one, code, page=SET_UP).status_code for one in copies])
    assert answers == [302] * 4
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["activate_factor"]


@pytest.mark.parametrize("_time", range(3))
def test_recovery_code_sent_at_once_signs_in_once(_time):
    user = make_user("li.ming")
    client, _answer = type_password(user)
    type_code(client, code_for(key_of(client.get(SET_UP))), page=SET_UP)
    code = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    browsers = [type_password(user)[0] for _number in range(3)]
    answers = at_once([lambda one=one: type_code(one, code).status_code for one in browsers])
    assert sorted(answers) == [302, 422, 422]
    assert second_factor.codes_left(user) == 9
