"""Rights over accounts."""

from datetime import datetime
from typing import Any

from core.permissions import Answer, permission, staff_permissions
from core.refusals import Refusal

staff_permissions("user", "view", "add", "change")
staff_permissions("audit", "view")
staff_permissions("history", "view")
staff_permissions("balance", "view", "add", "change")
staff_permissions("person", "look_up")
staff_permissions("account", "link")


@permission("user.reset_factor")
def _reset_factor(actor: Any, obj: Any, at: datetime) -> Answer:
    """Who has the phone at hand replaces the own factor; whoever only has the session does not get rid of it."""
    return Refusal.OWN_ACCOUNT if obj is not None and obj.pk == actor.pk else None
