"""What needs places and core at once: opening balances, and the log for auditors."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.models import Person, User
from core.admin import ReadOnly, ScopedAdmin, ScopedModelForm, site
from core.admin.cells import moment_cell
from core.admin.history import line_of
from core.audit import actor_name
from core.models import AuditEntry, Logged, OpeningBalance, Transition
from core.scope import Scope, ScopePath, scoped
from grids.models import Community, Posting

# --- opening balances ---------------------------------------------------------------------------------------------


class BalanceForm(ScopedModelForm):
    """Names the community; core itself knows its number only."""

    community_id = forms.TypedChoiceField(label=gettext_lazy("Community"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "community_id" in self.fields:
            places = [(row.pk, str(row)) for row in scoped(Community.objects.all(), self.scope)]
            self.fields["community_id"].choices = places if len(places) == 1 else [("", "---------"), *places]


class OpeningBalanceAdmin(ScopedAdmin):
    """Totals from before the portal kept rows, as they were told."""

    noun = "balance"
    form = BalanceForm
    fixed = ("community_id",)
    fields = ("community_id", "label", "indicator", "value", "unit", "qualifier", "period", "source")
    list_display = ("label", "place", "shown", "period", "source")
    search_fields = ("label", "source")
    list_note = gettext_lazy("Totals from before the portal kept rows, shown as declared.")
    help_texts = {
        "indicator": gettext_lazy(
            "A short word of letters, digits and dashes; the same for the same figure everywhere"
        ),
        "value": gettext_lazy("Empty when the number cannot be read"),
        "period": gettext_lazy("As it was told: “in 2023”, “since the founding”"),
    }

    def get_fields(self, request: HttpRequest, obj: OpeningBalance | None = None) -> tuple[str, ...]:
        return self.fields if obj is None else ("place", *self.fields[1:])

    def get_readonly_fields(self, request: HttpRequest, obj: OpeningBalance | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "place"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        names = Community.objects.filter(pk=OuterRef("community_id")).values("name")
        return super().get_queryset(request).annotate(place_name=Subquery(names))

    def place(self, balance: OpeningBalance) -> str:
        return balance.place_name

    def shown(self, balance: OpeningBalance) -> str:
        return balance.quantity.text()

    place.short_description, place.admin_order_field = gettext_lazy("community"), "place_name"
    shown.short_description = gettext_lazy("value")


# --- the log ------------------------------------------------------------------------------------------------------


def kinds_in_places() -> list[type[Model]]:
    """Return the models whose rows lie in a place."""
    return [
        model for model in apps.get_models()
        if isinstance(path := getattr(model, "scope_path", None), ScopePath) and path != ScopePath()
    ]  # fmt: skip


def log_within(rows: QuerySet, scope: Scope) -> QuerySet:
    """Keep the log of what lies inside `scope`: by object; look-ups of persons by the searcher's place."""
    if scope.everything:
        return rows
    if not scope:
        return rows.none()
    about = Q(pk__in=())
    for model in kinds_in_places():
        inside = scoped(model._base_manager.all(), scope).order_by().values("pk")
        about |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=inside)
    people = [ContentType.objects.get_for_model(model) for model in (Person, User)]
    staff = scoped(Posting.objects.all(), scope).order_by().values("user")
    return rows.filter(about | Q(content_type__in=people, actor__in=staff))


class LogAdmin(ReadOnly, ScopedAdmin):
    """Base of the two logs: who did what to which record, without names of private persons."""

    noun = "audit"
    list_display = ("when", "who", "what", "record", "details", "behalf")
    list_filter = ("verb",)
    list_select_related = ("actor__person", "content_type")
    search_fields = ("=actor__username",)
    search_help_text = gettext_lazy("Whole user name")
    fields = ("when", "who", "what", "record", "details", "behalf")
    list_display_links = None
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return log_within(self.model._default_manager.order_by("-pk"), self.scope(request, "view"))

    def may(self, request: HttpRequest, verb: str, obj: Logged | None = None) -> bool:
        """The rows are inside the scope of get_queryset already; nobody but the machine writes them."""
        return verb == "view" and bool(self.scope(request, verb))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The log has no history of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        raise Http404

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["log_row"] = True
        return super().render_change_form(request, context, *args, **kwargs)

    def history_lines(self, request: HttpRequest, obj: Any, limit: int = 0) -> list[Any]:
        return []

    def _line(self, row: Any) -> Any:
        model = row.content_type.model_class()
        return line_of(row, model, site.admin_of(model)) if model else None

    def when(self, row: Logged) -> str:
        return moment_cell(row.at)

    def who(self, row: Logged) -> str:
        return actor_name(row.actor)

    def what(self, row: Logged) -> str:
        line = self._line(row)
        return line.words if line else row.verb

    def record(self, row: Logged) -> str:
        return f"{row.content_type.name} {row.object_id}"

    def details(self, row: Logged) -> str:
        line = self._line(row)
        return " ".join(part for part in (line.state, line.details) if part) if line else ""

    def behalf(self, row: Logged) -> bool:
        return row.on_behalf_of_id is not None

    when.short_description = gettext_lazy("when")
    who.short_description = gettext_lazy("who")
    what.short_description = gettext_lazy("what")
    record.short_description = gettext_lazy("record")
    details.short_description = gettext_lazy("particulars")
    behalf.short_description, behalf.boolean = gettext_lazy("on behalf of somebody"), True


class AuditEntryAdmin(LogAdmin):
    list_note = gettext_lazy("Changes and look-ups. The names of changed fields are kept, never their values.")


class TransitionAdmin(LogAdmin):
    list_note = gettext_lazy("Steps of life cycles.")
    list_select_related = ("actor__person", "content_type", "reason_text")


site.register(OpeningBalance, OpeningBalanceAdmin)
site.register(AuditEntry, AuditEntryAdmin)
site.register(Transition, TransitionAdmin)
