"""Checks that every sum agrees with the rows it stands for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import books


class Command(BaseCommand):
    help = "Compare every counter with the rows it counts; exit status 1 when one disagrees. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        books.discover()
        found = books.verify()
        for name, lines in found.items():
            self.stdout.write(f"{name}: {f'{len(lines)} disagree' if lines else 'agree'}")
            for line in lines:
                self.stdout.write(f"  {line}")
        if any(found.values()):
            raise CommandError("the books disagree")
