"""Postings of staff and homes of residents."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach
from accounts.models import Person, User
from accounts.roles import Role
from accounts.services import change_person
from core import clock
from core.admin import Act, ActForm, ScopedAdmin, ScopedModelForm, site
from core.admin.acts import seen_version
from core.admin.dated import LastDayForm
from core.admin.fields import DayInput, MaskedField
from core.admin.filters import OneChoiceFilter
from core.fields import NameFormField
from core.identifiers import birth_date_of, normalise_id_number, normalise_phone
from core.masking import id_number_label
from core.refusals import Refusal
from grids import linking, services
from grids.access import GRANTED_BY_SECRETARY, PLACES_OF
from grids.forms import AddressFields
from grids.models import COMMUNITY_STAFF, Grid, Posting, Residency

reach.register(Posting, "user__person")
reach.register(Residency, "person")
PLACES = ("region", "community", "grid", "partner_unit")


# --- postings -----------------------------------------------------------------------------------------------------


class PostingForm(ScopedModelForm):
    """Offers the roles that the actor may give out, and one place for them."""

    refusal_fields = {Refusal.OWN_POSTING: "user", Refusal.ROLE_NOT_YOURS: "role", Refusal.WRONG_PLACE: "role"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields and not self.scope.everything:
            self.fields["role"].choices = [
                choice for choice in self.fields["role"].choices if not choice[0] or choice[0] in GRANTED_BY_SECRETARY
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role = cleaned.get("role")
        if role is None:
            return cleaned
        wanted = PLACES_OF[role]
        for name in PLACES:
            if name not in wanted:
                cleaned[name] = None  # a place of another kind was left in the form by mistake
        if wanted and not any(cleaned.get(name) for name in wanted):
            for name in wanted & set(self.fields):
                self.add_error(name, _("This role needs a place of this kind."))
        return cleaned

    def _check_same_place(self, cleaned: dict[str, Any]) -> None:
        """A posting has one place, so there is nothing to compare."""


class PublicEntryForm(ActForm):
    """What the public staff list tells of a posting."""

    duty = NameFormField(label=gettext_lazy("Duty"), max_length=60, required=False)
    office_phone = NameFormField(
        label=gettext_lazy("Office phone"), max_length=30, required=False,
        help_text=gettext_lazy("The phone of the office, never a private one"),
    )  # fmt: skip
    is_public = forms.BooleanField(label=gettext_lazy("Shown publicly: the holder agreed"), required=False)

    def prepare(self) -> None:
        self.initial = {name: getattr(self.obj, name) for name in self.fields}


class HandoverForm(LastDayForm):
    """Asks for the last day, and says what the holder leaves behind, so that somebody takes it over (S0-02)."""

    def prepare(self) -> None:
        left = open_work(self.obj)
        words = "、".join(f"{label} {count}" for label, count in left) or _("nothing")
        note = _("Left to hand over: {work}.").format(work=words)
        self.fields["until"].help_text = format_html("{}<br>{}", self.fields["until"].help_text, note)


def open_work(posting: Posting) -> list[tuple[str, int]]:
    """Return what the holder of a posting leaves open: drafts by kind, and grids that nobody else answers for."""
    found = []
    for model in site._registry:
        if hasattr(model, "drafted_by_id") and hasattr(model, "machine"):
            rows = model._default_manager.filter(drafted_by=posting.user_id, state__in=("draft", "in_review"))
            found.append((str(model._meta.verbose_name_plural), rows.count()))
    if posting.role == Role.GRID_WORKER and posting.grid is not None:
        others = Posting.objects.live().filter(role=Role.GRID_WORKER).exclude(pk=posting.pk)
        below = Grid.objects.active().below(posting.grid)
        found.append((_("grids without another grid worker"), below.without_worker(among=others).count()))
    return [(label, count) for label, count in found if count]


class InForceFilter(OneChoiceFilter):
    """The staff roster of today."""

    title = gettext_lazy("in force")
    parameter_name = "today"
    choice = gettext_lazy("in force today")

    def narrow(self, queryset: Any) -> Any:
        return queryset.live()


class PostingAdmin(ScopedAdmin):
    """Who works where in which role: the only source of rights. Granted once, then ended, never rewritten."""

    noun, position = "posting", 80
    form = PostingForm
    list_display = ("holder", "role", "where", "duty", "office_phone", "since", "until", "in_force", "is_public")
    list_filter = ("role", InForceFilter)
    list_select_related = ("user__person", "region", "community", "grid__community", "partner_unit__community")
    search_fields = ("user__username", "user__person__name", "duty")
    search_help_text = gettext_lazy("Name, user name, duty, or a whole phone or ID number")
    list_note = gettext_lazy(
        "A posting gives one account a role in one place. It is ended and granted anew, never rewritten."
    )
    fieldsets = (
        (None, {"fields": ("user", "role", "duty")}),
        (gettext_lazy("Place"), {"fields": PLACES, "description": gettext_lazy(
            "Clerks and secretaries belong to a community, grid workers to a grid, contacts to a partner unit.")}),
        (gettext_lazy("Time"), {"fields": ("since", "until")}),
        (gettext_lazy("Public staff list"), {"fields": ("office_phone", "is_public"), "description": gettext_lazy(
            "The community's page shows name, post, duty and office phone of those who agreed, nothing else.")}),
    )  # fmt: skip
    acts = (
        Act("public_entry", gettext_lazy("Change the public entry"), "posting.change",
            services.change_public_entry, form=PublicEntryForm, takes_version=True,
            available=lambda posting: posting.is_live() and posting.role in COMMUNITY_STAFF),
        Act("end", gettext_lazy("End this posting"), "posting.change", services.end_posting, form=HandoverForm,
            takes_version=True, grave=True, available=lambda posting: posting.is_live(),
            note=gettext_lazy("The rights end with the next click of the holder.")),
    )  # fmt: skip
    fixed = ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def create(self, request: HttpRequest, obj: Posting, form: Any) -> None:
        services.save_posting(obj, by=request.user)

    def holder(self, posting: Posting) -> str:
        return str(posting.user)

    def where(self, posting: Posting) -> str:
        if posting.grid:
            return f"{posting.grid.community} {posting.grid}"
        return str(posting.place or _("the whole site"))

    def in_force(self, posting: Posting) -> bool:
        return posting.is_live()

    holder.short_description = gettext_lazy("account")
    where.short_description = gettext_lazy("place")
    in_force.short_description, in_force.boolean = gettext_lazy("in force"), True


# --- homes --------------------------------------------------------------------------------------------------------


def _birth_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("Please write the day like 1960-05-31.")) from error
    if not date(1880, 1, 1) <= day <= clock.today():
        raise ValidationError(_("This birth date cannot be right."))
    return day


class MoveForm(AddressFields, ActForm):
    """Asks where somebody moves, and for the first day there."""

    refusal_fields = {Refusal.HOME_OVERLAPS: "since", Refusal.INVALID: "since", Refusal.DUPLICATE: "address_line"}
    since = forms.DateField(
        label=gettext_lazy("First day there"), widget=DayInput, required=False,
        help_text=gettext_lazy("Empty: today. The old home ends the day before."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.offer_buildings(self.scope)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.door = self.require_door(self.scope)
        return cleaned

    def words(self) -> dict[str, Any]:
        return {"to": self.door, "since": self.cleaned_data["since"]}


class ResidencyForm(AddressFields, ScopedModelForm):
    """A home, and the personal values of who lives there: shown masked, changed only when typed anew."""

    door: services.Door | None = None

    person_phone = MaskedField(label=gettext_lazy("Phone"), clean_value=normalise_phone)
    person_id_number = MaskedField(label=gettext_lazy("ID number"), clean_value=normalise_id_number)
    person_birth_date = MaskedField(
        label=gettext_lazy("Birth date"), clean_value=_birth_date, help_text=gettext_lazy("Like 1960-05-31")
    )

    def attach(self, name: str, field: Any) -> None:
        person = self.instance.person if self.instance.pk else None
        masks = {
            "person_phone": lambda: person.masked_phone,
            "person_id_number": lambda: person.masked_id_number,
            "person_birth_date": lambda: (
                _("born in %(year)d") % {"year": person.birth_date.year} if person.birth_date else ""
            ),
        }
        if name not in masks:
            super().attach(name, field)
        elif person is not None:
            field.attach(masks[name]())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_buildings(self.scope, self.instance.community if self.instance.pk else None)
        if "person" in self.fields:
            self.fields["person"].knows = self._knows

    def _knows(self, person: Person) -> bool:
        """Say whether the person has, or had, a home where the actor works."""
        return Residency.objects.within(self.scope).filter(person=person).exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        community = cleaned.get("community") or (self.instance.community if self.instance.pk else None)
        if "address_line" in self.fields and community is not None:
            self.door = self.clean_door(self.scope, community)
        return cleaned

    def person_values(self) -> dict[str, Any]:
        """Return what was typed anew, by the names of accounts.services.change_person."""
        return {
            name.removeprefix("person_"): self.cleaned_data[name]
            for name in self.changed_data
            if name.startswith("person_")
        }


class LinkForm(ActForm):
    """Asks for the account of the resident, who stands before the clerk with a document."""

    refusal_fields = {
        Refusal.ACCOUNT_UNKNOWN: "account",
        Refusal.ALREADY_LINKED: "account",
        Refusal.STAFF_ACCOUNT: "account",
        Refusal.OTHER_NAME: "other_name",
    }  # fmt: skip
    account = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=60,
        help_text=gettext_lazy("Whole user name or phone number of the registered account; the look-up is recorded."),
        widget=forms.TextInput({"autocomplete": "off", "class": "vTextField"}),
    )
    document_seen = forms.BooleanField(
        label=gettext_lazy("I have seen the person's document"), help_text=gettext_lazy("Nothing of it is copied.")
    )
    other_name = forms.BooleanField(
        label=gettext_lazy("The account has another name, and I have made sure that it is this person's"),
        required=False,
    )

    def words(self) -> dict[str, Any]:
        return {"account": self.cleaned_data["account"], "other_name": self.cleaned_data["other_name"]}


class ResidencyAdmin(ScopedAdmin):
    """Homes: in a household, or in a community while the address is not known.

    Grid workers may correct a phone, the identity is the community's.
    """

    noun, position = "residency", 30
    form = ResidencyForm
    list_display = ("name", "community", "address", "grid", "kind", "phone", "number", "since", "until")
    list_filter = ("community", "grid", "kind")
    list_select_related = ("person", "community", "grid", "household__address__building__estate")
    search_fields = ("person__name",)
    search_help_text = gettext_lazy("Name, or a whole phone or ID number (each look-up by number is recorded)")
    fixed = ("person", "community")
    acts = (
        Act("move", gettext_lazy("Record a move to another address"), "residency.change", services.move, form=MoveForm,
            takes_version=True, available=lambda home: home.is_live() and home.household_id is not None),
        Act("end", gettext_lazy("Record a move away"), "residency.change", services.end_residency, form=LastDayForm,
            takes_version=True, available=lambda home: home.is_live()),
        Act("link", gettext_lazy("Link an account"), "account.link", linking.link, form=LinkForm,
            note=gettext_lazy("The resident signs in with it from now on; what it has signed up for comes along."),
            available=lambda home: home.is_live() and not User.objects.filter(person=home.person_id).exists()),
    )  # fmt: skip
    refusal_fields = {
        Refusal.OTHER_COMMUNITY: "grid", Refusal.HOME_OVERLAPS: "since", Refusal.HOUSEHOLD_ENDED: "since",
    }  # fmt: skip
    help_texts = {"grid": gettext_lazy("Follows from the building once the address is known")}

    def get_readonly_fields(self, request: HttpRequest, obj: Residency | None = None) -> list[str]:
        """In a household place and grid follow from it; another one is a move."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "address", "grid"] if obj is not None and obj.household_id else fixed

    def get_fieldsets(self, request: HttpRequest, obj: Residency | None = None) -> Any:
        known = obj is not None and obj.household_id is not None
        where = ("address",) if known else AddressFields.address_names
        home = (
            gettext_lazy("Where they live"),
            {"fields": ("community", *where, "grid", "kind", "since", "until")},
        )
        if obj is None or not self.may_change_person(request, obj):
            return [(None, {"fields": ("person",)}), home]
        personal = ["person_phone"]
        if self.may_identify(request, obj):
            personal += ["person_id_number", "person_birth_date"]
        note = gettext_lazy("What is on record is shown masked. Leave a field empty to keep it.")
        return [
            (None, {"fields": ("person",)}),
            home,
            (gettext_lazy("Person"), {"fields": personal, "description": note}),
        ]

    def may_change_person(self, request: HttpRequest, home: Residency) -> bool:
        """Say whether all homes of the person lie where the actor works, and the person is no colleague.

        Otherwise somebody could write down a home of a stranger and then change who the stranger is.
        """
        homes = Residency.objects.live().filter(person=home.person_id)
        mine = homes.within(self.scope(request, "change"))
        colleague = User.objects.filter(person=home.person_id, is_staff=True).exists()
        return not colleague and homes.count() == mine.count()

    def may_identify(self, request: HttpRequest, home: Residency) -> bool:
        """Say whether the actor works for the whole community (security §3.2, resident record)."""
        scope = self.scope(request, "change")
        return scope.everything or home.community_id in scope.communities

    def create(self, request: HttpRequest, obj: Residency, form: Any) -> None:
        if form.door is None:
            services.save_residency(obj, by=request.user)
            return
        days = {"since": obj.since, "until": obj.until}
        stored = services.move_in(obj.person, form.door, by=request.user, kind=obj.kind, **days)
        obj.__dict__.update(stored.__dict__)

    def change(self, request: HttpRequest, obj: Residency, form: Any, fields: list[str]) -> None:
        own = [name for name in fields if not name.startswith("person_") and name not in AddressFields.address_names]
        if form.door is not None:
            services.settle(obj, form.door, by=request.user, fields=own, version=seen_version(request))
        elif own:
            services.save_residency(obj, by=request.user, fields=own, version=seen_version(request))
        values = form.person_values()
        if "id_number" in values and "birth_date" not in values:
            values["birth_date"] = birth_date_of(values["id_number"])
        if values:
            change_person(Person.objects.get(pk=obj.person_id), by=request.user, **values)

    def name(self, home: Residency) -> str:
        return home.person.name

    def address(self, home: Residency) -> str:
        return str(home.household) if home.household else ""

    def phone(self, home: Residency) -> str:
        return home.person.masked_phone

    def number(self, home: Residency) -> str:
        return id_number_label(home.person.id_number_index)

    name.short_description = gettext_lazy("full name")
    name.admin_order_field = "person__name"
    address.short_description = gettext_lazy("address")
    phone.short_description = gettext_lazy("phone")
    number.short_description = gettext_lazy("ID number")


site.register(Posting, PostingAdmin)
site.register(Residency, ResidencyAdmin)
