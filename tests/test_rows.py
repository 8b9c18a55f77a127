"""docs/rows.csv claims what tests prove."""

import pytest

from tests import rows
from tests.rows import Row

GOOD = Row("S0-04", "/c/<slug>/grids/", "works", "")
LATER = Row("S0-02", "", "not yet", "staff list")


def outcomes(**by_database):
    return {name: {"S0-04": found} for name, found in by_database.items()}


def test_file_is_well_formed():
    assert rows.form_problems(rows.read()) == []


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        ([GOOD, GOOD], "S0-04 is listed 2 times"),
        ([GOOD._replace(status="done")], "S0-04: unknown status 'done'"),
        ([GOOD._replace(missing="a bit")], "S0-04: works, so it has a page and misses nothing"),
        ([GOOD._replace(page="")], "S0-04: works, so it has a page and misses nothing"),
        ([LATER._replace(missing="")], "S0-02: not yet, so say what is missing"),
    ],
)
def test_file_that_contradicts_itself_is_told(listed, problem):
    assert rows.form_problems(listed) == [problem]


def test_row_that_passed_on_both_databases_works():
    proved = outcomes(sqlite={"a": "passed"}, postgresql={"a": "passed", "b": "skipped"})
    assert rows.proof_problems([GOOD, LATER], proved) == []


@pytest.mark.parametrize("found", [{}, {"a": "skipped"}, {"a": "passed", "b": "failed"}])
def test_row_without_proof_on_one_database_does_not_work(found):
    (problem,) = rows.proof_problems([GOOD], outcomes(sqlite={"a": "passed"}, postgresql=found))
    assert problem.startswith("S0-04: said to work, but on postgresql ")


def test_marker_of_an_unknown_row_is_told():
    proved = outcomes(sqlite={"a": "passed"})
    assert rows.proof_problems([LATER], proved) == ["S0-04: tests are marked with it, rows.csv does not list it"]
