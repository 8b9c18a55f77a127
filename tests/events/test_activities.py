from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock, versions
from core.models import AuditEntry, Transition
from core.records import Stale
from core.refusals import Refusal, Refused
from core.states import Conflict, history
from events.models import Activity, ActivityPartner, Quota, Session
from events.services import activities
from events.services.seats import seats_disagreeing
from tests.event_factories import make_activity, make_sign_up, quota_of
from tests.factories import make_partner, make_team, make_theme, make_venue

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=SHANGHAI)
STARTS = datetime(2025, 11, 28, 14, 0, tzinfo=SHANGHAI)
ENDS = STARTS + timedelta(hours=2)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def draft(cast):
    """A draft of the clerk, ready for review."""
    activity = Activity(community=cast.community, title="反诈讲座")
    return activities.create(activity, by=cast.clerk, starts_at=STARTS, ends_at=ENDS, capacity=30)


def refusal(call, *args, **words):
    with pytest.raises(Refused) as caught:
        call(*args, **words)
    return caught.value


def stored(activity):
    return Activity.objects.get(pk=activity.pk)


def create(cast, *, by=None, starts_at=STARTS, ends_at=ENDS, capacity=None, themes=(), partners=(), **values):
    activity = Activity(**{"community": cast.community, "title": "活动", **values})
    words = {"starts_at": starts_at, "ends_at": ends_at, "capacity": capacity}
    return activities.create(activity, by=by or cast.clerk, themes=themes, partners=partners, **words)


# --- creating -----------------------------------------------------------------------------------------------------


def test_create_makes_a_draft_with_session_seats_themes_and_partners(cast):
    theme, site_wide = make_theme(community=cast.community), make_theme()
    unit, other = make_partner(community=cast.community), make_partner(community=cast.community)
    activity = create(cast, capacity=30, themes=[theme, site_wide], partners=[unit, (other, "lead")])
    activity = stored(activity)
    assert (activity.state, activity.drafted_by) == ("draft", cast.clerk)
    assert (activity.starts_at, activity.ends_at) == (STARTS, ENDS)
    assert (activity.sign_up_opens_at, activity.sign_up_closes_at) == (None, None)
    session = Session.objects.get()
    assert (session.activity, session.seq, session.starts_at, session.ends_at) == (activity, 1, STARTS, ENDS)
    quota = Quota.objects.get()
    assert (quota.role, quota.capacity, quota.seats_taken, quota.is_open) == ("participant", 30, 0, False)
    assert set(activity.themes.all()) == {theme, site_wide}
    partners = list(ActivityPartner.objects.values_list("partner_unit", "role"))
    assert partners == [(unit.pk, "co_organiser"), (other.pk, "lead")]
    step = history(activity).get()
    assert (step.verb, step.source, step.target, step.actor) == ("create", "", "draft", cast.clerk)
    assert not AuditEntry.objects.exists()


def test_create_without_times_and_seats_is_a_bare_draft(cast):
    activity = create(cast, starts_at=None, ends_at=None)
    assert not Session.objects.exists()
    assert not Quota.objects.exists()
    assert refusal(activities.submit, activity, by=cast.clerk).refusal == Refusal.TIMES_MISSING


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"capacity": 0}, Refusal.CAPACITY_INVALID),
        ({"capacity": -1}, Refusal.CAPACITY_INVALID),
        ({"capacity": 2**31}, Refusal.CAPACITY_INVALID),
        ({"starts_at": None}, Refusal.TIMES_MISSING),
        ({"ends_at": None}, Refusal.TIMES_MISSING),
        ({"ends_at": STARTS}, Refusal.ENDS_BEFORE_START),
        ({"ends_at": STARTS - HOUR}, Refusal.ENDS_BEFORE_START),
        ({"ends_at": ENDS.replace(year=9999)}, Refusal.INVALID),
        ({"starts_at": STARTS.replace(year=1)}, Refusal.INVALID),
        ({"sign_up_opens_at": STARTS}, Refusal.WINDOW_INVALID),
        ({"sign_up_opens_at": ENDS + HOUR}, Refusal.WINDOW_INVALID),
        ({"sign_up_closes_at": ENDS + HOUR}, Refusal.WINDOW_INVALID),
        ({"sign_up_opens_at": NOW + HOUR, "sign_up_closes_at": NOW}, Refusal.WINDOW_INVALID),
        ({"sign_up_opens_at": NOW, "sign_up_closes_at": NOW}, Refusal.WINDOW_INVALID),
        ({"min_age": 60, "max_age": 18}, Refusal.AGES_INVALID),
    ],
)
def test_create_refuses_what_does_not_fit_together_and_keeps_nothing(cast, words, expected):
    assert refusal(create, cast, **{"capacity": 30, **words}).refusal == expected
    assert not Activity.objects.exists()
    assert not Transition.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        {"sign_up_opens_at": NOW, "sign_up_closes_at": ENDS},
        {"sign_up_opens_at": NOW + HOUR},
        {"sign_up_closes_at": NOW + HOUR},
        {"min_age": 18, "max_age": 18},
        {"capacity": 1},
        {"capacity": 100_000},
    ],
)
def test_create_takes_what_just_fits(cast, words):
    assert create(cast, **words).pk


def test_create_refuses_what_belongs_to_another_community(cast):
    foreign = {
        "venue": make_venue(community=cast.other),
        "team": make_team(community=cast.other),
        "themes": [make_theme(community=cast.other)],
        "partners": [make_partner(community=cast.other)],
    }
    for name, value in foreign.items():
        assert refusal(create, cast, **{name: value}).refusal == Refusal.OTHER_COMMUNITY
    assert not Activity.objects.exists()


@pytest.mark.parametrize("name", ["outsider", "resident", "careworker", "district", "auditor", "admin"])
def test_create_is_refused_without_the_right_in_that_community(cast, name):
    assert refusal(create, cast, by=cast.users[name]).refusal == Refusal.NOT_ALLOWED
    assert not Activity.objects.exists()


# --- review -------------------------------------------------------------------------------------------------------


def test_draft_review_and_publication(cast, draft):
    activities.submit(draft, by=cast.clerk, version=draft.version)
    assert draft.state == "in_review"
    before = versions.current(cast.community.pk)
    done = activities.publish(draft, by=cast.secretary, version=draft.version, at=NOW + HOUR)
    assert done.already is False
    assert versions.current(cast.community.pk) == before + 1
    published = stored(draft)
    window = published.sign_up_opens_at, published.sign_up_closes_at
    assert (published.state, window) == ("published", (NOW + HOUR, STARTS))
    assert quota_of(draft).is_open is True
    assert [(step.verb, step.actor) for step in history(draft)] == [
        ("create", cast.clerk),
        ("submit", cast.clerk),
        ("publish", cast.secretary),
    ]
    assert list(Activity.objects.public().open_for_sign_up(NOW + HOUR)) == [published]
    assert seats_disagreeing() == []


def test_a_window_that_was_entered_stays(cast):
    activity = create(cast, capacity=5, sign_up_opens_at=NOW + HOUR, sign_up_closes_at=ENDS)
    activities.submit(activity, by=cast.clerk)
    activities.publish(activity, by=cast.secretary)
    assert (stored(activity).sign_up_opens_at, stored(activity).sign_up_closes_at) == (NOW + HOUR, ENDS)


def test_publication_after_the_start_gives_a_window_in_order(cast, draft):
    activities.submit(draft, by=cast.clerk)
    activities.publish(draft, by=cast.secretary, at=STARTS + timedelta(minutes=5))
    assert stored(draft).sign_up_opens_at < stored(draft).sign_up_closes_at == STARTS


def test_the_author_never_publishes_the_own_draft(cast):
    activity = create(cast, by=cast.secretary, capacity=5)
    activities.submit(activity, by=cast.secretary)
    assert refusal(activities.publish, activity, by=cast.secretary).refusal == Refusal.OWN_DRAFT
    assert stored(activity).state == "in_review"


@pytest.mark.parametrize("name", ["clerk", "clerk2", "gridworker", "outsider_secretary", "admin", "resident"])
def test_only_the_secretary_of_the_community_publishes_and_returns(cast, draft, name):
    activities.submit(draft, by=cast.clerk)
    assert refusal(activities.publish, draft, by=cast.users[name]).refusal == Refusal.NOT_ALLOWED
    assert refusal(activities.return_to_draft, draft, by=cast.users[name], reason="x").refusal == Refusal.NOT_ALLOWED


def test_publishing_twice_says_already(cast, draft):
    activities.submit(draft, by=cast.clerk)
    again, version = stored(draft), draft.version
    first = activities.publish(draft, by=cast.secretary, version=version)
    second = activities.publish(again, by=cast.secretary, version=version)
    assert (second.already, second.transition) == (True, first.transition)
    assert history(draft).filter(verb="publish").count() == 1


def test_returned_to_the_author_with_a_reason(cast, draft):
    activities.submit(draft, by=cast.clerk)
    assert refusal(activities.return_to_draft, draft, by=cast.secretary).refusal == Refusal.REASON_NEEDED
    done = activities.return_to_draft(draft, by=cast.secretary, reason="请补充携带物品")
    assert (draft.state, done.transition.reason_text.text) == ("draft", "请补充携带物品")


def test_publishing_what_was_returned_meanwhile_is_a_conflict_that_says_what_happened(cast, draft):
    activities.submit(draft, by=cast.clerk)
    stale = stored(draft)
    activities.return_to_draft(draft, by=cast.secretary, reason="x")
    refused = refusal(activities.publish, stale, by=cast.secretary, version=stale.version)
    assert isinstance(refused, Conflict)
    assert (refused.last.verb, list(refused.possible)) == ("return", ["submit"])
    assert quota_of(draft).is_open is False


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"capacity": None}, Refusal.QUOTA_MISSING),
        ({"risk": "medium"}, Refusal.RISK_TEXT_MISSING),
        ({"risk": "high", "risk_note": "湿滑"}, Refusal.RISK_TEXT_MISSING),
        ({"risk": "high", "risk_note": "  ", "is_insured": True}, Refusal.RISK_TEXT_MISSING),
        ({"starts_in": timedelta(days=-2)}, Refusal.FINISHED),
    ],
)
def test_what_is_not_ready_goes_neither_to_review_nor_to_the_public(cast, values, expected):
    draft = make_activity(community=cast.community, state="draft", **values)
    assert refusal(activities.submit, draft, by=cast.clerk).refusal == expected
    waiting = make_activity(community=cast.community, state="in_review", **values)
    assert refusal(activities.publish, waiting, by=cast.secretary).refusal == expected
    assert (stored(draft).state, stored(waiting).state) == ("draft", "in_review")


def test_risk_with_notice_and_insurance_and_activities_without_sign_up_are_published(cast):
    risky = make_activity(community=cast.community, state="in_review", risk="high", risk_note="湿滑", is_insured=True)
    open_air = make_activity(
        community=cast.community,
        state="in_review",
        needs_sign_up=False,
        capacity=None,
        sign_up_opens_at=None,
        sign_up_closes_at=None,
    )
    for activity in (risky, open_air):
        assert activities.publish(activity, by=cast.secretary).already is False
    assert stored(open_air).sign_up_opens_at is None


# --- the end ------------------------------------------------------------------------------------------------------


def test_withdrawn_while_nobody_has_signed_up(cast):
    activity = make_activity(community=cast.community)
    activities.withdraw(activity, by=cast.clerk, reason="日期有误")
    assert (stored(activity).state, quota_of(activity).is_open) == ("withdrawn", False)
    assert not Activity.objects.public().exists()
    assert seats_disagreeing() == []


def test_not_withdrawn_once_somebody_has_signed_up(cast):
    activity = make_activity(community=cast.community)
    make_sign_up(activity)
    assert refusal(activities.withdraw, activity, by=cast.clerk, reason="x").refusal == Refusal.HAS_SIGN_UPS
    assert (stored(activity).state, quota_of(activity).is_open) == ("published", True)


def test_withdrawn_after_the_last_one_cancelled(cast):
    activity = make_activity(community=cast.community)
    make_sign_up(activity, state="cancelled")
    activities.withdraw(activity, by=cast.clerk, reason="x")
    assert stored(activity).state == "withdrawn"


def test_cancelled_keeps_its_sign_ups_and_stays_public(cast):
    activity = make_activity(community=cast.community)
    make_sign_up(activity)
    activities.cancel(activity, by=cast.clerk, reason="暴雨")
    quota = quota_of(activity)
    assert (stored(activity).state, quota.is_open, quota.seats_taken) == ("cancelled", False, 1)
    assert list(Activity.objects.public()) == [activity]
    assert seats_disagreeing() == []


def test_what_is_over_is_not_cancelled_but_finished(cast):
    activity = make_activity(community=cast.community)
    assert refusal(activities.finish, activity, by=cast.clerk).refusal == Refusal.NOT_OVER_YET
    assert refusal(activities.finish, activity, by=cast.clerk, at=activity.ends_at - HOUR).words == {
        "ends": "11月27日 周四 11:00"
    }
    assert refusal(activities.cancel, activity, by=cast.clerk, reason="x", at=activity.ends_at).refusal == (
        Refusal.FINISHED
    )
    activities.finish(activity, by=cast.clerk, at=activity.ends_at)
    assert (stored(activity).state, quota_of(activity).is_open) == ("finished", False)
    assert refusal(activities.cancel, activity, by=cast.clerk, reason="x").refusal == Refusal.WRONG_STATE


@pytest.mark.parametrize("verb", ["withdraw", "cancel"])
def test_calling_off_needs_a_reason(cast, verb):
    activity = make_activity(community=cast.community)
    assert refusal(getattr(activities, verb), activity, by=cast.clerk).refusal == Refusal.REASON_NEEDED
    assert (stored(activity).state, quota_of(activity).is_open) == ("published", True)


@pytest.mark.parametrize("verb", ["withdraw", "cancel", "finish"])
@pytest.mark.parametrize("name", ["outsider", "gridworker", "resident", "district"])
def test_calling_off_and_finishing_are_refused_without_the_right(cast, verb, name):
    activity = make_activity(community=cast.community)
    call = getattr(activities, verb)
    assert refusal(call, activity, by=cast.users[name], reason="x", at=activity.ends_at).refusal == Refusal.NOT_ALLOWED


# --- changing -----------------------------------------------------------------------------------------------------


def test_two_clerks_change_the_same_draft_and_the_second_sees_what_the_first_did(cast, draft):
    first, second, version = stored(draft), stored(draft), draft.version
    first.title, second.title = "反诈讲座（上）", "反诈讲座（下）"
    activities.change(first, by=cast.clerk, fields=["title"], version=version)
    refused = refusal(activities.change, second, by=cast.clerk2, fields=["title"], version=version)
    assert isinstance(refused, Stale)
    assert (refused.fields, refused.current.title) == (["title"], "反诈讲座（上）")
    entry = AuditEntry.objects.get()
    assert (entry.object, entry.verb, entry.actor, entry.fields) == (draft, "change", cast.clerk, ["title"])


def test_sending_a_draft_that_a_colleague_changed_is_a_conflict_that_names_the_colleague(cast, draft):
    stale = stored(draft)
    draft.title = "反诈讲座（上）"
    activities.change(draft, by=cast.clerk2, fields=["title"])
    refused = refusal(activities.submit, stale, by=cast.clerk, version=stale.version)
    assert isinstance(refused, Conflict)
    assert refused.last.actor == cast.clerk2
    assert str(cast.clerk2) in str(refused)


@pytest.mark.parametrize("state", ["in_review", "withdrawn", "cancelled", "finished"])
def test_what_is_in_review_or_over_is_not_changed(cast, state):
    activity = make_activity(community=cast.community, state=state)
    words = {"starts_at": STARTS, "ends_at": ENDS, "sign_up_opens_at": None, "sign_up_closes_at": None}
    for call, more in (
        (activities.change, {"fields": ["title"]}),
        (activities.change_times, {**words, "venue": None, "place": ""}),
        (activities.change_capacity, {"capacity": 5}),
    ):
        assert refusal(call, activity, by=cast.clerk, **more).refusal == Refusal.WRONG_STATE


def test_once_published_the_fields_with_a_service_are_not_changed_by_the_form(cast):
    activity = make_activity(community=cast.community)
    activity.place = "别处"
    assert refusal(activities.change, activity, by=cast.clerk, fields=["place"]).refusal == Refusal.NOT_ALLOWED
    activity.description = "新的说明"
    activities.change(activity, by=cast.clerk, fields=["description"])
    assert (stored(activity).place, stored(activity).description) == ("", "新的说明")


def test_a_change_that_does_not_fit_is_refused(cast, draft):
    draft.min_age, draft.max_age = 60, 18
    assert refusal(activities.change, draft, by=cast.clerk, fields=["min_age", "max_age"]).refusal == (
        Refusal.AGES_INVALID
    )


def test_a_draft_is_not_moved_to_a_community_without_the_right_there(cast, draft):
    draft.community = cast.other
    assert refusal(activities.change, draft, by=cast.clerk, fields=["community"]).refusal == Refusal.NOT_ALLOWED
    assert stored(draft).community == cast.community


def change_times(activity, by, **words):
    values = {
        "starts_at": activity.starts_at,
        "ends_at": activity.ends_at,
        "sign_up_opens_at": activity.sign_up_opens_at,
        "sign_up_closes_at": activity.sign_up_closes_at,
        "venue": activity.venue,
        "place": activity.place,
    }
    return activities.change_times(activity, by=by, **{**values, **words})


def test_change_times_moves_session_and_activity_with_one_audit_row(cast):
    activity, venue = make_activity(community=cast.community), make_venue(community=cast.community)
    before = versions.current(cast.community.pk)
    change_times(activity, cast.clerk, starts_at=STARTS, ends_at=ENDS, sign_up_closes_at=None, venue=venue, version=1)
    now = stored(activity)
    assert (now.starts_at, now.ends_at, now.sign_up_closes_at, now.venue) == (STARTS, ENDS, STARTS, venue)
    assert (activity.starts_at, activity.version, now.version) == (STARTS, 2, 2)
    assert list(Session.objects.values_list("starts_at", "ends_at")) == [(STARTS, ENDS)]
    entry = AuditEntry.objects.get()
    assert entry.object == activity
    assert entry.fields == ["ends_at", "sign_up_closes_at", "starts_at", "venue"]
    assert versions.current(cast.community.pk) == before + 1


def test_change_times_to_the_same_changes_nothing(cast):
    activity = make_activity(community=cast.community)
    change_times(activity, cast.clerk)
    assert not AuditEntry.objects.exists()
    assert stored(activity).version == 1


def test_change_times_gives_a_bare_draft_its_session(cast):
    activity = create(cast, starts_at=None, ends_at=None)
    change_times(activity, cast.clerk, starts_at=STARTS, ends_at=ENDS)
    assert Session.objects.get().starts_at == stored(activity).starts_at == STARTS
    assert stored(activity).sign_up_opens_at is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"starts_at": None, "ends_at": None}, Refusal.TIMES_MISSING),
        ({"ends_at": None}, Refusal.TIMES_MISSING),
        ({"starts_at": ENDS, "ends_at": STARTS}, Refusal.ENDS_BEFORE_START),
        ({"sign_up_opens_at": NOW + timedelta(days=5)}, Refusal.WINDOW_INVALID),
        ({"sign_up_closes_at": NOW + timedelta(days=9)}, Refusal.WINDOW_INVALID),
        ({"starts_at": NOW - HOUR, "ends_at": NOW}, Refusal.FINISHED),
    ],
)
def test_change_times_refuses_what_does_not_fit_and_keeps_the_old(cast, words, expected):
    activity = make_activity(community=cast.community)
    old = stored(activity)
    assert refusal(change_times, activity, cast.clerk, **words).refusal == expected
    assert (activity.starts_at, stored(activity).starts_at) == (old.starts_at, old.starts_at)
    assert Session.objects.get().starts_at == old.starts_at
    assert not AuditEntry.objects.exists()


def test_change_times_of_what_is_over_is_refused(cast):
    activity = make_activity(community=cast.community, starts_in=timedelta(days=-1))
    assert refusal(change_times, activity, cast.clerk, starts_at=STARTS, ends_at=ENDS).refusal == Refusal.FINISHED


def test_change_times_with_a_stale_version_is_refused_and_leaves_the_session(cast):
    activity = make_activity(community=cast.community)
    old = activity.starts_at
    refused = refusal(change_times, activity, cast.clerk, starts_at=STARTS, ends_at=ENDS, version=7)
    assert isinstance(refused, Stale)
    assert Session.objects.get().starts_at == old


def test_change_times_to_a_venue_of_another_community_is_refused(cast):
    activity = make_activity(community=cast.community)
    venue = make_venue(community=cast.other)
    assert refusal(change_times, activity, cast.clerk, venue=venue).refusal == Refusal.OTHER_COMMUNITY


def test_change_times_of_an_activity_with_several_sessions_is_refused(cast):
    activity = make_activity(community=cast.community)
    Session.objects.create(activity=activity, seq=2, starts_at=STARTS, ends_at=ENDS)
    assert refusal(change_times, activity, cast.clerk, starts_at=STARTS, ends_at=ENDS).refusal == Refusal.INVALID


def test_change_capacity_with_one_audit_row_and_the_next_version(cast):
    activity = make_activity(community=cast.community, capacity=20)
    activities.change_capacity(activity, by=cast.clerk, capacity=30, version=1)
    assert (quota_of(activity).capacity, stored(activity).version, activity.version) == (30, 2, 2)
    assert AuditEntry.objects.get().fields == ["capacity"]
    activities.change_capacity(activity, by=cast.clerk, capacity=30)
    assert AuditEntry.objects.count() == 1


def test_change_capacity_gives_a_draft_its_seats(cast):
    activity = make_activity(community=cast.community, state="draft", capacity=None)
    activities.change_capacity(activity, by=cast.clerk, capacity=30)
    assert (quota_of(activity).capacity, quota_of(activity).is_open) == (30, False)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (0, Refusal.CAPACITY_INVALID),
        (-5, Refusal.CAPACITY_INVALID),
        (2**31, Refusal.CAPACITY_INVALID),
        (1, Refusal.CAPACITY_BELOW_TAKEN),
    ],
)
def test_change_capacity_refuses_and_keeps_the_old(cast, capacity, expected):
    activity = make_activity(community=cast.community, capacity=20)
    make_sign_up(activity)
    make_sign_up(activity)
    assert refusal(activities.change_capacity, activity, by=cast.clerk, capacity=capacity).refusal == expected
    assert (quota_of(activity).capacity, stored(activity).version) == (20, 1)


def test_change_capacity_with_a_stale_version_is_refused(cast):
    activity = make_activity(community=cast.community, capacity=20)
    refused = refusal(activities.change_capacity, activity, by=cast.clerk, capacity=30, version=7)
    assert isinstance(refused, Stale)
    assert quota_of(activity).capacity == 20
