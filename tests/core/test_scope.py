import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from core.scope import Scope, ScopedQuerySet, ScopePath, check_scope_paths, path_of, scope_of, scoped
from events.models import Activity, SignUp
from grids.models import Community, Grid, Posting, Region, Residency
from grids.scope import scope_of as resolve
from honours.models import Honour
from stories.models import Theme
from tests.event_factories import make_activity, make_sign_up
from tests.factories import (
    make_community,
    make_grid,
    make_partner,
    make_posting,
    make_region,
    make_resident,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db

EVERYTHING, NOTHING = Scope(everything=True), Scope()


def of_communities(*communities):
    return Scope(communities=frozenset(community.pk for community in communities))


@pytest.fixture
def two():
    return make_community("甲社区"), make_community("乙社区")


def test_an_empty_scope_is_false_and_sees_nothing(two):
    community = two[0]
    make_sign_up(make_activity(community=community))
    make_resident(community=community)
    make_theme()
    assert not NOTHING
    for model in (Activity, SignUp, Residency, Theme, Community, Posting):
        assert not model.objects.within(NOTHING).exists()
        assert model.objects.within(EVERYTHING).count() == model.objects.count()


def test_a_scope_of_grid_communities_alone_is_still_empty(two):
    """They only widen what a grid posting sees."""
    make_activity(community=two[0])
    scope = Scope(grid_communities=frozenset({two[0].pk}))
    assert not scope
    assert not Activity.objects.within(scope).exists()


def test_a_community_sees_its_rows_and_no_others(two):
    mine, theirs = make_activity(community=two[0]), make_activity(community=two[1])
    party = make_sign_up(mine)
    make_sign_up(theirs)
    scope = of_communities(two[0])
    assert list(Activity.objects.within(scope)) == [mine]
    assert list(SignUp.objects.within(scope)) == [party]
    assert list(Community.objects.within(scope)) == [two[0]]
    assert Activity.objects.within(of_communities(*two)).count() == 2


def test_covers_asks_the_stored_row(two):
    activity = make_activity(community=two[0])
    scope = of_communities(two[0])
    assert scope.covers(activity) is True
    assert of_communities(two[1]).covers(activity) is False
    activity.community = two[1]  # as a forged form would have it
    assert scope.covers(activity) is True
    assert of_communities(two[1]).covers(activity) is False
    assert scope.covers(Activity(community=two[0])) is False
    assert (EVERYTHING.covers(activity), NOTHING.covers(activity)) == (True, False)


# --- grids --------------------------------------------------------------------------------------------------------


@pytest.fixture
def posted():
    """A grid worker of a grid of level 2, with a grid below it and one beside it."""
    community = make_community()
    top = make_grid(community=community)
    held = make_grid(parent=top)
    below, beside = make_grid(parent=held), make_grid(parent=top)
    user = make_user()
    make_posting(user, "grid_worker", place=held)
    return {"user": user, "community": community, "top": top, "held": held, "below": below, "beside": beside}


def test_a_grid_posting_reaches_its_grid_and_all_below(posted):
    scope = scope_of(posted["user"], "residency.view")
    assert scope.grids == {posted["held"].pk, posted["below"].pk}
    assert (scope.communities, scope.grid_communities) == (frozenset(), {posted["community"].pk})
    assert set(Grid.objects.within(scope)) == {posted["held"], posted["below"]}


def test_a_grid_posting_sees_residents_of_its_grids_only(posted):
    homes = {name: make_resident(grid=posted[name]) for name in ("top", "held", "below", "beside")}
    make_resident(community=posted["community"])  # without a grid
    scope = scope_of(posted["user"], "residency.view")
    assert set(Residency.objects.within(scope)) == {homes["held"], homes["below"]}


def test_a_grid_posting_sees_the_activities_of_its_community(posted):
    activity = make_activity(community=posted["community"])
    make_activity()
    assert list(Activity.objects.within(scope_of(posted["user"], "activity.view"))) == [activity]


def test_a_grid_posting_grants_nothing_its_role_does_not(posted):
    assert not scope_of(posted["user"], "activity.publish")


# --- regions ------------------------------------------------------------------------------------------------------


def test_a_region_posting_reaches_all_regions_and_communities_below():
    city = make_region("市", level="city")
    district = make_region("区", parent=city)
    street = make_region("街道", parent=district, level="subdistrict")
    inside = [make_community(region=district), make_community(region=street)]
    make_community(region=city)
    make_community(region=make_region("别的区", parent=city))
    make_community()
    user = make_user()
    make_posting(user, "district_officer", place=district)
    scope = scope_of(user, "community.view")
    assert scope.regions == {district.pk, street.pk}
    assert set(Community.objects.within(scope)) == set(inside)
    assert set(Region.objects.within(scope)) == {district, street}


def test_paths_do_not_confuse_numbers_that_begin_alike():
    """Region 1 is not above region 11."""
    regions = [make_region(f"第{number}") for number in range(12)]
    user = make_user()
    make_posting(user, "district_officer", place=regions[0])
    assert scope_of(user, "region.view").regions == {regions[0].pk}


# --- several postings ---------------------------------------------------------------------------------------------


def test_the_scope_is_the_union_of_the_postings_that_grant_the_permission(two):
    user = make_user()
    make_posting(user, "clerk", place=two[0])
    make_posting(user, "auditor", place=two[1])
    assert scope_of(user, "activity.cancel").communities == {two[0].pk}
    assert scope_of(user, "audit.view").communities == {two[1].pk}
    assert scope_of(user, "community.view").communities == {two[0].pk, two[1].pk}


def test_the_site_administrator_sees_everything_the_role_grants():
    user = make_user()
    make_posting(user, "site_administrator")
    assert scope_of(user, "community.view").everything is True
    assert not scope_of(user, "residency.view")


def test_a_partner_unit_gives_no_community(two):
    user = make_user()
    make_posting(user, "partner_contact", place=make_partner(community=two[0]))
    for name in ("activity.view", "sign_up.view", "community.view"):
        assert not scope_of(user, name)


def test_the_inactive_and_visitors_have_no_scope(two):
    user = make_user(is_active=False)
    make_posting(user, "clerk", place=two[0])
    assert scope_of(user, "activity.view") == NOTHING
    assert scope_of(None, "activity.view") == NOTHING
    user.is_active = True
    assert scope_of(user, "activity.view") == resolve(user, "activity.view") != NOTHING


# --- shared rows and declarations ---------------------------------------------------------------------------------


def test_shared_rows_are_offered_for_choice_and_not_listed(two):
    mine, shared = make_theme(community=two[0]), make_theme()
    make_theme(community=two[1])
    scope = of_communities(two[0])
    assert list(Theme.objects.within(scope)) == [mine]
    assert set(scoped(Theme.objects.all(), scope, for_choice=True)) == {mine, shared}
    assert not scoped(Theme.objects.all(), NOTHING, for_choice=True).exists()
    assert scope.covers(shared) is False


def test_a_model_without_a_path_is_an_error():
    class Undeclared:
        _meta = type("Meta", (), {"label": "tests.Undeclared"})

    with pytest.raises(ImproperlyConfigured, match="tests.Undeclared"):
        path_of(Undeclared)


def test_start_up_names_a_scoped_model_without_a_path(monkeypatch):
    assert check_scope_paths(None) == []
    monkeypatch.delattr(Honour, "scope_path")
    assert [(error.id, error.obj) for error in check_scope_paths(None)] == [("core.E001", Honour)]


def test_within_does_not_repeat_rows(two):
    """A path over several places must not join rows more than once."""
    user = make_user()
    make_posting(user, "clerk", place=two[0])
    scope = Scope(communities=frozenset({two[0].pk}), grids=frozenset(), regions=frozenset())
    rows = Posting.objects.within(scope)
    assert rows.count() == len({row.pk for row in rows}) == 1


def test_a_path_that_names_nothing_shows_nothing(two):
    class Rows(ScopedQuerySet):
        pass

    rows = Rows(Community)
    assert isinstance(rows, models.QuerySet)
    original = Community.scope_path
    try:
        Community.scope_path = ScopePath()
        assert not rows.within(of_communities(*two)).exists()
        assert rows.within(EVERYTHING).count() == 2
    finally:
        Community.scope_path = original
