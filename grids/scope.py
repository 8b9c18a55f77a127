"""From postings to a Scope."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from accounts.roles import PERMISSIONS, Role
from core.scope import Scope
from grids.models import Community, Grid, Posting, Region


def live_postings(user: Any, at: datetime | None = None) -> list[Posting]:
    """Return the user's postings in force at the moment `at`."""
    return list(Posting.objects.live(at).filter(user=user).select_related("region", "grid"))


def scope_of(user: Any, permission: str, at: datetime | None = None) -> Scope:
    """Return the union of the live postings whose role grants `permission` (design §2 Scope)."""
    return scope_from(live_postings(user, at), permission)


def scope_from(postings: Iterable[Posting], permission: str) -> Scope:
    """Expand the granting ones of `postings` to ids: regions and grids with all that lies below them."""
    granting = [posting for posting in postings if permission in PERMISSIONS.get(posting.role, ())]
    if any(posting.role == Role.SITE_ADMINISTRATOR for posting in granting):
        return Scope(everything=True)
    communities = {posting.community_id for posting in granting if posting.community_id}
    regions = _below(Region, [posting.region.path for posting in granting if posting.region])
    if regions:
        communities |= set(Community.objects.filter(region__in=regions).values_list("pk", flat=True))
    held = [posting.grid for posting in granting if posting.grid]
    return Scope(
        regions=frozenset(regions),
        communities=frozenset(communities),
        grids=frozenset(_below(Grid, [grid.path for grid in held])),
        grid_communities=frozenset(grid.community_id for grid in held),
    )


def _below(model: Any, paths: list[str]) -> set[int]:
    """Return the ids of the nodes at `paths` and of all below them."""
    if not paths:
        return set()
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(path__startswith=path)
    return set(model.objects.filter(condition).values_list("pk", flat=True))


class ScopeMiddleware:
    """Gives `request.scope_for(permission)`: the postings are read once a request, so rights end with the next one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known: dict[str, Scope] = {}
        postings: list[Posting] | None = None

        def scope_for(permission: str) -> Scope:
            nonlocal postings
            if permission not in known:
                user = request.user
                if not user.is_authenticated or not user.is_active:
                    return Scope()
                if postings is None:
                    postings = live_postings(user)
                known[permission] = scope_from(postings, permission)
            return known[permission]

        request.scope_for = scope_for  # type: ignore[attr-defined]
        return self.get_response(request)
