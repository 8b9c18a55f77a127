"""Who is told what about activities and sign-ups."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts import notices
from accounts.models import Delivery, Notice
from core import clock
from core.models import AuditEntry, Transition
from core.refusals import Refused
from events.models import SignUp
from events.services import activities, sign_ups
from tests.event_factories import make_activity, make_sign_up
from tests.factories import make_person, make_reachable, make_venue

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def activity(cast):
    venue = make_venue("社区服务中心", community=cast.community)
    return make_activity("义务理发", community=cast.community, starts_at=NOON + 2 * DAY, venue=venue)


def told(person):
    """Kinds told to the person with their channels, in order."""
    rows = Notice.objects.filter(person=person).order_by("pk")
    return [(row.kind, sorted(row.deliveries.values_list("channel", flat=True))) for row in rows]


def signed_up(activity, user):
    return sign_ups.sign_up(activity, user.person, by=user).sign_up


# --- sign-ups -----------------------------------------------------------------------------------------------------


def test_sign_up_is_confirmed_once(activity):
    user = make_reachable(email="a@example.cn")
    for _again in range(2):
        sign_ups.sign_up(activity, user.person, by=user, client_key="form-key-0001")
    notice = Notice.objects.get()
    step = Transition.objects.get(content_type__model="signup")
    assert (notice.occasion, notice.url) == (f"transition:{step.pk}", activity.get_absolute_url())
    assert notices.message(notice).text == (
        "义务理发，11月28日 周六 12:00–14:00，社区服务中心。来不了请早点取消，把名额留给邻居。"
    )
    assert told(user.person) == [("sign_up_confirmed", ["email"])]


def test_sign_up_that_fails_tells_nobody(cast):
    activity = make_activity(community=cast.community, capacity=1)
    make_sign_up(activity)
    user = make_reachable()
    with pytest.raises(Refused):
        sign_ups.sign_up(activity, user.person, by=user)
    assert not Notice.objects.exists()


def test_own_cancelling_is_in_the_inbox_only(activity):
    user = make_reachable(email="a@example.cn")
    party = signed_up(activity, user)
    for _again in range(2):
        sign_ups.cancel(party, by=user)
    assert told(user.person) == [("sign_up_confirmed", ["email"]), ("sign_up_cancelled", [])]


def test_cancelling_by_staff_goes_to_every_channel(activity, cast):
    user = make_reachable(email="a@example.cn")
    sign_ups.cancel(signed_up(activity, user), by=cast.clerk)
    assert told(user.person)[1:] == [("sign_up_cancelled_for", ["email", "sms"])]


def test_removal_tells_its_reason(activity, cast):
    user = make_reachable(email="a@example.cn")
    sign_ups.remove(signed_up(activity, user), by=cast.clerk, reason="重复登记")
    assert told(user.person)[1:] == [("sign_up_removed", ["email", "sms"])]
    notice = Notice.objects.get(kind="sign_up_removed")
    assert notices.reasons([notice]) == {notice.pk: "重复登记"}


def test_child_at_the_counter_is_told_through_the_guardian(activity, cast):
    guardian, child = make_reachable(), make_person("孩子")
    child.guardians.set([guardian.person])
    sign_ups.sign_up(activity, child, by=cast.clerk)
    assert (told(guardian.person), told(child)) == ([("sign_up_confirmed", [])], [])


@pytest.mark.parametrize(("email", "queries"), [("", 10), ("a@example.cn", 11)])
def test_sign_up_post_stays_in_its_budget(activity, django_assert_num_queries, email, queries):
    """budgets.md: 12 statements, not counting SAVEPOINT and RELEASE of the sign-up and of the notice."""
    user, client = make_reachable(email=email), Client()
    client.force_login(user)
    ContentType.objects.get_for_model(SignUp)
    with django_assert_num_queries(queries + 4):
        assert client.post(f"{activity.get_absolute_url()}sign-up/").status_code == 302
    assert Notice.objects.count() == 1


# --- activities ---------------------------------------------------------------------------------------------------


def change(activity, by, **values):
    now = {"starts_at": activity.starts_at, "ends_at": activity.ends_at, "venue": activity.venue, "place": ""}
    window = {"sign_up_opens_at": activity.sign_up_opens_at, "sign_up_closes_at": activity.sign_up_closes_at}
    return activities.change_times(activity, by=by, **(now | window | values))


def test_new_time_is_told_to_everybody_with_a_seat_once_for_each_change(activity, cast):
    user, left = make_reachable(email="a@example.cn"), make_reachable()
    make_sign_up(activity, user.person)
    make_sign_up(activity, left.person, state="cancelled")
    change(activity, cast.clerk, starts_at=activity.starts_at + DAY, ends_at=activity.ends_at + DAY)
    change(activity, cast.clerk)
    change(activity, cast.clerk, place="小广场")
    assert told(user.person) == [("activity_changed", ["email", "sms"])] * 2
    assert told(left.person) == []
    entries = AuditEntry.objects.filter(verb="change", content_type__model="activity").order_by("pk")
    assert [row.occasion for row in Notice.objects.order_by("pk")] == [f"audit:{row.pk}" for row in entries]
    assert notices.message(Notice.objects.latest("pk")).text == (
        "义务理发：改为 11月29日 周日 12:00–14:00，小广场。来不了的话，请取消报名。"
    )


def test_new_window_and_changed_draft_concern_nobody(activity, cast):
    make_sign_up(activity, make_reachable().person)
    change(activity, cast.clerk, sign_up_closes_at=activity.starts_at - timedelta(hours=1))
    draft = make_activity(community=cast.community, state="draft")
    change(draft, cast.clerk, place="小广场")
    assert not Notice.objects.exists()


def test_stale_change_tells_nobody(activity, cast):
    make_sign_up(activity, make_reachable().person)
    with pytest.raises(Refused):
        change(activity, cast.clerk, place="小广场", version=activity.version + 1)
    assert (Notice.objects.count(), AuditEntry.objects.filter(verb="change").count()) == (0, 0)


def test_cancelled_activity_is_told_to_everybody_with_a_seat_with_the_reason(activity, cast):
    users = [make_reachable(email="a@example.cn") for _number in range(3)]
    for user in users:
        make_sign_up(activity, user.person)
    activities.cancel(activity, by=cast.clerk, reason="大风预警")
    activities.cancel(activity, by=cast.clerk, reason="大风预警")
    assert [told(user.person) for user in users] == [[("activity_cancelled", ["email", "sms"])]] * 3
    rows = list(Notice.objects.all())
    assert set(notices.reasons(rows).values()) == {"大风预警"}
    assert Notice.objects.count() == 3


@pytest.mark.parametrize(("hours", "waits"), [(1, False), (30, True)])
def test_cancellation_at_night_waits_unless_it_is_of_today(cast, hours, waits):
    night = NOON + timedelta(hours=10)
    activity = make_activity(community=cast.community, starts_at=night + timedelta(hours=hours))
    make_sign_up(activity, make_reachable().person)
    activities.cancel(activity, by=cast.clerk, reason="停电", at=night)
    morning = datetime(2026, 11, 27, 0, tzinfo=UTC)
    assert Delivery.objects.get().not_before == (morning if waits else night)


@pytest.mark.parametrize("count", [2, 40])
def test_cancelling_takes_the_same_queries_however_many_are_told(cast, django_assert_num_queries, count):
    activity = make_activity(community=cast.community, capacity=100)
    for _number in range(count):
        make_sign_up(activity, make_reachable(email="a@example.cn").person)
    with django_assert_num_queries(23):  # with SAVEPOINT and RELEASE
        activities.cancel(activity, by=cast.clerk, reason="停电")
    assert Notice.objects.filter(kind="activity_cancelled").count() == count


def test_contact_of_a_family_is_told_too(activity, cast):
    contact, child = make_reachable(), make_person("孩子")
    child.guardians.set([make_reachable().person])
    party = make_sign_up(activity, child)
    party.contact = contact.person
    party.save()
    activities.cancel(activity, by=cast.clerk, reason="停电")
    people = set(Notice.objects.values_list("person", flat=True))
    assert people == {contact.person_id, child.guardians.get().pk}


def test_withdrawn_and_finished_tell_nobody(cast):
    withdrawn = make_activity(community=cast.community)
    over = make_activity(community=cast.community, starts_at=NOON - DAY)
    make_sign_up(over, make_reachable().person)
    activities.withdraw(withdrawn, by=cast.clerk, reason="写错了")
    activities.finish(over, by=cast.clerk)
    assert not Notice.objects.exists()


def test_notice_names_nobody_else(activity, cast):
    """Of the others, of staff and of the reason nothing is in what is kept."""
    make_sign_up(activity, make_reachable("王秀兰").person)
    activities.cancel(activity, by=cast.clerk, reason="王秀兰住院")
    kept = Notice.objects.values_list("words", "url")
    assert [name for name in ("王秀兰", "住院", str(cast.clerk)) if name in str(list(kept))] == []
