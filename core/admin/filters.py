"""List filters and a paginator that tell nothing about rows outside the scope."""

from typing import Any

from django.contrib.admin import RelatedFieldListFilter, SimpleListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.models import Transition
from core.scope import scoped

COUNT_AT_MOST = 10_000
MOMENTS = ("__gte", "__lt", "__isnull")
PLAIN = ("", "__exact", "__isnull")


class ScopedRelatedFilter(RelatedFieldListFilter):
    """Offers only related rows inside the scope in which the list is seen (security §0.1a)."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = scoped(
            field.remote_field.model._default_manager.all(), model_admin.scope(request, "view"), for_choice=True
        )
        return [(row.pk, str(row)) for row in rows]


def look_ups_of(model: type[models.Model], item: Any) -> set[str]:
    """Return the look-ups that the list filter `item` itself asks for in an address."""
    name = item[0] if isinstance(item, list | tuple) else item
    if not isinstance(name, str):
        return {name.parameter_name}
    field = get_fields_from_path(model, name)[-1]
    if field.is_relation:
        return {f"{name}__{field.target_field.name}__exact", f"{name}__isnull"}
    endings = MOMENTS if isinstance(field, models.DateField) else PLAIN
    return {f"{name}{ending}" for ending in endings}


class TodoFilter(SimpleListFilter):
    """What waits for the person at the desk, in models with a life cycle and `drafted_by`."""

    title = _("for me to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("review", _("waiting for my review")), ("returned", _("returned to me"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        pick = {"review": waiting_for, "returned": returned_to}.get(self.value() or "")
        return pick(queryset, request.user) if pick else queryset


class OneChoiceFilter(SimpleListFilter):
    """Shows all rows, or those that the one choice means.

    Attributes:
        choice: its words.
    """

    choice: Any = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", self.choice)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return self.narrow(queryset) if self.value() == "1" else queryset

    def narrow(self, queryset: Any) -> Any:
        """Keep the rows that the choice means."""
        raise NotImplementedError


def waiting_for(rows: models.QuerySet, user: Any) -> models.QuerySet:
    """Rows in review that somebody else drafted."""
    return rows.filter(state="in_review").exclude(drafted_by=user)


def returned_to(rows: models.QuerySet, user: Any) -> models.QuerySet:
    """Drafts of `user` whose last step was to be returned."""
    steps = Transition.objects.filter(
        content_type=ContentType.objects.get_for_model(rows.model), object_id=OuterRef("pk")
    ).order_by("-pk")
    last = Subquery(steps.values("verb")[:1])
    return rows.filter(state="draft", drafted_by=user).annotate(last_step=last).filter(last_step="return")


class CappedPaginator(Paginator):
    """Counts no further than 10,000 rows, so that a list of a large table opens as fast as a small one."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: COUNT_AT_MOST + 1].count() if hasattr(rows, "order_by") else len(rows)
