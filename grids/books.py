"""Copies that must agree: a home lies where its household does, a household where its building does."""

from django.db.models import Exists, F, OuterRef, Q

from core import books
from grids.models import Building, GridAssignment, Household, Residency


def _differ(mine: str, other: str) -> Q:
    """Two columns that hold different keys, or a key and none."""
    one_empty = Q(**{f"{mine}__isnull": True, f"{other}__isnull": False})
    other_empty = Q(**{f"{mine}__isnull": False, f"{other}__isnull": True})
    return one_empty | other_empty | (Q(**{f"{mine}__isnull": False}) & ~Q(**{mine: F(other)}))


def households_disagreeing() -> list[str]:
    """Return one line for each household in force that lies elsewhere than its building."""
    building = "address__building"
    wrong = _differ("grid", f"{building}__grid") | ~Q(community=F(f"{building}__community"))
    rows = Household.objects.filter(wrong, until=None).order_by("pk")
    return [f"household {pk}: not where its building is" for pk in rows.values_list("pk", flat=True)]


def homes_disagreeing() -> list[str]:
    """Return one line for each open home that lies elsewhere than its household or outlasts it."""
    wrong = _differ("grid", "household__grid") | ~Q(community=F("household__community"))
    rows = Residency.objects.filter(household__isnull=False, until=None).filter(
        wrong | Q(household__until__isnull=False)
    )
    return [f"home {pk}: not as its household" for pk in rows.order_by("pk").values_list("pk", flat=True)]


def homes_overlapping() -> list[str]:
    """Return one line for each home that shares a day with a later row of the same person in the same community."""
    later = Residency.objects.filter(person=OuterRef("person"), community=OuterRef("community"), pk__gt=OuterRef("pk"))
    shared = (Q(until__isnull=True) | Q(until__gte=OuterRef("since"))) & Q(since__lte=OuterRef("until"))
    without_end = Q(until__isnull=True) | Q(until__gte=OuterRef("since"))
    overlap = (Q(until__isnull=False) & Exists(later.filter(shared))) | (
        Q(until__isnull=True) & Exists(later.filter(without_end))
    )
    rows = Residency.objects.filter(overlap).order_by("pk").values_list("pk", flat=True)
    return [f"home {pk}: overlaps with a later row of the same person" for pk in rows]


def buildings_disagreeing() -> list[str]:
    """Return one line for each building whose grid or estate lies in another community, or whose history differs."""
    last = GridAssignment.objects.filter(building=OuterRef("pk")).order_by("-pk")
    rows = Building.objects.annotate(noted=last.values("grid")[:1])
    wrong = (Q(grid__isnull=False) & ~Q(grid__community=F("community"))) | (
        Q(estate__isnull=False) & ~Q(estate__community=F("community"))
    )
    found = rows.filter(wrong | _differ("grid", "noted")).order_by("pk").values_list("pk", flat=True)
    return [f"building {pk}: grid, estate and history do not fit together" for pk in found]


books.register("households", households_disagreeing)
books.register("homes", homes_disagreeing)
books.register("homes in time", homes_overlapping)
books.register("buildings", buildings_disagreeing)
