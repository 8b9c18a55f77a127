"""Regions, communities, grids, organisations, units and venues."""

from typing import Any

from django import conf, forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import settings
from core.admin import Act, ActForm, ScopedAdmin, site
from core.admin.acts import seen_version
from core.admin.cells import history_cell
from core.refusals import Refusal
from grids import services
from grids.models import Community, Grid, PartnerUnit, PartyOrganisation, Region, Venue

TREE_REFUSALS = {Refusal.UNDER_ITSELF: "parent", Refusal.TOO_DEEP: "parent"}


class TreeAdmin(ScopedAdmin):
    """Base of the admins of trees, which have a service of their own."""

    refusal_fields = TREE_REFUSALS
    store: Any

    def create(self, request: HttpRequest, obj: Any, form: Any) -> None:
        type(self).store(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Any, form: Any, fields: list[str]) -> None:
        type(self).store(obj, by=request.user, fields=fields, version=seen_version(request))


class RegionAdmin(TreeAdmin):
    noun, position = "region", 90
    store = staticmethod(services.save_region)
    fields = ("parent", "level", "name", "code")
    list_display = ("name", "level", "parent", "code")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    ordering = ("path",)


class SettingsForm(ActForm):
    """One field for each declared limit, with what is in force now."""

    def prepare(self) -> None:
        for code, setting in settings.registry.items():
            self.fields[code] = _setting_field(setting, settings.value(setting, self.obj))

    def words(self) -> dict[str, Any]:
        return {"values": dict(self.cleaned_data)}


def _setting_field(setting: settings.Setting, value: Any) -> forms.Field:
    note = _("Usually: %(default)s") % {"default": setting.default}
    common = {"label": setting.label, "initial": value, "help_text": note}
    if setting.type is bool:
        return forms.BooleanField(required=False, **common)
    if setting.type is int:
        return forms.IntegerField(min_value=setting.minimum, max_value=setting.maximum, **common)
    return forms.CharField(max_length=200, required=False, **common)


class CommunityAdmin(ScopedAdmin):
    noun, position = "community", 10
    fixed = ("slug",)
    list_display = ("name", "region", "founded", "phone")
    list_select_related = ("region",)
    list_filter = ("region",)
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "region", "slogan")}),
        (gettext_lazy("Contact"), {"fields": ("address", "phone", "hours")}),
        (gettext_lazy("Area"), {"fields": ("area_km2", "office_area_m2", "shape", "bound_east", "bound_south",
                                           "bound_west", "bound_north")}),
        (gettext_lazy("Founded"), {"fields": ("founded_on", "founded_precision"),
                                   "description": gettext_lazy("Leave empty what is not known.")}),
    )  # fmt: skip
    acts = (
        Act("settings", gettext_lazy("Change settings"), "community.change", services.change_settings,
            form=SettingsForm, takes_version=True),
    )  # fmt: skip

    def create(self, request: HttpRequest, obj: Community, form: Any) -> None:
        """A community made in the demonstration belongs to it, or the next start would be refused."""
        obj.is_demo = conf.settings.DEMO
        super().create(request, obj, form)

    def founded(self, community: Community) -> str:
        return history_cell(community.founded_on, community.founded_precision)

    founded.short_description = gettext_lazy("founded")


class GridAdmin(TreeAdmin):
    noun, position = "grid", 20
    store = staticmethod(services.save_grid)
    list_display = ("name", "community", "level", "kind", "parent", "party_organisation", "duty_phone", "is_active")
    list_filter = ("community", "level", "kind", "is_active")
    list_select_related = ("community", "parent", "party_organisation")
    search_fields = ("name", "boundary_words")
    ordering = ("community", "path")
    fieldsets = (
        (None, {"fields": ("community", "parent", "level", "name", "kind", "is_active")}),
        (gettext_lazy("Who and where"), {"fields": ("party_organisation", "duty_phone", "boundary_words")}),
    )
    readonly_fields = ("level",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The level follows from the parent, so a new grid has none to show."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ("community", "parent", "name", "kind", "is_active")}), self.fieldsets[1]]


class PartyOrganisationAdmin(TreeAdmin):
    noun = "party_organisation"
    store = staticmethod(services.save_organisation)
    fields = ("community", "parent", "name", "kind")
    list_display = ("name", "community", "kind", "parent")
    list_filter = ("community", "kind")
    list_select_related = ("community", "parent")
    search_fields = ("name",)


class PartnerUnitAdmin(ScopedAdmin):
    noun = "partner_unit"
    fields = ("community", "name", "kind", "role_note")
    list_display = ("name", "community", "kind", "role_note")
    list_filter = ("community", "kind")
    list_select_related = ("community",)
    search_fields = ("name", "role_note")


class VenueAdmin(ScopedAdmin):
    noun = "venue"
    fields = ("community", "name", "kind", "floor", "detail", "access_notes")
    list_display = ("name", "community", "kind", "floor")
    list_filter = ("community", "kind")
    list_select_related = ("community",)
    search_fields = ("name", "detail")


for model, admin_class in (
    (Region, RegionAdmin), (Community, CommunityAdmin), (Grid, GridAdmin), (PartyOrganisation, PartyOrganisationAdmin),
    (PartnerUnit, PartnerUnitAdmin), (Venue, VenueAdmin),
):  # fmt: skip
    site.register(model, admin_class)
