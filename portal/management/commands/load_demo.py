"""Loads the demonstration and says where it is and who may come in."""

import secrets
import time
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import User
from portal.demo.guard import foreign_communities
from portal.demo.ledger import Ledger
from portal.demo.load import load
from portal.demo.staff import NameTaken

LINE = "─" * 72
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = (
        "Load five communities with their facts, and invented people and activities around today. Safe to repeat: "
        "makes what is missing and changes nothing else. The accounts have the password of DEMO_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beside", action="store_true", help="load although the database holds other communities")

    def handle(self, *args: Any, beside: bool = False, **options: Any) -> None:
        others = foreign_communities()
        if others and not beside:
            raise CommandError(
                _("The database holds communities that are no demonstration (%(names)s). With --beside they stay "
                  "as they are and the demonstration is loaded beside them.") % {"names": "、".join(others[:5])}
            )  # fmt: skip
        password = settings.DEMO_PASSWORD or ("" if Ledger().ids(User) else invented_password())
        began = time.monotonic()
        try:
            loaded = load(password=password)
        except NameTaken as taken:
            raise CommandError(str(taken)) from taken
        self.say_what_was_made(loaded.made, time.monotonic() - began)
        self.say_who_may_come_in(loaded.accounts, password)

    def say_what_was_made(self, made: Any, seconds: float) -> None:
        new = "、".join(f"{model._meta.verbose_name} {number}" for model, number in made.items())
        words = _("New: %(rows)s (%(seconds).1f s).") if new else _("Nothing was missing (%(seconds).1f s).")
        self.stdout.write(words % {"rows": new, "seconds": seconds})

    def say_who_may_come_in(self, accounts: list[tuple[str, str]], password: str) -> None:
        addresses = [(_("Public pages"), f"{settings.SITE_URL}/"), (_("Workbench"), f"{settings.SITE_URL}/admin/")]
        people = [(_("Account"), _("Who this is")), *accounts]
        blocks = [addresses, people, [(_("Password"), password or _("as before"))]]
        self.stdout.write(LINE)
        for block in blocks:
            self.stdout.write("\n".join([*table(block), LINE]))


def invented_password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(3))


def table(rows: Iterable[tuple[str, str]], first: int = 14) -> list[str]:
    """Return lines of two columns, the first `first` columns wide; Chinese characters take two."""
    return [left + " " * max(first - width(left), 1) + right for left, right in rows]


def width(text: str) -> int:
    """Return how many columns a terminal needs for `text`."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
