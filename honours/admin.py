"""Honours in the workbench: recorded by one person, verified by another."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach
from core import clock, desk
from core.admin import ScopedAdmin, ScopedModelForm, TodoFilter, site
from core.admin.acts import seen_version
from core.admin.cells import history_cell
from core.admin.filters import returned_to, waiting_for
from core.refusals import Refusal
from core.scope import scoped
from honours import services
from honours.models import RECIPIENTS, Honour
from honours.states import RecipientKind

reach.register(Honour, "recipient_person")

FIELD_OF_KIND = {
    RecipientKind.PARTY_ORGANISATION: "recipient_party_organisation",
    RecipientKind.TEAM: "recipient_team",
    RecipientKind.PARTNER_UNIT: "recipient_partner_unit",
    RecipientKind.PERSON: "recipient_person",
    RecipientKind.FAMILY: "printed_name",
    RecipientKind.OTHER: "printed_name",
}
"""The field that names the recipient; a community needs none, it is the honour's own."""
WHEN_NOTE = gettext_lazy(
    "Give only what the certificate says: a year alone is the 1st of January with the precision “year”."
)
RECIPIENT_NOTE = gettext_lazy(
    "Choose the kind, then fill in the one field that goes with it. "
    "Private persons are masked in public unless they agreed."
)
NAMED_BY = (*(name for name in RECIPIENTS if name != "recipient_community"), "printed_name")


class HonourForm(ScopedModelForm):
    """Takes the recipient from the field that goes with its kind, and says clearly which one is missing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "recipient_kind" not in cleaned:
            return cleaned
        wanted = FIELD_OF_KIND.get(cleaned["recipient_kind"])
        if wanted is not None and not cleaned.get(wanted) and cleaned.get("printed_name"):
            wanted = "printed_name"  # not in our records, or only as printed on the certificate
        if wanted is not None and not cleaned.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("Please name the recipient here, or give the name as printed."))
        self._refuse_others(cleaned, wanted)
        self.instance.recipient_community = cleaned.get("community") or self._community() if wanted is None else None
        return cleaned

    def _refuse_others(self, cleaned: dict[str, Any], wanted: str | None) -> None:
        for name in NAMED_BY:
            if name != wanted and cleaned.get(name):
                if name in self.changed_data:
                    self.add_error(
                        name, _("This does not go with the kind of recipient chosen above. Please empty it.")
                    )
                else:
                    cleaned[name] = "" if name == "printed_name" else None

    def _community(self) -> Any:
        return self.instance.community if self.instance.pk else None

    def clean_awarded_on(self) -> Any:
        day = self.cleaned_data["awarded_on"]
        if day is not None and day > clock.today():
            self.add_error("awarded_on", _("This day is still to come."))
        return day


class HonourAdmin(ScopedAdmin):
    noun = "honour"
    form = HonourForm
    list_display = ("title", "state_badge", "community", "level", "recipient_name", "awarded")
    list_filter = (TodoFilter, "state", "level", "recipient_kind", "community")
    list_select_related = ("community", *RECIPIENTS)
    search_fields = ("title", "issuer", "printed_name")
    search_help_text = gettext_lazy("Title, issuer or printed name; or a whole phone or ID number of a recipient")
    list_note = gettext_lazy("A second person verifies every honour before it stands on the wall.")
    fieldsets = (
        (None, {"fields": ("community", "title", "level", "rank", "event", "issuer")}),
        (gettext_lazy("When"), {"fields": ("awarded_on", "awarded_precision"),
                                "description": WHEN_NOTE}),
        (gettext_lazy("Recipient"), {"fields": ("recipient_kind", *NAMED_BY, "name_consent"),
                                     "description": RECIPIENT_NOTE}),
        (gettext_lazy("Story and certificate"), {"fields": ("story", "certificate")}),
    )  # fmt: skip
    refusal_fields = {Refusal.OTHER_COMMUNITY: "recipient_kind", Refusal.INVALID: "recipient_kind"}
    services = {
        "submit": services.submit,
        "return": services.return_to_draft,
        "publish": services.publish,
        "withdraw": services.withdraw,
        "revoke": services.revoke,
    }
    bulk = ("submit", "publish")

    def names_persons(self, request: HttpRequest) -> bool:
        """Say whether the actor works with the recipients; district officers read what the public reads."""
        return bool(self.scope(request, "change"))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Who reads masked names cannot guess them either."""
        names = super().get_search_fields(request)
        return [name for name in names if name != "printed_name" or self.names_persons(request)]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(names_persons=Value(self.names_persons(request)))

    def get_fieldsets(self, request: HttpRequest, obj: Honour | None = None) -> Any:
        if self.names_persons(request):
            return self.fieldsets
        instead = {
            "recipient_kind": (_("Recipient"), {"fields": ("recipient_kind", "recipient_name", "name_consent")}),
            "certificate": (_("Story"), {"fields": ("story",)}),
        }
        return [
            next((shown for name, shown in instead.items() if name in part["fields"]), (title, part))
            for title, part in self.fieldsets
        ]

    def create(self, request: HttpRequest, obj: Honour, form: Any) -> None:
        services.create(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Honour, form: Any, fields: list[str]) -> None:
        stored = Honour.objects.get(pk=obj.pk)
        follow = [name for name in (*RECIPIENTS, "printed_name") if getattr(stored, name) != getattr(obj, name)]
        fields = [*fields, *(name for name in follow if name not in fields)]
        if follow and obj.name_consent and "name_consent" not in fields:
            # The consent was somebody else's.
            obj.name_consent = False
            fields.append("name_consent")
        services.change(obj, by=request.user, fields=fields, version=seen_version(request))

    def recipient_name(self, honour: Honour) -> str:
        return honour.recipient if getattr(honour, "names_persons", False) else honour.public_recipient

    def awarded(self, honour: Honour) -> str:
        return history_cell(honour.awarded_on, honour.awarded_precision)

    recipient_name.short_description = gettext_lazy("recipient")
    awarded.short_description, awarded.admin_order_field = gettext_lazy("awarded"), "awarded_on"


site.register(Honour, HonourAdmin)


@desk.register
def desk_items(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Honours that wait for me."""
    rows, page = Honour.objects.order_by(), reverse("admin:honours_honour_changelist")
    verifying = request.scope_for("honour.publish")
    if verifying:
        count = waiting_for(scoped(rows, verifying), request.user).count()
        yield desk.DeskItem(_("honours to verify"), count, f"{page}?todo=review")
    recording = request.scope_for("honour.change")
    if recording:
        count = returned_to(scoped(rows, recording), request.user).count()
        yield desk.DeskItem(
            _("honours returned to you"), count, f"{page}?todo=returned", urgency="due" if count else ""
        )
