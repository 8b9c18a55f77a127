"""No test and no code breaks on a certain day: one clock, and no years moved that a 29 February does not bear."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLOCKS = {
    "datetime.now", "datetime.today", "datetime.utcnow", "date.today", "timezone.now", "timezone.localdate",
    "timezone.localtime",
}  # fmt: skip
"""Calls that read the machine's calendar; localtime only without a moment. Seconds since some other second (time.time,
of which django-allauth's records in sessions are made) know no days."""
MAY_READ_THE_CLOCK = {"core/clock.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours except migrations and what only measures."""
    for path in sorted(ROOT.glob("*/**/*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith((".", "bench/", "static_root/")) and "/migrations/" not in name:
            yield name, ast.parse(path.read_text())


def clocks_read(tree: ast.Module) -> list[int]:
    """Lines that read the machine's clock past core.clock."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ".".join(ast.unparse(node.func).split(".")[-2:]) in CLOCKS
        and not (ast.unparse(node.func).endswith("localtime") and node.args)
    ]


def years_moved(tree: ast.Module) -> list[int]:
    """Lines that make a date from a computed year and the day of another date: there is no 29 February next year."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).split(".")[-1]
        given = {one.arg: one.value for one in node.keywords}
        if name == "replace" and "day" not in given and isinstance(given.get("year"), ast.BinOp):
            found.append(node.lineno)
        places = [*node.args, *(given[one] for one in ("year", "month", "day") if one in given)]
        if name in {"date", "datetime"} and len(places) > 2 and isinstance(places[0], ast.BinOp):
            found += [node.lineno] if ast.unparse(places[2]).endswith(".day") else []
    return found


def test_the_machines_clock_is_read_in_one_place():
    wrong = [f"{name}:{line}" for name, tree in sources() for line in clocks_read(tree)]
    assert [one for one in wrong if one.split(":")[0] not in MAY_READ_THE_CLOCK] == []


def test_no_year_is_moved_with_its_day():
    assert [f"{name}:{line}" for name, tree in sources() for line in years_moved(tree)] == []


@pytest.mark.parametrize(
    ("code", "clocks", "years"),
    [
        ("timezone.now()", 1, 0),
        ("django.utils.timezone.now()", 1, 0),
        ("date.today()", 1, 0),
        ("datetime.datetime.now(UTC)", 1, 0),
        ("timezone.localtime()", 1, 0),
        ("timezone.localtime(moment)", 0, 0),
        ("clock.now() + clock.today()", 0, 0),
        ("day.replace(year=day.year - 1)", 0, 1),
        ("date(day.year + 1, day.month, day.day)", 0, 1),
        ("date(day.year + 1, month=day.month, day=day.day)", 0, 1),
        ("date(day.year - age, day.month, min(day.day, 28))", 0, 0),
        ("day.replace(year=day.year + 1, day=1)", 0, 0),
        ("day.replace(year=2028)", 0, 0),
        ("date(year + 1, 1, 1)", 0, 0),
    ],
)
def test_a_time_bomb_is_told_from_what_only_looks_like_one(code, clocks, years):
    tree = ast.parse(code)
    assert (len(clocks_read(tree)), len(years_moved(tree))) == (clocks, years)
