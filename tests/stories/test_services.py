"""Themes and public notices."""

from datetime import UTC, datetime, timedelta

import pytest

from core import states
from core.refusals import Refusal, Refused
from stories import services
from stories.models import PublicNotice, Theme
from tests.factories import make_community, make_notice, make_posting, make_theme

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def draft(cast, **values):
    notice = PublicNotice(community=cast.community, title="停水通知", body="周三停水。", **values)
    return services.create(notice, by=cast.clerk)


class TestNotices:
    def test_goes_to_the_page_by_two_hands(self, cast):
        notice = draft(cast)
        services.submit(notice, by=cast.clerk)
        services.publish(notice, by=cast.secretary)
        assert [(row.verb, row.actor) for row in states.history(notice)] == [
            ("create", cast.clerk),
            ("submit", cast.clerk),
            ("publish", cast.secretary),
        ]
        assert list(PublicNotice.objects.showing()) == [notice]

    def test_author_never_publishes(self, cast):
        make_posting(cast.clerk, "secretary", place=cast.community)
        notice = draft(cast)
        services.submit(notice, by=cast.clerk)
        assert refusal(services.publish, notice, by=cast.clerk) == Refusal.OWN_DRAFT

    @pytest.mark.parametrize("name", ["outsider", "outsider_secretary", "gridworker", "resident", "auditor"])
    def test_others_do_nothing(self, cast, name):
        notice, by = draft(cast), cast.users[name]
        assert refusal(services.submit, notice, by=by) == Refusal.NOT_ALLOWED
        assert refusal(services.change, notice, by=by, fields=["title"]) == Refusal.NOT_ALLOWED

    def test_returned_draft_is_changed_and_submitted_again(self, cast):
        notice = draft(cast)
        services.submit(notice, by=cast.clerk)
        assert refusal(services.change, notice, by=cast.clerk, fields=["title"]) == Refusal.NOT_ALLOWED
        services.return_to_draft(notice, by=cast.secretary, reason="写明日期")
        notice.title = "11月25日停水通知"
        services.change(notice, by=cast.clerk, fields=["title"])
        services.submit(notice, by=cast.clerk)
        stored = PublicNotice.objects.get(pk=notice.pk)
        assert (stored.state, stored.title) == ("in_review", "11月25日停水通知")

    def test_withdrawing_needs_a_reason(self, cast):
        notice = make_notice(community=cast.community)
        assert refusal(services.withdraw, notice, by=cast.clerk) == Refusal.REASON_NEEDED
        services.withdraw(notice, by=cast.clerk, reason="写错了")
        assert not PublicNotice.objects.showing().exists()

    def test_end_before_start_is_refused(self, cast):
        assert refusal(draft, cast, starts_at=NOW, ends_at=NOW) == Refusal.INVALID

    @pytest.mark.parametrize(
        ("state", "starts", "ends", "shown"),
        [
            ("published", 0, None, True),
            ("published", -2, 1, True),
            ("published", -2, 0, False),
            ("published", 1, None, False),
            ("draft", -2, None, False),
            ("withdrawn", -2, None, False),
        ],
    )
    def test_predicate_and_queryset_agree(self, db, state, starts, ends, shown):
        notice = make_notice(
            state=state,
            starts_at=NOW + timedelta(hours=starts),
            ends_at=None if ends is None else NOW + timedelta(hours=ends),
        )
        assert notice.is_showing(NOW) == shown == PublicNotice.objects.showing(NOW).exists()


class TestThemes:
    def test_parent_is_of_the_same_community_or_of_all(self, db):
        community, foreign, shared = make_community(), make_theme(community=make_community()), make_theme()
        theme = Theme(community=community, name="暖心品牌", parent=foreign)
        assert refusal(services.save_theme, theme, by=None) == Refusal.OTHER_COMMUNITY
        theme.parent = shared
        assert services.save_theme(theme, by=None).pk

    def test_tree_has_no_ring(self, db):
        top = make_theme()
        top.parent = make_theme(parent=top)
        assert refusal(services.save_theme, top, by=None) == Refusal.UNDER_ITSELF

    @pytest.mark.parametrize("shared", [True, False])
    def test_name_is_taken_once(self, db, shared):
        community = None if shared else make_community()
        services.save_theme(Theme(community=community, name="学雷锋"), by=None)
        again = Theme(community=community, name="学雷锋")
        assert refusal(services.save_theme, again, by=None) == Refusal.DUPLICATE
        assert services.save_theme(Theme(community=make_community(), name="学雷锋"), by=None).pk
