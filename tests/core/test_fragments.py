"""Fragments of public pages: made once, and never older than the page's stamp."""

from datetime import datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core import clock, fragments, versions
from core.fragments import kept, later, stamp

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 11, 22, 12))


class Counter:
    """Says how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return f"made {self.asked}"


@pytest.fixture
def counter():
    with clock.frozen(NOON):
        yield Counter()


def test_equal_keys_are_made_once(counter):
    assert [kept(stamp(), ("a", 1), counter) for _time in range(3)] == ["made 1"] * 3
    assert kept(stamp(), ("a", 2), counter) == "made 2"
    assert kept(stamp(), ("a", "1"), counter) == "made 3"


@pytest.mark.parametrize("community", [1, 7, None])
def test_change_of_any_community_makes_anew(counter, community):
    versions.bump(7)
    kept(stamp(), ("a",), counter)
    versions.bump(community)
    assert kept(stamp(), ("a",), counter) == "made 2"


def test_language_and_minute_make_anew(counter):
    kept(stamp(), ("a",), counter)
    with translation.override("en"):
        assert kept(stamp(), ("a",), counter) == "made 2"
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert kept(stamp(), ("a",), counter) == "made 3"


def test_what_was_read_before_a_change_is_not_used_after_it(counter):
    """The stamp is taken first: whoever reads meanwhile keeps under the number from before."""
    before = stamp()
    versions.bump(1)
    kept(before, ("a",), counter)
    assert kept(stamp(), ("a",), counter) == "made 2"


def test_total_rises_with_every_bump():
    seen = [versions.total()]
    for numbers in ((1,), (1, 2), (None,), (1,)):
        versions.bump(*numbers)
        seen.append(versions.total())
    assert seen == [0, 1, 3, 4, 5]


TAG = Template('{% load fragments %}{% kept "portal/parts/notices.html" 1 notices=notices %}')


def test_part_sees_nothing_but_its_words(counter, monkeypatch):
    """Whatever the page knows about the person does not reach the part, and words are read only when it is made."""
    seen = []
    monkeypatch.setattr(fragments, "kept", lambda under, key, make: make())
    part = Template("{{ user }}{{ request }}{{ unread }}{{ shown }}")
    monkeypatch.setattr("django.template.Engine.get_template", lambda self, name: seen.append(name) or part)
    tag = Template('{% load fragments %}{% kept "x.html" 1 shown=shown %}')
    values = {"user": "王秀兰", "request": "x", "unread": 3, "shown": later(counter), "stamp": stamp()}
    assert tag.render(Context(values)) == "made 1"
    assert seen == ["x.html"]


def test_words_are_not_read_for_a_part_that_is_kept(counter):
    under, read = stamp(), Counter()
    for _time in range(2):
        TAG.render(Context({"stamp": under, "notices": later(lambda: [] if read() else None)}))
    assert read.asked == 1
