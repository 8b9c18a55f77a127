"""The check of the outbox finds what it is for."""

from datetime import UTC, datetime

import pytest

from accounts.books import deliveries_disagreeing
from tests.factories import make_delivery

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 4, tzinfo=UTC)


def test_every_way_to_end_agrees():
    taken = {"claimed_at": AT, "attempts": 1}
    make_delivery()
    make_delivery(attempts=2, claimed_at=AT)
    make_delivery(state="sending", **taken)
    make_delivery(state="unknown", **taken)
    for state in ("sent", "failed", "unknown"):
        make_delivery(state=state, ended_at=AT, **taken)
    assert deliveries_disagreeing() == []


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"state": "sent", "claimed_at": AT, "attempts": 1}, "sent): 1 attempts, taken up, not ended"),
        ({"state": "queued", "ended_at": AT}, "queued): 0 attempts, never taken up, ended"),
        ({"state": "sending", "attempts": 1}, "sending): 1 attempts, never taken up, not ended"),
        ({"state": "failed", "ended_at": AT, "claimed_at": AT}, "failed): 0 attempts, taken up, ended"),
        ({"state": "queued", "attempts": 6, "claimed_at": AT}, "queued): 6 attempts, taken up, not ended"),
    ],
)
def test_what_does_not_go_together_is_named(values, line):
    delivery = make_delivery(**values)
    assert deliveries_disagreeing() == [f"delivery {delivery.pk} (email, {line}"]
