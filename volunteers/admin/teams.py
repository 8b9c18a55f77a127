"""Teams and their leaders in the workbench."""

from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import reach
from core import records
from core.admin import Act, ActForm, ScopedAdmin, site
from core.admin.acts import seen_version
from core.admin.cells import history_cell
from core.admin.dated import LastDayForm
from core.admin.fields import DayInput
from core.refusals import Refusal
from volunteers.models import Leadership, Team
from volunteers.services import teams

reach.register(Leadership, "person")


class CheckForm(ActForm):
    """Asks for the day of the yearly check."""

    refusal_fields = {Refusal.INVALID: "on"}
    on = forms.DateField(
        label=gettext_lazy("Day of the check"), widget=DayInput, required=False,
        help_text=gettext_lazy("Leave empty for today."),
    )  # fmt: skip


class CheckFilter(SimpleListFilter):
    """Teams that nobody has checked for a year."""

    title = gettext_lazy("yearly check")
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", gettext_lazy("due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.check_due() if self.value() == "due" else queryset


class TeamAdmin(ScopedAdmin):
    noun, position = "team", 10
    list_display = ("name", "community", "kind", "state_badge", "stated_size", "founded", "checked_on")
    list_filter = ("community", "kind", "state", CheckFilter)
    list_select_related = ("community",)
    search_fields = ("name", "tasks")
    fieldsets = (
        (None, {"fields": ("community", "name", "kind", "tasks", "story")}),
        (gettext_lazy("Size and founding"), {"fields": ("stated_size", "founded_on", "founded_precision"),
                                             "description": gettext_lazy("Leave empty what is not known.")}),
        (gettext_lazy("Themes"), {"fields": ("themes",)}),
    )  # fmt: skip
    refusal_fields = {Refusal.DUPLICATE: "name"}
    services = {
        "register": teams.register, "activate": teams.activate, "pause": teams.pause, "resume": teams.resume,
        "dissolve": teams.dissolve,
    }  # fmt: skip
    acts = (
        Act("check", gettext_lazy("Record the yearly check"), "team.check", teams.record_check, form=CheckForm,
            takes_version=True, available=lambda team: team.is_active),
    )  # fmt: skip

    def create(self, request: HttpRequest, obj: Team, form: Any) -> None:
        teams.save_team(obj, by=request.user, themes=form.cleaned_data["themes"])

    def change(self, request: HttpRequest, obj: Team, form: Any, fields: list[str]) -> None:
        themes = form.cleaned_data["themes"] if "themes" in fields else None
        teams.save_team(obj, by=request.user, fields=fields, themes=themes, version=seen_version(request))

    def founded(self, team: Team) -> str:
        return history_cell(team.founded_on, team.founded_precision)

    founded.short_description = gettext_lazy("founded")

    def related_links(self, request: HttpRequest, obj: Team) -> list[tuple[Any, str]]:
        lists = {"leadership": gettext_lazy("Leaders of this team"), "membership": gettext_lazy("Members and requests")}
        return [
            (label, f"{reverse(f'admin:volunteers_{name}_changelist')}?team__id__exact={obj.pk}")
            for name, label in lists.items()
            if request.scope_for(f"{name}.view")
        ]


class LeadershipAdmin(ScopedAdmin):
    """Who leads a team. A new leader is a new row, so that the old one stays in the history."""

    noun = "leadership"
    fields = ("team", "person", "since", "until")
    fixed = ("team", "person")
    list_display = ("name", "team", "phone", "since", "until")
    list_filter = ("team",)
    list_select_related = ("person", "team")
    search_fields = ("person__name", "team__name")
    search_help_text = gettext_lazy("Name, team, or a whole phone or ID number")
    acts = (
        Act("end", gettext_lazy("Record the last day"), "leadership.change", teams.end_leadership, form=LastDayForm,
            takes_version=True, available=lambda row: row.is_live()),
    )  # fmt: skip

    def create(self, request: HttpRequest, obj: Leadership, form: Any) -> None:
        records.save(obj, by=request.user)

    def name(self, row: Leadership) -> str:
        return row.person.name

    def phone(self, row: Leadership) -> str:
        return row.person.masked_phone

    name.short_description, name.admin_order_field = gettext_lazy("full name"), "person__name"
    phone.short_description = gettext_lazy("phone")


site.register(Team, TeamAdmin)
site.register(Leadership, LeadershipAdmin)
