"""Rights over themes and public notices."""

from datetime import datetime
from typing import Any

from core.permissions import permission, staff_permissions
from core.refusals import Refusal

staff_permissions("theme", "view", "add", "change", "delete")
staff_permissions("public_notice", "view", "add", "submit", "withdraw", "return")


@permission("public_notice.change")
def change_notice(actor: Any, notice: Any, at: datetime) -> Refusal | None:
    """What is published or withdrawn is changed by life cycle only."""
    return Refusal.NOT_ALLOWED if notice is not None and notice.state != "draft" else None


@permission("public_notice.publish")
def publish_notice(actor: Any, notice: Any, at: datetime) -> Refusal | None:
    """The author never approves the own draft."""
    return Refusal.OWN_DRAFT if notice is not None and notice.drafted_by_id == actor.pk else None
