"""Figures of places come out of the rows."""

import pytest

from accounts.roles import Role
from core import figures
from core.quantities import Unit
from grids.figures import units_by_kind
from grids.models import Grid
from grids.states import GridKind, PartnerKind
from tests.factories import make_community, make_grid, make_organisation, make_partner, make_posting


@pytest.fixture
def community(db):
    return make_community()


def text(code, community):
    return figures.value(code, figures.community(community.pk)).text()


@pytest.mark.row("S0-04")
def test_active_grids_are_counted_from_the_rows(community):
    for _grid in range(18):
        make_grid(community=community)
    make_grid(community=community, is_active=False)
    make_grid()
    assert figures.value("grids.active", figures.community(community.pk)).value == 18
    make_grid(parent=community.grids.first())
    assert figures.value("grids.active", figures.community(community.pk)).value == 19
    assert figures.value("grids.active").value == 20


@pytest.mark.row("S3-12")
def test_share_of_merged_grids_and_grids_lacking_an_organisation(community):
    organisation = make_organisation(community=community)
    grids = [
        make_grid(community=community, kind=GridKind.MERGED, party_organisation=organisation) for _grid in range(5)
    ]
    lacking = make_grid(community=community, kind=GridKind.SOCIAL)
    make_grid(community=community, kind=GridKind.MERGED, is_active=False)
    make_grid(kind=GridKind.MERGED)
    assert text("grids.merged_share", community) == "83.3%"
    assert figures.value("grids.merged", figures.community(community.pk)).value == 5
    here = Grid.objects.active().within(figures.community(community.pk))
    assert list(here.without_organisation()) == [lacking]
    assert figures.value("grids.without_organisation", figures.community(community.pk)).value == 1
    lacking.kind, lacking.party_organisation = GridKind.MERGED, organisation
    lacking.save(update_fields=["kind", "party_organisation"])
    assert text("grids.merged_share", community) == "100%"
    assert figures.value("grids.without_organisation", figures.community(community.pk)).value == 0
    grids[0].is_active = False
    grids[0].save(update_fields=["is_active"])
    assert figures.value("grids.merged", figures.community(community.pk)).value == 5


def test_share_without_grids_is_zero(community):
    assert text("grids.merged_share", community) == "0%"


@pytest.mark.row("S3-06")
def test_grids_for_which_nobody_answers(community):
    root = make_grid(community=community)
    below, alone = make_grid(parent=root), make_grid(community=community)
    assert set(Grid.objects.without_worker()) == {root, below, alone}
    posting = make_posting(role=Role.GRID_WORKER, place=root)
    assert set(Grid.objects.without_worker()) == {alone}
    assert figures.value("grids.without_worker", figures.community(community.pk)).value == 1
    posting.until = posting.since
    posting.save(update_fields=["until"])
    assert Grid.objects.without_worker().count() == 3


@pytest.mark.row("S0-05", "S3-09")
def test_partner_units_by_kind(community):
    for kind, count in ((PartnerKind.PROPERTY, 4), (PartnerKind.OWNERS_COMMITTEE, 1), (PartnerKind.SCHOOL, 2)):
        for _unit in range(count):
            make_partner(community=community, kind=kind)
    make_partner(kind=PartnerKind.PROPERTY)
    counted = units_by_kind(figures.community(community.pk))
    assert {kind: quantity.value for kind, quantity in counted.items()} == {
        PartnerKind.SCHOOL: 2,
        PartnerKind.PROPERTY: 4,
        PartnerKind.OWNERS_COMMITTEE: 1,
    }
    total = figures.value("grids.units", figures.community(community.pk))
    assert (total.value, total.unit) == (7, Unit.ORGANISATION)


@pytest.mark.row("S0-05")
def test_18_units_by_kind_without_those_that_ended(community):
    kinds = {PartnerKind.SCHOOL: 3, PartnerKind.POLICE: 1, PartnerKind.ENTERPRISE: 8, PartnerKind.MEDICAL: 6}
    for kind, count in kinds.items():
        for _unit in range(count):
            make_partner(community=community, kind=kind)
    make_partner(community=community, kind=PartnerKind.SCHOOL, state="ended")
    counted = units_by_kind(figures.community(community.pk))
    assert {kind: quantity.value for kind, quantity in counted.items()} == kinds
    assert figures.value("grids.units", figures.community(community.pk)).value == 18
