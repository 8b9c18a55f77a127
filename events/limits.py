"""Limits of activities that a community may change (domain: cfg)."""

from django.utils.translation import gettext_lazy as _

from core.settings import declare

CANCEL_CUTOFF_HOURS = declare(
    "events.cancel_cutoff_hours",
    12,
    _("Hours before the start up to which a cancelled sign-up is not late"),
    minimum=0,
    maximum=168,
)
