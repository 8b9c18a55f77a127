"""Where somebody may act: which regions, communities and grids.

*Scope* narrows a queryset, *permission* (core.permissions) decides about the act. core knows places as ids only;
`grids` registers the resolver that turns postings into a scope.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Scope:
    """A set of places, expanded to ids.

    Attributes:
        everything: the whole site.
        regions: regions and all below them.
        communities: communities held whole.
        grids: grids and all below them.
        grid_communities: communities of which only some grids are held.
    """

    everything: bool = False
    regions: frozenset[int] = NOTHING
    communities: frozenset[int] = NOTHING
    grids: frozenset[int] = NOTHING
    grid_communities: frozenset[int] = field(default=NOTHING)

    def __bool__(self) -> bool:
        return bool(self.everything or self.regions or self.communities or self.grids)

    def covers(self, obj: models.Model) -> bool:
        """Say whether the stored row of `obj` lies inside this scope (one query at most)."""
        if self.everything:
            return True
        if not self or obj.pk is None:
            return False
        return scoped(type(obj)._base_manager.all(), self).filter(pk=obj.pk).exists()


@dataclass(frozen=True)
class ScopePath:
    """How a model's rows reach their place; declared as `Model.scope_path`.

    Attributes:
        community: look-up to the community ("pk" for Community itself), None for site-wide rows.
        grid: look-up to the grid.
        region: look-up to the region.
        also: further look-ups to a community, for rows that hang on one of several places.
        grid_postings_see: a grid posting also sees the rows of its community that belong to no grid.
        shared: rows without a community may be seen (not changed) by everybody with the permission.
        site_wide: the rows belong to the whole site; whoever holds the permission anywhere reaches all of them.
    """

    community: str | None = None
    grid: str | None = None
    region: str | None = None
    also: tuple[str, ...] = ()
    grid_postings_see: bool = False
    shared: bool = False
    site_wide: bool = False


def _condition(path: ScopePath, scope: Scope) -> Q:
    condition = Q(pk__in=())
    if path.region:
        condition |= Q(**{f"{path.region}__in": scope.regions})
    if path.community:
        condition |= Q(**{f"{path.community}__in": scope.communities})
        if path.grid_postings_see:
            seen = Q(**{f"{path.community}__in": scope.grid_communities})
            condition |= seen & Q(**{f"{path.grid}__isnull": True}) if path.grid and path.grid != "pk" else seen
    for look_up in path.also:
        condition |= Q(**{f"{look_up}__in": scope.communities})
    if path.grid:
        condition |= Q(**{f"{path.grid}__in": scope.grids})
    return condition


def path_of(model: type[models.Model]) -> ScopePath:
    """Return the declared path of `model`.

    Raises:
        ImproperlyConfigured: nothing is declared, so nothing can be shown safely.
    """
    path = getattr(model, "scope_path", None)
    if not isinstance(path, ScopePath):
        raise ImproperlyConfigured(f"{model._meta.label} declares no scope_path")
    return path


def scoped(queryset: Any, scope: Scope, *, for_choice: bool = False) -> Any:
    """Narrow `queryset` to `scope`; an empty scope leaves nothing.

    Args:
        for_choice: also offer the site-wide rows of a model whose path is `shared`.
    """
    path = path_of(queryset.model)
    if scope.everything or (scope and path.site_wide):
        return queryset
    if not scope:
        return queryset.none()
    condition = _condition(path, scope)
    if path.shared and for_choice and path.community:
        condition |= Q(**{f"{path.community}__isnull": True})
    return queryset.filter(condition)


class ScopedQuerySet(models.QuerySet):
    """Base of every queryset whose rows belong to a place."""

    def within(self, scope: Scope) -> "ScopedQuerySet":
        """Keep what lies inside `scope`."""
        return scoped(self, scope)


class _Resolver:
    """Holds the function that knows the postings; grids sets it when the apps are ready."""

    def __init__(self) -> None:
        self.resolve: Callable[[Any, str], Scope] = lambda user, permission: Scope()


_resolver = _Resolver()


def set_resolver(resolve: Callable[[Any, str], Scope]) -> None:
    """Register who turns (user, permission) into a Scope."""
    _resolver.resolve = resolve


def scope_of(user: Any, permission: str) -> Scope:
    """Return where `user` holds `permission` now; read from the database at every call."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Scope()
    return _resolver.resolve(user, permission)


def check_scope_paths(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """System check: a model with a ScopedQuerySet must declare its path."""
    from django.apps import apps  # noqa: PLC0415  the registry is ready only when checks run

    return [
        checks.Error(f"{model._meta.label} declares no scope_path.", obj=model, id="core.E001")
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), ScopedQuerySet)
        and not isinstance(getattr(model, "scope_path", None), ScopePath)
    ]
