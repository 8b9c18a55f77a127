"""Telling people: once, on the channels they have, not at night."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import notices
from accounts.models import Delivery, Notice, NoticeSwitch
from accounts.notices import Kind, notify, notify_all
from core import clock
from core.models import AuditEntry, ReasonText
from events.services import activities
from tests.event_factories import make_activity
from tests.events.test_races import at_once
from tests.factories import a_phone, make_message, make_person, make_reachable, make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
"""12:00 in Shanghai."""
PLAIN = Kind("test_plain", "plain", "Something", "About {title}.", sms="Something, sign in.")
SILENT = Kind("test_silent", "silent", "Something", "About {title}.", email=False)
PRESSING = Kind("test_pressing", "pressing", "Off", "{title} is off.", sms="Off.", urgent=True, with_reason=True)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    own = {kind.code: kind for kind in (PLAIN, SILENT, PRESSING)}
    monkeypatch.setattr(notices, "registry", notices.registry | own)
    with clock.frozen(NOON):
        yield


def ways(person):
    return sorted(Delivery.objects.filter(notice__person=person).values_list("channel", flat=True))


def here(day, hour, minute=0):
    """A moment of November 2026 in Shanghai."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


# --- once ---------------------------------------------------------------------------------------------------------


def test_notice_holds_what_was_said():
    user = make_reachable(email="a@example.cn")
    notice = notify(user.person, PLAIN, "transition:12", words={"title": "义务理发"}, url="/activities/x/")
    stored = Notice.objects.get()
    assert notice == stored
    assert (stored.person, stored.kind, stored.occasion, stored.url) == (
        user.person,
        "test_plain",
        "transition:12",
        "/activities/x/",
    )
    assert (stored.words, stored.created_at, stored.read_at) == ({"title": "义务理发"}, NOON, None)
    assert notices.message(stored) == ("Something", "About 义务理发.", "")
    assert ways(user.person) == ["email", "sms"]


@pytest.mark.parametrize("many", [False, True])
def test_told_twice_is_told_once_and_the_transaction_lives(many):
    user, other = make_reachable(email="a@example.cn"), make_reachable()
    people = [user.person_id, other.person_id] if many else [user.person_id]
    with transaction.atomic():
        first = notify_all(people, PLAIN, "transition:1")
        second = notify_all(people, PLAIN, "transition:1", words={"title": "anew"})
        later = make_person("later")
    assert ([row.person_id for row in first], second) == (sorted(people), [])
    assert Notice.objects.count() == len(people)
    assert Notice.objects.filter(words={}).count() == len(people)
    assert ways(user.person) == ["email", "sms"]
    later.refresh_from_db()


def test_some_told_before_the_others_are_told_now():
    told, fresh, third = (make_reachable() for _number in range(3))
    notify(told.person, PLAIN, "transition:1")
    made = notify_all([told.person_id, fresh.person_id, third.person_id], PLAIN, "transition:1")
    assert [row.person_id for row in made] == [fresh.person_id, third.person_id]
    assert [ways(user.person) for user in (told, fresh, third)] == [["sms"], ["sms"], ["sms"]]


def test_another_occasion_or_kind_is_another_notice():
    user = make_reachable()
    told = [notify(user.person, *what) for what in ((PLAIN, "a"), (PLAIN, "b"), (SILENT, "a"))]
    assert [row is None for row in told] == [False, False, False]
    assert notify(user.person, SILENT, "a") is None


def test_what_the_caller_undoes_was_never_told():
    user = make_reachable()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify(user.person, PLAIN, "transition:1")
        _ = 1 / 0
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [False, True])
def test_told_by_four_at_once_is_told_once(many):
    """The constraint decides; whoever comes second loses nothing but the notice."""
    people = [make_reachable(email="a@example.cn").person for _number in range(1 + many)]

    def tell():
        with transaction.atomic():
            if many:
                notify_all([person.pk for person in people], PLAIN, "transition:1")
            else:
                notify(people[0], PLAIN, "transition:1")
            return make_person().pk

    made = at_once([tell] * 4)
    assert sorted(map(type, made), key=str) == [int] * 4
    assert Notice.objects.count() == len(people)
    assert [ways(person) for person in people] == [["email", "sms"]] * len(people)


def test_kind_outside_the_catalogue_is_refused():
    with pytest.raises(KeyError):
        notify(make_person(), Kind("test_unknown", "", "", ""), "a")
    assert not Notice.objects.exists()


def test_code_is_registered_once():
    with pytest.raises(ValueError, match="the kind test_plain is registered twice"):
        notices.register(PLAIN)


# --- whom, and how ------------------------------------------------------------------------------------------------


def test_channels_are_those_that_the_person_has():
    nobody, only_phone = make_person(), make_person(phone=a_phone())
    unproved = make_user(email="a@example.cn")
    by_account = make_user()
    by_account.set_phone(a_phone(), at=NOON)
    by_account.save()
    closed = make_reachable(email="b@example.cn", is_active=False)
    invented = make_reachable(email="c@example.cn")
    invented.person.is_sample = True
    invented.person.save()
    people = [nobody, only_phone, unproved.person, by_account.person, closed.person, invented.person]
    for person in people:
        notify(person, PLAIN, "one")
    notify_all([person.pk for person in people], PLAIN, "many")
    expected = [[], ["sms"], [], ["sms"], ["sms"], ["email"]]
    for occasion in ("one", "many"):
        rows = Delivery.objects.filter(notice__occasion=occasion)
        found = [sorted(rows.filter(notice__person=person).values_list("channel", flat=True)) for person in people]
        assert found == expected, occasion
    assert Notice.objects.count() == 2 * len(people)


def test_kind_uses_its_own_channels_only():
    user = make_reachable(email="a@example.cn")
    notify(user.person, SILENT, "a")
    assert ways(user.person) == []


def test_children_are_told_through_their_guardians():
    mother, father = make_reachable("母亲"), make_reachable("父亲")
    child, sister, orphan = make_person("孩子"), make_person("妹妹"), make_person("独自")
    for one in (child, sister):
        one.guardians.set([mother.person, father.person])
    notify(child, PLAIN, "a")
    notify_all([child.pk, sister.pk, orphan.pk, mother.person_id], PLAIN, "b")
    rows = Notice.objects.order_by("pk").values_list("occasion", "person__name")
    assert sorted(rows) == sorted([("a", "母亲"), ("a", "父亲"), ("b", "母亲"), ("b", "父亲"), ("b", "独自")])


def test_child_with_a_phone_is_told_directly():
    child = make_person("孩子", phone=a_phone())
    child.guardians.set([make_reachable().person])
    notify(child, PLAIN, "a")
    assert Notice.objects.get().person == child


@pytest.mark.parametrize("count", [2, 50])
def test_many_take_the_same_queries(django_assert_num_queries, count):
    people = [make_reachable(email="a@example.cn").person_id for _number in range(count)]
    with django_assert_num_queries(4):
        assert len(notify_all(people, PLAIN, "a", words={"title": "x"})) == count


def test_one_without_channels_takes_one_query(django_assert_num_queries):
    user = make_user()
    assert user.person.user == user
    with django_assert_num_queries(3):  # with SAVEPOINT and RELEASE
        notify(user.person, PLAIN, "a")


# --- quiet hours --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (here(26, 8), here(26, 8)),
        (here(26, 20, 59), here(26, 20, 59)),
        (here(26, 21), here(27, 8)),
        (here(26, 23, 59), here(27, 8)),
        (here(27, 0), here(27, 8)),
        (here(27, 7, 59), here(27, 8)),
    ],
)
def test_nobody_is_disturbed_from_nine_to_eight(at, expected):
    assert notices.not_before(PLAIN, at) == expected
    assert notices.not_before(PLAIN, at, concerns=at) == expected


@pytest.mark.parametrize(
    ("at", "concerns", "leaves"),
    [
        (here(26, 22), here(26, 22, 30), here(26, 22)),
        (here(26, 6), here(26, 14), here(26, 6)),
        (here(26, 22), here(27, 6), here(26, 22)),
        (here(26, 22), here(27, 8), here(26, 22)),
        (here(26, 22), here(27, 9), here(27, 8)),
        (here(26, 22), None, here(27, 8)),
        (here(26, 12), here(29, 9), here(26, 12)),
    ],
)
def test_what_presses_leaves_at_once(at, concerns, leaves):
    assert notices.not_before(PRESSING, at, concerns) == leaves


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_leaves_never_in_quiet_hours_and_never_early(at):
    leaves = notices.not_before(PLAIN, at)
    assert notices.quiet_since(leaves) is None
    assert timedelta(0) <= leaves - at <= timedelta(hours=11)
    assert (leaves == at) == (notices.quiet_since(at) is None)


def test_delivery_waits_for_the_morning():
    user = make_reachable()
    notify(user.person, PRESSING, "a", at=here(26, 22), concerns=here(28, 9))
    notify(user.person, PRESSING, "b", at=here(26, 22), concerns=here(26, 22, 30))
    assert list(Delivery.objects.order_by("pk").values_list("not_before", flat=True)) == [here(27, 8), here(26, 22)]


# --- words --------------------------------------------------------------------------------------------------------


def test_words_are_never_taken_for_placeholders():
    notice = make_message(kind="test_plain", words={"title": "{title} {0} {x.y} %s"})
    assert notices.message(notice).text == "About {title} {0} {x.y} %s."


def test_notice_without_its_words_or_kind_can_still_be_read():
    assert notices.message(make_message(kind="test_plain", words={})).text == "About ."
    assert notices.message(make_message(kind="gone")) == ("消息", "", "")


def test_reason_is_read_from_its_own_row_and_blanked_with_it(cast, django_assert_num_queries):
    activity = make_activity(community=cast.community)
    step = activities.cancel(activity, by=cast.clerk, reason="大风预警").transition
    shown = make_message(kind="test_pressing", occasion=f"transition:{step.pk}")
    others = [make_message(kind="test_plain", occasion=f"transition:{step.pk}"), make_message(kind="test_pressing")]
    with django_assert_num_queries(1):
        assert notices.reasons([shown, *others]) == {shown.pk: "大风预警"}
    with django_assert_num_queries(0):
        assert notices.reasons(others) == {}
    ReasonText.objects.update(text="")
    assert notices.reasons([shown]) == {}


# --- reading and switches -----------------------------------------------------------------------------------------


def test_reading_counts_once_and_concerns_ones_own_only():
    person, other = make_person(), make_person()
    mine, foreign = make_message(person), make_message(other)
    notices.mark_read(mine, at=NOON)
    notices.mark_read(mine, at=NOON + timedelta(hours=1))
    mine.refresh_from_db()
    assert (mine.read_at, notices.unread_count(person.pk), notices.unread_count(other.pk)) == (NOON, 0, 1)
    assert list(notices.inbox(person.pk)) == [mine]
    assert (list(notices.inbox(None)), notices.unread_count(None)) == ([], 0)
    assert foreign.read_at is None


def test_all_read_leaves_what_came_since():
    person = make_person()
    seen = [make_message(person) for _number in range(3)]
    since, foreign = make_message(person), make_message()
    assert notices.mark_all_read(person, up_to=foreign.public_id) == 4
    Notice.objects.update(read_at=None)
    assert notices.mark_all_read(person, up_to=seen[-1].public_id) == 3
    assert set(Notice.objects.unread()) == {since, foreign}


def test_switches_concern_the_kinds_on_the_form_only():
    user = make_reachable()
    NoticeSwitch.objects.create(person=user.person, kind="test_silent", channel="sms")
    off = {("test_plain", "sms"), ("test_pressing", "email"), ("test_silent", "sms"), ("nothing", "sms")}
    notices.set_switches(user.person, [PLAIN, PRESSING], off, by=user)
    before = AuditEntry.objects.get(verb="switch_notices")
    assert (before.actor, before.object_id) == (user, user.person_id)
    assert before.fields == ["test_plain", "test_pressing"]
    notices.set_switches(user.person, [PLAIN, PRESSING], off, by=user)
    assert AuditEntry.objects.filter(verb="switch_notices").count() == 1
    notices.set_switches(user.person, [PLAIN, PRESSING], {("test_pressing", "email")}, by=user)
    assert notices.switched_off(user.person) == {("test_pressing", "email"), ("test_silent", "sms")}


def test_staff_kinds_are_offered_to_staff_only():
    staff_only = {kind.code for kind in notices.offered(staff=True)} - {
        kind.code for kind in notices.offered(staff=False)
    }
    assert staff_only == {"review_asked", "review_published", "review_returned"}
    assert "sign_up_cancelled" not in {kind.code for kind in notices.offered(staff=True)}


def test_text_messages_say_nothing_about_anybody():
    """No placeholders, so no names, titles, illness or addresses; short enough for one message."""
    texts = [str(kind.sms) for kind in notices.registry.values() if kind.sms]
    assert [text for text in texts if "{" in text or "%" in text or len(text) > 67] == []
    ours = [str(kind.sms) for kind in notices.registry.values() if kind.sms and not kind.code.startswith("test_")]
    assert ours and all(text.startswith("【邻里】") for text in ours)


def test_titles_hold_nothing_personal():
    assert [kind.code for kind in notices.registry.values() if "{" in str(kind.title)] == []
