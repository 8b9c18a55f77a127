"""Fields that choose a place in filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.models import Community


class CommunityField(forms.ModelChoiceField):
    """Chooses a community by the word of its address; nothing chosen means all of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Community.objects.order_by("pk"), to_field_name="slug", required=False,
            empty_label=_("All communities"), widget=forms.Select(attrs={"class": "form-select"}), **kwargs,
        )  # fmt: skip
