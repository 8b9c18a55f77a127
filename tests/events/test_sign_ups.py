from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType

from core import clock
from core.models import Transition
from core.refusals import Refusal, Refused
from core.states import history
from events.models import Activity, Participant, SignUp
from events.services import activities, sign_ups, standings
from events.services.seats import seats_disagreeing
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import (
    make_community,
    make_member,
    make_person,
    make_resident,
    make_team,
    make_user,
    make_volunteer,
)

pytestmark = pytest.mark.django_db

KEY = "form-key-0001"
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def user():
    return make_signed_in()


@pytest.fixture
def activity():
    return make_activity(capacity=2)


def sign_up(activity, user, **words):
    return sign_ups.sign_up(activity, user.person, by=user, **words)


def refusal(call, *args, **words):
    with pytest.raises(Refused) as caught:
        call(*args, **words)
    return caught.value


def assert_same_answer(activity, user, expected, at=None):
    """Page and POST give the same refusal, and the POST leaves nothing behind."""
    before = SignUp.objects.count()
    asked = standings.why_not_sign_up(activity, user.person, user=user, at=at)
    posted = refusal(sign_up, activity, user, at=at)
    assert (asked.refusal, asked.words) == (posted.refusal, posted.words)
    assert posted.refusal == expected
    assert SignUp.objects.count() == before
    assert seats_disagreeing() == []
    return posted


# --- signing up ---------------------------------------------------------------------------------------------------


def test_sign_up_writes_party_participant_transition_and_seat(activity, user):
    done = sign_up(activity, user, client_key=KEY)
    party = SignUp.objects.get()
    assert (done.sign_up, done.already) == (party, False)
    assert (party.contact, party.party_size, party.state, party.client_key) == (user.person, 1, "confirmed", KEY)
    assert party.created_at == NOW
    row = Participant.objects.get()
    assert (row.sign_up, row.activity, row.person, row.active) == (party, activity, user.person, True)
    step = Transition.objects.get(object_id=party.pk, content_type__model="signup")
    assert (step.verb, step.source, step.target, step.actor, step.on_behalf_of_id) == (
        "create",
        "",
        "confirmed",
        user,
        None,
    )
    assert quota_of(activity).seats_taken == 1


def test_sign_up_takes_at_most_nine_queries(user, django_assert_max_num_queries):
    community = make_community()
    make_resident(user.person, community=community)
    activity = make_activity(community=community, audience="residents")
    ContentType.objects.get_for_model(SignUp)
    with django_assert_max_num_queries(13):  # with SAVEPOINT and RELEASE (twice), which the budget does not count
        sign_up(activity, user, client_key=KEY)


def test_standing_takes_the_same_queries_however_many_sign_ups(user, django_assert_num_queries):
    activity = make_activity()
    for days in (0, 10, 20):
        make_sign_up(make_activity(starts_in=timedelta(days=60 + days)), user.person)
    for _person in range(5):
        make_sign_up(activity)
    quota = quota_of(activity)
    with django_assert_num_queries(1):
        assert standings.standing(activity, user.person, quota=quota).refused is None


def test_the_same_form_again_gives_the_first_party_back(activity, user):
    first = sign_up(activity, user, client_key=KEY)
    again = sign_up(activity, user, client_key=KEY, at=NOW + timedelta(minutes=1))
    assert (again.sign_up, again.already) == (first.sign_up, True)
    assert quota_of(activity).seats_taken == 1


def test_the_same_form_after_closing_time_is_no_error(activity, user):
    first = sign_up(activity, user, client_key=KEY)
    again = sign_up(activity, user, client_key=KEY, at=activity.ends_at + timedelta(days=1))
    assert (again.sign_up, again.already) == (first.sign_up, True)


def test_an_old_form_after_cancelling_gives_the_cancelled_party_back(activity, user):
    first = sign_up(activity, user, client_key=KEY).sign_up
    sign_ups.cancel(first, by=user)
    again = sign_up(activity, user, client_key=KEY)
    assert (again.sign_up.pk, again.sign_up.state, again.already) == (first.pk, "cancelled", True)
    assert quota_of(activity).seats_taken == 0


def test_signing_up_anew_after_cancelling_takes_a_new_form(activity, user):
    first = sign_up(activity, user, client_key=KEY).sign_up
    sign_ups.cancel(first, by=user)
    second = sign_up(activity, user, client_key=KEY + "b")
    assert (second.already, second.sign_up.pk == first.pk) == (False, False)
    assert quota_of(activity).seats_taken == 1
    assert Participant.objects.filter(active=True).count() == 1


def test_the_key_of_another_activitys_form_is_refused(activity, user):
    sign_up(activity, user, client_key=KEY)
    other = make_activity(starts_in=timedelta(days=9))
    assert refusal(sign_up, other, user, client_key=KEY).refusal == Refusal.DUPLICATE
    assert quota_of(other).seats_taken == 0


def test_two_people_may_send_the_same_key(activity, user):
    sign_up(activity, user, client_key=KEY)
    assert sign_up(activity, make_signed_in(), client_key=KEY).already is False


@pytest.mark.parametrize("key", ["short", "x" * 41, "with space 1", "nul\x00nulnul", "' OR 1=1 --"])
def test_a_forged_key_is_refused(activity, user, key):
    assert refusal(sign_up, activity, user, client_key=key).refusal == Refusal.INVALID


def test_a_unique_constraint_met_in_spite_of_the_look_up_is_no_error(activity, user, monkeypatch):
    first = sign_up(activity, user, client_key=KEY)
    found, calls = standings.participations, []

    def blind_at_first(*args):
        calls.append(args)
        return [] if len(calls) == 1 else found(*args)

    monkeypatch.setattr(standings, "participations", blind_at_first)
    again = sign_up(activity, user, client_key=KEY)
    assert (again.sign_up, again.already) == (first.sign_up, True)
    calls.clear()
    assert refusal(sign_up, activity, user).refusal == Refusal.ALREADY
    assert quota_of(activity).seats_taken == 1


# --- refusals -----------------------------------------------------------------------------------------------------


def test_signed_up_already(activity, user):
    sign_up(activity, user)
    assert_same_answer(activity, user, Refusal.ALREADY)
    assert standings.standing(activity, user.person).sign_up == SignUp.objects.get()


def test_full(user):
    activity = make_activity(capacity=1)
    make_sign_up(activity)
    assert_same_answer(activity, user, Refusal.FULL)


def test_not_open_yet_tells_the_local_time(user):
    opens = datetime(2025, 11, 25, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    activity = make_activity(sign_up_opens_at=opens)
    refused = assert_same_answer(activity, user, Refusal.NOT_OPEN_YET)
    assert refused.words["opens"] == "11月25日 周二 8:30"
    assert sign_up(activity, user, at=opens).already is False


def test_closed_tells_the_local_time_also_to_a_page_opened_before(user):
    closes = datetime(2025, 11, 25, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    activity = make_activity(sign_up_closes_at=closes)
    assert standings.why_not_sign_up(activity, user.person) is None
    refused = assert_same_answer(activity, user, Refusal.SIGN_UP_CLOSED, at=closes)
    assert refused.words["closed"] == "11月25日 周二 18:00"
    assert sign_up(activity, user, at=closes - timedelta(seconds=1)).already is False


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"state": "draft"}, Refusal.WRONG_STATE),
        ({"state": "in_review"}, Refusal.WRONG_STATE),
        ({"state": "withdrawn"}, Refusal.WRONG_STATE),
        ({"state": "postponed"}, Refusal.WRONG_STATE),
        ({"state": "cancelled"}, Refusal.CANCELLED),
        ({"state": "finished"}, Refusal.FINISHED),
        ({"state": "counted"}, Refusal.FINISHED),
        ({"audience": "internal"}, Refusal.STAFF_ONLY),
        ({"needs_sign_up": False}, Refusal.NO_SIGN_UP),
        ({"capacity": None}, Refusal.NO_SIGN_UP),
        ({"capacity": None, "state": "draft"}, Refusal.WRONG_STATE),
        ({"starts_in": timedelta(days=-3)}, Refusal.FINISHED),
        ({"starts_in": timedelta(hours=-1)}, Refusal.SIGN_UP_CLOSED),
        ({"sign_up_opens_at": None}, Refusal.NO_SIGN_UP),
    ],
)
def test_activities_that_take_no_sign_ups(user, values, expected):
    assert_same_answer(make_activity(**values), user, expected)


def test_a_stale_page_of_a_published_activity_meets_its_stored_state(activity, user):
    Activity.objects.filter(pk=activity.pk).update(state="draft")
    assert activity.state == "published"
    assert refusal(sign_up, activity, user).refusal == Refusal.WRONG_STATE


def test_only_residents(user):
    community = make_community("友谊社区")
    activity = make_activity(community=community, audience="residents")
    make_resident(user.person, community=make_community())
    make_resident(user.person, community=community, since=date(2020, 1, 1), until=date(2024, 1, 1))
    refused = assert_same_answer(activity, user, Refusal.NOT_RESIDENT)
    assert "友谊社区" in str(refused)
    make_resident(user.person, community=community)
    assert sign_up(activity, user).already is False


def test_only_the_team(user):
    activity = make_activity(audience="team", team=make_team("绿叶队"))
    refused = assert_same_answer(activity, user, Refusal.NOT_IN_TEAM)
    assert "绿叶队" in str(refused)
    activity = make_activity(audience="team", team=make_team(leader=user.person))
    assert sign_up(activity, user).already is False


@pytest.mark.parametrize(
    ("state", "refused"), [("active", None), ("requested", "not_in_team"), ("left", "not_in_team")]
)
def test_members_are_the_team(user, state, refused):
    team = make_team()
    make_member(team, make_volunteer(user.person), state=state)
    answer = standings.why_not_sign_up(make_activity(audience="team", team=team), user.person, user=user)
    assert (answer and answer.refusal) == refused


def test_a_team_activity_without_team_is_for_nobody(user):
    assert_same_answer(make_activity(audience="team"), user, Refusal.NOT_IN_TEAM)


@pytest.mark.parametrize(
    ("born", "limits", "expected"),
    [
        (date(2007, 11, 28), {"min_age": 18}, Refusal.TOO_YOUNG),
        (date(2007, 11, 27), {"min_age": 18}, None),
        (date(1964, 11, 27), {"max_age": 60}, Refusal.TOO_OLD),
        (date(1964, 11, 28), {"max_age": 60}, None),
        (date(2000, 2, 29), {"min_age": 18, "max_age": 60}, None),
        (None, {"min_age": 0}, Refusal.AGE_UNKNOWN),
        (None, {}, None),
    ],
)
def test_age_counts_on_the_day_of_the_activity(born, limits, expected):
    user = make_signed_in(birth_date=born)
    activity = make_activity(starts_in=timedelta(days=3), **limits)  # 27 November
    if expected:
        assert_same_answer(activity, user, expected)
    else:
        assert sign_up(activity, user).already is False


def test_a_visitor_and_an_account_without_person(activity):
    nobody = make_user()
    nobody.person = None
    assert standings.why_not_sign_up(activity, None).refusal == Refusal.SIGN_IN
    assert standings.why_not_sign_up(activity, None, user=AnonymousUser()).refusal == Refusal.SIGN_IN
    assert standings.why_not_sign_up(activity, None, user=nobody).refusal == Refusal.NO_PERSON
    assert refusal(sign_ups.sign_up, activity, None, by=nobody).refusal == Refusal.NO_PERSON
    assert refusal(sign_ups.sign_up, activity, None, by=AnonymousUser()).refusal == Refusal.SIGN_IN


def test_reasons_of_the_activity_come_before_those_of_the_person():
    assert standings.why_not_sign_up(make_activity(state="cancelled"), None).refusal == Refusal.CANCELLED
    closed = make_activity(sign_up_closes_at=NOW - timedelta(hours=1))
    assert standings.why_not_sign_up(closed, None).refusal == Refusal.SIGN_UP_CLOSED


def test_a_person_who_was_deleted_meanwhile(activity, user):
    ghost = make_person()
    pk = ghost.pk
    ghost.delete()
    ghost.pk = pk
    assert refusal(sign_ups.sign_up, activity, ghost, by=None).refusal == Refusal.NO_PERSON


# --- clashes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "clashes"),
    [(10, 12, True), (8, 11, True), (11, 13, True), (8, 14, True), (10, 11, True), (8, 10, False), (12, 14, False)],
)
def test_activities_that_overlap_clash_and_touching_ones_do_not(user, begins, ends, clashes):
    def at(hour):
        return datetime(2025, 11, 28, hour, tzinfo=ZoneInfo("Asia/Shanghai"))

    sign_up(make_activity("社区义诊", starts_at=at(10), ends_at=at(12)), user)
    other = make_activity(starts_at=at(begins), ends_at=at(ends))
    if clashes:
        refused = assert_same_answer(other, user, Refusal.CLASH)
        assert refused.words == {"title": "社区义诊"}
        assert "社区义诊" in str(refused)
    else:
        assert sign_up(other, user).already is False


@pytest.mark.parametrize("state", ["cancelled", "withdrawn", "postponed", "finished"])
def test_an_activity_that_is_off_clashes_with_nothing(user, state):
    make_sign_up(make_activity(state=state), user.person)
    assert sign_up(make_activity(), user).already is False


def test_a_cancelled_sign_up_clashes_with_nothing(user):
    party = sign_up(make_activity(), user).sign_up
    sign_ups.cancel(party, by=user)
    assert sign_up(make_activity(), user).already is False


# --- on behalf of others ------------------------------------------------------------------------------------------


def test_a_clerk_signs_up_for_somebody_and_it_is_recorded(cast):
    activity, person = make_activity(community=cast.community), make_person()
    party = sign_ups.sign_up(activity, person, by=cast.clerk).sign_up
    step = history(party).get()
    assert (party.contact, step.actor, step.on_behalf_of_id) == (person, cast.clerk, person.pk)


@pytest.mark.parametrize("name", ["resident", "volunteer", "outsider", "careworker", "auditor", "gridworker"])
def test_others_sign_nobody_else_up_and_cancel_for_nobody(cast, name):
    activity, person, user = make_activity(community=cast.community), make_person(), cast.users[name]
    assert refusal(sign_ups.sign_up, activity, person, by=user).refusal == Refusal.NOT_ALLOWED
    party = make_sign_up(activity, person)
    assert refusal(sign_ups.cancel, party, by=user).refusal == Refusal.NOT_ALLOWED
    assert refusal(sign_ups.remove, party, by=user, reason="x").refusal == Refusal.NOT_ALLOWED
    assert quota_of(activity).seats_taken == 1


def test_a_clerk_cancels_for_somebody_and_it_is_recorded(cast):
    party = make_sign_up(make_activity(community=cast.community))
    done = sign_ups.cancel(party, by=cast.clerk)
    assert (done.transition.actor, done.transition.on_behalf_of_id) == (cast.clerk, party.contact_id)


# --- cancelling ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "verb", "state"),
    [
        (timedelta(days=2), "cancel", "cancelled"),
        (timedelta(hours=12, seconds=1), "cancel", "cancelled"),
        (timedelta(hours=12), "cancel_late", "late_cancelled"),
        (timedelta(seconds=1), "cancel_late", "late_cancelled"),
    ],
)
def test_cancelling_is_late_from_twelve_hours_before_the_start(activity, user, before, verb, state):
    party = sign_up(activity, user).sign_up
    done = sign_ups.cancel(party, by=user, version=party.version, at=activity.starts_at - before)
    assert (done.already, done.transition.verb, party.state) == (False, verb, state)
    stored = SignUp.objects.get()
    assert (stored.state, stored.version) == (state, party.version)
    assert quota_of(activity).seats_taken == 0
    assert not Participant.objects.filter(active=True).exists()


def test_the_cut_off_is_the_communitys(user):
    community = make_community(settings={"events.cancel_cutoff_hours": 48})
    party = sign_up(make_activity(community=community), user).sign_up
    at = party.quota.activity.starts_at - timedelta(hours=24)
    assert sign_ups.is_late(party, at) is True
    assert sign_ups.cancel(party, by=user, at=at).transition.verb == "cancel_late"


def test_a_setting_of_the_wrong_type_falls_back_to_the_default(user):
    activity = make_activity(community=make_community(settings={"events.cancel_cutoff_hours": "all"}))
    assert sign_ups.cancel_cutoff(activity) == activity.starts_at - timedelta(hours=12)


def test_cancelling_again_is_done_already_also_after_the_cut_off_and_the_start(activity, user):
    party = sign_up(activity, user).sign_up
    first = sign_ups.cancel(party, by=user)
    for at in (None, activity.starts_at - timedelta(hours=1), activity.ends_at):
        again = sign_ups.cancel(party, by=user, at=at)
        assert (again.already, again.transition) == (True, first.transition)
    assert quota_of(activity).seats_taken == 0


def test_cancelling_what_a_clerk_cancelled_is_done_already(cast):
    party = make_sign_up(make_activity(community=cast.community), cast.resident.person)
    sign_ups.cancel(party, by=cast.clerk)
    assert sign_ups.cancel(party, by=cast.resident).already is True


def test_cancelling_what_a_clerk_removed_says_so_without_a_name(cast):
    party = make_sign_up(make_activity(community=cast.community), cast.resident.person)
    sign_ups.remove(party, by=cast.clerk, reason="走错了社区")
    refused = refusal(sign_ups.cancel, party, by=cast.resident)
    assert refused.refusal == Refusal.WRONG_STATE
    assert str(cast.clerk) not in str(refused)


def test_with_a_stale_version_nothing_is_cancelled(activity, user):
    party = sign_up(activity, user).sign_up
    assert refusal(sign_ups.cancel, party, by=user, version=party.version + 1).refusal == Refusal.WRONG_STATE
    assert quota_of(activity).seats_taken == 1


def test_after_the_start_and_the_end_nothing_is_cancelled(activity, user):
    party = sign_up(activity, user).sign_up
    assert refusal(sign_ups.cancel, party, by=user, at=activity.starts_at).refusal == Refusal.ALREADY_STARTED
    assert refusal(sign_ups.cancel, party, by=user, at=activity.ends_at).refusal == Refusal.FINISHED
    assert sign_ups.why_not_cancel(party, activity.starts_at).refusal == Refusal.ALREADY_STARTED
    assert sign_ups.why_not_cancel(party, activity.starts_at - timedelta(seconds=1)) is None


def test_in_a_cancelled_activity_the_sign_up_stays_as_it_was(cast):
    activity = make_activity(community=cast.community)
    party = make_sign_up(activity, cast.resident.person)
    activities.cancel(activity, by=cast.clerk, reason="暴雨")
    assert refusal(sign_ups.cancel, party, by=cast.resident).refusal == Refusal.CANCELLED
    party.refresh_from_db()
    assert (party.state, quota_of(activity).seats_taken) == ("confirmed", 1)


# --- removing -----------------------------------------------------------------------------------------------------


def test_remove_gives_the_seat_back_and_keeps_the_reason(cast):
    activity = make_activity(community=cast.community)
    party = make_sign_up(activity)
    done = sign_ups.remove(party, by=cast.clerk, reason=" 重复报名 ", version=party.version)
    assert (done.transition.verb, done.transition.reason_text.text, party.state) == ("remove", "重复报名", "removed")
    assert done.transition.on_behalf_of_id == party.contact_id
    assert quota_of(activity).seats_taken == 0
    assert not Participant.objects.filter(active=True).exists()


def test_remove_needs_a_reason_and_an_activity_that_is_not_over(cast):
    party = make_sign_up(make_activity(community=cast.community))
    activity = party.quota.activity
    assert refusal(sign_ups.remove, party, by=cast.clerk, reason="  ").refusal == Refusal.REASON_NEEDED
    assert refusal(sign_ups.remove, party, by=cast.clerk, reason="x", at=activity.ends_at).refusal == Refusal.FINISHED
    assert quota_of(activity).seats_taken == 1


def test_removing_what_a_colleague_removed_is_a_conflict_that_names_the_colleague(cast):
    party = make_sign_up(make_activity(community=cast.community))
    sign_ups.remove(party, by=cast.clerk, reason="x")
    assert sign_ups.remove(party, by=cast.clerk, reason="x").already is True
    assert str(cast.clerk) in str(refusal(sign_ups.remove, party, by=cast.clerk2, reason="x"))
