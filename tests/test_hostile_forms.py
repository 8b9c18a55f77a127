"""Every form of the workbench filled with what nobody should type: a refusal or a clean row, never an error of ours."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.admin import site
from events.models import Activity
from events.services.seats import seats_disagreeing
from honours.models import Honour
from tests import hostile
from tests.forms import form_values

KEPT = {"csrfmiddlewaretoken", "seen_version"}
MODELS = sorted(site._registry, key=lambda model: model._meta.label)
VALUES = (
    "2147483648", "9" * 30, "1e309", "0001-01-01", "9999-12-31T23:59", "' OR 1=1", "𠮷" * 300, "报名\u202e表", "\x1b",
)  # fmt: skip
READ_ONLY = {"core.AuditEntry", "core.Transition", "events.SignUp"}
"""Nobody has a form for a row of these, though there may be acts."""


def name_of(model) -> str:
    return model._meta.label


def path_to(model, end: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{end}", args=args)


def boxes(page) -> list[str]:
    """Names of all fields of a page, ticked or not, but for those that count the rows of its parts."""
    found = re.findall(r'<(?:input|textarea|select)\b[^>]*\bname="([\w-]+)"', page.content.decode())
    hidden = ("_FORMS", "__prefix__", "_save", "_continue", "_addanother")
    return [name for name in dict.fromkeys(found) if name not in KEPT and not any(word in name for word in hidden)]


def opened(cast, model, end: str, *args):
    """The client of somebody who may use the form, what it would send, and its fields; None where nobody may."""
    for persona in ("secretary", "admin", "clerk"):
        client = cast.client(persona)
        page = client.get(path_to(model, end, *args))
        if page.status_code == 200 and b"_save" in page.content:
            return client, form_values(page, f"{model._meta.model_name}_form"), boxes(page)
    return None


def errors_of(client, path: str, form: dict, names: list[str]) -> dict[str, int]:
    """Statuses that are neither a refusal nor a row when every field holds the same value."""
    wrong = {}
    for value in VALUES:
        answer = client.post(path, {**form, **dict.fromkeys(names, value)})
        if answer.status_code not in {302, 409, 422}:
            wrong[value[:20]] = answer.status_code
    return wrong


@pytest.mark.parametrize("model", [model for model in MODELS if name_of(model) not in READ_ONLY], ids=name_of)
def test_strange_values_in_forms_are_refused_or_stored(stage, model):
    client, form, names = opened(stage.cast, model, "add")
    assert errors_of(client, path_to(model, "add"), form, names) == {}
    row = first_to_change(model)
    found = opened(stage.cast, model, "change", row.pk) if row else None
    if found is None:  # some are ended and made anew
        return
    client, form, names = found
    path = path_to(model, "change", row.pk)
    assert errors_of(client, path, form, names) == {}
    assert errors_of_single_values(client, path, form, names, row) == {}
    for counted in [name for name in form if name.endswith("TOTAL_FORMS")] or ["seen_version"]:
        for value in ("abc", "-1", "99999"):
            assert client.post(path, {**form, counted: value}).status_code in {302, 409, 422}, (counted, value)


def errors_of_single_values(client, path: str, form: dict, names: list[str], row) -> dict[tuple, int]:
    """As errors_of, with all but one value as they were, so that it gets as far as the database."""
    wrong = {}
    for place, name in enumerate(names):
        value = VALUES[place // 2 % len(VALUES)] if place % 2 else VALUES[place // 4 % 2]
        row.refresh_from_db()
        words = {**form, name: value, "seen_version": getattr(row, "version", "")}
        status = client.post(path, words).status_code
        if status not in {302, 422}:
            wrong[name, value[:20]] = status
    return wrong


def first_to_change(model):
    drafts = model._base_manager.filter(state="draft").first() if hasattr(model, "machine") else None
    return drafts or model._base_manager.first()


@pytest.mark.parametrize("model", [model for model in MODELS if site._registry[model].all_acts()], ids=name_of)
def test_strange_values_in_the_form_of_an_act_are_refused(stage, model):
    client = stage.cast.client("secretary")
    row = model._base_manager.filter(state="published").first() if hasattr(model, "machine") else None
    row = row or model._base_manager.first()
    wrong = {}
    for name in site._registry[model].all_acts():
        path = path_to(model, "act", row.pk, name)
        fields = boxes(client.get(path))
        for value in VALUES:
            answer = client.post(path, {**dict.fromkeys(fields, value), "seen_version": value})
            if answer.status_code not in {302, 403, 404, 409, 422}:
                wrong[name, value[:20]] = answer.status_code
    assert wrong == {}
    assert seats_disagreeing() == []


# --- names ----------------------------------------------------------------------------------------------------------


TITLED = [("events_activity", Activity), ("honours_honour", Honour)]


def add_title(cast, name: str, model, title: str):
    client = cast.client("clerk")
    path = reverse(f"admin:{name}_add")
    form = form_values(client.get(path), f"{model._meta.model_name}_form")
    return client.post(path, {**form, "title": title})


def typed_title(answer) -> str:
    return unescape(re.search(r'<input[^>]*name="title"[^>]*>', answer.content.decode())[0])


@pytest.mark.parametrize(("name", "model"), TITLED)
def test_strange_titles_are_stored_and_shown_as_text(stage, name, model):
    clerk, visitor = stage.cast.client("clerk"), stage.cast.client()
    for text in hostile.HARMLESS:
        assert add_title(stage.cast, name, model, text.typed).status_code == 302, text.name
        row = model.objects.get(title=text.typed)
        model.objects.filter(pk=row.pk).update(state="published")
        workbench = clerk.get(f"/admin/{name.replace('_', '/')}/{row.pk}/change/").content.decode()
        page = visitor.get(row.get_absolute_url()).content.decode()
        for body in (workbench, page):
            heading = re.findall(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)[0]
            assert unescape(heading).strip() == text.typed
            assert "<script>alert" not in body
            assert "<img src=x" not in body


@pytest.mark.parametrize(("name", "model"), TITLED)
def test_titles_that_deceive_are_refused_and_kept(stage, name, model):
    before = model.objects.count()
    for text in hostile.REFUSED:
        answer = add_title(stage.cast, name, model, text.typed)
        assert answer.status_code == 422, text.name
        assert text.words in answer.content.decode(), text.name
        assert text.typed in typed_title(answer), text.name
    assert model.objects.count() == before


@pytest.mark.parametrize(("name", "model"), TITLED)
def test_title_with_nul_is_a_bad_request(stage, name, model):
    assert add_title(stage.cast, name, model, hostile.NUL).status_code == 400


# --- requests to the workbench --------------------------------------------------------------------------------------


def test_form_of_1500_fields_is_a_bad_request(stage):
    client = stage.cast.client("clerk")
    words = {f"field{number}": "x" for number in range(1500)}
    assert client.post(reverse("admin:events_activity_add"), words).status_code == 400


def test_strange_selections_of_rows_are_no_error(stage):
    client, path = stage.cast.client("secretary"), reverse("admin:events_activity_changelist")
    for key in ("", "0", "-1", "9" * 18, "9" * 40, "abc", "' OR 1=1", "1,2", "٣"):
        for action in ("publish", "delete_selected", "no_such", ""):
            answer = client.post(path, {"action": action, "_selected_action": key, "index": key})
            assert answer.status_code in {200, 302, 400}, (key, action)


def test_strange_keys_are_not_found(stage):
    client, wrong = stage.cast.client("clerk"), {}
    for key in ("0", "-1", "9" * 40, "abc", "1_2F", "%80", "1%0a", "' OR 1=1", "_00", "1/2"):
        for end in ("change/", "history/", "delete/", "do/publish/", "do/no-such/"):
            # Nobody deletes activities, so that address is refused before anything is looked for.
            status = client.get(f"/admin/events/activity/{key}/{end}").status_code
            if status not in ({403, 404} if end == "delete/" else {404}):
                wrong[key, end] = status
    assert wrong == {}


def test_upload_in_the_place_of_text_and_text_in_the_place_of_upload_are_no_error(stage):
    client, path = stage.cast.client("clerk"), reverse("admin:events_activity_add")
    form = form_values(client.get(path), "activity_form")
    file = SimpleUploadedFile("<script>.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png")
    assert client.post(path, {**form, "title": "甲", "cover": "../../etc/passwd"}).status_code in {302, 422}
    assert client.post(path, {**form, "title": "乙", "cover": file}).status_code == 422
    assert client.post(path, {**form, "title": file}).status_code in {302, 422}
