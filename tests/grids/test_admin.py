"""Places, postings and homes in the workbench."""

from accounts.roles import Role
from grids.models import (
    Building,
    Community,
    Estate,
    Grid,
    Household,
    PartnerUnit,
    PartyOrganisation,
    Posting,
    Region,
    Residency,
    Venue,
)
from tests.admin_contract import AdminContract
from tests.factories import (
    make_building,
    make_community,
    make_estate,
    make_grid,
    make_household,
    make_organisation,
    make_partner,
    make_person,
    make_posting,
    make_region,
    make_resident,
    make_user,
    make_venue,
    number,
)


class TestRegionAdmin(AdminContract):
    model, noun = Region, "region"
    reader, adder, editor = "district", "admin", "admin"
    edit = {"name": "改名区"}

    def make_inside(self, cast):
        return make_region(parent=cast.region, level="subdistrict")

    def make_outside(self, cast):
        return make_region(f"乙街{number()}", parent=cast.other_region, level="subdistrict")

    def new(self, cast):
        return {"parent": cast.region.pk, "level": "subdistrict", "name": "新街道"}


class TestCommunityAdmin(AdminContract):
    model, noun = Community, "community"
    reader, adder, editor, bystander = "district", "admin", "secretary", "gridworker"
    edit = {"slogan": "邻里守望"}

    def make_inside(self, cast):
        if not getattr(self, "once", False):
            self.once = True
            return cast.community
        return make_community(region=cast.region)

    def make_outside(self, cast):
        return cast.other

    def new(self, cast):
        return {"name": "丙社区", "slug": "bing", "region": cast.region.pk}

    def foreign(self, cast):
        return {"region": cast.other_region.pk}

    def form_pages(self, cast):
        return [("secretary", self.url("change", cast.community.pk))]


class TestGridAdmin(AdminContract):
    model, noun, deleter = Grid, "grid", "clerk"
    edit = {"boundary_words": "东至书香路"}

    def make_inside(self, cast):
        return make_grid(community=cast.community)

    def make_outside(self, cast):
        return make_grid(f"乙格{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新网格", "kind": "merged"}

    def foreign(self, cast):
        return {
            "community": cast.other.pk,
            "parent": cast.other_grid.pk,
            "party_organisation": make_organisation(community=cast.other).pk,
        }


class TestPartyOrganisationAdmin(AdminContract):
    model, noun, deleter = PartyOrganisation, "party_organisation", "clerk"
    edit = {"name": "改名支部"}

    def make_inside(self, cast):
        return make_organisation(community=cast.community)

    def make_outside(self, cast):
        return make_organisation(f"乙支部{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新支部", "kind": "branch"}

    def foreign(self, cast):
        return {"community": cast.other.pk, "parent": self.make_outside(cast).pk}


class TestPartnerUnitAdmin(AdminContract):
    model, noun, deleter = PartnerUnit, "partner_unit", "clerk"
    edit = {"name": "改名学校"}

    def make_inside(self, cast):
        return make_partner(community=cast.community)

    def make_outside(self, cast):
        return make_partner(f"乙单位{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新单位", "kind": "school"}


class TestVenueAdmin(AdminContract):
    model, noun, deleter = Venue, "venue", "clerk"
    edit = {"name": "改名活动室"}

    def make_inside(self, cast):
        return make_venue(community=cast.community)

    def make_outside(self, cast):
        return make_venue(f"乙室{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新活动室", "kind": "hall"}


class TestPostingAdmin(AdminContract):
    model, noun = Posting, "posting"
    reader, adder, editor = "secretary", "secretary", None

    def make_inside(self, cast):
        return make_posting(make_user(), Role.CLERK, place=cast.community)

    def make_outside(self, cast):
        return make_posting(make_user(person=make_person("乙的文员")), Role.CLERK, place=cast.other)

    def new(self, cast):
        make_user("newcomer")
        return {"user": "newcomer", "role": Role.CLERK, "community": cast.community.pk}

    def foreign(self, cast):
        return {"community": cast.other.pk}


class TestResidencyAdmin(AdminContract):
    model, noun = Residency, "residency"
    edit = {"kind": "floating"}

    def other_edit(self):
        return {"kind": "registered"}

    def make_inside(self, cast):
        return make_resident(grid=cast.grid)

    def make_outside(self, cast):
        return make_resident(make_person(f"乙居民{number()}", phone="13900000000"), grid=cast.other_grid)

    def new(self, cast):
        return {"person_name": "新居民", "community": cast.community.pk}

    def foreign(self, cast):
        return {"community": cast.other.pk, "grid": cast.other_grid.pk}


class TestEstateAdmin(AdminContract):
    model, noun, deleter = Estate, "estate", "clerk"
    edit = {"name": "改名小区"}

    def make_inside(self, cast):
        return make_estate(community=cast.community)

    def make_outside(self, cast):
        return make_estate(f"乙小区{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新小区"}


class TestBuildingAdmin(AdminContract):
    model, noun, deleter = Building, "building", "clerk"
    edit = {"name": "改名楼"}

    def make_inside(self, cast):
        return make_building(grid=cast.grid)

    def make_outside(self, cast):
        return make_building(f"乙{number()}号楼", grid=cast.other_grid)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新楼", "grid": cast.grid.pk}

    def foreign(self, cast):
        estate = make_estate(community=cast.other)
        return {"community": cast.other.pk, "grid": cast.other_grid.pk, "estate": estate.pk}


class TestHouseholdAdmin(AdminContract):
    model, noun, editor = Household, "household", None

    def make_inside(self, cast):
        return make_household(make_building(grid=cast.grid))

    def make_outside(self, cast):
        return make_household(make_building(f"乙{number()}号楼", grid=cast.other_grid))

    def new(self, cast):
        return {"building": make_building(grid=cast.grid).pk, "unit": "1", "room": "302"}

    def foreign(self, cast):
        building = make_building("乙楼", grid=cast.other_grid)
        return {"building": building.pk, "address_line": "乙楼302"}
