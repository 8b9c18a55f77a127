"""Fields that choose a place: a community in filters, an address in the workbench."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.fields import NameFormField
from core.fragments import Stamp, kept
from core.refusals import Refusal
from core.scope import Scope, scoped
from grids.addresses import fold_address, split_door
from grids.models import Building, Community
from grids.services import Door

ADDRESS_LENGTH = 120


class CommunityField(forms.ModelChoiceField):
    """Chooses a community by the word of its address; nothing chosen means all of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Community.objects.order_by("pk"), to_field_name="slug", required=False,
            empty_label=_("All communities"), widget=forms.Select(attrs={"class": "form-select"}), **kwargs,
        )  # fmt: skip


class CommunityFilter(forms.Form):
    """Base of the filters of public lists: which community. `communities` are those to choose from, for the header too.

    Args:
        stamp: of the page (core.fragments); the communities are read once under it.
    """

    community = CommunityField(label=_("Community"))

    def __init__(self, *args: Any, stamp: Stamp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communities = kept(stamp, ("communities",), _places)
        field = self.fields["community"]
        field.choices = [("", field.empty_label), *self.communities]


class Place(NamedTuple):
    """A community to choose."""

    slug: str
    name: str


def _places() -> list[Place]:
    return [Place(*row) for row in Community.objects.order_by("pk").values_list("slug", "name")]


def door_of(text: str, scope: Scope, community: Community | None = None) -> Door | None:
    """Return the door that a whole typed address means, None when no building in `scope` begins it.

    Args:
        community: look there only.
    """
    buildings = scoped(Building.objects.beginning(text), scope).select_related("estate")
    if community is not None:
        buildings = buildings.filter(community=community)
    building = buildings.first()
    if building is None:
        return None
    unit, room = split_door(fold_address(text).removeprefix(building.folded))
    return Door(building, unit=unit, room=room)


class AddressFields(forms.Form):
    """Mixed into forms of the workbench that ask for an address: typed whole, or a building with unit and room.

    The form has a `scope`; buildings outside it are neither offered nor found.
    """

    address_line = NameFormField(
        label=_("Whole address"), max_length=ADDRESS_LENGTH, required=False,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
        help_text=_("For example “Fuyuan 3-1-302”. Or leave it empty and choose the building below."),
    )  # fmt: skip
    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), required=False)
    unit = NameFormField(label=_("Unit"), max_length=20, required=False, help_text=_("Empty when there is none"))
    room = NameFormField(label=_("Room"), max_length=20, required=False, help_text=_("Empty for a whole house or yard"))
    address_names = ("address_line", "building", "unit", "room")

    def offer_buildings(self, scope: Scope, community: Community | None = None) -> None:
        """Narrow the list of buildings to `scope`, and to the community once that is known."""
        rows = scoped(Building.objects.select_related("estate"), scope)
        if "building" in self.fields:
            self.fields["building"].queryset = rows.filter(community=community) if community is not None else rows

    def clean_door(self, scope: Scope, community: Community | None = None) -> Door | None:
        """Return what was typed as a Door, None when nothing was; what is unclear becomes an error of its field."""
        typed = {name: self.cleaned_data.get(name) or "" for name in self.address_names}
        if typed["address_line"]:
            door = door_of(typed["address_line"], scope, community)
            if door is None:
                self.add_error("address_line", str(Refusal.ADDRESS_UNKNOWN.label))
            elif typed["building"] and typed["building"] != door.building:
                self.add_error("building", _("This is another building than in the address above. Please empty one."))
                return None
            return door
        if typed["building"]:
            return Door(typed["building"], unit=typed["unit"], room=typed["room"])
        if (typed["unit"] or typed["room"]) and "building" not in self.errors:
            self.add_error("building", _("Please choose the building too."))
        return None

    def require_door(self, scope: Scope, community: Community | None = None) -> Door | None:
        """Return the Door; nothing typed is an error."""
        door = self.clean_door(scope, community)
        if door is None and not any(name in self.errors for name in self.address_names):
            self.add_error("address_line", ValidationError(_("Please write the address, or choose the building.")))
        return door
