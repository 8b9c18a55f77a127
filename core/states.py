"""Life cycles: the only code that assigns a state.

An app declares its states and moves in `states.py` as a `Machine`; the model names it as `Model.machine`.
A move is a compare-and-set in the database, so of two people who act at once exactly one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import audit, clock, versions
from core.models import AuditEntry, ReasonText, Transition
from core.permissions import require
from core.refusals import Refusal, Refused

Text = str | Promise


@dataclass(frozen=True)
class Move:
    """One verb of a life cycle.

    Attributes:
        sources: states from which it is possible.
        target: the state it leads to.
        label: the button's words.
        permission: name of the permission that guards it.
        needs_reason: a reason must be given.
        usual: the usual next step, shown as the primary button.
        grave: takes something away from people; asked for once more.
    """

    sources: tuple[str, ...]
    target: str
    label: Text
    permission: str = ""
    needs_reason: bool = False
    usual: bool = False
    grave: bool = False


@dataclass(frozen=True)
class Machine:
    """A life cycle: its states and its moves by verb.

    Attributes:
        tones: the badge's tone of each state (see components/badge).
        initial: the state of a new row.
    """

    states: type[models.TextChoices]
    moves: Mapping[str, Move]
    initial: str
    tones: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = set(self.states.values)
        for verb, move in self.moves.items():
            if not {*move.sources, move.target} <= known:
                raise ValueError(f"move {verb} names an unknown state")

    def label(self, state: str) -> str:
        return str(self.states(state).label)

    def tone(self, state: str) -> str:
        return self.tones.get(state, "")

    def possible(self, state: str) -> dict[str, Move]:
        """Return the moves that start in `state`, by verb."""
        return {verb: move for verb, move in self.moves.items() if state in move.sources}


@dataclass(frozen=True)
class Done:
    """What `transition` did: `already` when the same actor had made the same move before."""

    transition: Transition
    already: bool = False


class Conflict(Refused):
    """Somebody else acted first.

    Attributes:
        last: the row of the log that tells who won: a Transition, or the AuditEntry of a change; None if there is none.
        possible: the moves that are possible now.
    """

    message = _("Not done: the state is now “{state}” (changed {at} by {actor}). Possible now: {moves}.")

    def __init__(self, state: str, last: Transition | AuditEntry | None, possible: Mapping[str, Move]) -> None:
        super().__init__(Refusal.WRONG_STATE, state=state)
        self.last = last
        self.possible = possible

    def __str__(self) -> str:
        if self.last is None:
            return super().__str__()
        moves = "、".join(str(move.label) for move in self.possible.values()) or "—"
        at = timezone.localtime(self.last.at).strftime("%m-%d %H:%M")
        actor = audit.actor_name(self.last.actor)
        return str(self.message).format(state=self.words["state"], at=at, actor=actor, moves=moves)


def created(obj: models.Model, *, by: Any, on_behalf_of: int | None = None, at: datetime | None = None) -> Transition:
    """Write the first Transition of a row that has just been inserted (from "" to its state)."""
    return Transition.objects.create(
        actor=by,
        on_behalf_of_id=on_behalf_of,
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        verb="create",
        source="",
        target=obj.state,  # type: ignore[attr-defined]
        at=at or clock.now(),
    )


def history(obj: models.Model) -> models.QuerySet[Transition]:
    """Return the transitions of `obj`, oldest first."""
    return (
        Transition.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)
        .select_related("actor")
        .order_by("pk")
    )


@transaction.atomic
def transition(
    obj: Any,
    verb: str,
    *,
    by: Any,
    version: int | None = None,
    on_behalf_of: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> Done:
    """Move `obj` along its life cycle by compare-and-set and write the Transition row.

    Args:
        obj: a saved row with `state` and `machine`; updated in memory too.
        verb: a verb of its machine.
        by: the acting User; None is the system.
        version: the version the actor saw; checked when given (the model must have one).
        on_behalf_of: id of the Person for whom it is done.
        reason: in the actor's own words; kept apart as ReasonText.
        at: the moment.
        **changes: further columns set by the same statement.

    Raises:
        Conflict: the row is not in a state (or version) that allows the verb.
        Refused: the verb needs a reason and none was given.
    """
    move: Move = obj.machine.moves[verb]
    if move.needs_reason and not (reason or "").strip():
        raise Refused(Refusal.REASON_NEEDED)
    moment = at or clock.now()
    source = obj.state
    rows = type(obj)._base_manager.filter(pk=obj.pk, state__in=move.sources)
    values: dict[str, Any] = {**changes, "state": move.target}
    if hasattr(obj, "version"):
        rows = rows if version is None else rows.filter(version=version)
        values["version"] = F("version") + 1
    if len(move.sources) > 1:
        source = rows.values_list("state", flat=True).first() or source
        rows = rows.filter(state=source)
    if not rows.update(**values):
        return _lost(obj, verb, by)
    obj.refresh_from_db(fields=list(values))
    row = Transition.objects.create(
        actor=by,
        on_behalf_of_id=on_behalf_of,
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        verb=verb,
        source=source if source in move.sources else move.sources[0],
        target=move.target,
        at=moment,
    )
    if reason and reason.strip():
        ReasonText.objects.create(transition=row, text=reason.strip())
    return Done(row)


@transaction.atomic
def act(
    obj: Any,
    verb: str,
    *,
    by: Any,
    version: int | None = None,
    on_behalf_of: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> Done:
    """Check the move's permission, make the transition and raise the community's version when the row is public.

    The service of a move that has no further effects; arguments and errors as `transition`.
    """
    moment = at or clock.now()
    require(obj.machine.moves[verb].permission, by, obj, moment)
    done = transition(obj, verb, by=by, version=version, on_behalf_of=on_behalf_of, reason=reason, at=moment, **changes)
    if getattr(obj, "is_editorial", False):
        versions.bump(getattr(obj, "community_id", None))
    return done


def _lost(obj: Any, verb: str, by: Any) -> Done:
    """The compare-and-set met another state: already done by the same actor, or a conflict."""
    last = history(obj).last()
    obj.refresh_from_db()
    if last is not None and last.verb == verb and last.actor == by and obj.state == last.target:
        return Done(last, already=True)
    won: Transition | AuditEntry | None = last
    if obj.state in obj.machine.moves[verb].sources:  # so it was the version: somebody changed the row's fields
        won = _last_change(obj, after=last) or last
    raise Conflict(obj.machine.label(obj.state), won, obj.machine.possible(obj.state))


def _last_change(obj: Any, after: Transition | None) -> AuditEntry | None:
    rows = AuditEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)
    if after is not None:
        rows = rows.filter(at__gte=after.at)
    return rows.select_related("actor").order_by("pk").last()
