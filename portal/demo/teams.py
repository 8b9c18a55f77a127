"""Volunteer teams, as told, and sample residents who belong to them."""

from functools import partial
from typing import Any

from accounts.models import Person
from portal.demo.content import facts, samples
from portal.demo.run import Run, told
from volunteers.models import Membership, Team, Volunteer
from volunteers.services import memberships, profiles, teams
from volunteers.states import TeamState


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
        state=TeamState.ACTIVE,
        **told({"stated_size": row["size"]}),
    )
    team.clean_fields()
    return teams.save_team(team, by=None, at=run.at)


def _story(row: dict[str, Any]) -> str:
    words = samples()["words"]
    if row["groups"]:
        return words["groups"].format(groups=row["groups"])
    return words["served"].format(names="、".join(row["served"])) if row["served"] else ""


def load_members(run: Run, found: dict[tuple[str, str], Team]) -> None:
    """Residents who belong to teams, children with their guardian's paper, and some who have asked to join."""
    for spec in samples()["members"]:
        team = found[spec["community"], spec["team"]]
        for name, make in (("members", _member), ("asking", _request)):
            for who in _people(run, spec, name) if team.takes_people_in else ():
                _volunteer(run, team, who, spec["sources"])
                natural = {"team": team, "volunteer__person": who}
                run.ensure(Membership, team.public_id, who.public_id, make=partial(make, run, team, who), **natural)


def _people(run: Run, spec: dict[str, Any], name: str) -> list[Person]:
    """Residents by their place in the list of their community, accounts by name."""
    residents = run.residents[spec["community"]]
    return [run.people[one] if isinstance(one, str) else residents[one] for one in spec.get(name, [])]


def _volunteer(run: Run, team: Team, who: Person, sources: list[str]) -> Volunteer:
    def make() -> Volunteer:
        new = Volunteer(community=team.community, person=who, joined_on=run.today)
        return profiles.save_volunteer(new, by=run.staff[team.community.slug].clerk, sources=sources, at=run.at)

    return run.ensure(Volunteer, who.public_id, make=make, person=who)


def _member(run: Run, team: Team, who: Person) -> Membership:
    clerk = run.staff[team.community.slug].clerk
    return memberships.add_member(Membership(team=team), who, by=clerk, guardian_agreed=True, at=run.at)


def _request(run: Run, team: Team, who: Person) -> Membership:
    return memberships.join(team, who, by=None, at=run.at).membership
