"""Runs what has fallen due, once or until stopped."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from core import due

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run what has fallen due: expired offers, reminders, notices, seals. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="repeat until stopped by INT or TERM")

    def handle(self, *args: Any, every: int | None = None, **options: Any) -> None:
        if every is not None and every < 1:
            raise CommandError("--every must be at least 1")
        if every is None:
            if failed := due.run_all():
                raise CommandError("failed: " + ", ".join(failed))
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self.repeat(every, stop)

    def repeat(self, every: int, stop: threading.Event) -> None:
        """One round at once and one every `every` seconds; a database that is away is tried again next round."""
        while not stop.is_set():
            close_old_connections()
            due.run_all()
            close_old_connections()
            stop.wait(every)
