"""Forms of the person's own pages: how to be told, and the e-mail address."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.notices import Channel
from accounts.notices import Kind, Way

LONGEST_ADDRESS = 254
WAYS = {Channel.EMAIL: _("By e-mail"), Channel.SMS: _("By text message")}
SIX_DIGITS = re.compile(r"[0-9]{6}")


class SwitchForm(forms.Form):
    """One set of ticks for each kind: the channels on which it is wanted."""

    def __init__(self, kinds: Iterable[Kind], data: Any = None, *, off: Collection[Way] = ()) -> None:
        super().__init__(data)
        self.kinds = list(kinds)
        for kind in self.kinds:
            self.fields[kind.code] = forms.MultipleChoiceField(
                label=kind.label,
                choices=[(channel, WAYS[channel]) for channel in kind.channels],
                initial=[channel for channel in kind.channels if (kind.code, channel) not in off],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def off(self) -> set[Way]:
        """Return what a valid form leaves unticked."""
        return {
            (kind.code, channel)
            for kind in self.kinds
            for channel in kind.channels
            if channel not in self.cleaned_data[kind.code]
        }


class EmailForm(forms.Form):
    """An address to send a code to."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """The six digits; spaces and full-width digits are no fault."""

    code = forms.CharField(
        label=_("The code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Please enter the code of six digits.")},
    )

    def clean_code(self) -> str:
        code = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        if not SIX_DIGITS.fullmatch(code):
            raise forms.ValidationError(_("Please enter the code of six digits."))
        return code
