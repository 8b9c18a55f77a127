"""System checks of the portal."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.translation import gettext as _

from portal.demo import guard


@register(Tags.security)
def check_demo_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """DEMO=1 is for loopback only (design §4)."""
    reason = guard.why_not_here()
    return [Error(reason, id="portal.E001")] if reason else []


@register(Tags.database)
def check_demo_database(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """DEMO=1 never runs over real communities; looked at where the database may be asked (check --database default)."""
    reason = guard.why_not_with_this_database() if databases and "default" in databases else ""
    return [Error(reason, id="portal.E002")] if reason else []


@register(Tags.security, deploy=True)
def check_text_messages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Where messages are only printed, nobody gets a code, and whoever reads the log can sign in as anybody."""
    if settings.SITE_IS_LOOPBACK or settings.SMS_BACKEND != "accounts.sms.ConsoleBackend":
        return []
    return [Warning(_("SMS_BACKEND only prints text messages: give the class of a gateway."), id="portal.W001")]
