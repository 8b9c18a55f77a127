"""Filters of the team list, and what joining, declining and removing ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import PlainTextFormField
from grids.forms import CommunityFilter
from volunteers.states import SourceKind, TeamKind


class TeamFilter(CommunityFilter):
    """Which teams to list."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All kinds")), *TeamKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class JoinForm(forms.Form):
    """What is not known yet of somebody who joins.

    Args:
        asks_age: the birth date is not recorded.
        asks_sources: no source is recorded.
    """

    is_adult = forms.BooleanField(
        label=_("I am 18 or older"),
        help_text=_("Younger people are welcome too: please come to the community counter with a guardian."),
    )
    sources = forms.MultipleChoiceField(
        label=_("I come as (optional)"),
        choices=SourceKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only counted, never shown beside your name to the public."),
    )

    def __init__(self, *args: Any, asks_age: bool, asks_sources: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_age:
            del self.fields["is_adult"]
        if not asks_sources:
            del self.fields["sources"]


class ReasonForm(forms.Form):
    """Why somebody is declined or removed; they read it."""

    reason = PlainTextFormField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads it. A friendly sentence is enough."),
    )
