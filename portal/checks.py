"""System checks of the portal."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

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
