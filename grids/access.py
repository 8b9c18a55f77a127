"""Rights over places, postings and homes (security §3.2: building, resident record)."""

from datetime import datetime
from typing import Any

from accounts.roles import Role
from core.permissions import Answer, permission, staff_permissions
from core.refusals import Refusal, Refused
from core.scope import scope_of

staff_permissions("region", "view", "add", "change")
staff_permissions("community", "view", "add", "change")
for noun in ("grid", "party_organisation", "partner_unit", "venue", "estate", "building"):
    staff_permissions(noun, "view", "add", "change", "delete")
for noun in ("residency", "household"):
    staff_permissions(noun, "view", "add", "change")
staff_permissions("posting", "view")

GRANTED_BY_SECRETARY = frozenset({Role.GRID_WORKER, Role.CLERK, Role.CARE_WORKER, Role.PARTNER_CONTACT})

PLACES_OF: dict[str, frozenset[str]] = {
    Role.GRID_WORKER: frozenset({"grid"}),
    Role.CLERK: frozenset({"community"}),
    Role.CARE_WORKER: frozenset({"community"}),
    Role.SECRETARY: frozenset({"community"}),
    Role.PARTNER_CONTACT: frozenset({"partner_unit"}),
    Role.DISTRICT_OFFICER: frozenset({"region"}),
    Role.AUDITOR: frozenset({"region", "community"}),
    Role.SITE_ADMINISTRATOR: frozenset(),
}
"""Where each role may be held (design §3); the site administrator's is no place but the site."""


@permission("posting.add")
def add_posting(actor: Any, posting: Any, at: datetime) -> Answer:
    """Nobody posts themselves; the secretary gives out the roles below the own one, the site administrator all.

    `posting` is the unsaved row, or the place it is for (then only the place is judged).
    """
    if posting is None or not hasattr(posting, "role"):
        return None
    if posting.user_id == actor.pk:
        return Refusal.OWN_POSTING
    if posting.role in GRANTED_BY_SECRETARY or scope_of(actor, "posting.add").everything:
        return None
    return Refused(Refusal.ROLE_NOT_YOURS, role=posting.get_role_display())


@permission("posting.change")
def change_posting(actor: Any, posting: Any, at: datetime) -> Answer:
    """Nobody changes a posting of their own (security §3.2), nor one they could not have given."""
    return add_posting(actor, posting, at)
