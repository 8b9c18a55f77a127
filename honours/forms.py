"""Filters of the honours wall."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.forms import CommunityFilter
from honours.states import HonourLevel


class HonourFilter(CommunityFilter):
    """Which honours to show; the years offered are those in which something was awarded."""

    level = forms.ChoiceField(
        choices=[("", ""), *HonourLevel.choices], label=gettext_lazy("Level"), required=False, widget=forms.HiddenInput
    )
    year = forms.TypedChoiceField(
        label=gettext_lazy("Year"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(year, _("{year} (year)").format(year=year)) for year in years]
        self.fields["year"].choices = [("", _("All years")), *named]
