"""The pages that are measured, found as a visitor finds them: by following links."""

import re
from collections.abc import Callable
from dataclasses import dataclass

PUBLIC_ID = "[0-9a-z]{10}"


@dataclass(frozen=True)
class Page:
    """A page and what budgets.md allows it (cold: nothing cached yet; a resident's page is never cached whole)."""

    name: str
    path: str
    cold_l: float
    cold_queries: int


WARM_L, WARM_QUERIES = 3, 2
RESIDENT_L, RESIDENT_QUERIES = 6, 6
PLAIN = (20, 10)
COMBINED = (40, 16)

# name, list that links to it ("" for itself), pattern or path, budget
KNOWN = (
    ("home", "", "/", COMBINED),
    ("community", "/c/", r"/c/[a-z0-9-]+/", COMBINED),
    ("communities", "", "/c/", PLAIN),
    ("activities", "", "/activities/", PLAIN),
    ("activity", "/activities/?open=1", rf"/activities/{PUBLIC_ID}/", PLAIN),
    ("honours", "", "/honours/", PLAIN),
    ("honour", "/honours/", rf"/honours/{PUBLIC_ID}/", PLAIN),
    ("teams", "", "/teams/", PLAIN),
    ("team", "/teams/", rf"/teams/{PUBLIC_ID}/", PLAIN),
    ("grids", "/c/", r"/c/[a-z0-9-]+/", PLAIN),
    ("grid", "grids", rf"/grids/{PUBLIC_ID}/", PLAIN),
    ("notices", "", "/notices/", PLAIN),
    ("notice", "/notices/", rf"/notices/{PUBLIC_ID}/", PLAIN),
)


def first_link(page: str, pattern: str) -> str:
    """The first address in `page` that is exactly of this form, empty if there is none."""
    found = re.search(rf'href="({pattern})"', page)
    return found[1] if found else ""


def find(read: Callable[[str], str]) -> tuple[list[Page], list[str]]:
    """The pages that exist, and the names of those that were not found.

    Args:
        read: gives the HTML at a path, empty where there is no page.
    """
    found: dict[str, Page] = {}
    for name, listed_on, form, budget in KNOWN:
        listed_on = found[listed_on].path if listed_on in found else listed_on
        path = first_link(read(listed_on), form) if listed_on.startswith("/") else form if not listed_on else ""
        if name == "grids" and path:
            path += "grids/"
        if path and read(path):
            found[name] = Page(name, path, *budget)
    return list(found.values()), [name for name, *_rest in KNOWN if name not in found]
