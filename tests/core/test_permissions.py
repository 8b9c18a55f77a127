from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.roles import PERMISSIONS, granting
from core import clock, permissions
from core.permissions import permission, require, why_not
from core.refusals import Refusal, Refused
from core.scope import Scope
from tests.event_factories import make_activity
from tests.factories import make_posting

pytestmark = pytest.mark.django_db

AT = clock.now()


@pytest.fixture
def own(monkeypatch):
    """A registry with permissions of the test beside the real ones."""
    monkeypatch.setattr(permissions, "registry", dict(permissions.registry))


def refused(name, actor, obj=None, **words):
    answer = why_not(name, actor, obj, **words)
    return answer.refusal if answer else None


def test_the_system_may_everything():
    assert why_not("activity.publish", None, make_activity()) is None


def test_an_unknown_permission_is_an_error():
    with pytest.raises(KeyError):
        why_not("activity.fly", None)


def test_a_name_is_registered_once(own):
    with pytest.raises(ValueError, match="twice"):
        permission("activity.publish")(lambda actor, obj, at: None)


def test_inside_the_scope_and_outside(cast):
    mine, theirs = make_activity(community=cast.community), make_activity(community=cast.other)
    assert refused("activity.cancel", cast.clerk, mine) is None
    assert refused("activity.cancel", cast.clerk, theirs) == Refusal.NOT_ALLOWED
    assert refused("activity.cancel", cast.outsider, mine) == Refusal.NOT_ALLOWED


def test_without_an_object_some_scope_is_enough(cast):
    assert refused("activity.add", cast.clerk) is None
    assert refused("activity.add", cast.resident) == Refusal.NOT_ALLOWED
    assert refused("activity.publish", cast.clerk) == Refusal.NOT_ALLOWED


def test_nobody_and_the_inactive_may_nothing(cast):
    activity = make_activity(community=cast.community)
    assert refused("activity.view", AnonymousUser(), activity) == Refusal.NOT_ALLOWED
    cast.clerk.is_active = False
    assert refused("activity.view", cast.clerk, activity) == Refusal.NOT_ALLOWED


def test_the_predicate_gets_the_moment_and_its_words_are_kept(cast, own):
    seen = []

    @permission("test.act")
    def predicate(actor, obj, at):
        seen.append((actor, obj, at))
        return Refused(Refusal.TOO_YOUNG, age=18)

    activity, scope = make_activity(community=cast.community), Scope(everything=True)
    answer = why_not("test.act", cast.clerk, activity, AT, scope=scope)
    assert (answer.refusal, answer.words) == (Refusal.TOO_YOUNG, {"age": 18})
    assert seen == [(cast.clerk, activity, AT)]


def test_outside_the_scope_the_predicate_is_not_asked(cast, own):
    permission("activity.test")(lambda actor, obj, at: pytest.fail("asked"))
    assert refused("activity.test", cast.clerk, make_activity()) == Refusal.NOT_ALLOWED


def test_an_act_without_a_place_needs_no_posting(cast, own):
    permission("test.own", placed=False)(lambda actor, obj, at: None if obj is actor else Refusal.NOT_ALLOWED)
    assert refused("test.own", cast.resident, cast.resident) is None
    assert refused("test.own", cast.resident, cast.clerk) == Refusal.NOT_ALLOWED


def test_a_given_scope_is_used_instead_of_the_postings(cast):
    activity = make_activity(community=cast.other)
    scope = Scope(communities=frozenset({cast.other.pk}))
    assert refused("activity.view", cast.clerk, activity, scope=scope) is None
    assert refused("activity.view", cast.admin, activity, scope=Scope()) == Refusal.NOT_ALLOWED


def test_require_raises_the_reason(cast):
    activity = make_activity(community=cast.community, drafted_by=cast.secretary)
    with pytest.raises(Refused) as caught:
        require("activity.publish", cast.secretary, activity)
    assert caught.value.refusal == Refusal.OWN_DRAFT
    activity.drafted_by = cast.clerk
    assert require("activity.publish", cast.secretary, activity) is None


def test_each_posting_counts_only_where_it_is_held(cast):
    """A clerk in A who is auditor of B does not work in B."""
    make_posting(cast.clerk, "auditor", place=cast.other)
    assert refused("activity.cancel", cast.clerk, make_activity(community=cast.other)) == Refusal.NOT_ALLOWED
    assert refused("audit.view", cast.clerk) is None


def test_postings_before_and_after_their_time_grant_nothing(cast):
    day, activity = clock.today(), make_activity(community=cast.community)
    for since, until in ((day + timedelta(days=1), None), (day - timedelta(days=9), day - timedelta(days=1))):
        make_posting(cast.resident, "clerk", place=cast.community, since=since, until=until)
    assert refused("activity.cancel", cast.resident, activity) == Refusal.NOT_ALLOWED
    make_posting(cast.resident, "clerk", place=cast.community, since=day, until=day)
    assert refused("activity.cancel", cast.resident, activity) is None


def test_every_name_that_a_role_grants_is_registered():
    granted = set().union(*PERMISSIONS.values())
    assert granted <= set(permissions.registry)


def test_every_placed_permission_is_granted_to_some_role():
    for name, entry in permissions.registry.items():
        assert not entry.placed or granting(name), name


def test_a_label_is_filled_with_its_words():
    assert "18" in str(Refused(Refusal.TOO_YOUNG, age=18))
    assert "{" not in str(Refused(Refusal.CLASH, title="{不是占位符}")).replace("{不是占位符}", "")
