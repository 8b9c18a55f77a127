"""The base of the workbench: what no admin can be registered without, and what the parts do."""

import importlib
import pkgutil

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

import tests
from accounts.models import Person
from core import records
from core.admin import ScopedAdmin, site
from core.admin.forms import ScopedModelForm
from core.admin.site import LinliAdminSite
from core.models import AuditEntry
from events.models import Activity
from grids.models import Posting, Residency, Venue
from tests.admin_contract import AdminContract
from tests.factories import make_resident, make_venue


def every_contract():
    """Return the contract tests of the whole suite."""
    for package in pkgutil.iter_modules(tests.__path__, "tests."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.test_admin"):
            importlib.import_module(f"{package.name}.test_admin")
    found, waiting = [], [AdminContract]
    while waiting:
        below = waiting.pop().__subclasses__()
        found, waiting = found + below, waiting + below
    return [one for one in found if hasattr(one, "model")]


def test_every_registered_admin_has_a_contract_test():
    tested = {one.model for one in every_contract()}
    assert tested == set(site._registry)


@pytest.mark.parametrize(
    "model", sorted(site._registry, key=lambda model: model._meta.label), ids=lambda model: model._meta.label
)
def test_contract_names_the_permissions_of_its_admin(model):
    nouns = {one.noun for one in every_contract() if one.model is model}
    assert nouns == {site.admin_of(model).noun}


def test_only_scoped_admins_are_taken():
    own = LinliAdminSite(name="own")
    with pytest.raises(ImproperlyConfigured):
        own.register(Venue, admin.ModelAdmin)
    with pytest.raises(ImproperlyConfigured):
        own.register(Venue)


def test_shortcut_to_pages_of_objects_is_gone(client):
    with pytest.raises(NoReverseMatch):
        reverse("admin:view_on_site", args=[1, 1])
    assert not any("view_on_site" in str(getattr(url, "name", "")) for url in site.get_urls())


@pytest.mark.parametrize(
    "bad",
    [
        {"search_fields": ("person__phone",)},
        {"search_fields": ("=person__id_number_index",)},
        {"list_filter": ("person__id_number",)},
        {"list_display": ("person__phone",)},
        {"ordering": ("-person__phone",)},
    ],
)
def test_encrypted_columns_are_no_part_of_a_list(bad):
    with pytest.raises(ImproperlyConfigured):
        type("Bad", (ScopedAdmin,), {"noun": "residency", **bad})(Residency, site)


def test_persons_are_never_listed():
    assert Person not in site._registry


def test_delete_page_tells_numbers_not_names(cast):
    venue = make_venue(community=cast.community)
    Person.objects.filter(user=cast.clerk).update(name="秘密名字")
    Activity.objects.create(title="秘密活动", community=cast.community, venue=venue)
    text = cast.client("clerk").get(reverse("admin:grids_venue_delete", args=[venue.pk])).content.decode()
    assert "秘密活动" not in text
    assert "活动: 1" in text
    response = cast.client("clerk").post(
        reverse("admin:grids_venue_delete", args=[venue.pk]), {"post": "yes"}, follow=True
    )
    assert response.status_code == 200
    assert Venue.objects.filter(pk=venue.pk).exists()


def test_form_without_a_version_is_stale(cast):
    venue = make_venue("原名", community=cast.community)
    page = reverse("admin:grids_venue_change", args=[venue.pk])
    for seen in ("", "x", "-1", "9" * 20, "²"):
        response = cast.client("clerk").post(page, {"name": "新名", "kind": "hall", "seen_version": seen})
        assert response.status_code in {409, 422}
        assert "新名" in response.content.decode()
    venue.refresh_from_db()
    assert venue.name == "原名"
    assert not AuditEntry.objects.exists()


def test_same_name_twice_is_said_clearly(cast):
    make_venue("活动室", community=cast.community)
    data = {"community": cast.community.pk, "name": "活动室", "kind": "hall"}
    response = cast.client("clerk").post(reverse("admin:grids_venue_add"), data)
    assert response.status_code == 422
    assert "venue_name_once" not in response.content.decode()
    assert Venue.objects.count() == 1


def test_popup_adds_and_tells_the_opener(cast):
    page = reverse("admin:grids_venue_add")
    assert cast.client("clerk").get(page, {"_popup": 1}).status_code == 200
    data = {"community": cast.community.pk, "name": "活动室", "kind": "hall", "_popup": 1}
    response = cast.client("clerk").post(page, data)
    assert response.status_code == 200
    assert response.templates[0].name == "admin/popup_response.html"
    assert Venue.objects.get().name == "活动室"


def test_rights_end_with_the_next_request(cast):
    client = cast.client("clerk")
    assert client.get(reverse("admin:grids_venue_changelist")).status_code == 200
    Posting.objects.filter(user=cast.clerk).update(until="2020-01-01", since="2019-01-01")
    assert client.get(reverse("admin:grids_venue_changelist")).status_code == 403


def test_no_row_of_djangos_own_log(cast):
    venue = make_venue(community=cast.community)
    client = cast.client("clerk")
    client.post(reverse("admin:grids_venue_add"), {"community": cast.community.pk, "name": "新", "kind": "hall"})
    client.post(reverse("admin:grids_venue_delete", args=[venue.pk]), {"post": "yes"})
    assert Venue.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_own_history_only_without_the_right_to_the_whole(cast):
    home = make_resident(grid=cast.grid)
    records.save(home, by=cast.clerk, fields=["kind"])
    records.save(home, by=cast.gridworker, fields=["kind"])
    page = reverse("admin:grids_residency_history", args=[home.pk])
    assert [line.actor for line in cast.client("gridworker").get(page).context["lines"]] == ["演员gridworker"]
    assert len(cast.client("clerk").get(page).context["lines"]) == 2


def test_forms_are_all_of_our_kind():
    assert all(issubclass(one.form, ScopedModelForm) for one in site._registry.values())
