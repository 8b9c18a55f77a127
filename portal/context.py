"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from grids.models import Community
from portal.look import LookOfVisitor


def _communities() -> list[Community]:
    return list(Community.objects.only("name", "slug"))


def site(request: HttpRequest | None) -> dict[str, Any]:
    """The site's address, whether it is a demonstration, the visitor's look, and the communities to choose from.

    The communities are read only by pages that show the chooser.
    """
    return {
        "SITE_URL": settings.SITE_URL,
        "DEMO": settings.DEMO,
        "filing_number": settings.FILING_NUMBER,
        "look": getattr(request, "look", LookOfVisitor()),
        "communities": SimpleLazyObject(_communities),
    }
