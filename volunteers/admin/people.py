"""Volunteers and memberships in the workbench: the counter's way in, requests, rosters by team and source."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach
from accounts.fields import PersonField
from core.admin import ScopedAdmin, ScopedModelForm, site
from core.admin.acts import seen_version
from core.refusals import Refusal
from volunteers import figures
from volunteers.models import Membership, Volunteer, VolunteerSource
from volunteers.services import memberships, profiles
from volunteers.states import JOINABLE, SourceKind

reach.register(Volunteer, "person")
reach.register(Membership, "volunteer__person")


def sources_field() -> forms.MultipleChoiceField:
    """The groups a volunteer comes from."""
    return forms.MultipleChoiceField(
        label=gettext_lazy("Comes from"),
        choices=SourceKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ll-checks"}),
    )


class SourceFilter(SimpleListFilter):
    """Volunteers from one source; `path` leads from the listed rows to the volunteer."""

    title = gettext_lazy("source")
    parameter_name = "source"
    path: ClassVar[str] = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(SourceKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in SourceKind.values:
            return queryset
        tagged = VolunteerSource.objects.filter(kind=self.value()).values("volunteer")
        return queryset.filter(**{f"{self.path}__in": tagged})


class MemberSourceFilter(SourceFilter):
    path = "volunteer"


# --- volunteers ---------------------------------------------------------------------------------------------------


class VolunteerForm(ScopedModelForm):
    """A volunteer with the sources, which the service keeps in a table of their own."""

    sources = sources_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["sources"] = [one.kind for one in self.instance.sources.all()]


class VolunteerAdmin(ScopedAdmin):
    noun, position = "volunteer", 12
    form = VolunteerForm
    fields = ("community", "person", "joined_on", "sources")
    fixed = ("community", "person")
    list_display = ("name", "community", "phone", "source_words", "state_badge", "joined_on")
    list_filter = ("community", "state", SourceFilter)
    list_select_related = ("person", "community")
    search_fields = ("person__name",)
    search_help_text = gettext_lazy("Name, or a whole phone or ID number (each look-up by number is recorded)")
    refusal_fields = {Refusal.DUPLICATE: "person"}
    services = {
        "approve": profiles.approve, "suspend": profiles.suspend, "reinstate": profiles.reinstate,
        "leave": profiles.leave,
    }  # fmt: skip
    bulk = ("approve",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("sources")

    def create(self, request: HttpRequest, obj: Volunteer, form: Any) -> None:
        profiles.save_volunteer(obj, by=request.user, sources=form.cleaned_data["sources"])

    def change(self, request: HttpRequest, obj: Volunteer, form: Any, fields: list[str]) -> None:
        sources = form.cleaned_data["sources"] if "sources" in fields else None
        profiles.save_volunteer(
            obj, by=request.user, fields=fields, sources=sources, version=seen_version(request)
        )  # fmt: skip

    def name(self, volunteer: Volunteer) -> str:
        return volunteer.person.name

    def phone(self, volunteer: Volunteer) -> str:
        return volunteer.person.masked_phone

    def source_words(self, volunteer: Volunteer) -> str:
        return "、".join(str(one) for one in volunteer.sources.all())

    name.short_description, name.admin_order_field = gettext_lazy("full name"), "person__name"
    phone.short_description = gettext_lazy("phone")
    source_words.short_description = gettext_lazy("comes from")


# --- memberships --------------------------------------------------------------------------------------------------


class MembershipForm(ScopedModelForm):
    """Who is taken into which team at the counter."""

    person = PersonField(by=None, label=gettext_lazy("Person"))
    sources = sources_field()
    guardian_agreed = forms.BooleanField(
        label=gettext_lazy("A guardian's signed paper was seen"),
        required=False,
        help_text=gettext_lazy("Needed for everybody under 18; the paper itself is not copied."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "person" in self.fields:
            self.fields["person"].by = self.actor
        if "team" in self.fields:
            self.fields["team"].queryset = self.fields["team"].queryset.filter(state__in=JOINABLE)


class MembershipAdmin(ScopedAdmin):
    """Who belongs to which team. A row is made and moved, never rewritten."""

    noun, position = "membership", 14
    form = MembershipForm
    list_display = ("name", "team", "phone", "state_badge", "since", "until")
    list_filter = ("team", "state", MemberSourceFilter)
    list_select_related = ("volunteer__person", "team")
    search_fields = ("volunteer__person__name", "team__name")
    search_help_text = gettext_lazy("Name, team, or a whole phone or ID number (each look-up by number is recorded)")
    refusal_fields = {
        Refusal.ALREADY_IN_TEAM: "person", Refusal.LEADS_TEAM: "person", Refusal.VOLUNTEER_SUSPENDED: "person",
        Refusal.GUARDIAN_NEEDED: "guardian_agreed", Refusal.TEAM_RESTS: "team",
    }  # fmt: skip
    services = {
        "approve": memberships.approve, "decline": memberships.decline, "leave": memberships.leave,
        "remove": memberships.remove,
    }  # fmt: skip
    bulk = ("approve",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("team", "person", "sources", "guardian_agreed")
        return ("team", "name", "phone", "source_words", "since", "until", "guardian_agreed_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return [] if obj is None else list(self.get_fields(request, obj))

    def create(self, request: HttpRequest, obj: Membership, form: Any) -> None:
        words = {name: form.cleaned_data[name] for name in ("sources", "guardian_agreed")}
        memberships.add_member(obj, obj.person, by=request.user, **words)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Say above the list how many different people belong to how many teams."""
        scope = self.scope(request, "view")
        people, teams = figures.member_count(scope), figures.team_count(scope)
        words = {"people": people.text(), "teams": teams.text()}
        note = _("In all %(people)s in %(teams)s at work; somebody in several teams counts once.") % words
        return super().changelist_view(request, {"list_note": note, **(extra_context or {})})

    def name(self, row: Membership) -> str:
        return row.volunteer.person.name

    def phone(self, row: Membership) -> str:
        return row.volunteer.person.masked_phone

    def source_words(self, row: Membership) -> str:
        return "、".join(str(one) for one in row.volunteer.sources.all())

    name.short_description, name.admin_order_field = gettext_lazy("full name"), "volunteer__person__name"
    phone.short_description = gettext_lazy("phone")
    source_words.short_description = gettext_lazy("comes from")


site.register(Volunteer, VolunteerAdmin)
site.register(Membership, MembershipAdmin)
