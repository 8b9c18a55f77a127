"""The life cycle of honours: recorded by one person, verified by another."""

from datetime import UTC, date, datetime

import pytest

from core import states, versions
from core.models import AuditEntry, Transition
from core.records import Stale
from core.refusals import Refusal, Refused
from core.states import Conflict
from honours import services
from honours.models import Honour
from honours.states import HonourState, RecipientKind
from tests.factories import (
    make_honour,
    make_organisation,
    make_partner,
    make_person,
    make_posting,
    make_team,
    make_user,
)


def draft(cast, **values):
    values.setdefault("recipient_community", cast.community)
    honour = Honour(community=cast.community, title="全国综合减灾示范社区", level="national", **values)
    return services.create(honour, by=cast.clerk)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def steps(honour):
    return [(row.verb, row.source, row.target, row.actor) for row in states.history(honour)]


@pytest.mark.row("S0-33")
def test_honour_goes_from_record_to_wall_by_two_hands(cast):
    honour = draft(cast)
    services.submit(honour, by=cast.clerk)
    assert not Honour.objects.public().exists()
    services.publish(honour, by=cast.secretary)
    assert list(Honour.objects.public()) == [honour]
    assert steps(honour) == [
        ("create", "", "draft", cast.clerk),
        ("submit", "draft", "in_review", cast.clerk),
        ("publish", "in_review", "published", cast.secretary),
    ]


@pytest.mark.row("S0-33")
def test_who_recorded_it_never_publishes_it(cast):
    make_posting(cast.clerk, "secretary", place=cast.community)
    honour = draft(cast)
    services.submit(honour, by=cast.clerk)
    assert refusal(services.publish, honour, by=cast.clerk) == Refusal.OWN_DRAFT
    assert Honour.objects.get(pk=honour.pk).state == HonourState.IN_REVIEW


@pytest.mark.parametrize(
    "name", ["clerk2", "gridworker", "auditor", "district", "admin", "outsider", "outsider_secretary", "resident"]
)
def test_nobody_but_the_secretary_of_the_place_publishes(cast, name):
    honour = draft(cast)
    services.submit(honour, by=cast.clerk)
    assert refusal(services.publish, honour, by=cast.users[name]) == Refusal.NOT_ALLOWED
    assert Transition.objects.filter(verb="publish").count() == 0


@pytest.mark.parametrize("verb", ["publish", "withdraw", "revoke", "return_to_draft"])
def test_draft_allows_nothing_but_submission(cast, verb):
    with pytest.raises(Conflict):
        getattr(services, verb)(draft(cast), by=cast.secretary, reason="看看")


@pytest.mark.parametrize(
    ("verb", "state"), [("return_to_draft", "in_review"), ("withdraw", "published"), ("revoke", "published")]
)
def test_steps_back_need_a_reason(cast, verb, state):
    honour = make_honour(community=cast.community, state=state)
    assert refusal(getattr(services, verb), honour, by=cast.secretary, reason="  ") == Refusal.REASON_NEEDED
    done = getattr(services, verb)(honour, by=cast.secretary, reason="授予单位撤销")
    assert done.transition.reason_text.text == "授予单位撤销" and honour.state != state


def test_published_honour_is_not_rewritten(cast):
    honour = make_honour(community=cast.community)
    honour.title = "改过的"
    assert refusal(services.change, honour, by=cast.clerk, fields=["title"]) == Refusal.NOT_ALLOWED
    assert Honour.objects.get(pk=honour.pk).title != "改过的"


def test_change_of_a_draft_is_audited_and_locked(cast):
    honour = draft(cast)
    stale = Honour.objects.get(pk=honour.pk)
    honour.issuer = "民政部"
    services.change(honour, by=cast.clerk2, fields=["issuer"], version=honour.version)
    entry = AuditEntry.objects.get(verb="change", object_id=honour.pk)
    assert entry.fields == ["issuer"] and "民政部" not in str(entry.fields)
    with pytest.raises(Stale):
        services.change(stale, by=cast.clerk, fields=["issuer"], version=1)


def test_publishing_twice_says_already(cast):
    honour = make_honour(community=cast.community, state="in_review")
    assert not services.publish(honour, by=cast.secretary).already
    assert services.publish(honour, by=cast.secretary).already
    assert Transition.objects.filter(verb="publish").count() == 1


def test_every_step_raises_the_community_version(cast):
    seen = [versions.current(cast.community.pk)]
    honour = draft(cast)
    for step in (
        lambda: services.submit(honour, by=cast.clerk),
        lambda: services.publish(honour, by=cast.secretary),
        lambda: services.revoke(honour, by=cast.secretary, reason="撤销"),
    ):
        seen.append(versions.current(cast.community.pk))
        step()
    seen.append(versions.current(cast.community.pk))
    assert seen == sorted(set(seen))


class TestRecipient:
    def test_exactly_one(self, cast):
        both = {"recipient_community": cast.community, "printed_name": "新城社区"}
        assert refusal(draft, cast, **both) == Refusal.INVALID
        assert refusal(draft, cast, recipient_community=None) == Refusal.INVALID

    def test_belongs_to_the_community(self, cast):
        for foreign in (
            {"recipient_community": cast.other},
            {"recipient_community": None, "recipient_team": make_team()},
            {"recipient_community": None, "recipient_partner_unit": make_partner()},
            {"recipient_community": None, "recipient_party_organisation": make_organisation()},
        ):
            assert refusal(draft, cast, **foreign) == Refusal.OTHER_COMMUNITY

    def test_kind_follows_from_the_record(self, cast):
        honour = draft(cast, recipient_community=None, recipient_person=make_person("王秀英"))
        assert Honour.objects.get(pk=honour.pk).recipient_kind == RecipientKind.PERSON
        honour.recipient_person, honour.recipient_team = None, cast.team
        services.change(honour, by=cast.clerk, fields=["recipient_person", "recipient_team"])
        assert Honour.objects.get(pk=honour.pk).recipient_kind == RecipientKind.TEAM

    @pytest.mark.parametrize(
        ("values", "shown"),
        [
            ({"printed_name": "王秀英", "recipient_kind": "person"}, "王**"),
            ({"printed_name": "王秀英", "recipient_kind": "person", "name_consent": True}, "王秀英"),
            ({"printed_name": "马荣家庭", "recipient_kind": "family"}, "马＊家庭"),
            ({"printed_name": "马荣家庭", "recipient_kind": "family", "name_consent": True}, "马荣家庭"),
            ({"printed_name": "社区合唱队", "recipient_kind": "other"}, "社区合唱队"),
        ],
    )
    def test_private_persons_are_masked_unless_they_agreed(self, cast, values, shown):
        assert make_honour(community=cast.community, **values).public_recipient == shown

    def test_person_is_masked_whatever_the_kind_says(self, cast):
        honour = make_honour(
            community=cast.community, recipient_person=make_person("王秀英"), recipient_kind="community"
        )
        assert honour.public_recipient == "王**" and honour.recipient == "王秀英"


def test_award_of_tomorrow_is_refused(cast):
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    values = {"community": cast.community, "title": "甲", "recipient_community": cast.community}
    tomorrow = Honour(awarded_on=date(2026, 11, 23), **values)
    assert refusal(services.create, tomorrow, by=cast.clerk, at=at) == Refusal.INVALID
    assert services.create(Honour(awarded_on=date(2026, 11, 22), **values), by=cast.clerk, at=at).pk


def test_system_may_do_every_step(db):
    honour = make_honour(state="draft")
    for step in (services.submit, services.publish):
        step(honour, by=None)
    assert honour.state == HonourState.PUBLISHED
    assert make_user().pk
