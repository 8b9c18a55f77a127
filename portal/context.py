"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.notices import unread_count
from grids.models import Community
from portal.look import LookOfVisitor


def _communities() -> list[Community]:
    return list(Community.objects.only("name", "slug"))


def _unread(request: HttpRequest | None) -> int:
    user = getattr(request, "user", None)
    return unread_count(user.person_id) if user is not None and user.is_authenticated else 0


def site(request: HttpRequest | None) -> dict[str, Any]:
    """The site's address, whether it is a demonstration, the visitor's look, and the communities to choose from.

    The communities are read only by pages that show the chooser, the number of unread notices only by private ones.
    """
    return {
        "SITE_URL": settings.SITE_URL,
        "DEMO": settings.DEMO,
        "filing_number": settings.FILING_NUMBER,
        "look": getattr(request, "look", LookOfVisitor()),
        "communities": SimpleLazyObject(_communities),
        "unread": SimpleLazyObject(lambda: _unread(request)),
    }
