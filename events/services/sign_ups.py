"""Signing up for activities and cancelling (domain 3.2).

Order of locks everywhere: the person, then the seats (design §6).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts import reach
from accounts.models import Person
from accounts.services import create_person
from core import clock, settings
from core.constraints import constraint_name, refusal_of
from core.models import Transition
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Conflict, Done, created, transition
from events import notices
from events.limits import CANCEL_CUTOFF_HOURS
from events.models import Activity, Participant, Quota, SignUp
from events.services import seats, standings
from events.states import LEFT

CLIENT_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
CANCELS = ("cancel", "cancel_late")


@dataclass(frozen=True)
class SignUpDone:
    """What `sign_up` did: `already` when the same form had been sent before; the party may be cancelled since."""

    sign_up: SignUp
    already: bool = False


# --- signing up ---------------------------------------------------------------------------------------------------


def sign_up(
    activity: Activity,
    person: Person | None,
    *,
    by: Any,
    on_behalf_of: int | None = None,
    client_key: str | None = None,
    quota: Quota | None = None,
    at: datetime | None = None,
) -> SignUpDone:
    """Sign one person up.

    Effects, in order, in one transaction: the person locked, SignUp, Participant, the first Transition, the notice to
    the person, the seat. The seat comes last, so that others who want one wait as short as possible; without a free
    one all is undone.

    Args:
        person: who comes; None only to be told why not.
        by: the person's own account, or staff of the community for them; None is the system.
        on_behalf_of: id of the Person served at the counter; filled in when `by` is somebody else.
        client_key: random text of the form. The same key again gives the first party back and changes nothing, even
            if that party was cancelled meanwhile: signing up anew takes a new form.
        quota: its seats as `seats.of` reads them, when the caller has just done so; read otherwise. Whether a seat is
            free, and may be taken, the database decides as the last step.

    Raises:
        Refused: as `standings.why_not_sign_up`, on behalf ALREADY_OTHER and CLASH_OTHER; and NOT_ALLOWED, DUPLICATE
            (the key of another activity's form), INVALID.
    """
    moment = at or clock.now()
    if client_key and not CLIENT_KEY.fullmatch(client_key):
        raise Refused(Refusal.INVALID)
    if person is None:
        raise standings.why_not_sign_up(activity, None, user=by, at=moment) or Refused(Refusal.NO_PERSON)
    if on_behalf_of is None and by is not None and by.person_id != person.pk:
        on_behalf_of = person.pk
    try:
        with transaction.atomic():
            return _sign_up(activity, quota, person, by, on_behalf_of, client_key or None, moment)
    except IntegrityError as error:
        if client_key and constraint_name(error) == "sign_up_form_once":
            if earlier := _made_before(standings.participations(person, [activity], client_key), client_key, activity):
                return earlier
        raise _about(person, Refused(refusal_of(error)), on_behalf_of) from error
    except Refused as refused:
        raise _about(person, refused, on_behalf_of) from None


def _about(person: Person, refused: Refused, on_behalf_of: int | None) -> Refused:
    """Word a refusal for the colleague at the counter: who has signed up already; not for what else, which may lie in
    another community.
    """
    if on_behalf_of is not None and refused.refusal == Refusal.ALREADY:
        return Refused(Refusal.ALREADY_OTHER, name=person.name)
    return Refused(Refusal.CLASH_OTHER) if on_behalf_of is not None and refused.refusal == Refusal.CLASH else refused


def sign_up_at_counter(
    activity: Activity, *, by: Any, number: str = "", name: str = "", at: datetime | None = None
) -> SignUpDone:
    """Sign somebody up who stands at the counter or calls (design §2, On behalf of).

    Effects, in order: the look-up logged; a person who is new; the rest as `sign_up` on behalf of them.

    Args:
        number: a whole phone or ID number in any spelling; "" for somebody without one.
        name: of a person who is not recorded yet.

    Raises:
        Refused: PERSON_UNKNOWN, no such number and no name; else as `sign_up`. Nobody new is recorded then.
    """
    numbers = reach.number_in(number) or {}
    known = reach.person_with(number, by=by) if number else None
    if known is None and not name:
        raise Refused(Refusal.PERSON_UNKNOWN)
    with transaction.atomic():
        person = known or create_person(
            name, by=by, phone=numbers.get("phone", ""), id_number=numbers.get("id_number", ""), at=at
        )
        return sign_up(activity, person, by=by, on_behalf_of=person.pk, at=at)


def _sign_up(
    activity: Activity,
    quota: Quota | None,
    person: Person,
    by: Any,
    on_behalf_of: int | None,
    client_key: str | None,
    at: datetime,
) -> SignUpDone:
    locked = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    if locked is None:
        raise Refused(Refusal.NO_PERSON)
    quota = quota or seats.of(activity)
    if quota is None:
        stored = Activity.objects.select_related("community").get(pk=activity.pk)
        raise standings.why_never(stored, None, at) or Refused(Refusal.NO_SIGN_UP)
    cutoff = settings.value(CANCEL_CUTOFF_HOURS, quota.activity.community)
    party = SignUp(quota=quota, contact=person, client_key=client_key, cutoff_hours=cutoff, created_at=at)
    require("sign_up.create", by, party, at)
    rows = standings.participations(locked, [quota.activity], client_key)
    if earlier := _made_before(rows, client_key, activity):
        return earlier
    known = standings.known_of([quota.activity], locked, standings.held_in(rows), at)
    if refused := standings.why_not(quota.activity, quota, locked, known, at, by):
        raise refused
    party.save(force_insert=True)
    Participant.objects.create(sign_up=party, activity=quota.activity, person=person)
    step = created(party, by=by, on_behalf_of=on_behalf_of, at=at)
    notices.signed_up(party, quota.activity, step)
    seats.take(quota, party.party_size)
    return SignUpDone(party)


def _made_before(rows: list[Participant], client_key: str | None, activity: Activity) -> SignUpDone | None:
    """Return the party that this form made before.

    Raises:
        Refused: DUPLICATE, the form was one of another activity.
    """
    earlier = next((row for row in rows if client_key and row.sign_up.client_key == client_key), None)
    if earlier is not None and earlier.activity_id != activity.pk:
        raise Refused(Refusal.DUPLICATE)
    return SignUpDone(earlier.sign_up, already=True) if earlier else None


# --- cancelling ---------------------------------------------------------------------------------------------------


def cancel_cutoff(activity: Activity, party: SignUp | None = None) -> datetime:
    """Return the moment from which cancelling is late: so many hours before the start, as the community has set.

    Args:
        party: keeps the hours that were in force when it signed up, whatever the community sets later.
    """
    promised = party.cutoff_hours if party else None
    hours = settings.value(CANCEL_CUTOFF_HOURS, activity.community) if promised is None else promised
    return standings.times_of(activity)[0] - timedelta(hours=hours)


def is_late(sign_up: SignUp, at: datetime | None = None) -> bool:
    """Say whether cancelling counts as late."""
    return (at or clock.now()) >= cancel_cutoff(sign_up.quota.activity, sign_up)


def why_not_cancel(sign_up: SignUp, at: datetime | None = None) -> Refused | None:
    """Return why a party cannot be cancelled (any more), None when it can; no rights."""
    activity, moment = sign_up.quota.activity, at or clock.now()
    if refused := seats.refused_by_state(activity):
        return refused
    starts_at, ends_at = standings.times_of(activity)
    if ends_at <= moment:
        return Refused(Refusal.FINISHED)
    if starts_at <= moment:
        return Refused(Refusal.ALREADY_STARTED)
    if sign_up.state not in sign_up.machine.moves["cancel"].sources:
        return Refused(Refusal.WRONG_STATE, state=sign_up.get_state_display())
    return None


def cancel(
    sign_up: SignUp,
    *,
    by: Any,
    on_behalf_of: int | None = None,
    version: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Cancel a party, late after the community's cut-off.

    Effects, in order: Transition (cancel or cancel_late), participants inactive, seats given back, the person told:
    once, however often and by however many it is asked for. A party cancelled before is `already` done, whoever did it.

    Raises:
        Refused: NOT_ALLOWED, ALREADY_STARTED, FINISHED, CANCELLED (the activity is), WRONG_STATE.
    """
    moment = at or clock.now()
    stored = _stored(sign_up)
    require("sign_up.cancel", by, stored, moment)
    if on_behalf_of is None and by is not None and by.person_id != stored.contact_id:
        on_behalf_of = stored.contact_id
    words = {"by": by, "on_behalf_of": on_behalf_of, "version": version, "reason": reason, "at": moment}
    verb = "cancel_late" if is_late(stored, moment) else "cancel"
    try:
        done = _leave(stored, verb, why_not_cancel(stored, moment), words)
    except Conflict as conflict:
        # Without the name of the colleague who was faster: residents read this.
        raise Refused(Refusal.WRONG_STATE, state=conflict.words["state"]) from conflict
    sign_up.state, sign_up.version = stored.state, stored.version
    return done


def remove(
    sign_up: SignUp, *, by: Any, reason: str | None = None, version: int | None = None, at: datetime | None = None
) -> Done:
    """Take a party off the list; staff, with a reason, until the activity is over. Effects as `cancel`.

    Raises:
        Refused: NOT_ALLOWED, REASON_NEEDED, FINISHED.
        Conflict: somebody else acted first.
    """
    moment = at or clock.now()
    stored = _stored(sign_up)
    require("sign_up.remove", by, stored, moment)
    over = standings.times_of(stored.quota.activity)[1] <= moment
    words = {"by": by, "on_behalf_of": stored.contact_id, "version": version, "reason": reason, "at": moment}
    done = _leave(stored, "remove", Refused(Refusal.FINISHED) if over else None, words)
    sign_up.state, sign_up.version = stored.state, stored.version
    return done


def _stored(sign_up: SignUp) -> SignUp:
    rows = SignUp.objects.select_related("quota__activity__community", "quota__activity__venue", "contact__user")
    return rows.get(pk=sign_up.pk)


@transaction.atomic
def _leave(party: SignUp, verb: str, refused: Refused | None, words: dict[str, Any]) -> Done:
    """Make the move, give the seats back with it and tell the person."""
    if party.state not in LEFT and refused is not None:
        raise refused
    try:
        done = transition(party, verb, **words)
    except Conflict as conflict:
        if verb in CANCELS and isinstance(conflict.last, Transition) and conflict.last.verb in CANCELS:
            return Done(conflict.last, already=True)
        raise
    if not done.already:
        Participant.objects.filter(sign_up=party, active=True).update(active=False)
        seats.give_back(party.quota, party.party_size)
        notices.left(party, done)
    return done
