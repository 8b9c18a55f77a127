"""Looks into pages from inside the process: statements, bytes, and where the time goes.

Started by bench.pages, which gives it the environment; reads a JSON order on standard input, prints JSON or a profile.
"""

import cProfile
import gzip
import io
import json
import pstats
import sys
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  the apps must be loaded first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402

NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
WARM_UP = 2
PROFILED_REQUESTS = 50
PROFILE_LINES = 45


def client_of(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    if username:
        client.force_login(User.objects.get(username=username))
    return client


def statements(client: Client, path: str) -> tuple[Any, list[str]]:
    """The answer at `path` and the statements that made it, once content types and templates are known."""
    for _time in range(WARM_UP):
        client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    made = [query["sql"] for query in captured.captured_queries]
    return response, [sql for sql in made if not sql.upper().startswith(NOT_COUNTED)]


def count(username: str, paths: list[str], show: bool) -> list[dict[str, Any]]:
    """Statements and sizes of each page; with the statements themselves on standard error if `show`."""
    client, rows = client_of(username), []
    for path in paths:
        response, made = statements(client, path)
        html = response.content
        rows.append(
            {
                "path": path,
                "status": response.status_code,
                "queries": len(made),
                "bytes": len(html),
                "gzip": len(gzip.compress(html, 6)),
            }
        )
        if show:
            print(f"\n== {path} {username}", *made, sep="\n   ", file=sys.stderr)
    return rows


def profile(username: str, path: str, order: str) -> str:
    """Where the time of one page goes, over some requests."""
    client = client_of(username)
    for _time in range(WARM_UP):
        client.get(path)
    profiler = cProfile.Profile()
    profiler.enable()
    for _time in range(PROFILED_REQUESTS):
        client.get(path)
    profiler.disable()
    printed = io.StringIO()
    pstats.Stats(profiler, stream=printed).strip_dirs().sort_stats(order).print_stats(PROFILE_LINES)
    return printed.getvalue()


def main() -> None:
    order = json.load(sys.stdin)
    if order["mode"] == "profile":
        print(profile(order["username"], order["paths"][0], order["sort"]))
    else:
        json.dump(count(order["username"], order["paths"], order["show"]), sys.stdout)


if __name__ == "__main__":
    main()
