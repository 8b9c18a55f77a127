"""Who may do what to an activity or a sign-up (security 3.2)."""

from datetime import timedelta

import pytest

from core import clock
from core.permissions import registry, why_not
from core.refusals import Refusal
from tests.event_factories import make_activity, make_sign_up
from tests.factories import make_posting
from tests.personas import NAMES

pytestmark = pytest.mark.django_db

DRAFTERS = {"clerk", "clerk2", "secretary"}
ALLOWED = {
    "activity.view": DRAFTERS | {"gridworker", "careworker", "district", "admin"},
    "activity.add": DRAFTERS | {"gridworker"},
    "activity.change": DRAFTERS | {"gridworker"},
    "activity.submit": DRAFTERS | {"gridworker"},
    "activity.change_times": DRAFTERS,
    "activity.change_capacity": DRAFTERS,
    "activity.withdraw": DRAFTERS,
    "activity.cancel": DRAFTERS,
    "activity.finish": DRAFTERS,
    "activity.publish": {"secretary"},
    "activity.return": {"secretary"},
    "sign_up.view": DRAFTERS | {"gridworker"},
    "sign_up.remove": DRAFTERS,
    "sign_up.create": DRAFTERS | {"resident"},
    "sign_up.cancel": DRAFTERS | {"resident"},
}


def test_every_permission_of_activities_is_in_the_matrix():
    assert {name for name in registry if name.startswith(("activity.", "sign_up."))} == set(ALLOWED)


@pytest.mark.parametrize("name", ALLOWED)
def test_who_may(cast, name):
    activity = make_activity(community=cast.community, drafted_by=cast.careworker)
    obj = activity if name.startswith("activity.") else make_sign_up(activity, cast.resident.person)
    users = {persona: cast.users[persona] for persona in NAMES if persona != "visitor"}
    assert {persona for persona, user in users.items() if why_not(name, user, obj) is None} == ALLOWED[name]


@pytest.mark.parametrize("name", ALLOWED)
def test_nobody_of_another_community_may(cast, name):
    activity = make_activity(community=cast.other, drafted_by=cast.careworker)
    obj = activity if name.startswith("activity.") else make_sign_up(activity, cast.outsider_resident.person)
    for persona in ("clerk", "secretary", "gridworker", "careworker", "resident", "district"):
        assert why_not(name, cast.users[persona], obj).refusal == Refusal.NOT_ALLOWED


@pytest.mark.parametrize("name", ALLOWED)
def test_rights_end_with_the_posting(cast, name):
    activity = make_activity(community=cast.community)
    obj = activity if name.startswith("activity.") else make_sign_up(activity)
    assert why_not(name, cast.secretary, obj) is None
    cast.secretary.is_active = False
    assert why_not(name, cast.secretary, obj).refusal == Refusal.NOT_ALLOWED
    former = cast.resident
    yesterday = clock.today() - timedelta(days=1)
    make_posting(former, "secretary", place=cast.community, since=yesterday, until=yesterday)
    assert why_not(name, former, obj).refusal == Refusal.NOT_ALLOWED


def test_the_author_does_not_publish_and_somebody_else_does(cast):
    activity = make_activity(community=cast.community, state="in_review", drafted_by=cast.secretary)
    assert why_not("activity.publish", cast.secretary, activity).refusal == Refusal.OWN_DRAFT
    activity.drafted_by = cast.clerk
    assert why_not("activity.publish", cast.secretary, activity) is None


@pytest.mark.parametrize(
    ("risk", "note", "insured", "expected"),
    [
        ("low", "", False, None),
        ("medium", "", True, Refusal.RISK_TEXT_MISSING),
        ("medium", " \n", True, Refusal.RISK_TEXT_MISSING),
        ("high", "湿滑", False, Refusal.RISK_TEXT_MISSING),
        ("high", "湿滑", True, None),
    ],
)
def test_risk_needs_a_notice_and_insurance(cast, risk, note, insured, expected):
    activity = make_activity(community=cast.community, risk=risk, risk_note=note, is_insured=insured)
    for name in ("activity.submit", "activity.publish"):
        refused = why_not(name, cast.secretary, activity)
        assert (refused.refusal if refused else None) == expected


@pytest.mark.parametrize(("state", "changeable"), [("draft", True), ("in_review", False), ("published", True)])
def test_what_is_in_review_is_not_changed(cast, state, changeable):
    activity = make_activity(community=cast.community, state=state)
    for name in ("activity.change", "activity.change_times", "activity.change_capacity"):
        assert (why_not(name, cast.clerk, activity) is None) is changeable


def test_a_visitor_is_asked_to_sign_in(cast):
    party = make_sign_up(make_activity(community=cast.community))
    for name in ("sign_up.create", "sign_up.cancel"):
        assert why_not(name, cast.client().get("/livez").wsgi_request.user, party).refusal == Refusal.SIGN_IN


def test_an_account_without_person_owns_no_sign_up(cast):
    party = make_sign_up(make_activity(community=cast.community))
    cast.resident.person = None
    assert why_not("sign_up.cancel", cast.resident, party).refusal == Refusal.NOT_ALLOWED
