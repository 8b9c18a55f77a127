"""Two people approve two editions of one page at once, in real threads (conventions 29)."""

import threading
from functools import partial

import pytest
from django.db import connection

from core.refusals import Refusal
from stories import services
from stories.models import PageEdition
from tests.events.test_races import at_once, told
from tests.factories import make_edition, make_posting, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def administrator():
    user = make_user()
    make_posting(user, "site_administrator")
    return user


@pytest.fixture
def meeting(monkeypatch):
    """A place where two threads wait for each other after counting the editions; on SQLite nobody comes."""
    barrier, count = threading.Barrier(2), services._next_number

    def meet(kind):
        number = count(kind)
        try:
            barrier.wait(2 if connection.vendor == "postgresql" else 0.2)
        except threading.BrokenBarrierError:
            pass
        return number

    monkeypatch.setattr(services, "_next_number", meet)


def publish_two_at_once():
    drafts = [make_edition(state="in_review", text=f"第 {number} 份") for number in (1, 2)]
    return told(at_once([partial(services.publish_page, one, by=administrator()) for one in drafts]))


@pytest.mark.parametrize("earlier", [True, False])
def test_one_edition_is_published_at_the_end(meeting, earlier):
    if earlier:
        make_edition()
    results = publish_two_at_once()
    in_force = PageEdition.objects.in_force("help").get()
    numbers = list(PageEdition.objects.readable("help").values_list("number", flat=True))
    assert in_force.number == numbers[0]
    assert len(set(numbers)) == len(numbers)
    if connection.vendor == "postgresql":
        assert results == {"Done": 1, Refusal.STALE: 1}
        assert list(PageEdition.objects.filter(state="in_review").values_list("number", flat=True)) == [None]
    else:
        assert results == {"Done": 2}


def test_control_without_the_constraints_two_are_published(meeting):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one transaction after the other")
    rules = [rule for rule in PageEdition._meta.constraints if rule.name.endswith("_once")]
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.remove_constraint(PageEdition, rule)
    try:
        assert publish_two_at_once() == {"Done": 2}
        assert PageEdition.objects.in_force("help").count() == 2
    finally:
        PageEdition.objects.all().delete()
        with connection.schema_editor() as editor:
            for rule in rules:
                editor.add_constraint(PageEdition, rule)
