"""Which acts somebody may do.

A permission is a name ("activity.publish"), whether it is bound to a place, and a predicate that answers with the
Refusal or None. Roles grant the names (accounts.roles), postings say where (core.scope).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import clock
from core.refusals import Refusal, Refused
from core.scope import Scope, scope_of

Answer = Refusal | Refused | None
Predicate = Callable[[Any, Any, datetime], Answer]


@dataclass(frozen=True)
class Permission:
    """A named act.

    Attributes:
        name: "<noun>.<verb>".
        predicate: further conditions on actor, object and moment.
        placed: the actor needs a posting that grants the name and covers the object.
    """

    name: str
    predicate: Predicate
    placed: bool


registry: dict[str, Permission] = {}


def permission(name: str, *, placed: bool = True) -> Callable[[Predicate], Predicate]:
    """Register the decorated predicate `(actor, obj, at) -> Refusal | Refused | None` under `name`."""

    def register(predicate: Predicate) -> Predicate:
        if name in registry:
            raise ValueError(f"permission {name} is registered twice")
        registry[name] = Permission(name, predicate, placed)
        return predicate

    return register


def _always(actor: Any, obj: Any, at: datetime) -> Answer:
    return None


def staff_permissions(noun: str, *verbs: str) -> None:
    """Register acts that need nothing but a posting that grants them in the right place."""
    for verb in verbs:
        permission(f"{noun}.{verb}")(_always)


def why_not(
    name: str, actor: Any, obj: Any = None, at: datetime | None = None, *, scope: Scope | None = None
) -> Refused | None:
    """Return why `actor` may not do `name` to `obj`, or None when it is allowed.

    Args:
        actor: a User; None is the system, which may everything.
        obj: the object, or None for an act without one (the scope must then not be empty).
        at: the moment, the present one by default.
        scope: the actor's scope for `name`, when the caller has it already.
    """
    entry = registry[name]
    if actor is None:
        return None
    if entry.placed:
        held = scope_of(actor, name) if scope is None else scope
        if not (held.covers(obj) if obj is not None else held):
            return Refused(Refusal.NOT_ALLOWED)
    answer = entry.predicate(actor, obj, at or clock.now())
    return Refused(answer) if isinstance(answer, Refusal) else answer


def require(name: str, actor: Any, obj: Any = None, at: datetime | None = None) -> None:
    """Do nothing when `actor` may do `name` to `obj`.

    Raises:
        Refused: with the reason.
    """
    refused = why_not(name, actor, obj, at)
    if refused is not None:
        raise refused
