"""A draft is changed as a whole: plain fields, session and seats, with one audit row."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.models import AuditEntry
from core.records import Stale
from core.refusals import Refusal, Refused
from events.models import Activity, Quota, Session
from events.services import activities
from tests.event_factories import make_activity

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=SHANGHAI)
STARTS = datetime(2025, 11, 28, 14, 0, tzinfo=SHANGHAI)
ENDS = STARTS + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def draft(cast):
    activity = Activity(community=cast.community, title="反诈讲座")
    return activities.create(activity, by=cast.clerk, starts_at=STARTS, ends_at=ENDS, capacity=30)


def redraft(draft, cast, fields, **words):
    words = {"starts_at": draft.starts_at, "ends_at": draft.ends_at, "capacity": 30, **words}
    return activities.redraft(draft, by=cast.clerk, fields=fields, **words)


def test_redraft_changes_fields_times_and_seats_with_one_audit_row(cast, draft):
    later = {"starts_at": STARTS + timedelta(days=1), "ends_at": ENDS + timedelta(days=1)}
    draft.title = "防骗讲座"

    redraft(draft, cast, ["title", "starts_at", "ends_at", "capacity"], capacity=40, **later)

    stored = Activity.objects.get(pk=draft.pk)
    session = Session.objects.get(activity=draft)
    assert (stored.title, stored.starts_at, stored.ends_at, stored.version) == ("防骗讲座", *later.values(), 2)
    assert (session.starts_at, session.ends_at) == tuple(later.values())
    assert Quota.objects.get(activity=draft).capacity == 40
    assert [row.fields for row in AuditEntry.objects.all()] == [["capacity", "ends_at", "starts_at", "title"]]


def test_redraft_of_the_seats_alone_gives_one_audit_row_and_the_next_version(cast, draft):
    redraft(draft, cast, ["capacity"], capacity=12)

    assert Quota.objects.get(activity=draft).capacity == 12
    assert [row.fields for row in AuditEntry.objects.all()] == [["capacity"]]
    assert Activity.objects.get(pk=draft.pk).version == 2


def test_redraft_takes_session_and_seats_away_and_gives_them_back(cast, draft):
    redraft(draft, cast, ["starts_at", "ends_at", "capacity"], starts_at=None, ends_at=None, capacity=None)
    assert (Session.objects.count(), Quota.objects.count()) == (0, 0)

    redraft(draft, cast, ["starts_at", "ends_at", "capacity"], starts_at=STARTS, ends_at=ENDS, capacity=5)
    assert Session.objects.get(activity=draft).starts_at == STARTS
    assert Quota.objects.get(activity=draft).capacity == 5


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"capacity": 0}, Refusal.CAPACITY_INVALID),
        ({"capacity": 2**31}, Refusal.CAPACITY_INVALID),
        ({"ends_at": STARTS}, Refusal.ENDS_BEFORE_START),
        ({"ends_at": None}, Refusal.TIMES_MISSING),
    ],
)
def test_redraft_refuses_what_does_not_fit_and_keeps_everything(cast, draft, words, expected):
    draft.title = "防骗讲座"

    with pytest.raises(Refused) as caught:
        redraft(draft, cast, ["title", "ends_at", "capacity"], **words)

    stored = Activity.objects.get(pk=draft.pk)
    assert caught.value.refusal == expected
    assert (stored.title, stored.ends_at, stored.version) == ("反诈讲座", ENDS, 1)
    assert Quota.objects.get(activity=draft).capacity == 30
    assert AuditEntry.objects.count() == 0


def test_redraft_with_a_stale_version_leaves_session_and_seats(cast, draft):
    with pytest.raises(Stale):
        redraft(draft, cast, ["capacity"], capacity=12, version=7)

    assert Quota.objects.get(activity=draft).capacity == 30


def test_redraft_of_a_published_activity_is_refused(cast):
    published = make_activity(community=cast.community, capacity=30)

    with pytest.raises(Refused) as caught:
        redraft(published, cast, ["capacity"], capacity=12)

    assert caught.value.refusal == Refusal.WRONG_STATE
    assert Quota.objects.get(activity=published).capacity == 30


@pytest.mark.parametrize(("kept", "moves"), [(None, True), (timedelta(hours=3), False)], ids=["with_start", "own_time"])
def test_sign_up_that_closes_with_the_start_moves_with_it(cast, kept, moves):
    activity = make_activity(community=cast.community, starts_at=STARTS)
    closes = STARTS - (kept or timedelta())
    type(activity).objects.filter(pk=activity.pk).update(sign_up_closes_at=closes)
    activity.sign_up_closes_at, later = closes, STARTS + timedelta(days=1)
    activities.change_times(
        activity, by=cast.clerk, starts_at=later, ends_at=later + timedelta(hours=2),
        sign_up_opens_at=activity.sign_up_opens_at, sign_up_closes_at=closes, venue=activity.venue, place="",
    )  # fmt: skip
    activity.refresh_from_db()
    assert activity.sign_up_closes_at == (later if moves else closes)
