"""Regions, communities, grids, organisations, units and venues."""

from typing import Any

from django import conf, forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, figures, settings
from core.admin import Act, ActForm, ScopedAdmin, ScopedModelForm, site
from core.admin.acts import seen_version
from core.admin.cells import history_cell
from core.admin.fields import DayInput, MaskedField
from core.admin.filters import OneChoiceFilter
from core.identifiers import normalise_contact_phone
from core.masking import mask_phone
from core.refusals import Refusal
from grids import rolls, services
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


ROLL_NOTE = gettext_lazy(
    "What the community states (opening balances), what the rolls of this site hold today, and the difference."
)


class CommunityAdmin(ScopedAdmin):
    noun, position = "community", 10
    fixed = ("slug",)
    list_display = ("name", "region", "founded", "phone")
    list_select_related = ("region",)
    list_filter = ("region",)
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "region", "slogan")}),
        (gettext_lazy("Contact details"), {"fields": ("address", "phone", "hours")}),
        (gettext_lazy("Area"), {"fields": ("area_km2", "office_area_m2", "shape", "bound_east", "bound_south",
                                           "bound_west", "bound_north")}),
        (gettext_lazy("Founded"), {"fields": ("founded_on", "founded_precision"),
                                   "description": gettext_lazy("Leave empty what is not known.")}),
        (gettext_lazy("Households and residents"), {"fields": ("households", "residents", "per_household", "staff"),
                                                    "description": ROLL_NOTE}),
    )  # fmt: skip
    readonly_fields = ("households", "residents", "per_household", "staff")
    acts = (
        Act("settings", gettext_lazy("Change settings"), "community.change", services.change_settings,
            form=SettingsForm, takes_version=True),
    )  # fmt: skip

    def create(self, request: HttpRequest, obj: Community, form: Any) -> None:
        """A community made in the demonstration belongs to it, or the next start would be refused."""
        obj.is_demo = conf.settings.DEMO
        super().create(request, obj, form)

    def get_fieldsets(self, request: HttpRequest, obj: Community | None = None) -> Any:
        """A new community has nobody to count."""
        return self.fieldsets if obj is not None else self.fieldsets[:-1]

    def households(self, community: Community) -> str:
        return rolls.households(community.pk).words()

    def residents(self, community: Community) -> str:
        return rolls.residents(community.pk).words()

    def per_household(self, community: Community) -> str:
        return figures.value("grids.persons_per_household", figures.community(community.pk)).text()

    def staff(self, community: Community) -> str:
        """The share means something only beside a stated total: the rolls are filled little by little."""
        here = figures.community(community.pk)
        count = figures.value("grids.staff", here).text()
        if rolls.stated(community.pk, rolls.RESIDENTS) is None:
            return count
        share = figures.value("grids.staff_per_10000", here).text()
        words = _("{count}, {share} for every 10,000 residents (aim: {aim})")
        return words.format(count=count, share=share, aim=rolls.STAFF_AIM)

    def founded(self, community: Community) -> str:
        return history_cell(community.founded_on, community.founded_precision)

    founded.short_description = gettext_lazy("founded")
    households.short_description = gettext_lazy("households")
    residents.short_description = gettext_lazy("residents")
    per_household.short_description = gettext_lazy("persons per household")
    staff.short_description = gettext_lazy("workers today")


class WithoutWorkerFilter(OneChoiceFilter):
    """Grids in use for which no grid worker answers (S3-06)."""

    title = gettext_lazy("grid worker")
    parameter_name = "unmanned"
    choice = gettext_lazy("without a grid worker")

    def narrow(self, queryset: Any) -> Any:
        return queryset.active().without_worker(clock.now())


class GridAdmin(TreeAdmin):
    noun, position = "grid", 20
    store = staticmethod(services.save_grid)
    list_display = ("name", "community", "level", "kind", "parent", "party_organisation", "duty_phone", "is_active")
    list_filter = ("community", "level", "kind", "is_active", WithoutWorkerFilter)
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


class AgreementForm(ActForm):
    """Asks when the agreement was signed."""

    refusal_fields = {Refusal.INVALID: "agreement_on"}
    agreement_on = forms.DateField(label=gettext_lazy("Signed on"), widget=DayInput)

    def clean_agreement_on(self) -> Any:
        day = self.cleaned_data["agreement_on"]
        if day > clock.today():
            self.add_error("agreement_on", _("This day is still to come."))
        return day


class PartnerUnitForm(ScopedModelForm):
    """A unit; the contact's phone is shown masked and changed only when typed anew."""

    unit_phone = MaskedField(label=gettext_lazy("Contact phone"), clean_value=normalise_contact_phone)

    def attach(self, name: str, field: Any) -> None:
        if self.instance.pk:
            field.attach(mask_phone(self.instance.contact_phone))


class PartnerUnitAdmin(ScopedAdmin):
    noun = "partner_unit"
    form = PartnerUnitForm
    list_display = ("name", "state_badge", "community", "kind", "role_note", "agreement_on")
    list_filter = ("community", "state", "kind")
    list_select_related = ("community",)
    search_fields = ("name", "role_note")
    list_note = gettext_lazy("Public pages show name, kind and joint work; the contact is for the staff only.")
    acts = (
        Act("sign", PartnerUnit.machine.moves["sign"].label, "partner_unit.change", services.sign_agreement,
            form=AgreementForm, takes_version=True, usual=True,
            available=lambda unit: unit.state in unit.machine.moves["sign"].sources),
    )  # fmt: skip
    services = {
        "start": services.start_joint_work,
        "end": services.end_joint_work,
        "list_again": services.list_again,
    }

    def sees_contact(self, request: HttpRequest) -> bool:
        """Say whether the actor works with the unit; district officers read what the public reads."""
        return bool(self.scope(request, "change"))

    def get_fieldsets(self, request: HttpRequest, obj: PartnerUnit | None = None) -> Any:
        unit = (None, {"fields": ("community", "name", "kind", "role_note")})
        if not self.sees_contact(request):
            return [unit]
        contact = ("contact_name", "unit_phone") if obj is None else ("contact_name", "unit_phone", "agreement_on")
        return [unit, (gettext_lazy("Contact and agreement"), {"fields": contact})]

    def get_readonly_fields(self, request: HttpRequest, obj: PartnerUnit | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "agreement_on"]

    def create(self, request: HttpRequest, obj: PartnerUnit, form: Any) -> None:
        obj.contact_phone = form.cleaned_data["unit_phone"]
        super().create(request, obj, form)

    def change(self, request: HttpRequest, obj: PartnerUnit, form: Any, fields: list[str]) -> None:
        if "unit_phone" in fields:
            obj.contact_phone = form.cleaned_data["unit_phone"]
            fields = [*(name for name in fields if name != "unit_phone"), "contact_phone"]
        super().change(request, obj, form, fields)


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
