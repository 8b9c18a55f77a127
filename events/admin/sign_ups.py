"""Who has signed up: looked at, and removed with a reason. Signing up goes through its own pages."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Case, QuerySet, Sum, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import reach
from core.admin import ReadOnly, ScopedAdmin, site
from core.admin.cells import moment_cell
from core.scope import scoped
from events.models import Activity, SignUp
from events.services import sign_ups
from events.states import LEFT

KEY_LENGTH = 18
PARAMETER = "activity"
reach.register(SignUp, "contact", "participants__person")


class ActivityFilter(SimpleListFilter):
    """The sign-ups of one activity; set by a link, never a choice among all of them."""

    title = _("activity")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not self.value():
            return []
        rows = scoped(Activity.objects.filter(pk=key_in(self.value())), model_admin.scope(request, "view"))
        return [(self.value(), str(activity)) for activity in rows] or [(self.value(), "—")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(quota__activity=key_in(self.value())) if self.value() else queryset


def key_in(text: str | None) -> int:
    """Return the key of an activity in an address, 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= KEY_LENGTH else 0


class SignUpAdmin(ReadOnly, ScopedAdmin):
    noun, position = "sign_up", 20
    list_display = ("name", "activity", "phone", "party_size", "state_badge", "asked_at")
    list_filter = (ActivityFilter, "state")
    list_select_related = ("contact", "quota__activity")
    search_fields = ("quota__activity__title", "contact__name")
    search_help_text = _("Activity, name, or a whole phone or ID number (each look-up by number is recorded)")
    list_note = _("Phones are masked. To sign a resident up at the counter, open the activity.")
    fields = ("activity", "name", "phone", "party_size", "people", "asked_at")
    services = {"remove": sign_ups.remove}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("contact", "quota__activity__community")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Those who come before those who gave their seats up, in the list of one activity."""
        given_up = Case(When(state__in=LEFT, then=1), default=0).asc()
        return [given_up, "-created_at", "-pk"] if request.GET.get(PARAMETER) else super().get_ordering(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        note = self.count_line(request)
        return super().changelist_view(request, {**({"list_note": note} if note else {}), **(extra_context or {})})

    def count_line(self, request: HttpRequest) -> str:
        """Return how many people come to the activity whose list this is, and how many gave their seats up; "" for
        all activities.
        """
        key = key_in(request.GET.get(PARAMETER))
        if not key:
            return ""
        rows = scoped(SignUp.objects.order_by(), self.scope(request, "view")).filter(quota__activity=key)
        people = dict(rows.values_list("state").annotate(Sum("party_size")))
        left = sum(count for state, count in people.items() if state in LEFT)
        words = {"here": sum(people.values()) - left, "left": left}
        return _("%(here)s people signed up, %(left)s cancelled or removed.") % words if people else ""

    def name(self, sign_up: SignUp) -> str:
        return sign_up.contact.name

    def activity(self, sign_up: SignUp) -> str:
        return str(sign_up.quota.activity)

    def phone(self, sign_up: SignUp) -> str:
        return sign_up.contact.masked_phone

    def people(self, sign_up: SignUp) -> str:
        rows = sign_up.participants.select_related("person")
        return format_html_join("、", "{}", ((row.person.name,) for row in rows))

    def asked_at(self, sign_up: SignUp) -> str:
        return moment_cell(sign_up.created_at)

    name.short_description = _("full name")
    activity.short_description, activity.admin_order_field = _("activity"), "quota__activity__title"
    phone.short_description = _("phone")
    people.short_description = _("participants")
    asked_at.short_description, asked_at.admin_order_field = _("signed up at"), "created_at"


site.register(SignUp, SignUpAdmin)
