"""Rights over honours."""

from datetime import datetime
from typing import Any

from core.permissions import permission, staff_permissions
from core.refusals import Refusal

staff_permissions("honour", "view", "add", "submit", "return", "withdraw", "revoke")


@permission("honour.change")
def change_honour(actor: Any, honour: Any, at: datetime) -> Refusal | None:
    """What stands on the wall is not rewritten: it is withdrawn or revoked with a reason."""
    return Refusal.NOT_ALLOWED if honour is not None and honour.state != "draft" else None


@permission("honour.publish")
def publish_honour(actor: Any, honour: Any, at: datetime) -> Refusal | None:
    """The one who recorded an honour never verifies it."""
    return Refusal.OWN_DRAFT if honour is not None and honour.drafted_by_id == actor.pk else None
