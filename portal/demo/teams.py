"""Volunteer teams, as told."""

from functools import partial
from typing import Any

from portal.demo.content import facts, samples
from portal.demo.run import Run, told
from volunteers import services
from volunteers.models import Team


def load_teams(run: Run) -> dict[tuple[str, str], Team]:
    """All teams, by community and name as told."""
    return {
        (row["community"], row["name"]): run.ensure(
            Team,
            row["community"],
            row["name"],
            make=partial(_team, run, row),
            community=run.communities[row["community"]],
            name=row["name"],
        )
        for row in facts()["teams"]
    }


def _team(run: Run, row: dict[str, Any]) -> Team:
    team = Team(
        community=run.communities[row["community"]],
        name=row["name"],
        kind=row["kind"],
        tasks="、".join(row["tasks"]),
        story=_story(row),
        **told({"stated_size": row["size"]}),
    )
    team.clean_fields()
    return services.save_team(team, by=None, at=run.at)


def _story(row: dict[str, Any]) -> str:
    words = samples()["words"]
    if row["groups"]:
        return words["groups"].format(groups=row["groups"])
    return words["served"].format(names="、".join(row["served"])) if row["served"] else ""
