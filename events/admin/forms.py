"""Forms of activities: the draft, and the two acts that change what people have signed up for."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import reach
from accounts.fields import PersonField
from core.admin import ActForm, ScopedModelForm
from core.admin.acts import ReasonForm
from core.admin.fields import MinuteField
from core.fields import NameFormField
from core.refusals import Refusal
from core.scope import scoped
from events.models import CAPACITY_MAX
from events.services import seats
from grids.models import Venue

AGE_MAX = 120
SESSION_FIELDS = ("session_starts", "session_ends")
TIME_REFUSALS = {
    Refusal.ENDS_BEFORE_START: "session_ends",
    Refusal.TIMES_MISSING: "session_starts",
    Refusal.WINDOW_INVALID: "sign_up_closes_at",
    Refusal.CAPACITY_INVALID: "capacity",
    Refusal.CAPACITY_BELOW_TAKEN: "capacity",
    Refusal.AGES_INVALID: "max_age",
    Refusal.RISK_TEXT_MISSING: "risk_note",
    Refusal.FINISHED: "session_ends",
}


def capacity_field(**kwargs: Any) -> forms.IntegerField:
    """The number of seats; the service says which numbers are possible."""
    widget = forms.NumberInput({"min": 1, "max": CAPACITY_MAX, "class": "vIntegerField"})
    return forms.IntegerField(label=_("Seats"), widget=widget, **kwargs)


class ActivityForm(ScopedModelForm):
    """A draft with its session and seats, which the service keeps in tables of their own."""

    session_starts = MinuteField(label=_("Starts"), required=False)
    session_ends = MinuteField(label=_("Ends"), required=False)
    capacity = capacity_field(required=False, help_text=_("Between 1 and 100,000"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"min_age", "max_age"} & set(self.fields):
            self.fields[name].validators.append(MaxValueValidator(AGE_MAX))
        if self.instance.pk and "capacity" in self.fields:
            quota = seats.of(self.instance)
            self.initial |= {
                "session_starts": self.instance.starts_at,
                "session_ends": self.instance.ends_at,
                "capacity": quota.capacity if quota else None,
            }


class TimesForm(ActForm):
    """Time, place and sign-up window of a published activity."""

    refusal_fields = {
        Refusal.ENDS_BEFORE_START: "ends_at", Refusal.FINISHED: "ends_at", Refusal.WINDOW_INVALID: "sign_up_closes_at",
        Refusal.TIMES_MISSING: "starts_at", Refusal.OTHER_COMMUNITY: "venue",
    }  # fmt: skip

    starts_at = MinuteField(label=_("Starts"))
    ends_at = MinuteField(label=_("Ends"))
    venue = forms.ModelChoiceField(label=_("Venue"), queryset=Venue.objects.none(), required=False)
    place = NameFormField(label=_("Place in words"), max_length=80, required=False)
    sign_up_opens_at = MinuteField(label=_("Sign-up opens"), required=False, help_text=_("Empty: at once"))
    sign_up_closes_at = MinuteField(label=_("Sign-up closes"), required=False, help_text=_("Empty: when it starts"))

    def prepare(self) -> None:
        self.fields["venue"].queryset = scoped(Venue.objects.filter(community=self.obj.community_id), self.scope)
        for name, field in self.fields.items():
            field.initial = getattr(self.obj, name)

    def words(self) -> dict[str, Any]:
        """Return the times; a moment that was not touched keeps its seconds."""
        kept = {name: getattr(self.obj, name) for name in self.cleaned_data if name not in self.changed_data}
        return {**self.cleaned_data, **kept}


class CounterForm(ActForm):
    """Who stands at the counter or calls."""

    number = forms.CharField(
        label=_("Whole phone or ID number"), max_length=40, required=False, help_text=_("Each look-up is recorded.")
    )
    name = NameFormField(
        label=_("Name"), max_length=60, required=False, help_text=_("Only for somebody who is not recorded yet.")
    )

    def clean_number(self) -> str:
        text = self.cleaned_data["number"].strip()
        if text and reach.number_in(text) is None:
            raise forms.ValidationError(PersonField.default_error_messages["number"])
        return text


class CancelForm(ReasonForm):
    """Why a published activity is called off, with the number of people it concerns."""

    def prepare(self) -> None:
        people = seats.seated(self.obj)
        if people:
            self.fields["reason"].help_text = ngettext(
                "%(count)d person is signed up and reads this reason. No personal data.",
                "%(count)d people are signed up and read this reason. No personal data.",
                people,
            ) % {"count": people}


class CapacityForm(ActForm):
    """The number of seats of a published activity."""

    refusal_fields = {Refusal.CAPACITY_INVALID: "capacity", Refusal.CAPACITY_BELOW_TAKEN: "capacity"}
    capacity = capacity_field()

    def prepare(self) -> None:
        quota = seats.of(self.obj)
        if quota is not None:
            self.fields["capacity"].initial = quota.capacity
            self.fields["capacity"].help_text = _("%(taken)d seats are taken; it cannot be fewer.") % {
                "taken": quota.seats_taken
            }
