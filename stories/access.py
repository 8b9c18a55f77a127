"""Rights over themes, public notices and the pages of the whole site."""

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


# Pages belong to the whole site, and what is city-wide takes two people (security §3.2). Secretaries and site
# administrators write drafts; a site administrator who did not write it publishes. So a site with one administrator
# is not locked out: a secretary writes, the administrator publishes. A secretary publishes none, because the text
# speaks for the other communities too.
staff_permissions("page", "view", "add", "submit", "return", "withdraw")


@permission("page.change")
def change_page(actor: Any, edition: Any, at: datetime) -> Refusal | None:
    """Only its author changes a draft: whoever changed and then published it would be maker and checker in one."""
    if edition is None:
        return None
    return None if edition.state == "draft" and edition.drafted_by_id == actor.pk else Refusal.NOT_ALLOWED


@permission("page.publish")
def publish_page(actor: Any, edition: Any, at: datetime) -> Refusal | None:
    """The author never approves the own draft."""
    return Refusal.OWN_DRAFT if edition is not None and edition.drafted_by_id == actor.pk else None
