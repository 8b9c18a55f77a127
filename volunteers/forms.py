"""Filters of the team list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.forms import CommunityField
from volunteers.states import TeamKind


class TeamFilter(forms.Form):
    """Which teams to list."""

    community = CommunityField(label=_("Community"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All kinds")), *TeamKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
