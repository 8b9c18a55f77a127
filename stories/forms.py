"""Filters of the notice list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.forms import CommunityField


class PublicNoticeFilter(forms.Form):
    """Which notices to list."""

    community = CommunityField(label=_("Community"))
