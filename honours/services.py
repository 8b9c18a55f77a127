"""Honours: recorded by one person, verified and published by another."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Person, User
from core import clock, records, states
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done
from grids import reviews
from grids.services import same_community
from honours.models import Honour
from honours.states import RecipientKind

KIND_OF = {
    "recipient_community": RecipientKind.COMMUNITY,
    "recipient_party_organisation": RecipientKind.PARTY_ORGANISATION,
    "recipient_team": RecipientKind.TEAM,
    "recipient_partner_unit": RecipientKind.PARTNER_UNIT,
    "recipient_person": RecipientKind.PERSON,
}


def create(honour: Honour, *, by: User | None, at: datetime | None = None) -> Honour:
    """Insert a draft.

    Effects, in order: the row with `by` as its author, the first Transition, the community's version.

    Raises:
        ValidationError: title or text cannot be used.
        Refused: OTHER_COMMUNITY, the recipient belongs elsewhere; INVALID, not exactly one recipient, or awarded in
            the future.
    """
    honour.drafted_by = by
    honour.clean_fields()
    _check(honour, at)
    return records.save(honour, by=by, at=at)


def change(
    honour: Honour, *, by: User | None, fields: list[str], version: int | None = None, at: datetime | None = None
) -> Honour:
    """Change a draft; what stands on the wall is withdrawn or revoked instead.

    Effects, in order: the row, one audit row, the community's version.

    Raises:
        Refused: NOT_ALLOWED, and as `create`.
        Stale: somebody else changed it in the meantime.
    """
    require("honour.change", by, honour, at)
    before = honour.recipient_kind
    _check(honour, at)
    if honour.recipient_kind != before:
        fields = sorted({*fields, "recipient_kind"})
    return records.save(honour, by=by, fields=fields, version=version, at=at)


@transaction.atomic
def follow(old: Person, new: Person, *, by: User | None, at: datetime | None = None) -> None:
    """Move the honours of somebody who turned out to be a person known already, whatever their state.

    Effects: for each the row, one audit row, the community's version.
    """
    for honour in Honour.objects.filter(recipient_person=old).order_by("pk"):
        honour.recipient_person = new
        records.save(honour, by=by, fields=["recipient_person"], on_behalf_of=new.pk, at=at)


def _check(honour: Honour, at: datetime | None) -> None:
    """The kind follows from the recipient's record, so that a private person is never shown as something else."""
    for name, kind in KIND_OF.items():
        if getattr(honour, f"{name}_id"):
            honour.recipient_kind = kind
    recipients = (honour.recipient_team, honour.recipient_party_organisation, honour.recipient_partner_unit)
    same_community(honour.community, *recipients)
    if honour.recipient_community_id not in (None, honour.community_id):
        raise Refused(Refusal.OTHER_COMMUNITY)
    if honour.awarded_on and honour.awarded_on > clock.local_day(at or clock.now()):
        raise Refused(Refusal.INVALID)


@transaction.atomic
def submit(honour: Honour, **how: Any) -> Done:
    """Ask a colleague to verify the draft. Effects, arguments (by, version, reason, at) and errors: core.states.act."""
    return reviews.tell(honour, states.act(honour, "submit", **how))


@transaction.atomic
def return_to_draft(honour: Honour, **how: Any) -> Done:
    """Give the draft back with a reason. Effects, arguments and errors: core.states.act."""
    return reviews.tell(honour, states.act(honour, "return", **how))


@transaction.atomic
def publish(honour: Honour, **how: Any) -> Done:
    """Verify what another person recorded and put it on the wall. As core.states.act; also Refused OWN_DRAFT."""
    return reviews.tell(honour, states.act(honour, "publish", **how))


def withdraw(honour: Honour, **how: Any) -> Done:
    """Take it off the wall, with a reason: it should not have stood there. As core.states.act."""
    return states.act(honour, "withdraw", **how)


def revoke(honour: Honour, **how: Any) -> Done:
    """Record that the issuer took the award back; it stays on the wall, marked so. As core.states.act."""
    return states.act(honour, "revoke", **how)
