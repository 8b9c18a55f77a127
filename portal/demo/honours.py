"""Honours as told, each recorded by a clerk and verified by the secretary."""

from datetime import date
from functools import partial
from typing import Any

from core.models import DatePrecision
from grids.models import PartyOrganisation
from honours import services
from honours.models import Honour
from honours.states import RecipientKind
from portal.demo.content import facts
from portal.demo.run import Run, told


def load_honours(run: Run) -> None:
    """Every honour whose recipient is told; private families only in the masked form that the facts hold."""
    for row in facts()["honours"]:
        if row["recipient_kind"] is not None:
            run.ensure(Honour, row["community"], row["title"], row["recipient"], make=partial(_honour, run, row))


def _honour(run: Run, row: dict[str, Any]) -> Honour:
    staff = run.staff[row["community"]]
    honour = Honour(
        community=run.communities[row["community"]],
        title=row["title"],
        level=row["level"],
        recipient_kind=row["recipient_kind"],
        **_recipient(run, row),
        **_awarded(row["year"]),
        **told({"rank": row["rank"], "event": row["event"]}),
    )
    services.create(honour, by=staff.clerk, at=run.at)
    services.submit(honour, by=staff.clerk, at=run.at)
    services.publish(honour, by=staff.secretary, at=run.at)
    return honour


def _recipient(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    community = run.communities[row["community"]]
    if row["recipient_kind"] == RecipientKind.COMMUNITY:
        return {"recipient_community": community}
    if row["recipient_kind"] == RecipientKind.PARTY_ORGANISATION:
        organisations = PartyOrganisation.objects.filter(community=community, name=row["recipient"])
        if organisation := organisations.first():
            return {"recipient_party_organisation": organisation}
    return {"printed_name": row["recipient"]}


def _awarded(year: int | None) -> dict[str, Any]:
    if year is None:
        return {"awarded_precision": DatePrecision.UNKNOWN}
    return {"awarded_on": date(year, 1, 1), "awarded_precision": DatePrecision.YEAR}
