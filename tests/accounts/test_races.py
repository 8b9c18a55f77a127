"""Accounts wanted by several at once, in real threads (conventions 29)."""

import threading

import pytest
from django.db import connection

from accounts import services
from accounts.models import Consent, Person, PersonQuerySet, User, UserManager
from core.refusals import Refusal
from grids import linking
from tests.events.test_races import at_once, told
from tests.factories import make_community, make_person, make_posting, make_resident, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

PHONE = "13812345678"


def test_number_is_registered_once():
    results = at_once([lambda name=name: services.register(PHONE, name) for name in ("甲", "乙", "丙", "丁")])
    assert told(results) == {"User": 1, Refusal.PHONE_TAKEN: 3}
    assert (User.objects.count(), Person.objects.count(), Consent.objects.count()) == (1, 1, 1)


def test_number_that_staff_record_meanwhile_is_one_persons():
    results = at_once(
        [lambda: services.register(PHONE, "甲"), lambda: services.create_person("乙", by=None, phone=PHONE)]
    )
    assert told(results) in ({"User": 1, "Person": 1}, {"User": 1, Refusal.DUPLICATE: 1})
    assert Person.objects.by_phone("+86" + PHONE).count() == 1
    assert User.objects.with_phone("+86" + PHONE).count() == 1


def two_accounts():
    place = make_community()
    clerk = make_user("clerk")
    make_posting(clerk, "clerk", place=place)
    homes = [make_resident(make_person("王小明"), community=place) for _number in range(2)]
    accounts = [services.register(f"1380000000{number}", "王小明") for number in range(2)]
    return clerk, homes, accounts


def test_person_gets_one_account():
    clerk, (home, _other), accounts = two_accounts()
    results = at_once([lambda user=user: linking.link(home, by=clerk, account=user.username) for user in accounts])
    assert told(results) == {"User": 1, Refusal.HAS_ACCOUNT: 1}
    assert User.objects.filter(person=home.person).count() == 1


def test_account_goes_to_one_person():
    clerk, homes, (account, _other) = two_accounts()
    results = at_once([lambda home=home: linking.link(home, by=clerk, account=account.username) for home in homes])
    assert told(results) == {"User": 1, Refusal.ALREADY_LINKED: 1}


def test_control_without_the_locks_only_the_version_is_left(monkeypatch):
    """On PostgreSQL both then pass every check, and the account's version alone keeps the second from going through."""
    barrier = threading.Barrier(2)

    def meet(self, *args, **kwargs):
        try:
            barrier.wait(5 if connection.vendor == "postgresql" else 0.2)
        except threading.BrokenBarrierError:
            pass
        return self.all()

    clerk, homes, (account, _other) = two_accounts()
    monkeypatch.setattr(UserManager, "select_for_update", lambda self, *args, **kwargs: self.all())
    monkeypatch.setattr(PersonQuerySet, "select_for_update", meet)
    results = at_once([lambda home=home: linking.link(home, by=clerk, account=account.username) for home in homes])
    last_guard = Refusal.STALE if connection.vendor == "postgresql" else Refusal.ALREADY_LINKED
    assert told(results) == {"User": 1, last_guard: 1}
