"""Places and homes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from core import versions
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from grids import services
from grids.models import Grid, Region
from tests.factories import (
    make_community,
    make_grid,
    make_organisation,
    make_person,
    make_region,
    make_resident,
)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


@pytest.fixture
def community(db):
    return make_community()


class TestRegions:
    def test_path_holds_every_ancestor(self, db):
        province = services.create_region("安徽省", by=None, level="province")
        city = services.create_region("淮南市", by=None, level="city", parent=province)
        stored = Region.objects.get(pk=city.pk)
        assert stored.path == f"{province.pk:08d}{city.pk:08d}" and stored.path.startswith(province.path)
        assert AuditEntry.objects.filter(verb="create", object_id=city.pk).count() == 1

    def test_moved_region_takes_everything_below_along(self, db):
        old, new = make_region(), make_region()
        moved = make_region(parent=old)
        below = make_region(parent=moved)
        moved.parent = new
        services.save_region(moved, by=None, fields=["parent"])
        below.refresh_from_db()
        assert below.path == f"{new.path}{moved.pk:08d}{below.pk:08d}"
        assert not Region.objects.filter(path__startswith=old.path).exclude(pk=old.pk).exists()

    def test_region_is_never_placed_below_itself(self, db):
        top = make_region()
        below = make_region(parent=make_region(parent=top))
        top.parent = below
        assert refusal(services.save_region, top, by=None) == Refusal.UNDER_ITSELF
        top.parent = top
        assert refusal(services.save_region, top, by=None) == Refusal.UNDER_ITSELF
        assert Region.objects.get(pk=top.pk).parent_id is None

    def test_same_name_twice_under_one_parent_is_refused(self, db):
        parent = make_region()
        services.create_region("田家庵区", by=None, level="district", parent=parent)
        again = {"by": None, "level": "district", "parent": parent}
        assert refusal(services.create_region, "田家庵区", **again) == Refusal.DUPLICATE


class TestCommunities:
    def test_address_word_is_taken_once(self, db):
        services.create_community("新城社区", by=None, slug="xincheng")
        assert refusal(services.create_community, "别的", by=None, slug="xincheng") == Refusal.DUPLICATE

    @pytest.mark.parametrize("slug", ["a b", "a/b", "新城", "", "x" * 41, "a\x00"])
    def test_unusable_address_word_is_refused(self, db, slug):
        with pytest.raises(ValidationError):
            services.create_community("新城社区", by=None, slug=slug)

    def test_version_counts_the_change(self, db):
        community = services.create_community("新城社区", by=None, slug="xincheng")
        before = versions.current(community.pk)
        services.create_grid("一网格", by=None, community=community)
        assert versions.current(community.pk) == before + 1


class TestGrids:
    def test_level_and_path_follow_from_the_parent(self, community):
        one = services.create_grid("总支", by=None, community=community)
        two = services.create_grid("支部", by=None, community=community, parent=one)
        three = services.create_grid("3号楼", by=None, community=community, parent=two, level=1)
        stored = Grid.objects.get(pk=three.pk)
        assert [one.level, two.level, stored.level] == [1, 2, 3]
        assert stored.path == f"{one.pk:08d}{two.pk:08d}{three.pk:08d}"
        assert set(Grid.objects.below(one)) == {one, two, three} and set(Grid.objects.below(two)) == {two, three}

    def test_fourth_level_is_refused(self, community):
        three = make_grid(parent=make_grid(parent=make_grid(community=community)))
        assert refusal(services.create_grid, "四级", by=None, community=community, parent=three) == Refusal.TOO_DEEP

    def test_move_that_would_push_children_too_deep_is_refused(self, community):
        top, other = make_grid(community=community), make_grid(community=community)
        make_grid(parent=make_grid(parent=top))
        top.parent = other
        assert refusal(services.save_grid, top, by=None) == Refusal.TOO_DEEP
        assert Grid.objects.get(pk=top.pk).level == 1

    def test_moved_grid_takes_paths_and_levels_along(self, community):
        root, other = make_grid(community=community), make_grid(community=community)
        moved = make_grid(parent=root)
        below = make_grid(parent=moved)
        moved.parent = None
        services.save_grid(moved, by=None, fields=["parent"])
        moved, below = Grid.objects.get(pk=moved.pk), Grid.objects.get(pk=below.pk)
        assert (moved.level, below.level) == (1, 2)
        assert below.path == f"{moved.pk:08d}{below.pk:08d}" and not Grid.objects.below(root).filter(pk=below.pk)
        moved.parent = other
        services.save_grid(moved, by=None, fields=["parent"])
        below.refresh_from_db()
        assert below.level == 3 and below.path.startswith(other.path)

    def test_grid_is_never_placed_below_itself(self, community):
        top = make_grid(community=community)
        below = make_grid(parent=top)
        top.parent = below
        assert refusal(services.save_grid, top, by=None) in (Refusal.UNDER_ITSELF, Refusal.TOO_DEEP)
        top.parent = top
        assert refusal(services.save_grid, top, by=None) in (Refusal.UNDER_ITSELF, Refusal.TOO_DEEP)
        assert Grid.objects.get(pk=top.pk).parent_id is None

    def test_grid_stays_within_its_community(self, community):
        foreign, organisation = make_grid(), make_organisation()
        create = services.create_grid
        assert refusal(create, "甲", by=None, community=community, parent=foreign) == Refusal.OTHER_COMMUNITY
        own = {"by": None, "community": community}
        assert refusal(create, "乙", party_organisation=organisation, **own) == Refusal.OTHER_COMMUNITY
        grid = make_grid(community=community)
        grid.community = foreign.community
        assert refusal(services.save_grid, grid, by=None) == Refusal.OTHER_COMMUNITY

    def test_same_name_in_one_community_is_refused(self, community):
        services.create_grid("一网格", by=None, community=community)
        assert refusal(services.create_grid, "一网格", by=None, community=community) == Refusal.DUPLICATE
        assert services.create_grid("一网格", by=None, community=make_community()).pk

    @pytest.mark.parametrize("name", ["<script>", "{{ x }}", "𠮷网格", "阿卜杜拉·买买提"])
    def test_unusual_name_is_kept(self, community, name):
        assert Grid.objects.get(pk=services.create_grid(name, by=None, community=community).pk).name == name

    @pytest.mark.parametrize("name", ["", "a\x00b", "a\u202eb", "格" * 41, "格" * 10_000])
    def test_unusable_name_is_refused(self, community, name):
        with pytest.raises(ValidationError):
            services.create_grid(name, by=None, community=community)


class TestOrganisations:
    def test_tree_has_no_ring_and_stays_in_the_community(self, community):
        top = make_organisation(community=community)
        branch = make_organisation(community=community, parent=top)
        top.parent = branch
        assert refusal(services.save_organisation, top, by=None) == Refusal.UNDER_ITSELF
        branch.parent = make_organisation()
        assert refusal(services.save_organisation, branch, by=None) == Refusal.OTHER_COMMUNITY


class TestHomes:
    def test_one_open_home_in_a_community(self, community):
        person = make_person()
        services.register_resident(person, community=community, by=None)
        again = {"community": community, "by": None}
        assert refusal(services.register_resident, person, **again) == Refusal.HOME_OVERLAPS
        assert services.register_resident(person, community=make_community(), by=None).pk

    def test_grid_of_another_community_is_refused(self, community):
        grid = make_grid()
        register = services.register_resident
        assert refusal(register, make_person(), community=community, grid=grid, by=None) == Refusal.OTHER_COMMUNITY

    def test_who_moved_away_may_come_back(self, community):
        home = make_resident(community=community)
        services.end_residency(home, by=None)
        assert not home.is_live() and home.person is not None
        assert services.register_resident(home.person, community=community, by=None).is_live()

    def test_home_never_ends_before_it_began(self, community):
        home = make_resident(community=community)
        before = home.since - timedelta(days=1)
        assert refusal(services.end_residency, home, by=None, until=before) == Refusal.INVALID
