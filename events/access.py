"""Rights over activities and sign-ups (design §3, security §3.2)."""

from datetime import datetime
from typing import Any

from core.permissions import permission, staff_permissions
from core.refusals import Refusal, Refused
from core.scope import scope_of
from events.states import ACTIVITY, ActivityState, Risk

staff_permissions("activity", "view", "add", "return", "withdraw", "cancel", "finish")
staff_permissions("sign_up", "view", "remove")

ON_BEHALF = "sign_up.remove"
"""Who holds this where the activity belongs may sign up and cancel for a person at the counter."""
CHANGEABLE = (ActivityState.DRAFT, ActivityState.PUBLISHED)


def wrong_state(activity: Any) -> Refused:
    """Return the refusal that names the present state of `activity`."""
    return Refused(Refusal.WRONG_STATE, state=ACTIVITY.label(activity.state))


def risk_refusal(activity: Any) -> Refusal | None:
    """An activity with risk carries a risk notice and an insurance (domain R-07, R-08)."""
    covered = activity.risk == Risk.LOW or (activity.risk_note.strip() and activity.is_insured)
    return None if covered else Refusal.RISK_TEXT_MISSING


def _changeable(actor: Any, activity: Any, at: datetime) -> Refused | None:
    """What is in review, over or called off is not changed any more."""
    return wrong_state(activity) if activity is not None and activity.state not in CHANGEABLE else None


for _name in ("activity.change", "activity.change_times", "activity.change_capacity"):
    permission(_name)(_changeable)


@permission("activity.submit")
def submit_activity(actor: Any, activity: Any, at: datetime) -> Refusal | None:
    """A draft goes to review once it can be published as it is."""
    if activity is None:
        return None
    return Refusal.TIMES_MISSING if activity.starts_at is None else risk_refusal(activity)


@permission("activity.publish")
def publish_activity(actor: Any, activity: Any, at: datetime) -> Refusal | None:
    """The author never approves the own draft."""
    if activity is None:
        return None
    return Refusal.OWN_DRAFT if activity.drafted_by_id == actor.pk else risk_refusal(activity)


def _own_or_counter(actor: Any, sign_up: Any, at: datetime) -> Refusal | None:
    """One's own, or staff of the activity's community for the person before them."""
    if not getattr(actor, "is_authenticated", False):
        return Refusal.SIGN_IN
    if sign_up is None or (actor.person_id is not None and actor.person_id == sign_up.contact_id):
        return None
    return None if scope_of(actor, ON_BEHALF).covers(sign_up.quota.activity) else Refusal.NOT_ALLOWED


permission("sign_up.create", placed=False)(_own_or_counter)
permission("sign_up.cancel", placed=False)(_own_or_counter)
