"""Postings: the only source of rights, and how they begin and end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from accounts.roles import Role
from core import clock, due
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from core.scope import Scope, scope_of, scoped
from grids import services
from grids.models import Posting, Residency
from tests.factories import make_community, make_grid, make_partner, make_posting, make_region, make_resident, make_user

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def is_staff(user):
    return User.objects.get(pk=user.pk).is_staff


class TestPost:
    def test_secretary_posts_a_clerk(self, cast):
        user = make_user()
        posting = services.post(user, Role.CLERK, place=cast.community, by=cast.secretary, duty="前台")
        assert posting.is_live() and is_staff(user) and posting.duty == "前台"
        assert AuditEntry.objects.get(verb="create", object_id=posting.pk).actor == cast.secretary
        assert scope_of(user, "activity.add").communities == {cast.community.pk}

    def test_partner_contact_is_no_staff(self, cast):
        user = make_user()
        services.post(user, Role.PARTNER_CONTACT, place=cast.unit, by=cast.secretary)
        assert not is_staff(user)

    @pytest.mark.parametrize("role", [Role.SECRETARY, Role.AUDITOR])
    def test_secretary_gives_out_no_role_above_the_own(self, cast, role):
        user = make_user()
        assert refusal(services.post, user, role, place=cast.community, by=cast.secretary) == Refusal.ROLE_NOT_YOURS
        assert not is_staff(user) and not Posting.objects.filter(user=user).exists()

    def test_secretary_posts_nowhere_else(self, cast):
        user = make_user()
        for role, place in (
            (Role.CLERK, cast.other),
            (Role.GRID_WORKER, cast.other_grid),
            (Role.PARTNER_CONTACT, make_partner(community=cast.other)),
        ):
            assert refusal(services.post, user, role, place=place, by=cast.secretary) == Refusal.NOT_ALLOWED

    @pytest.mark.parametrize(
        "name", ["clerk", "gridworker", "careworker", "auditor", "district", "resident", "partner"]
    )
    def test_nobody_else_posts(self, cast, name):
        by = cast.users[name]
        assert refusal(services.post, make_user(), Role.CLERK, place=cast.community, by=by) == Refusal.NOT_ALLOWED

    @pytest.mark.parametrize("name", ["secretary", "admin"])
    def test_nobody_posts_themselves(self, cast, name):
        by = cast.users[name]
        assert refusal(services.post, by, Role.CLERK, place=cast.community, by=by) == Refusal.OWN_POSTING

    def test_site_administrator_gives_out_every_role(self, cast):
        for role, place in (
            (Role.SECRETARY, cast.community),
            (Role.AUDITOR, cast.region),
            (Role.DISTRICT_OFFICER, cast.region),
            (Role.SITE_ADMINISTRATOR, None),
        ):
            user = make_user()
            services.post(user, role, place=place, by=cast.admin)
            assert is_staff(user)

    @pytest.mark.parametrize(
        ("role", "place"),
        [
            (Role.CLERK, "region"),
            (Role.SECRETARY, "region"),
            (Role.SECRETARY, "grid"),
            (Role.GRID_WORKER, "community"),
            (Role.DISTRICT_OFFICER, "community"),
            (Role.PARTNER_CONTACT, "community"),
            (Role.SITE_ADMINISTRATOR, "community"),
            (Role.CLERK, "nothing"),
        ],
    )
    def test_role_goes_with_its_kind_of_place(self, cast, role, place):
        where = None if place == "nothing" else getattr(cast, place)
        assert refusal(services.post, make_user(), role, place=where, by=cast.admin) == Refusal.WRONG_PLACE
        assert refusal(services.post, make_user(), role, place=where, by=None) == Refusal.WRONG_PLACE

    def test_last_day_before_the_first_is_refused(self, cast):
        days = {"since": TODAY, "until": TODAY - timedelta(days=1)}
        assert (
            refusal(services.post, make_user(), Role.CLERK, place=cast.community, by=cast.admin, **days)
            == Refusal.INVALID
        )


class TestEnd:
    def test_rights_end_with_the_next_request(self, cast):
        client = cast.client("clerk")
        assert client.get("/c/").wsgi_request.scope_for("activity.view").communities == {cast.community.pk}
        services.end_posting(Posting.objects.get(user=cast.clerk), by=cast.secretary)
        assert not client.get("/c/").wsgi_request.scope_for("activity.view")
        assert not is_staff(cast.clerk)

    def test_posting_that_began_today_ends_at_once_too(self, cast):
        user = make_user()
        posting = services.post(user, Role.CLERK, place=cast.community, by=cast.secretary)
        services.end_posting(posting, by=cast.secretary)
        stored = Posting.objects.get(pk=posting.pk)
        assert not stored.is_live() and stored.until == stored.since and not scope_of(user, "activity.view")

    def test_other_staff_posting_keeps_the_workbench_open(self, cast):
        user = make_user()
        first = services.post(user, Role.CLERK, place=cast.community, by=cast.admin)
        services.post(user, Role.AUDITOR, place=cast.other, by=cast.admin)
        services.end_posting(first, by=cast.admin)
        assert is_staff(user)

    def test_end_on_a_later_day_keeps_it_until_then(self, cast):
        posting = services.post(make_user(), Role.CLERK, place=cast.community, by=cast.admin, since=TODAY, at=NOON)
        services.end_posting(posting, by=cast.secretary, until=TODAY + timedelta(days=1), at=NOON)
        assert posting.is_live(NOON + timedelta(days=1)) and not posting.is_live(NOON + timedelta(days=2))

    def test_nobody_ends_the_own_posting_nor_one_from_above(self, cast):
        own = Posting.objects.get(user=cast.secretary)
        auditor = Posting.objects.get(user=cast.auditor)
        foreign = Posting.objects.get(user=cast.outsider)
        assert refusal(services.end_posting, own, by=cast.secretary) == Refusal.OWN_POSTING
        assert refusal(services.end_posting, auditor, by=cast.secretary) == Refusal.ROLE_NOT_YOURS
        assert refusal(services.end_posting, foreign, by=cast.secretary) == Refusal.NOT_ALLOWED
        assert Posting.objects.live().filter(pk__in=[own.pk, auditor.pk, foreign.pk]).count() == 3


class TestByTheCalendar:
    def test_due_work_opens_and_closes_the_workbench(self, cast):
        user = make_user()
        days = {"since": TODAY + timedelta(days=1), "until": TODAY + timedelta(days=2)}
        services.post(user, Role.CLERK, place=cast.community, by=cast.admin, at=NOON, **days)
        assert not is_staff(user)
        seen = []
        for day in range(4):
            due.registry["grids.staff"](NOON + timedelta(days=day))
            seen.append(is_staff(user))
        assert seen == [False, True, True, False]

    def test_due_work_is_idempotent(self, cast):
        assert services.refresh_all_staff(clock.now()) == 0

    @pytest.mark.parametrize(
        ("since", "until", "live"),
        [(0, None, True), (0, 0, True), (-5, 0, True), (-5, -1, False), (1, None, False), (0, 5, True)],
    )
    def test_predicate_and_queryset_agree_on_days(self, db, since, until, live):
        posting = make_posting(
            place=make_community(),
            since=TODAY + timedelta(days=since),
            until=None if until is None else TODAY + timedelta(days=until),
        )
        assert posting.is_live(NOON) == live == Posting.objects.live(NOON).filter(pk=posting.pk).exists()

    def test_day_is_that_of_the_community_not_of_utc(self, db):
        posting = make_posting(place=make_community(), since=TODAY, until=TODAY)
        moments = [
            datetime(2026, 11, day, hour, 30, tzinfo=UTC) for day, hour in ((21, 15), (21, 16), (22, 15), (22, 16))
        ]
        assert [posting.is_live(moment) for moment in moments] == [False, True, True, False]
        assert [Posting.objects.live(moment).exists() for moment in moments] == [False, True, True, False]


class TestScope:
    def test_scope_is_the_union_of_what_grants_the_permission(self, cast):
        user = make_user()
        make_posting(user, Role.CLERK, place=cast.community)
        make_posting(user, Role.GRID_WORKER, place=cast.other_grid)
        assert scope_of(user, "activity.view") == Scope(
            communities=frozenset({cast.community.pk}),
            grids=frozenset({cast.other_grid.pk}),
            grid_communities=frozenset({cast.other.pk}),
        )
        assert scope_of(user, "honour.add") == Scope(communities=frozenset({cast.community.pk}))

    def test_clerk_in_b_who_audits_a_lists_no_residents_of_a(self, cast):
        here, there = make_resident(community=cast.other), make_resident(community=cast.community)
        make_posting(cast.outsider, Role.AUDITOR, place=cast.community)
        listed = Residency.objects.within(scope_of(cast.outsider, "residency.view"))
        assert here in listed and there not in listed
        assert scope_of(cast.outsider, "audit.view").communities == {cast.community.pk}

    def test_region_reaches_every_community_below_and_no_other(self, db):
        district = make_region()
        below = make_community(region=make_region(parent=district))
        make_community(region=make_region())
        make_community()
        user = make_user()
        make_posting(user, Role.DISTRICT_OFFICER, place=district)
        assert scope_of(user, "activity.view").communities == {below.pk}
        assert not scope_of(user, "residency.view") and not scope_of(user, "sign_up.view")

    def test_grid_worker_reaches_the_grid_and_below(self, cast):
        below, beside = make_grid(parent=cast.grid), make_grid(community=cast.community)
        homes = [make_resident(grid=grid) for grid in (cast.grid, below, beside)]
        ungridded = make_resident(community=cast.community)
        listed = set(Residency.objects.within(scope_of(cast.gridworker, "residency.view")))
        assert {homes[0], homes[1]} <= listed and homes[2] not in listed and ungridded not in listed

    def test_region_whose_number_begins_like_another_is_not_below_it(self, db):
        first, second = make_region(pk=1), make_region(pk=10)
        assert not second.path.startswith(first.path)

    @pytest.mark.parametrize("permission", ["activity.view", "residency.view", "audit.view", "posting.add"])
    def test_without_live_posting_there_is_no_scope(self, cast, permission):
        for name in ("resident", "volunteer", "leader", "partner"):
            assert not scope_of(cast.users[name], permission)
        assert not scoped(Posting.objects.all(), Scope()).exists()

    def test_site_administrator_holds_everything_but_residents(self, cast):
        assert scope_of(cast.admin, "posting.add").everything
        assert not scope_of(cast.admin, "residency.view")

    def test_closed_account_has_no_scope(self, cast):
        cast.clerk.is_active = False
        assert not scope_of(cast.clerk, "activity.view")
