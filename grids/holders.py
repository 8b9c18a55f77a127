"""Who holds a right over an object: the other way round from grids.scope."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.roles import Role, granting
from core.permissions import why_not
from grids.models import Posting
from grids.scope import Holdings


def holders(permission: str, obj: Any, at: datetime) -> list[User]:
    """Return the accounts of people who may do `permission` to `obj` at the moment `at`, and are told of it.

    They have a live posting whose role grants it and whose place covers the object, and nothing else speaks against it
    (nobody reviews the own draft).

    Args:
        obj: a stored row with a community.
    """
    below = Q(community=obj.community_id) | Q(grid__community=obj.community_id)
    above = Q(region__isnull=False) | Q(role=Role.SITE_ADMINISTRATOR)
    rows = Posting.objects.live(at).filter(below | above, role__in=granting(permission), user__is_active=True)
    held: dict[User, list[Posting]] = defaultdict(list)
    for posting in rows.filter(user__person__isnull=False).select_related("user", "region", "grid").order_by("pk"):
        held[posting.user].append(posting)
    return [
        user
        for user, postings in held.items()
        if why_not(permission, user, obj, at, scope=Holdings(postings).scope(permission)) is None
    ]
