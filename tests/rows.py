"""Compares docs/rows.csv with what the suites proved.

    python -m tests.rows     after bin/test --all has written test-results/{sqlite,postgresql}.json

A row may be `works` only if a test marked with it passed, and none failed, on both databases.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "docs/rows.csv"
RESULTS = [ROOT / "test-results/sqlite.json", ROOT / "test-results/postgresql.json"]
STATUSES = ("works", "partly", "not yet")

Outcomes = Mapping[str, Mapping[str, str]]


class Row(NamedTuple):
    """A line of rows.csv."""

    id: str
    page: str
    status: str
    missing: str


def read(path: Path = ROWS) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Row(*(line[name].strip() for name in Row._fields)) for line in csv.DictReader(file)]


def form_problems(rows: Iterable[Row]) -> list[str]:
    """What is wrong with the file by itself."""
    rows = list(rows)
    found = [f"{row} is listed {times} times" for row, times in Counter(row.id for row in rows).items() if times > 1]
    for row in rows:
        if row.status not in STATUSES:
            found.append(f"{row.id}: unknown status {row.status!r}")
        elif row.status == "works" and (row.missing or not row.page):
            found.append(f"{row.id}: works, so it has a page and misses nothing")
        elif row.status != "works" and not row.missing:
            found.append(f"{row.id}: {row.status}, so say what is missing")
    return found


def proof_problems(rows: Iterable[Row], outcomes: Mapping[str, Outcomes]) -> list[str]:
    """What the file claims and a database (name → row → test → outcome) does not show."""
    rows = list(rows)
    known = {row.id for row in rows}
    found = []
    for database, proved in outcomes.items():
        found += [f"{row}: tests are marked with it, rows.csv does not list it" for row in sorted(set(proved) - known)]
        for row in rows:
            results = Counter(proved.get(row.id, {}).values())
            if row.status == "works" and (not results["passed"] or results["failed"]):
                found.append(f"{row.id}: said to work, but on {database} {dict(results) or 'no marked test ran'}")
    return found


def main() -> int:
    rows = read()
    absent = [str(path.relative_to(ROOT)) for path in RESULTS if not path.exists()]
    if absent:
        print("no results:", ", ".join(absent), file=sys.stderr)
        return 1
    outcomes = {content["database"]: content["rows"] for content in map(json.loads, map(Path.read_text, RESULTS))}
    problems = form_problems(rows) + proof_problems(rows, outcomes)
    print("\n".join(problems), end="\n" if problems else "")
    counts = Counter(row.status for row in rows)
    print(", ".join(f"{counts[status]} {status}" for status in STATUSES))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
