"""The activities that the communities told of: records without a time, held long before the portal."""

from datetime import date
from functools import partial
from typing import Any

from core.models import DatePrecision
from core.quantities import Qualifier, Quantity, Unit
from events.models import Activity
from events.services import activities
from events.states import ActivityState
from grids.models import PartnerUnit
from portal.demo.content import facts, samples
from portal.demo.run import Run
from stories.models import Theme


def load_history(run: Run, themes: dict[tuple[str, str], Theme]) -> None:
    """One counted record for each activity that was told; nothing gets a date that was not told."""
    for row in facts()["activities"]:
        run.ensure(Activity, row["community"], row["title"], make=partial(_record, run, row, themes))


def _record(run: Run, row: dict[str, Any], themes: dict[tuple[str, str], Theme]) -> Activity:
    slug = row["community"]
    activity = Activity(
        community=run.communities[slug],
        title=row["title"],
        kind=row["kind"],
        description=describe(row),
        needs_sign_up=False,
        held_note=row["when"] or "",
        state=ActivityState.COUNTED,
        **_held(row["year"]),
    )
    activity.clean_fields()
    return activities.create(
        activity,
        by=None,
        starts_at=None,
        ends_at=None,
        themes=[themes[slug, name] for name in row["themes"]],
        partners=PartnerUnit.objects.filter(community=activity.community, name__in=row["partners"]),
        at=run.at,
    )


def _held(year: int | None) -> dict[str, Any]:
    if year is None:
        return {"held_precision": DatePrecision.UNKNOWN}
    return {"held_on": date(year, 1, 1), "held_precision": DatePrecision.YEAR}


def describe(row: dict[str, Any]) -> str:
    """Return where the record comes from and the figures that were told with it."""
    words = samples()["words"]
    lines = [words["told"]]
    if row["count"]:
        told = row["count"]
        quantity = Quantity(told["value"], Unit(told["unit"]), Qualifier(told["qualifier"]))
        lines.append(words["count"].format(quantity=quantity.spoken()))
    for part in ("served", "with", "subjects"):
        if row.get(part):
            lines.append(words[part].format(names="、".join(row[part])))
    return "\n".join(lines)
