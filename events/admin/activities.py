"""Activities in the workbench: drafted by one person, published by another."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.admin import Act, ScopedAdmin, ScopedInline, TodoFilter, site
from core.admin.acts import seen_version
from core.admin.cells import link_cell, moment_cell, pair_cell
from core.dates import when_text
from core.scope import scoped
from events.access import ON_BEHALF
from events.admin.forms import (
    SESSION_FIELDS,
    TIME_REFUSALS,
    ActivityForm,
    CancelForm,
    CapacityForm,
    CounterForm,
    TimesForm,
)
from events.models import Activity, ActivityPartner, Quota
from events.services import activities, sign_ups
from events.services import seats as seat_service
from events.states import ActivityState, QuotaRole
from grids.models import Community

COPIED = ("starts_at", "ends_at")


def sign_ups_url(activity: Activity) -> str:
    """Return the address of the list of who has signed up."""
    return f"{reverse('admin:events_signup_changelist')}?activity={activity.pk}"


class WhenFilter(SimpleListFilter):
    """By the time of the activity."""

    title = gettext_lazy("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("today")), ("week", _("the next 7 days")), ("past", _("over")),
            ("undated", _("without a time")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return pick_by_time(queryset, self.value(), clock.now())


def pick_by_time(rows: QuerySet, wanted: str | None, at: datetime) -> QuerySet:
    """Keep the activities of today, of the next 7 days, those that are over, or those without a time."""
    midnight = timezone.make_aware(datetime.combine(clock.local_day(at), time.min))
    if wanted == "today":
        return rows.filter(starts_at__lt=midnight + timedelta(days=1), ends_at__gt=midnight)
    if wanted == "week":
        return rows.filter(starts_at__lt=midnight + timedelta(days=7), ends_at__gt=midnight)
    if wanted == "past":
        return rows.filter(ends_at__lte=at)
    return rows.filter(starts_at=None) if wanted == "undated" else rows


def _is_over(activity: Activity) -> bool:
    return activity.state == ActivityState.PUBLISHED and (activity.ends_at is None or activity.ends_at <= clock.now())


class PartnerInline(ScopedInline):
    """Partner units that take part."""

    model = ActivityPartner
    fields = (("partner_unit", "role"),)


class ActivityAdmin(ScopedAdmin):
    noun, position = "activity", 10
    form = ActivityForm
    inlines = (PartnerInline,)
    list_display = ("title", "state_badge", "community", "kind", "starts", "where_", "seats")
    list_filter = (TodoFilter, WhenFilter, "state", "kind", "community")
    list_select_related = ("community", "venue")
    search_fields = ("title", "place", "team__name")
    search_help_text = gettext_lazy("Title, place or team")
    list_note = gettext_lazy("A second person approves every activity before it is published.")
    ordering = (F("starts_at").desc(nulls_last=True), "-pk")
    states_with_fixed_fields = frozenset(ActivityState.values) - {ActivityState.DRAFT}
    refusal_fields = TIME_REFUSALS
    services = {
        "submit": activities.submit,
        "return": activities.return_to_draft,
        "publish": activities.publish,
        "withdraw": activities.withdraw,
        "cancel": activities.cancel,
        "finish": activities.finish,
    }
    bulk = ("submit", "publish", "finish")
    acts = (
        Act("sign_up", gettext_lazy("Sign a resident up"), ON_BEHALF, sign_ups.sign_up_at_counter, form=CounterForm,
            available=lambda activity: activity.state == ActivityState.PUBLISHED and activity.needs_sign_up),
        Act("change_times", gettext_lazy("Change time or place"), "activity.change_times", activities.change_times,
            form=TimesForm, takes_version=True, available=lambda activity: activity.state == ActivityState.PUBLISHED),
        Act("change_capacity", gettext_lazy("Change seats"), "activity.change_capacity", activities.change_capacity,
            form=CapacityForm, takes_version=True,
            available=lambda activity: activity.state == ActivityState.PUBLISHED and activity.needs_sign_up),
    )  # fmt: skip
    help_texts = {
        "title": gettext_lazy("Short and concrete: “Free haircuts”"),
        "place": gettext_lazy("Only when it is not one of the venues, or to say it more exactly"),
        "sign_up_opens_at": gettext_lazy("Empty: when it is published"),
        "sign_up_closes_at": gettext_lazy("Empty: when it starts"),
        "fee_note": gettext_lazy("Empty: nothing is said about cost"),
        "cover_alt": gettext_lazy("What the picture shows, for those who cannot see it"),
        "risk_note": gettext_lazy("Needed when the risk is not low, with insurance"),
        "bring": gettext_lazy("One thing a line"),
    }

    def all_acts(self) -> dict[str, Act]:
        """Offer to finish an activity once it is over; say whom it concerns before one is called off."""
        found = super().all_acts()
        found["finish"] = replace(found["finish"], available=_is_over)
        found["cancel"] = replace(found["cancel"], form=CancelForm)
        return found

    # --- the form -----------------------------------------------------------------------------------------------------

    def is_draft_form(self, request: HttpRequest, obj: Activity | None) -> bool:
        """Say whether time and seats are fields of the form, not acts of their own."""
        return obj is None or (obj.state == ActivityState.DRAFT and self.has_change_permission(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Activity | None = None) -> Any:
        draft = self.is_draft_form(request, obj)
        times = SESSION_FIELDS if draft else "times"
        by_button = not draft and self.has_change_permission(request, obj)
        note = gettext_lazy("Time, place and seats are changed by the buttons above.") if by_button else ""
        return [
            (None, {"fields": ("community", "title", "kind", "team")}),
            (gettext_lazy("When and where"), {"fields": (times, "venue", "place"), "description": note}),
            (gettext_lazy("Sign-up"), {"fields": (
                "needs_sign_up", "capacity" if draft else "seats", ("sign_up_opens_at", "sign_up_closes_at"),
                "audience", ("min_age", "max_age"))}),
            (gettext_lazy("For visitors"), {"fields": (
                "description", "bring", "fee_note", "contact_phone", "cover", "cover_alt")}),
            (gettext_lazy("Themes"), {"fields": ("themes",)}),
            (gettext_lazy("Safety"), {"fields": ("risk", "risk_note", "is_insured")}),
        ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Activity | None = None) -> list[str]:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if self.is_draft_form(request, obj) else [*fixed, *SESSION_FIELDS, "capacity", "times", "seats"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest the phone of the community when there is only one to choose."""
        only = list(scoped(Community.objects.all(), self.scope(request, "add"))[:2])
        phone = only[0].phone if len(only) == 1 else ""
        return {"contact_phone": phone, **super().get_changeform_initial_data(request)}

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, request: HttpRequest, obj: Activity, form: Any) -> None:
        words = form.cleaned_data
        activities.create(
            obj, by=request.user, starts_at=words["session_starts"], ends_at=words["session_ends"],
            capacity=words["capacity"], themes=words["themes"],
        )  # fmt: skip

    def change(self, request: HttpRequest, obj: Activity, form: Any, fields: list[str]) -> None:
        """Change a draft as a whole, or what is free to change in a published activity: one audit row either way."""
        version = seen_version(request)
        if not self.is_draft_form(request, obj):
            activities.change(obj, by=request.user, fields=fields, version=version)
            return
        words, names = form.cleaned_data, dict(zip(SESSION_FIELDS, COPIED, strict=True))
        # A moment that was not touched keeps its seconds.
        times = {names[one]: words[one] if one in fields else getattr(obj, names[one]) for one in SESSION_FIELDS}
        activities.redraft(
            obj, by=request.user, fields=[names.get(one, one) for one in fields], capacity=words["capacity"],
            version=version, **times,
        )  # fmt: skip

    # --- lists --------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        quota = Quota.objects.filter(activity=OuterRef("pk"), role=QuotaRole.PARTICIPANT)
        return super().get_queryset(request).annotate(
            quota_capacity=Subquery(quota.values("capacity")[:1]), quota_taken=Subquery(quota.values("seats_taken")[:1])
        )  # fmt: skip

    def starts(self, activity: Activity) -> str:
        return moment_cell(activity.starts_at)

    def where_(self, activity: Activity) -> str:
        return activity.where

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The seats lead to the list of names for those who may read it."""
        shown = super().get_list_display(request)
        linked = bool(request.scope_for("sign_up.view"))
        return ["seats_linked" if linked and name == "seats" else name for name in shown]

    def seats(self, activity: Activity) -> str:
        """Taken and offered seats: “18 / 30”."""
        capacity, taken = getattr(activity, "quota_capacity", None), getattr(activity, "quota_taken", None)
        if capacity is None and not hasattr(activity, "quota_capacity"):
            quota = seat_service.of(activity)
            capacity, taken = (quota.capacity, quota.seats_taken) if quota else (None, None)
        return "" if capacity is None else pair_cell(taken, capacity)

    def seats_linked(self, activity: Activity) -> str:
        shown = self.seats(activity)
        hidden = format_html('<span class="visually-hidden">{}: {}</span>', _("Sign-ups"), activity.title)
        return link_cell(sign_ups_url(activity), format_html("{}{}", shown, hidden)) if shown else ""

    def times(self, activity: Activity) -> str:
        return when_text(activity.starts_at, activity.ends_at) if activity.starts_at else ""

    starts.short_description, starts.admin_order_field = gettext_lazy("starts"), "starts_at"
    where_.short_description = gettext_lazy("place")
    seats.short_description = seats_linked.short_description = gettext_lazy("seats")
    times.short_description = gettext_lazy("time")

    def related_links(self, request: HttpRequest, obj: Activity) -> list[tuple[Any, str]]:
        links = [(_("Public page"), obj.get_absolute_url())] if obj.is_public() else []
        if obj.state not in {ActivityState.DRAFT, ActivityState.IN_REVIEW} and request.scope_for("sign_up.view"):
            links.append((_("Sign-ups"), sign_ups_url(obj)))
        return links


site.register(Activity, ActivityAdmin)
