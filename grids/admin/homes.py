"""Estates, buildings and households in the workbench."""

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach
from core.admin import Act, ScopedAdmin, ScopedModelForm, site
from core.admin.acts import seen_version
from core.admin.cells import link_cell
from core.admin.dated import LastDayForm
from core.admin.filters import OneChoiceFilter
from core.dates import day_text, daytime_text
from core.refusals import Refusal
from core.scope import scoped
from grids import services
from grids.addresses import fold_door
from grids.forms import AddressFields, door_of
from grids.models import Building, Estate, Household, Residency

reach.register(Household, "residencies__person")
MEMBERS_SHOWN = 50


class WithoutGridFilter(OneChoiceFilter):
    """Households for which no grid answers (S3-06)."""

    title = gettext_lazy("grid answers")
    parameter_name = "orphans"
    choice = gettext_lazy("without a grid")

    def narrow(self, queryset: Any) -> Any:
        return queryset.filter(until=None).without_grid()


class EstateAdmin(ScopedAdmin):
    noun, position = "estate", 25
    fields = ("community", "name")
    list_display = ("name", "community")
    list_filter = ("community",)
    list_select_related = ("community",)
    search_fields = ("name",)

    def create(self, request: HttpRequest, obj: Estate, form: Any) -> None:
        services.save_estate(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Estate, form: Any, fields: list[str]) -> None:
        services.save_estate(obj, by=request.user, fields=fields, version=seen_version(request))


class BuildingAdmin(ScopedAdmin):
    """Buildings, and to which grid each belongs; a changed grid is noted with its day."""

    noun, position = "building", 26
    list_display = ("building", "community", "grid", "households")
    list_filter = ("community", "estate", "grid")
    list_select_related = ("community", "estate", "grid")
    search_fields = ("name", "estate__name", "folded")
    list_note = gettext_lazy("Households and their residents belong to the grid of their building.")
    refusal_fields = {
        Refusal.NOT_LOWEST_GRID: "grid", Refusal.OTHER_COMMUNITY: "grid", Refusal.DUPLICATE: "name",
    }  # fmt: skip
    help_texts = {
        "name": gettext_lazy("“3号楼”, or a yard or lane of bungalows"),
        "grid": gettext_lazy("The lowest grid. A change moves all households of the building and stays on record."),
    }

    def get_fieldsets(self, request: HttpRequest, obj: Building | None = None) -> Any:
        fields = ("community", "estate", "name", "grid")
        return [(None, {"fields": fields if obj is None else (*fields, "past_grids")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Building | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "past_grids"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        homes = Household.objects.filter(address__building=OuterRef("pk"), until=None).order_by()
        counted = homes.values("address__building").annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(household_count=Coalesce(Subquery(counted), 0))

    def create(self, request: HttpRequest, obj: Building, form: Any) -> None:
        services.save_building(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Building, form: Any, fields: list[str]) -> None:
        services.save_building(obj, by=request.user, fields=fields, version=seen_version(request))

    def related_links(self, request: HttpRequest, obj: Building) -> list[tuple[Any, str]]:
        if not request.scope_for("household.view"):
            return []
        page = reverse("admin:grids_household_changelist")
        return [(_("Households of this building"), f"{page}?{urlencode({'q': str(obj)})}")]

    def building(self, building: Building) -> str:
        return str(building)

    def households(self, building: Building) -> int:
        return building.household_count

    def past_grids(self, building: Building) -> str:
        rows = building.assignments.select_related("grid").order_by("-pk")
        return format_html_join(
            "", "<div>{} {}</div>", ((daytime_text(row.at), row.grid or _("no grid")) for row in rows)
        )

    building.short_description, building.admin_order_field = gettext_lazy("building"), "name"
    households.short_description = gettext_lazy("households")
    past_grids.short_description = gettext_lazy("grid since")


class HouseholdForm(AddressFields, ScopedModelForm):
    """A new household: its address and its first day."""

    refusal_fields = {Refusal.DUPLICATE: "address_line"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_buildings(self.scope)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "address_line" in self.fields:
            self.door = self.require_door(self.scope)
        return cleaned


class HouseholdAdmin(ScopedAdmin):
    """Households: recorded by their address, ended, never rewritten; who lives there is a list of homes."""

    noun, position = "household", 28
    form = HouseholdForm
    list_display = ("place", "community", "grid", "residents", "since", "until")
    list_filter = ("community", "grid", WithoutGridFilter)
    list_select_related = ("community", "grid", "address__building__estate")
    search_fields = ("address__building__name", "address__building__estate__name", "address__unit", "address__room")
    search_help_text = gettext_lazy("Address, or a whole phone or ID number of somebody who lives there")
    list_note = gettext_lazy("A household belongs to the grid of its building.")
    acts = (
        Act("end", gettext_lazy("End this household"), "household.change", services.end_household, form=LastDayForm,
            takes_version=True, grave=True, available=lambda household: household.is_live(),
            note=gettext_lazy("The homes of all who live in it end on the same day.")),
    )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Household | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": (*AddressFields.address_names, "since")})]
        return [(None, {"fields": ("place", "community", "grid", "since", "until", "members")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Household | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "place", "members"] if obj is not None else []

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        here = scoped(Residency.objects.live(), request.scope_for("residency.view"))
        homes = here.filter(household=OuterRef("pk")).order_by()
        counted = homes.values("household").annotate(number=Count("pk")).values("number")
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.annotate(resident_count=Coalesce(Subquery(counted), 0))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Tell the row which of its homes the person at the desk may read."""
        household = super().get_object(request, object_id, from_field)
        if household is not None:
            seen = Residency.objects.filter(household=household).select_related("person").order_by("-until", "since")
            household.homes_seen = scoped(seen, request.scope_for("residency.view"))[:MEMBERS_SHOWN]
        return household

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """A whole address finds its door, or all doors of a building, however it is spelt."""
        door = door_of(search_term, self.scope(request, "view")) if search_term.strip() else None
        if door is None:
            return super().get_search_results(request, queryset, search_term)
        rows = queryset.filter(address__building=door.building)
        if door.unit or door.room:
            rows = rows.filter(address__folded=fold_door(door.unit, door.room))
        return rows, False

    def create(self, request: HttpRequest, obj: Household, form: Any) -> None:
        stored = services.create_household(form.door, by=request.user, since=form.cleaned_data.get("since"))
        obj.__dict__.update(stored.__dict__)

    def related_links(self, request: HttpRequest, obj: Household) -> list[tuple[Any, str]]:
        if obj.until is not None or not request.scope_for("residency.add"):
            return []
        address = obj.address
        typed = {"building": address.building_id, "unit": address.unit, "room": address.room,
                 "community": obj.community_id}  # fmt: skip
        return [(_("Record who lives here"), f"{reverse('admin:grids_residency_add')}?{urlencode(typed)}")]

    def place(self, household: Household) -> str:
        return str(household.address)

    def residents(self, household: Household) -> int:
        return household.resident_count

    def members(self, household: Household) -> str:
        lines = [
            (
                link_cell(reverse("admin:grids_residency_change", args=[home.pk]), home.person.name),
                home.person.masked_phone, home.get_kind_display(), _days(home.since, home.until),
            )
            for home in household.homes_seen
        ]  # fmt: skip
        shown = format_html_join("", '<div>{} <span class="num">{}</span> · {} · {}</div>', lines)
        return shown or format_html("{}", _("Nobody is recorded here yet."))

    place.short_description = gettext_lazy("address")
    residents.short_description = gettext_lazy("residents")
    members.short_description = gettext_lazy("who lives here")


def _days(since: date, until: date | None) -> str:
    if until is None:
        return _("since %(since)s") % {"since": day_text(since)}
    return _("%(since)s to %(until)s") % {"since": day_text(since), "until": day_text(until)}


site.register(Estate, EstateAdmin)
site.register(Building, BuildingAdmin)
site.register(Household, HouseholdAdmin)
