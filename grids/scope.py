"""From postings to a Scope."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.roles import PERMISSIONS, Role
from core.scope import Scope
from grids.models import Community, Grid, Posting, Region


def live_postings(user: Any, at: datetime | None = None) -> list[Posting]:
    """Return the user's postings in force at the moment `at`."""
    return list(Posting.objects.live(at).filter(user=user).select_related("region", "grid"))


def scope_of(user: Any, permission: str, at: datetime | None = None) -> Scope:
    """Return the union of the live postings whose role grants `permission` (design §2 Scope)."""
    return Holdings(live_postings(user, at)).scope(permission)


class Holdings:
    """The postings of one user; each is expanded to ids once, however many permissions are asked about."""

    def __init__(self, postings: Iterable[Posting]) -> None:
        self.postings = list(postings)
        self._places: dict[int, Scope] = {}
        self._scopes: dict[str, Scope] = {}

    def scope(self, permission: str) -> Scope:
        """Return the union of the places whose posting grants `permission`."""
        if permission not in self._scopes:
            granting = [one for one in self.postings if permission in PERMISSIONS.get(one.role, ())]
            self._scopes[permission] = _union([self._place(posting) for posting in granting])
        return self._scopes[permission]

    def _place(self, posting: Posting) -> Scope:
        if posting.pk not in self._places:
            self._places[posting.pk] = place_of(posting)
        return self._places[posting.pk]


def place_of(posting: Posting) -> Scope:
    """Return where one posting reaches: its region or grid with all that lies below."""
    if posting.role == Role.SITE_ADMINISTRATOR:
        return Scope(everything=True)
    if posting.region is not None:
        regions = _below(Region, posting.region.path)
        inside = Community.objects.filter(region__in=regions).values_list("pk", flat=True)
        return Scope(regions=regions, communities=frozenset(inside))
    if posting.grid is not None:
        held = frozenset({posting.grid.community_id})
        return Scope(grids=_below(Grid, posting.grid.path), grid_communities=held)
    return Scope(communities=frozenset({posting.community_id})) if posting.community_id else Scope()


def _below(model: Any, path: str) -> frozenset[int]:
    """Return the ids of the node at `path` and of all below it."""
    if not path:
        return frozenset()
    return frozenset(model.objects.filter(path__startswith=path).values_list("pk", flat=True))


def _union(scopes: list[Scope]) -> Scope:
    if any(scope.everything for scope in scopes):
        return Scope(everything=True)
    return Scope(
        regions=frozenset().union(*(scope.regions for scope in scopes)),
        communities=frozenset().union(*(scope.communities for scope in scopes)),
        grids=frozenset().union(*(scope.grids for scope in scopes)),
        grid_communities=frozenset().union(*(scope.grid_communities for scope in scopes)),
    )


class ScopeMiddleware:
    """Gives `request.scope_for(permission)`: the postings are read once a request, so rights end with the next one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        holdings: Holdings | None = None

        def scope_for(permission: str) -> Scope:
            nonlocal holdings
            if holdings is None:
                user = request.user
                if not user.is_authenticated or not user.is_active:
                    return Scope()
                holdings = Holdings(live_postings(user))
            return holdings.scope(permission)

        request.scope_for = scope_for  # type: ignore[attr-defined]
        return self.get_response(request)
