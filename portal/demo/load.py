"""The whole load, in the order in which one thing needs another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import translation

from core import clock
from portal.demo.activities import load_activities
from portal.demo.content import samples
from portal.demo.guard import foreign_communities
from portal.demo.history import load_history
from portal.demo.honours import load_honours
from portal.demo.ledger import Ledger
from portal.demo.people import load_residents
from portal.demo.places import load_figures, load_places
from portal.demo.run import Run
from portal.demo.staff import keep_password, load_accounts, load_grid_workers, load_leaders, refuse_taken_names
from portal.demo.stories import load_notices, load_themes
from portal.demo.teams import load_members, load_teams

LANGUAGE = "zh-hans"
"""The language of the stored texts, whatever that of the terminal."""


@dataclass(frozen=True)
class Loaded:
    """What a run did.

    Attributes:
        made: how many rows were made, by model.
        accounts: who may sign in, as (user name, who this is).
    """

    made: Mapping[type[models.Model], int]
    accounts: list[tuple[str, str]]


@transaction.atomic
def load(*, password: str, at: datetime | None = None) -> Loaded:
    """Make what is missing of the demonstration; existing rows stay as they are, but for the accounts' password.

    Args:
        password: of all accounts; "" leaves those that exist as they are and opens new ones to nobody.

    Raises:
        staff.NameTaken: an account of the same name is somebody else's.
    """
    run = Run(at=at or clock.now(), ledger=Ledger())
    refuse_taken_names(run)
    with translation.override(LANGUAGE):
        load_places(run)
        load_figures(run)
        load_accounts(run, password=password, alone=not foreign_communities())
        load_grid_workers(run)
        load_residents(run)
        themes, teams = load_themes(run), load_teams(run)
        load_leaders(run, teams)
        load_members(run, teams)
        load_honours(run)
        load_history(run, themes)
        load_notices(run)
        load_activities(run, themes, teams)
        if password:
            keep_password(run, password)
    accounts = [
        (run.users[spec["username"]].username, spec["title"])
        for spec in samples()["accounts"]
        if spec["username"] in run.users
    ]
    return Loaded({model: len(rows) for model, rows in run.ledger.made.items()}, accounts)
