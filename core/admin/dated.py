"""Asking for the last day of what is in force for a time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.admin.acts import ActForm
from core.admin.fields import DayInput
from core.refusals import Refusal


class LastDayForm(ActForm):
    """Asks for the last day; empty leaves it to the service."""

    refusal_fields = {Refusal.INVALID: "until"}
    until = forms.DateField(
        label=_("Last day"), widget=DayInput, required=False, help_text=_("Leave empty to end it now.")
    )
