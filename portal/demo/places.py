"""Regions, communities, organisations, grids, units and venues, as the facts tell them."""

from datetime import date
from functools import partial
from typing import Any

from core.models import DatePrecision, OpeningBalance
from grids import services
from grids.models import Building, Community, Estate, Grid, PartnerUnit, PartyOrganisation, Region, Venue
from grids.states import PartyKind
from portal.demo.content import facts, samples
from portal.demo.run import Run, told

NUMERALS = "〇一二三四五六七八九十"


def numeral(number: int) -> str:
    """Return a number from 1 to 99 as it is written in names: 十八."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else NUMERALS[tens]) + "十"
    return head + (NUMERALS[ones] if ones else "")


def load_places(run: Run) -> None:
    """Everything that stands still."""
    for row in facts()["communities"]:
        run.communities[row["slug"]] = _community(run, row)
    organisations = _organisations(run)
    _grids(run, organisations)
    for slug in run.communities:
        run.buildings[slug] = _buildings(run, slug)
    for row in facts()["partner_units"]:
        _of_community(run, PartnerUnit, row, kind=row["kind"], role_note=row["role"])
    for row in facts()["venues"]:
        _of_community(run, Venue, row, kind=row["kind"], floor=row["floor"], detail=row["detail"])


def load_figures(run: Run) -> None:
    """Totals reached before the portal, as declared by the communities."""
    for row in facts()["figures"]:
        _balance(run, row)


def _region(run: Run, told_levels: list[dict[str, str]]) -> Region | None:
    """The chain of regions as far as it is told; levels that are not told are left out."""
    region, path = None, ""
    for level in told_levels:
        parent, path = region, f"{path}/{level['name']}"
        region = run.ensure(
            Region,
            path,
            make=partial(
                services.create_region, level["name"], by=None, level=level["level"], parent=parent, at=run.at
            ),
            parent=parent,
            name=level["name"],
            level=level["level"],
        )
    return region


def _community(run: Run, row: dict[str, Any]) -> Community:
    bounds = {f"bound_{side}": mark for side, mark in (row["bounds"] or {}).items()}
    founded = {}
    if row["founded"]:
        year, month = row["founded"].split("-")
        founded = {"founded_on": date(int(year), int(month), 1), "founded_precision": DatePrecision.MONTH}
    return run.ensure(
        Community,
        row["slug"],
        make=lambda: services.create_community(
            row["name"],
            by=None,
            slug=row["slug"],
            region=_region(run, row["regions"]),
            at=run.at,
            is_demo=True,
            phone=samples()["communities"][row["slug"]]["phone"],
            hours=samples()["hours"],
            **bounds,
            **founded,
            **told({name: row[name] for name in ("area_km2", "office_area_m2", "shape", "slogan")}),
        ),
        slug=row["slug"],
    )


def _organisation(run: Run, slug: str, name: str, kind: str, parent: PartyOrganisation | None) -> PartyOrganisation:
    community = run.communities[slug]

    def make() -> PartyOrganisation:
        organisation = PartyOrganisation(community=community, name=name, kind=kind, parent=parent)
        organisation.clean_fields()
        return services.save_organisation(organisation, by=None, at=run.at)

    return run.ensure(PartyOrganisation, slug, name, make=make, community=community, name=name)


def _organisations(run: Run) -> dict[str, PartyOrganisation]:
    """The organisations that are told by name, and their numbered branches; returns the chief one of each community."""
    chief: dict[str, PartyOrganisation] = {}
    for row in facts()["party_organisations"]:
        slug = row["community"]
        if row["kind"] == PartyKind.GRID_BRANCH:
            continue  # one for each grid, see _grids
        organisation = _organisation(run, slug, row["name"], row["kind"], None)
        chief.setdefault(slug, organisation)
        for number in range(1, (row["branches"] or 0) + 1):
            _organisation(run, slug, f"第{numeral(number)}党支部", PartyKind.BRANCH, organisation)
    return chief


def _grids(run: Run, chief: dict[str, PartyOrganisation]) -> None:
    """As many grids as are told, level by level. A level without a number has none, except the single top one."""
    top: dict[str, Grid] = {}
    for row in facts()["grids"]:
        slug, level = row["community"], row["level"] or 1
        count = 1 if row["level"] == 1 and row["count"] is None else row["count"] or 0
        for number in range(1, count + 1):
            name = "一级网格" if row["level"] == 1 else f"第{numeral(number)}网格"
            organisation = _organisation_of_grid(run, row, number, chief[slug])
            grid = _grid(run, slug, name, row["kind"], top[slug] if level > 1 else None, organisation)
            if level == 1:
                top[slug] = grid


def _organisation_of_grid(run: Run, row: dict[str, Any], number: int, chief: PartyOrganisation) -> PartyOrganisation:
    """A grid branch of its own where that is told, the branch of the same number on level 2, else the chief one.

    Which of three branches answers for which of six merged grids is not told: their general branch does for all.
    """
    slug = row["community"]
    if row["party_kind"] == PartyKind.GRID_BRANCH:
        return _organisation(run, slug, f"第{numeral(number)}网格党支部", PartyKind.GRID_BRANCH, chief)
    if row["level"] == 2:
        return _organisation(run, slug, f"第{numeral(number)}党支部", PartyKind.BRANCH, chief)
    return chief


def _grid(run: Run, slug: str, name: str, kind: str, parent: Grid | None, organisation: PartyOrganisation) -> Grid:
    community = run.communities[slug]
    return run.ensure(
        Grid,
        slug,
        name,
        make=lambda: services.create_grid(
            name,
            by=None,
            community=community,
            parent=parent,
            kind=kind,
            party_organisation=organisation,
            duty_phone=_duty_phone(),
            at=run.at,
        ),
        community=community,
        name=name,
    )


def lowest_grids(run: Run, slug: str) -> list[Grid]:
    """Return the grids of a community that have none below them."""
    return list(Grid.objects.filter(community=run.communities[slug], children=None).order_by("path"))


def _buildings(run: Run, slug: str) -> list[Building]:
    """One building for each lowest grid, or a few without one; the estate is the one that was told, or a sample."""
    community = run.communities[slug]
    told_here = [row["estate"] for row in facts()["later"]["deliberations"] if row["community"] == slug]
    name = told_here[0] if told_here else samples()["estates"][slug]
    estate = run.ensure(
        Estate, slug, name, make=lambda: services.create_estate(name, by=None, community=community, at=run.at)
    )
    grids: list[Grid | None] = [*lowest_grids(run, slug)] or [None] * samples()["buildings_without_grids"]
    return [_building(run, estate, f"{number}号楼", grid) for number, grid in enumerate(grids, start=1)]


def _building(run: Run, estate: Estate, name: str, grid: Grid | None) -> Building:
    where = {"community": estate.community, "estate": estate, "grid": grid}
    return run.ensure(
        Building, estate.community.slug, name, make=lambda: services.create_building(name, by=None, at=run.at, **where)
    )


def _duty_phone() -> str:
    """An invented number that no operator has, as people read it."""
    return f"169 0000 4{Grid.objects.count() % 1000:03d}"


def _of_community(run: Run, model: Any, row: dict[str, Any], **values: Any) -> None:
    natural = {"community": run.communities[row["community"]], "name": row["name"]}
    run.plain(model, row["community"], row["name"], natural=natural, **values)


def _balance(run: Run, row: dict[str, Any]) -> None:
    period = row["period"] or ""
    natural = {"community_id": run.communities[row["community"]].pk, "indicator": row["indicator"], "period": period}
    run.plain(
        OpeningBalance,
        row["community"],
        row["indicator"],
        period,
        natural=natural,
        label=row["label"],
        value=row["value"],
        unit=row["unit"],
        qualifier=row["qualifier"],
        source=run.communities[row["community"]].name + facts()["about"]["source_words"],
    )
