from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import models

from core import clock, records, states, versions
from core.models import ReasonText, Transition
from core.refusals import Refusal, Refused
from core.states import Conflict, Machine, Move
from events.models import Activity
from events.states import ACTIVITY, SIGN_UP
from honours.models import Honour
from stories.models import PublicNotice
from tests.event_factories import make_activity
from tests.factories import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def draft():
    return make_activity(state="draft")


class Light(models.TextChoices):
    RED = "red", "red"
    GREEN = "green", "green"


# --- machines -----------------------------------------------------------------------------------------------------


def test_a_machine_refuses_a_move_to_or_from_an_unknown_state():
    for move in (Move(("blue",), "red", "go"), Move(("red",), "blue", "go")):
        with pytest.raises(ValueError, match="unknown state"):
            Machine(states=Light, moves={"go": move}, initial="red")


def test_a_machine_tells_labels_tones_and_what_is_possible():
    machine = Machine(states=Light, moves={"go": Move(("red",), "green", "Go")}, initial="red", tones={"red": "zhu"})
    assert (machine.label("red"), machine.tone("red"), machine.tone("green")) == ("red", "zhu", "")
    assert list(machine.possible("red")) == ["go"]
    assert machine.possible("green") == {}


@pytest.mark.parametrize("machine", [ACTIVITY, SIGN_UP, PublicNotice.machine, Honour.machine])
def test_every_machine_has_a_tone_for_each_state_and_a_permission_for_each_move(machine):
    assert set(machine.tones) == set(machine.states.values)
    assert all(move.permission for move in machine.moves.values())


# --- transitions --------------------------------------------------------------------------------------------------


def test_a_transition_changes_state_and_version_and_writes_one_row(draft, user):
    done = states.transition(draft, "submit", by=user, version=1, on_behalf_of=7, at=NOW + timedelta(hours=1))
    stored = Activity.objects.get()
    assert (draft.state, draft.version, stored.state, stored.version) == ("in_review", 2, "in_review", 2)
    row = Transition.objects.get()
    assert (done.transition, done.already) == (row, False)
    assert (row.object, row.verb, row.source, row.target) == (draft, "submit", "draft", "in_review")
    assert (row.actor, row.on_behalf_of_id, row.at) == (user, 7, NOW + timedelta(hours=1))


def test_further_columns_change_in_the_same_step(draft, user):
    states.transition(draft, "submit", by=user, title="新标题")
    assert (draft.title, Activity.objects.get().title) == ("新标题", "新标题")


def test_a_reason_is_kept_apart_from_the_log(draft, user):
    draft.state = "in_review"
    draft.save()
    done = states.transition(draft, "return", by=user, reason="  请补充  ")
    assert done.transition.reason == ""
    assert ReasonText.objects.get().text == "请补充"


@pytest.mark.parametrize("reason", [None, "", " \n"])
def test_without_a_reason_that_is_needed_nothing_happens(user, reason):
    activity = make_activity(state="in_review")
    with pytest.raises(Refused) as caught:
        states.transition(activity, "return", by=user, reason=reason)
    assert caught.value.refusal == Refusal.REASON_NEEDED
    assert Activity.objects.get().state == "in_review"


def test_the_system_acts_without_an_actor(draft):
    states.transition(draft, "submit", by=None)
    assert states.transition(draft, "submit", by=None).already is True


def test_the_same_move_again_by_the_same_actor_is_done_already(draft, user):
    stale = Activity.objects.get()
    first = states.transition(draft, "submit", by=user, version=1)
    again = states.transition(stale, "submit", by=user, version=1)
    assert (again.already, again.transition) == (True, first.transition)
    assert (stale.state, stale.version) == ("in_review", 2)
    assert Transition.objects.count() == 1


def test_the_same_move_by_somebody_else_is_a_conflict_that_says_who_when_and_what_next(draft, user):
    stale, other = Activity.objects.get(), make_user("wang", is_staff=True)
    states.transition(draft, "submit", by=other)
    with pytest.raises(Conflict) as caught:
        states.transition(stale, "submit", by=user)
    conflict = caught.value
    assert conflict.refusal == Refusal.WRONG_STATE
    assert (conflict.last.actor, list(conflict.possible)) == (other, ["return", "publish"])
    text = str(conflict)
    moves = [str(ACTIVITY.moves[verb].label) for verb in ("return", "publish")]
    for part in (ACTIVITY.label("in_review"), "11-24 09:00", str(other), "、".join(moves)):
        assert part in text
    assert stale.state == "in_review"


def test_a_move_from_a_state_without_moves_is_a_conflict(user):
    activity = make_activity(state="cancelled")
    with pytest.raises(Conflict) as caught:
        states.transition(activity, "submit", by=user)
    assert (caught.value.last, caught.value.possible) == (None, {})
    assert ACTIVITY.label("cancelled") in str(caught.value)
    assert Transition.objects.count() == 0


def test_another_version_is_a_conflict_that_names_who_changed_the_fields(draft, user):
    stale, other = Activity.objects.get(), make_user("wang", is_staff=True)
    draft.title = "改过的标题"
    records.save(draft, by=other, fields=["title"])
    with pytest.raises(Conflict) as caught:
        states.transition(stale, "submit", by=user, version=1)
    assert (caught.value.last.actor, caught.value.last.verb) == (other, "change")
    assert str(other) in str(caught.value)
    assert Activity.objects.get().state == "draft"


def test_without_a_version_only_the_state_counts(draft, user):
    stale = Activity.objects.get()
    draft.title = "改过的标题"
    records.save(draft, by=user, fields=["title"])
    states.transition(stale, "submit", by=user)
    assert (stale.state, stale.version) == ("in_review", 3)


def test_a_move_with_several_sources_records_the_one_it_met(user, monkeypatch):
    moves = {"submit": Move(("draft", "published"), "in_review", "x", "activity.submit")}
    monkeypatch.setattr(Activity, "machine", Machine(states=ACTIVITY.states, moves=moves, initial="draft"))
    activity = make_activity(state="published")
    activity.state = "draft"  # as a stale page believes
    assert states.transition(activity, "submit", by=user).transition.source == "published"


def test_history_is_in_order_with_the_creation_first(user):
    activity = Activity(community=make_activity().community, title="活动")
    records.save(activity, by=user)
    states.transition(activity, "submit", by=user)
    states.transition(activity, "return", by=user, reason="x")
    assert [(row.verb, row.source, row.target) for row in states.history(activity)] == [
        ("create", "", "draft"),
        ("submit", "draft", "in_review"),
        ("return", "in_review", "draft"),
    ]


# --- act ----------------------------------------------------------------------------------------------------------


def test_act_checks_the_right_and_raises_the_communitys_version(cast):
    activity = make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
    with pytest.raises(Refused) as caught:
        states.act(activity, "publish", by=cast.clerk)
    assert caught.value.refusal == Refusal.NOT_ALLOWED
    before = versions.current(cast.community.pk)
    states.act(activity, "publish", by=cast.secretary, version=1)
    assert Activity.objects.get().state == "published"
    assert versions.current(cast.community.pk) == before + 1


def test_act_that_fails_raises_no_version(cast):
    activity = make_activity(community=cast.community, state="withdrawn")
    before = versions.current(cast.community.pk)
    with pytest.raises(Conflict):
        states.act(activity, "publish", by=cast.secretary)
    assert versions.current(cast.community.pk) == before
