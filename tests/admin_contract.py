"""What every admin of the portal must keep, as a class of tests that each admin's tests inherit.

Three cases for everything: without the right, with it, and with it somewhere else (netbox's idea, our words).
Posts are made from the form as it is on the page, so a field that a form forgets is noticed.
"""

from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.admin import site
from core.admin.filters import look_ups_of
from core.models import AuditEntry, Transition
from core.scope import Scope, ScopePath, path_of, scoped
from tests.forms import form_values
from tests.personas import Cast

MANY = 50
HOSTILE_ENDINGS = ("__startswith", "__regex", "__gt", "__contains", "__icontains", "__in")
PERSONAL = (
    "id_number", "person__id_number", "contact__id_number_index", "person__phone", "person__phone_index", "phone",
)  # fmt: skip

NOWHERE = (ScopePath(), ScopePath(site_wide=True))
"""Paths of rows that lie in no community, so that none of them is outside."""


@pytest.mark.django_db
class AdminContract:
    """Inherit, name the model, and say how to make a row inside and one outside community A.

    Attributes:
        model, noun: as the admin's.
        reader, adder, editor, deleter: personas with the right; None where nobody has it.
        bystander: staff without the right to see.
        edit: one change as the form's values, by field.
        reads_all: the reader holds the whole site, so that nothing is outside.
    """

    model: ClassVar[type[models.Model]]
    noun: ClassVar[str]
    reader: ClassVar[str] = "clerk"
    adder: ClassVar[str | None] = "clerk"
    editor: ClassVar[str | None] = "clerk"
    deleter: ClassVar[str | None] = None
    bystander: ClassVar[str] = "auditor"
    edit: ClassVar[dict[str, str]] = {}
    reads_all: ClassVar[bool] = False

    def make_inside(self, cast: Cast) -> Any:
        raise NotImplementedError

    def make_outside(self, cast: Cast) -> Any:
        raise NotImplementedError

    def new(self, cast: Cast) -> dict[str, Any]:
        """Return what is typed into the empty form."""
        raise NotImplementedError

    def foreign(self, cast: Cast) -> dict[str, Any]:
        """Return values of form fields that lie outside community A."""
        return {"community": cast.other.pk}

    # --- helpers ------------------------------------------------------------------------------------------------------

    def url(self, page: str, *args: Any) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)

    @property
    def form_id(self) -> str:
        return f"{self.model._meta.model_name}_form"

    def filled(self, client: Any, url: str, typed: dict[str, Any]) -> dict[str, Any]:
        return {**form_values(client.get(url), self.form_id), **typed}

    def object_pages(self, obj: Any) -> list[str]:
        admin = site.admin_of(self.model)
        pages = [self.url("change", obj.pk), self.url("history", obj.pk), self.url("delete", obj.pk)]
        return pages + [admin.act_url(obj.pk, name) for name in admin.all_acts()]

    def untouched(self, obj: Any) -> dict[str, Any]:
        return self.model._base_manager.filter(pk=obj.pk).values().get()

    def row_count(self) -> int:
        return self.model._base_manager.count()

    # --- without the right --------------------------------------------------------------------------------------------

    def test_nothing_opens_without_the_right(self, cast):
        obj = self.make_inside(cast)
        pages = [self.url("changelist"), self.url("add"), *self.object_pages(obj)]
        before = self.untouched(obj)
        visitor, resident, bystander = (cast.client(name) for name in ("visitor", "resident", self.bystander))
        for page in pages:
            assert visitor.get(page).status_code == 302
            assert resident.get(page).status_code == 302
            assert bystander.get(page).status_code == 403, page
            assert bystander.post(page, {"seen_version": 1}).status_code == 403, page
        assert self.untouched(obj) == before

    def test_index_names_it_only_to_those_who_may_see_it(self, cast):
        address = self.url("changelist")
        assert f'href="{address}"' in cast.client(self.reader).get(reverse("admin:index")).content.decode()
        assert f'href="{address}"' not in cast.client(self.bystander).get(reverse("admin:index")).content.decode()

    # --- inside and outside -------------------------------------------------------------------------------------------

    def test_list_and_search_show_the_inside_only(self, cast):
        inside, client = self.make_inside(cast), cast.client(self.reader)
        outside = None if self.reads_all else self.make_outside(cast)
        listed = client.get(self.url("changelist"))
        found = set(listed.context["cl"].result_list)
        assert inside in found
        if outside is None:
            return
        assert outside not in found
        self.assert_says_nothing_of(outside, listed, cast)
        if site.admin_of(self.model).search_fields:
            searched = client.get(self.url("changelist"), {"q": str(outside)})
            assert outside not in set(searched.context["cl"].result_list)

    def assert_says_nothing_of(self, outside: Any, response: Any, cast: Cast) -> None:
        text = response.content.decode()
        assert cast.other.name not in text
        assert cast.other_region.name not in text
        assert str(outside) not in text

    def test_pages_of_the_inside_open_and_those_of_the_outside_do_not_exist(self, cast):
        inside, client = self.make_inside(cast), cast.client(self.reader)
        assert client.get(self.url("change", inside.pk)).status_code == 200
        if self.reads_all:
            return
        outside = self.make_outside(cast)
        before = self.untouched(outside)
        assert client.get(self.url("change", outside.pk)).status_code == 404
        for page in self.object_pages(outside):
            assert client.get(page).status_code in self.hidden_statuses(page), page
            assert client.post(page, {"seen_version": 1, "post": "yes"}).status_code in self.hidden_statuses(page), page
        assert self.untouched(outside) == before

    def hidden_statuses(self, page: str) -> set[int]:
        """Outside the scope is 404; where the reader lacks the verb altogether the answer may be 403, inside too."""
        return {404} if "/do/" in page or page.endswith(("/history/",)) else {403, 404}

    def test_keys_that_are_none_are_404(self, cast):
        client = cast.client(self.reader)
        for key in ("0", "abc", "9" * 30, "1' OR 1=1"):
            assert client.get(self.url("change", key)).status_code == 404, key

    # --- choices, filters, look-ups -----------------------------------------------------------------------------------

    def test_forms_offer_nothing_from_outside(self, cast):
        if not self.reads_all:
            self.make_outside(cast)
        elsewhere = Scope(
            regions=frozenset({cast.other_region.pk}), communities=frozenset({cast.other.pk}),
            grids=frozenset({cast.other_grid.pk}),
        )  # fmt: skip
        for persona, page in self.form_pages(cast):
            if cast.users[persona].pk == cast.admin.pk:
                continue
            for form in self.forms_of(cast.client(persona).get(page)):
                for name, field in form.fields.items():
                    if hasattr(field, "queryset") and path_of(field.queryset.model) not in NOWHERE:
                        assert not scoped(field.queryset, elsewhere).exists(), name

    def form_pages(self, cast: Cast) -> list[tuple[str, str]]:
        pages = [(self.adder, self.url("add"))] if self.adder else []
        return pages + ([(self.editor, self.url("change", self.make_inside(cast).pk))] if self.editor else [])

    def forms_of(self, response: Any) -> list[Any]:
        formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
        return [
            response.context["adminform"].form,
            *(one for formset in formsets for one in [*formset.forms, formset.empty_form]),
        ]

    def test_look_ups_by_address_are_refused_alike(self, cast):
        """A right and a wrong prefix get the same answer, whatever is asked (security T2)."""
        self.make_inside(cast)
        client, admin, filtered = cast.client(self.reader), site.admin_of(self.model), self.filtered_names()
        names = {field.name for field in self.model._meta.concrete_fields} - filtered
        asked = [f"{name}{ending}" for name in {*names, *filtered, *PERSONAL} for ending in HOSTILE_ENDINGS]
        assert [look_up for look_up in asked if admin.lookup_allowed(look_up, "1", None)] == []
        for name in (*PERSONAL[:3], "community__name", "community__region__name", sorted(names)[0]):
            look_up = f"{name}{HOSTILE_ENDINGS[0]}"
            answers = [client.get(self.url("changelist"), {look_up: value}) for value in ("1", "甲")]
            assert [answer.status_code for answer in answers] == [400, 400], look_up
            assert len({answer.content for answer in answers}) == 1

    def filtered_names(self) -> set[str]:
        named = (item[0] if isinstance(item, tuple) else item for item in site.admin_of(self.model).list_filter)
        return {name if isinstance(name, str) else name.parameter_name for name in named}

    def test_strange_list_addresses_are_no_error(self, cast):
        self.make_inside(cast)
        client = cast.client(self.reader)
        for query in (
            "p=-1&all=",
            "p=abc&o=99.-98.x",
            "p=" + "9" * 25,
            "q=" + "字" * 500,
            "q=%25_'\"\\",
            "_popup=1&e=1",
        ):
            response = client.get(f"{self.url('changelist')}?{query}", follow=True)
            assert response.status_code == 200, query
        assert client.get(f"{self.url('changelist')}?_to_field=name").status_code in {200, 400}
        for item in site.admin_of(self.model).list_filter:
            for look_up in sorted(look_ups_of(self.model, item)):
                for value in ("9" * 30, "abc"):
                    response = client.get(self.url("changelist"), {look_up: value}, follow=True)
                    assert response.status_code == 200, (look_up, value)

    def test_autocomplete_tells_the_inside_only(self, cast):
        field = next((field for field in _keys_to(self.model)), None)
        if field is None or not site.admin_of(self.model).search_fields:
            return
        inside = self.make_inside(cast)
        outside = None if self.reads_all else self.make_outside(cast)
        where = {
            "app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name,
            "field_name": field.name,
        }  # fmt: skip
        address = reverse("admin:autocomplete")
        found = {row["id"] for row in cast.client(self.reader).get(address, where).json()["results"]}
        assert str(inside.pk) in found
        assert outside is None or str(outside.pk) not in found
        assert cast.client(self.bystander).get(address, where).status_code == 403

    # --- actions ------------------------------------------------------------------------------------------------------

    def test_actions_do_nothing_to_the_outside(self, cast):
        client = cast.client(self.reader)
        self.make_inside(cast)
        outside = None if self.reads_all else self.make_outside(cast)
        before = self.untouched(outside) if outside else None
        for action in [*site.admin_of(self.model).all_acts(), "delete_selected"]:
            for key in [outside.pk] if outside else []:
                data = {"action": action, "_selected_action": key, "index": 0}
                assert client.post(self.url("changelist"), data).status_code in {200, 302}
                assert client.post(self.url("changelist"), {**data, "select_across": 1}).status_code in {200, 302}
            junk = {"action": action, "_selected_action": "abc", "index": 0}
            assert client.post(self.url("changelist"), junk).status_code == 400
        if outside:
            assert self.untouched(outside) == before

    # --- adding -------------------------------------------------------------------------------------------------------

    def test_adding_writes_the_row_and_one_line_of_log(self, cast):
        if not self.adder:
            assert cast.client(self.reader).get(self.url("add")).status_code == 403
            return
        client, before = cast.client(self.adder), self.row_count()
        data = self.filled(client, self.url("add"), self.new(cast))
        response = client.post(self.url("add"), data)
        assert response.status_code == 302, errors_in(response)
        assert self.row_count() == before + 1
        added = self.model._base_manager.order_by("-pk").first()
        assert log_of(added) == ["create"]

    def test_values_from_outside_are_refused_when_adding(self, cast):
        if not self.adder or cast.users[self.adder].pk == cast.admin.pk:
            return
        client, foreign, before = cast.client(self.adder), self.foreign(cast), self.row_count()
        for name, value in foreign.items():
            data = self.filled(client, self.url("add"), {**self.new(cast), name: value})
            response = client.post(self.url("add"), data)
            assert response.status_code == 422, name
            assert response.context["errors"], name
            assert self.row_count() == before, name

    # --- changing -----------------------------------------------------------------------------------------------------

    def test_one_edit_gives_one_line_of_log(self, cast):
        if not self.editor:
            return
        obj, client = self.make_inside(cast), cast.client(self.editor)
        lines = AuditEntry.objects.count() + Transition.objects.count()
        response = client.post(self.url("change", obj.pk), self.filled(client, self.url("change", obj.pk), self.edit))
        assert response.status_code == 302, errors_in(response)
        assert AuditEntry.objects.count() + Transition.objects.count() == lines + 1
        entry = AuditEntry.objects.latest("pk")
        assert (entry.object, entry.actor, entry.verb) == (obj, cast.users[self.editor], "change")
        assert set(self.edit) <= set(entry.fields)

    def test_saving_without_a_change_writes_nothing(self, cast):
        if not self.editor:
            return
        obj, client = self.make_inside(cast), cast.client(self.editor)
        before, lines = self.untouched(obj), AuditEntry.objects.count()
        response = client.post(self.url("change", obj.pk), self.filled(client, self.url("change", obj.pk), {}))
        assert response.status_code == 302, errors_in(response)
        assert self.untouched(obj) == before
        assert AuditEntry.objects.count() == lines

    def test_values_from_outside_are_refused_when_changing(self, cast):
        if not self.editor or cast.users[self.editor].pk == cast.admin.pk:
            return
        obj, client = self.make_inside(cast), cast.client(self.editor)
        before = self.untouched(obj)
        for name, value in self.foreign(cast).items():
            data = self.filled(client, self.url("change", obj.pk), {name: value})
            assert client.post(self.url("change", obj.pk), data).status_code in {302, 422}, name
            assert self.untouched(obj) == before, name

    def test_stale_form_keeps_both_versions_and_passes_once_read(self, cast):
        if not self.editor:
            return
        obj = self.make_inside(cast)
        page = self.url("change", obj.pk)
        first, second = cast.client(self.editor), cast.client(self.editor)
        mine = self.filled(first, page, self.edit)
        theirs = self.filled(second, page, self.other_edit())
        assert first.post(page, mine).status_code == 302
        stored = self.untouched(obj)
        refused = second.post(page, theirs)
        assert refused.status_code == 409
        assert self.untouched(obj) == stored
        again = form_values(refused, self.form_id)
        for name, value in self.other_edit().items():
            assert again[name] == value
            assert self.edit[name] in refused.content.decode()
        assert second.post(page, again).status_code == 302
        assert self.untouched(obj) != stored

    def other_edit(self) -> dict[str, str]:
        return {name: f"{value}二" for name, value in self.edit.items()}

    # --- deleting -----------------------------------------------------------------------------------------------------

    def test_deleting_needs_the_right_and_leaves_a_line(self, cast):
        obj = self.make_inside(cast)
        if not self.deleter:
            for persona in {self.reader, self.editor or self.reader}:
                client = cast.client(persona)
                assert client.get(self.url("delete", obj.pk)).status_code == 403
                assert client.post(self.url("delete", obj.pk), {"post": "yes"}).status_code == 403
            assert self.untouched(obj)
            return
        client = cast.client(self.deleter)
        assert client.get(self.url("delete", obj.pk)).status_code == 200
        assert client.post(self.url("delete", obj.pk), {"post": "yes"}).status_code == 302
        assert not self.model._base_manager.filter(pk=obj.pk).exists()
        assert log_of(obj) == ["delete"]

    # --- history and cost ---------------------------------------------------------------------------------------------

    def test_history_opens_inside(self, cast):
        obj = self.make_inside(cast)
        assert cast.client(self.reader).get(self.url("history", obj.pk)).status_code == 200

    def test_list_costs_the_same_at_many_rows(self, cast):
        client = cast.client(self.reader)
        self.make_inside(cast)
        client.get(self.url("changelist"))
        one = self.queries_of(client)
        for _row in range(MANY - 1):
            self.make_inside(cast)
        assert self.queries_of(client) == one

    def queries_of(self, client: Any) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(self.url("changelist")).status_code == 200
        return len(caught)


def _keys_to(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for other in apps.get_models()
        for field in other._meta.concrete_fields
        if field.is_relation and field.related_model is model
    ]


def log_of(obj: Any) -> list[str]:
    """Return the verbs of the log of one object, oldest first."""
    kinds = {
        "content_type__app_label": obj._meta.app_label,
        "content_type__model": obj._meta.model_name,
        "object_id": obj.pk,
    }
    rows = [*Transition.objects.filter(**kinds), *AuditEntry.objects.filter(**kinds)]
    return [row.verb for row in sorted(rows, key=lambda row: row.at)]


def errors_in(response: Any) -> Any:
    """Return the errors of the forms of a page, for the message of a failed test."""
    context = response.context or {}
    return context["errors"] if "errors" in context else response.status_code
