"""What the pages cost: CPU time in L, statements, bytes, and how that changes when tables grow (budgets.md).

python -m bench.pages [--queries | --weight | --grown | --memory | --profile NAME] [--only NAME …] [--runs N] [--keep]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bench.addresses import RESIDENT_L, RESIDENT_QUERIES, Page, find
from bench.client import Visitor
from bench.meter import LIVEZ, Reading, livez, measure
from bench.server import (
    PASSWORD,
    ROOT,
    Server,
    analyse,
    begin,
    environment,
    free_port,
    prepare,
    scratch_database,
)
from bench.tables import print_table, within
from bench.weight import weigh

RESIDENT = "resident"
RUNS = 5
GROWN_CPU = 1.2
GROW_FACTOR = 100
FILL_FACTOR = 7
HTML_BYTES = 15_000
FIRST_REQUESTS, FIRST_BYTES = 8, 100_000
MEMORY_REQUESTS, MEMORY_MIB = 10_000, 130


def inside(env: dict[str, str], **order: Any) -> str:
    """Let bench.inside look at pages in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside"],
        cwd=ROOT, env=env, input=json.dumps(order), stdout=subprocess.PIPE, text=True, timeout=300, check=True,
    )  # fmt: skip
    return done.stdout


def reader(visitor: Visitor) -> Callable[[str], str]:
    """A function that gives the HTML of a path, empty where there is no page; says what is broken."""

    def read(path: str) -> str:
        answer = visitor.get(path)
        if answer.status >= 500:
            print(f"{path} answers {answer.status}", file=sys.stderr)
        return answer.text if answer.status == 200 else ""

    return read


def pages_of(server: Server, only: list[str]) -> list[Page]:
    """The pages to measure; names those that do not exist."""
    pages, missing = find(reader(Visitor(server.port)))
    if missing:
        print("not found:", ", ".join(missing))
    return [page for page in pages if not only or page.name in only]


def visitors(server: Server, keep_alive: bool) -> dict[str, Visitor]:
    """The one who is not signed in, and a resident who is."""
    resident = Visitor(server.port, keep_alive)
    resident.sign_in(RESIDENT, PASSWORD)
    return {"": Visitor(server.port, keep_alive), RESIDENT: resident}


def acts(pages: list[Page], visitor: Visitor) -> dict[str, Callable[[], object]]:
    """For each page, the request that is measured; a page that stops answering 200 ends the run."""

    def act(path: str) -> Callable[[], object]:
        def request() -> None:
            answer = visitor.get(path)
            if answer.status != 200:
                raise SystemExit(f"{path} answers {answer.status}")

        return request

    return {page.path: act(page.path) for page in pages}


def cpu(server: Server, pages: list[Page], options: argparse.Namespace) -> dict[str, dict[str, Reading]]:
    """Readings by user name and path."""
    return {
        username: measure(server, acts(pages, visitor), options.runs)
        for username, visitor in visitors(server, options.keep_alive).items()
    }


def queries(env: dict[str, str], pages: list[Page], show: bool = False) -> dict[str, dict[str, dict[str, Any]]]:
    """Statements and bytes by user name and path."""
    paths = [page.path for page in pages]
    counted = {}
    for username in ("", RESIDENT):
        rows = json.loads(inside(env, mode="count", username=username, paths=paths, show=show))
        counted[username] = {row["path"]: row for row in rows}
    return counted


def print_cpu(pages: list[Page], readings: dict[str, dict[str, Reading]]) -> None:
    rows = []
    for page in pages:
        visitor, resident = readings[""][page.path], readings[RESIDENT][page.path]
        rows.append(
            (
                page.name,
                within(visitor.in_l, page.cold_l),
                f"{visitor.in_ms:.2f}",
                within(resident.in_l, RESIDENT_L),
                f"{resident.in_ms:.2f}",
                len(visitor.ls) + len(resident.ls),
                visitor.thrown_away + resident.thrown_away,
            )
        )
    print_table(("page", "visitor, L", "ms", "resident, L", "ms", "runs", "thrown away"), rows)


def print_queries(pages: list[Page], counted: dict[str, dict[str, dict[str, Any]]]) -> None:
    rows = []
    for page in pages:
        row, resident = counted[""][page.path], counted[RESIDENT][page.path]
        made = within(row["queries"], page.cold_queries, "d")
        makes = within(resident["queries"], RESIDENT_QUERIES, "d")
        rows.append((page.name, made, makes, row["bytes"], within(row["gzip"], HTML_BYTES, "d")))
    print_table(("page", "visitor, queries", "resident, queries", "bytes", "compressed"), rows)


def grow(env: dict[str, str], factor: int) -> None:
    """Copy the rows that are there until there are `factor` times as many."""
    done = subprocess.run([sys.executable, "-m", "bench.grow", str(factor)], cwd=ROOT, env=env, timeout=900)
    if done.returncode:
        raise SystemExit("the tables did not grow")
    analyse(env["BENCH_DATABASE"])


def grown(server: Server, pages: list[Page], options: argparse.Namespace) -> None:
    """The same pages before and after their tables grow; before, the lists are full pages already."""
    env = server.env
    grow(env, FILL_FACTOR)
    before, counted_before = cpu(server, pages, options), queries(env, pages)
    grow(env, options.factor)
    after, counted_after = cpu(server, pages, options), queries(env, pages)
    rows = []
    for page in pages:
        was, now = before[""][page.path].in_l, after[""][page.path].in_l
        resident = after[RESIDENT][page.path].in_l / before[RESIDENT][page.path].in_l
        made, makes = (counted[""][page.path]["queries"] for counted in (counted_before, counted_after))
        ratio, mine = within(now / was, GROWN_CPU, ".2f"), within(resident, GROWN_CPU, ".2f")
        rows.append((page.name, f"{was:.1f}", f"{now:.1f}", ratio, mine, made, within(makes, made, "d")))
    print_table(("page", "L before", "after", "ratio", "resident", "queries before", "after"), rows)


def memory(server: Server, pages: list[Page]) -> None:
    """Resident memory of the worker after its first requests, and after very many."""
    requests = list(acts(pages, Visitor(server.port)).values())
    for number in range(MEMORY_REQUESTS + 1):
        if number in (len(requests), MEMORY_REQUESTS):
            print(f"after {number} requests: {within(server.resident_mib(), MEMORY_MIB, '.0f')} MiB resident")
        requests[number % len(requests)]()


def weights(server: Server, pages: list[Page]) -> None:
    """What a first visit loads."""
    rows = []
    for page in pages:
        requests, total, foreign = weigh(server.port, page.path)
        rows.append((page.name, within(requests, FIRST_REQUESTS, "d"), within(total, FIRST_BYTES, "d")))
        for address in foreign:
            print(f"{page.name}: loads {address}")
    print_table(("page", "requests", "bytes"), rows)


def run(server: Server, options: argparse.Namespace) -> None:
    pages = pages_of(server, options.only)
    if options.profile:
        paths = [page.path for page in pages if page.name == options.profile]
        print(inside(server.env, mode="profile", username=options.user, paths=paths, sort=options.sort))
    elif options.queries:
        print_queries(pages, queries(server.env, pages, options.show))
    elif options.weight:
        weights(server, pages)
    elif options.memory:
        memory(server, pages)
    elif options.grown:
        grown(server, pages, options)
    else:
        for page in pages:
            print(f"{page.name:<14}{page.path}")
        l_in_ms = livez(server, Visitor(server.port)) * 1000
        print(f"ready after {server.ready_seconds:.1f} s; L = {l_in_ms:.3f} ms ({LIVEZ})")
        print_cpu(pages, cpu(server, pages, options))
        print(f"largest worker: {server.resident_mib():.0f} MiB resident")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--queries", action="store_true", help="count statements and bytes instead of CPU time")
    parser.add_argument("--show", action="store_true", help="with --queries: print the statements")
    parser.add_argument("--grown", action="store_true", help="compare with tables that many times as large")
    parser.add_argument("--factor", type=int, default=GROW_FACTOR)
    parser.add_argument("--weight", action="store_true", help="requests and bytes of a first visit")
    parser.add_argument("--memory", action="store_true", help="resident memory after many requests")
    parser.add_argument("--profile", metavar="NAME", help="where the time of one page goes")
    parser.add_argument("--sort", default="tottime", choices=("tottime", "cumtime"))
    parser.add_argument("--user", default="", help="with --profile: signed in as")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--cold", action="store_true", help="with a cache that keeps nothing")
    parser.add_argument("--keep-alive", action="store_true")
    parser.add_argument("--keep", action="store_true", help="use the database of the last run and leave it")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    begin()
    with scratch_database(keep=options.keep) as name:
        more = {"CACHE_URL": "dummycache://"} if options.cold else {}
        env = environment(name, free_port(), BENCH_DATABASE=name, **more)
        prepare(env)
        with Server(env) as server:
            run(server, options)


if __name__ == "__main__":
    main()
