"""Rights over teams, volunteers and memberships (security §3.2).

A team's leader holds no posting: the right comes from the live leadership, which ends with the next request.
"""

from datetime import datetime
from typing import Any

from core.permissions import permission, staff_permissions
from core.refusals import Refusal
from core.scope import scope_of

staff_permissions(
    "team", "view", "add", "change", "delete", "register", "activate", "pause", "resume", "dissolve", "check"
)
staff_permissions("leadership", "view", "add", "change", "delete")
staff_permissions("volunteer", "view", "add", "change", "suspend", "reinstate", "leave")
staff_permissions("membership", "view", "add")


@permission("volunteer.approve")
def approve_volunteer(actor: Any, volunteer: Any, at: datetime) -> Refusal | None:
    """Nobody approves themselves."""
    own = volunteer is not None and actor.person_id is not None and actor.person_id == volunteer.person_id
    return Refusal.OWN_REQUEST if own else None


def is_own(actor: Any, membership: Any) -> bool:
    """Say whether the membership is the actor's own."""
    return actor.person_id is not None and actor.person_id == membership.volunteer.person_id


def _leads(actor: Any, membership: Any, at: datetime) -> bool:
    return actor.is_active and membership.team.is_led_by(actor.person_id, at)


def _own_or_counter(name: str) -> None:
    """One's own, or staff of the team's community for the person before them."""

    def answer(actor: Any, membership: Any, at: datetime) -> Refusal | None:
        if not getattr(actor, "is_authenticated", False):
            return Refusal.SIGN_IN
        if membership is None or is_own(actor, membership):
            return None
        return None if scope_of(actor, name).covers(membership.team) else Refusal.NOT_ALLOWED

    permission(name, placed=False)(answer)


def _decided_by_others(name: str) -> None:
    """A live leader of the team or staff of its community, never about themselves."""

    def answer(actor: Any, membership: Any, at: datetime) -> Refusal | None:
        if not getattr(actor, "is_authenticated", False):
            return Refusal.SIGN_IN
        if membership is None:
            return None
        if not (scope_of(actor, name).covers(membership.team) or _leads(actor, membership, at)):
            return Refusal.NOT_ALLOWED
        return Refusal.OWN_REQUEST if is_own(actor, membership) else None

    permission(name, placed=False)(answer)


for _name in ("membership.join", "membership.leave"):
    _own_or_counter(_name)
for _name in ("membership.approve", "membership.decline", "membership.remove"):
    _decided_by_others(_name)
