"""ScopedAdmin: a ModelAdmin that shows and changes nothing outside the scope of the person at the desk.

The six cures of security.md §0.1, each closed in one place: rows (get_queryset), choices of foreign keys and
many-to-many fields (choices), filters, look-ups by address (lookup_allowed), delete pages (get_deleted_objects), and
the "view on site" shortcut (site).
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, router
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import records
from core.admin.acts import VERSION_FIELD, ActsOfObject, seen_version
from core.admin.cells import badge_cell
from core.admin.choices import KEY_LENGTH, ScopedChoices
from core.admin.filters import CappedPaginator, ScopedRelatedFilter, look_ups_of
from core.admin.forms import ScopedInlineFormSet, ScopedModelForm
from core.admin.history import HistoryPage
from core.admin.search import ExactSearch, refuse_encrypted
from core.permissions import registry, why_not
from core.refusals import Refusal, Refused
from core.scope import Scope, scoped

LINES_BESIDE_THE_FORM = 12


class ScopedAdmin(ActsOfObject, ExactSearch, HistoryPage, ScopedChoices, admin.ModelAdmin):
    """Base of every admin of the portal.

    Attributes:
        noun: first part of the permission names ("activity").
        fixed: fields that are chosen once, when the row is added.
        states_with_fixed_fields: states in which the model's `service_fields` are read-only.
        refusal_fields: beside which field of the form a refusal is shown.
        help_texts: what to write into a field, by its name.
        position: its place among all lists, the first ones first.
        list_note: one sentence below the heading of the list.
    """

    noun: ClassVar[str]
    fixed: ClassVar[tuple[str, ...]] = ("community",)
    states_with_fixed_fields: ClassVar[frozenset[str]] = frozenset()
    refusal_fields: ClassVar[dict[Refusal, str]] = {}
    help_texts: ClassVar[dict[str, Any]] = {}
    position: ClassVar[int] = 50
    list_note: ClassVar[Any] = ""

    form = ScopedModelForm
    view_on_site = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    paginator = CappedPaginator
    change_form_template = "admin/scoped_change_form.html"
    change_list_template = "admin/scoped_change_list.html"

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        refuse_encrypted(
            model, list_display=self.list_display, list_filter=self.list_filter, search_fields=self.search_fields,
            ordering=self.ordering or (), date_hierarchy=(self.date_hierarchy,),
        )  # fmt: skip

    # --- rights -------------------------------------------------------------------------------------------------------

    def permission_name(self, verb: str) -> str:
        return f"{self.noun}.{verb}"

    def scope(self, request: HttpRequest, verb: str) -> Scope:
        """Return where the signed-in person may do `verb`; nowhere when there is no such right."""
        name = self.permission_name(verb)
        return request.scope_for(name) if name in registry else Scope()  # type: ignore[attr-defined]

    def may(self, request: HttpRequest, verb: str, obj: Any = None) -> bool:
        """Say whether the signed-in person may do `verb`; asked often, so remembered for the request."""
        name = self.permission_name(verb)
        if name not in registry:
            return False
        known = request.__dict__.setdefault("_linli_may", {})
        key = (name, self.model, obj.pk if obj is not None else None)
        if key not in known:
            known[key] = why_not(name, request.user, obj, scope=self.scope(request, verb)) is None
        return known[key]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.scope(request, "view"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "delete", obj)

    # --- what is seen -------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return scoped(super().get_queryset(request), self.scope(request, "view"))

    def choice_scope(self, request: HttpRequest) -> Scope:
        editing = request.resolver_match is not None and "object_id" in request.resolver_match.kwargs
        return self.scope(request, "change" if editing else "add")

    def has_one_place(self, request: HttpRequest) -> bool:
        """Say whether the list shows one community only, so that naming it in every row would be noise."""
        scope = self.scope(request, "view")
        return not scope.everything and not scope.regions and len(scope.communities | scope.grid_communities) == 1

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = super().get_list_display(request)
        return [name for name in shown if name != "community"] if self.has_one_place(request) else list(shown)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        items = super().get_list_filter(request)
        alone = self.has_one_place(request)
        return [self._scoped_filter(item) for item in items if not (alone and item == "community")]

    def _scoped_filter(self, item: Any) -> Any:
        if isinstance(item, str) and "__" not in item and self.model._meta.get_field(item).is_relation:
            return (item, ScopedRelatedFilter)
        return item

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow what the filters of the list themselves ask for and nothing else (security T2)."""
        return any(lookup in look_ups_of(self.model, item) for item in super().get_list_filter(request))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(_("This page does not exist."))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        if obj is not None:
            fixed += [name for name in self.fixed if hasattr(obj, name) and name not in fixed]
        if obj is not None and getattr(obj, "state", None) in self.states_with_fixed_fields:
            fixed += [name for name in obj.service_fields if name not in fixed]
        return fixed

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, obj: Any) -> str:
        """The state as word, colour and icon, as on the public pages."""
        machine = self.model.machine
        return badge_cell(machine.label(obj.state), machine.tone(obj.state))

    # --- writing ------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Hand the form what a service answered to it, so that nothing that was typed is lost."""
        form = super().get_form(request, obj, change=change, **{"help_texts": self._help(request, obj), **kwargs})
        _keep_only(form, kwargs.get("fields"))
        form.refused = getattr(request, "refused", None)
        form.refusal_fields = {**form.refusal_fields, **self.refusal_fields}
        form.actor = request.user
        form.scope = self.choice_scope(request)
        return form

    def _help(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Who only looks needs no advice about what to type."""
        may = self.has_change_permission(request, obj) if obj is not None else True
        return self.help_texts if may else dict.fromkeys(self.help_texts, "")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Save, or show the form again with the refusal; what a refused attempt wrote is rolled back."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Refused, ValidationError) as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        formsets, inlines = super()._create_formsets(request, obj, change)
        request.formsets = formsets  # type: ignore[attr-defined]
        return formsets, inlines

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.store_new_rows(request, obj, form)
        if change:
            fields = [*form.changed_data, *(one.prefix for one in request.formsets if one.has_changed())]  # type: ignore[attr-defined]
            if not fields:
                return
            self._refuse_stale(request, obj, form)
            self.change(request, obj, form, fields)
        else:
            if hasattr(obj, "drafted_by_id"):
                obj.drafted_by = request.user
            self.create(request, obj, form)
        if not self.scope(request, "change" if change else "add").covers(obj):
            raise Refused(Refusal.NOT_ALLOWED)

    def _refuse_stale(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """Say early that the form is stale; the service decides it again in the statement that writes."""
        seen, stored = seen_version(request), self.model._base_manager.get(pk=obj.pk)
        if getattr(stored, "version", seen) != seen:
            raise records.Stale(stored, form.changed_data)

    @staticmethod
    def store_new_rows(request: HttpRequest, obj: Any, form: Any) -> None:
        """Let fields that can bring a row of their own into being (a person) save it first."""
        for name, field in form.fields.items():
            if hasattr(field, "store") and name in form.changed_data:
                setattr(obj, name, field.store(form.cleaned_data[name], by=request.user))

    def create(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """Insert through the service for plain rows; an app with a service of its own overrides this."""
        records.save(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Any, form: Any, fields: list[str]) -> None:
        """Update through the service for plain rows, in the version that the form was made from."""
        records.save(obj, by=request.user, fields=fields, version=seen_version(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the parts of the row; its own audit row or first Transition stands for them."""
        formset.save(commit=False)
        for row in formset.deleted_objects:
            records.delete(row, by=request.user, audited=False)
        for row in formset.new_objects:
            records.save(row, by=request.user, audited=False)
        for row, fields in formset.changed_objects:
            records.save(row, by=request.user, fields=fields, audited=False)
        formset.save_m2m()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Django's LogEntry is not used: records and transitions write their own rows."""

    log_change = log_addition

    # --- deleting -----------------------------------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        records.delete(obj, by=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(self.change_url(unquote(object_id)))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Tell kinds and numbers of what would go or stands in the way, never names (security §0.1b)."""
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        going = {str(model._meta.verbose_name_plural): len(rows) for model, rows in collector.model_objs.items()}
        kept: dict[str, int] = {}
        for row in collector.protected:
            name = str(row._meta.verbose_name_plural)
            kept[name] = kept.get(name, 0) + 1
        return _counted(going), going, set(), _counted(kept)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """See log_addition."""

    # --- pages --------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not (key.isascii() and key.isdecimal() and len(key) <= KEY_LENGTH):
                raise BadRequest("unusable selection")
        title = capfirst(self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, "list_note": self.list_note, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], add: bool = False, change: bool = False,
        form_url: str = "", obj: Any = None,
    ) -> HttpResponse:  # fmt: skip
        refused = getattr(request, "refused", None)
        keep = request.method == "POST" and not isinstance(refused, records.Stale)
        seen = request.POST.get(VERSION_FIELD, "") if keep else getattr(obj, "version", "")
        context |= {"seen_version": seen, "show_save_as_new": False}
        if obj is not None:
            stored = self.model._base_manager.get(pk=obj.pk) if request.method == "POST" else obj
            context |= {
                "title": str(stored), "subtitle": None, "stored": stored,
                "acts_version": getattr(stored, "version", ""),
                "machine": getattr(self.model, "machine", None), "buttons": self.buttons(request, stored),
                "lines": self.history_lines(request, stored, LINES_BESIDE_THE_FORM),
                "related_links": list(self.related_links(request, stored)),
            }  # fmt: skip
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if request.method == "POST":
            response.status_code = 409 if isinstance(refused, records.Stale) else 422
        return response

    def related_links(self, request: HttpRequest, obj: Any) -> list[tuple[Any, str]]:
        """Return (label, address) of lists that belong to the object."""
        return []


def _keep_only(form: Any, fields: Any) -> None:
    """Take declared fields away that this form does not show: whoever posts them changes nothing."""
    for name in set(form.base_fields) - set(fields or form.base_fields):
        del form.base_fields[name]


def _counted(kinds: dict[str, int]) -> list[str]:
    return [f"{capfirst(name)}: {count}" for name, count in kinds.items()]


class ScopedInline(ScopedChoices, admin.StackedInline):
    """Rows of a parent; who may change the parent may change them."""

    extra = 0
    show_change_link = False
    form = ScopedModelForm
    formset = ScopedInlineFormSet

    def _parent(self) -> ScopedAdmin:
        return self.admin_site._registry[self.parent_model]  # type: ignore[return-value]

    def choice_scope(self, request: HttpRequest) -> Scope:
        return self._parent().choice_scope(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().may(request, "change" if obj is not None else "add", obj)

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission


class ReadOnly:
    """Mixed into an admin whose rows are looked at, never typed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
