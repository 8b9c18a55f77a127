"""A number per community, raised by editorial services as the last statement of their transaction."""

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from core.models import CommunityVersion


def bump(*community_ids: int | None) -> None:
    """Raise the number of each community; the site-wide number (id 0) stands for rows without a community."""
    for community_id in sorted({pk or 0 for pk in community_ids}):
        rows = CommunityVersion.objects.filter(pk=community_id).update(number=F("number") + 1)
        if not rows:
            _row, made = CommunityVersion.objects.get_or_create(pk=community_id, defaults={"number": 1})
            if not made:
                CommunityVersion.objects.filter(pk=community_id).update(number=F("number") + 1)


def current(community_id: int | None = None) -> int:
    """Return the number of a community (or the site's), 0 before its first change."""
    return CommunityVersion.objects.filter(pk=community_id or 0).values_list("number", flat=True).first() or 0


def total() -> int:
    """Return the sum of all numbers: every editorial change anywhere raises it (one query)."""
    return CommunityVersion.objects.aggregate(total=Coalesce(Sum("number"), 0))["total"]
