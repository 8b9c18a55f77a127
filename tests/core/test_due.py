"""Due work: every function gets its turn."""

from datetime import UTC, datetime

import pytest

from core import clock, due

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(due, "registry", {})


def test_every_function_gets_the_same_moment():
    seen = []
    due.register("first", lambda at: seen.append(("first", at)))
    due.register("second", lambda at: seen.append(("second", at)))
    with clock.frozen(NOON):
        assert due.run_all() == []
    assert seen == [("first", NOON), ("second", NOON)]


def test_function_that_fails_is_named_and_stops_nobody(caplog):
    seen = []

    def broken(at):
        raise ValueError("no")

    due.register("broken", broken)
    due.register("after", seen.append)
    assert due.run_all(NOON) == ["broken"]
    assert seen == [NOON]
    assert caplog.messages == ["due work broken failed"]


def test_name_is_registered_once():
    due.register("same", print)
    with pytest.raises(ValueError, match="due work same is registered twice"):
        due.register("same", print)
