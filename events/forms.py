"""Filters of the activity list, and the one hidden field of the sign-up form."""

from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.fragments import Stamp, kept
from events.models import Activity
from events.services.sign_ups import CLIENT_KEY
from events.states import ActivityKind
from grids.forms import CommunityFilter
from stories.models import Theme

LONGEST_SEARCH = 60


class When(models.TextChoices):
    """The spans of time that the list offers; none chosen means everything to come."""

    TODAY = "today", _("Today")
    WEEK = "week", _("Next seven days")
    MONTH = "month", _("This month")
    PAST = "past", _("Past")
    ALL = "all", _("All, past ones too")


class ActivityFilter(CommunityFilter):
    """Which activities to list. A value that is no choice counts as not chosen (core.listing)."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All kinds")), *ActivityKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    when = forms.ChoiceField(
        label=_("When"),
        choices=[("", _("All to come")), *When.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    q = forms.CharField(
        label=_("Word in the title"),
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search", "maxlength": LONGEST_SEARCH}),
    )
    open = forms.BooleanField(
        label=_("Only with free seats"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def __init__(self, *args: Any, stamp: Stamp, **kwargs: Any) -> None:
        super().__init__(*args, stamp=stamp, **kwargs)
        slug = str(self.data.get("community", ""))
        themes = kept(stamp, ("themes", slug), lambda: _themes_used(slug))
        self.fields["theme"].choices = [("", gettext("All themes")), *themes]
        if not themes:
            self.fields["theme"].widget = forms.HiddenInput()

    def clean_q(self) -> str:
        return self.cleaned_data["q"][:LONGEST_SEARCH]

    @property
    def ignored(self) -> list[str]:
        """Labels of the filters whose value is no choice."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]


def _themes_used(slug: str) -> list[tuple[str, str]]:
    """Return the themes of the whole site and of the community `slug` with which some activity is tagged."""
    place = Q(community=None) | Q(community__slug=slug)
    tagged = Activity.objects.public().order_by().filter(themes__isnull=False).values("themes")
    return list(Theme.objects.filter(place, pk__in=tagged).order_by("name", "pk").values_list("public_id", "name"))


class SignUpForm(forms.Form):
    """Who sends it is known; the key makes a form that is sent twice count once."""

    client_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_client_key(self) -> str | None:
        """A key that no form of ours carries counts as none."""
        key = self.cleaned_data["client_key"]
        return key if CLIENT_KEY.fullmatch(key) else None
