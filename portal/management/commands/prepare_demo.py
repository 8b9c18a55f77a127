"""Everything between the installation and the server of bin/demo, in one process."""

import hashlib
import io
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.utils import get_files
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


def static_digest() -> str:
    """A digest over name, size and time of every file that collectstatic would look at."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for storage in getattr(finder, "storages", {}).values():
            for name in get_files(storage, location=""):
                stat = Path(storage.path(name)).stat()
                digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = "Check, migrate, collect changed static files and load the demonstration's data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        self.require_free(port)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("check", databases=["default"], stdout=io.StringIO())
        call_command("createcachetable", verbosity=0)
        self.collect_static()
        call_command("load_demo", stdout=self.stdout, stderr=self.stderr)

    @staticmethod
    def require_free(port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError) as error:
                raise CommandError(f"Port {port} is not free. Type: PORT={port + 1} ./bin/demo") from error

    @staticmethod
    def collect_static() -> None:
        mark = Path(settings.STATIC_ROOT) / ".collected"
        digest = static_digest()
        if not mark.exists() or mark.read_text() != digest:
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            mark.write_text(digest)
