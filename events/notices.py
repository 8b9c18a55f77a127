"""What people are told about activities and their sign-ups (domain 3.2)."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notices import Kind, notify, notify_all, register
from core.dates import when_text
from core.models import AuditEntry, Transition
from core.states import Done
from events.models import Activity, Participant, SignUp
from events.states import SEATED
from grids import reviews

SIGNED_UP = register(
    Kind(
        "sign_up_confirmed",
        gettext_lazy("My sign-up"),
        gettext_lazy("You have signed up"),
        gettext_lazy("“{title}”, {when}. If you cannot come, please cancel in time: a neighbour may take the seat."),
    )
)
CANCELLED = register(
    Kind(
        "sign_up_cancelled",
        gettext_lazy("I cancelled my sign-up"),
        gettext_lazy("You have cancelled your sign-up"),
        gettext_lazy("“{title}”, {when}. If you want to come after all, you can sign up again."),
        email=False,
    )
)
CANCELLED_FOR = register(
    Kind(
        "sign_up_cancelled_for",
        gettext_lazy("The community cancelled my sign-up for me"),
        gettext_lazy("The community has cancelled your sign-up for you"),
        gettext_lazy("“{title}”, {when}. If this is not what you wanted, please call the community."),
        sms=gettext_lazy("[Linli] A sign-up of yours was cancelled for you. Please sign in or call the community."),
    )
)
REMOVED = register(
    Kind(
        "sign_up_removed",
        gettext_lazy("I was taken off a list"),
        gettext_lazy("You were taken off the list"),
        gettext_lazy("“{title}”, {when}. If you have questions, please call the community."),
        sms=gettext_lazy("[Linli] A sign-up of yours does not stand any more. Please sign in or call the community."),
        with_reason=True,
    )
)
CHANGED = register(
    Kind(
        "activity_changed",
        gettext_lazy("Time or place of my activity changed"),
        gettext_lazy("Your activity has a new time or place"),
        gettext_lazy("“{title}” is now: {when}. If you cannot come, please cancel your sign-up."),
        sms=gettext_lazy("[Linli] An activity of yours has changed. Please sign in or call the community."),
    )
)
CALLED_OFF = register(
    Kind(
        "activity_cancelled",
        gettext_lazy("My activity is cancelled"),
        gettext_lazy("Your activity is cancelled"),
        gettext_lazy("“{title}”, {when}, does not take place. You need not do anything."),
        sms=gettext_lazy("[Linli] An activity of yours is cancelled. Please sign in or call the community."),
        urgent=True,
        with_reason=True,
    )
)
MOVED = frozenset({"starts_at", "ends_at", "venue", "place"})
"""Changed fields of which those with a seat are told; a new sign-up window does not concern them."""


def signed_up(party: SignUp, activity: Activity, step: Transition) -> None:
    """Tell the contact that the party has its seats."""
    notify(party.contact, SIGNED_UP, _occasion(step), **_about(activity), at=step.at)


def left(party: SignUp, done: Done) -> None:
    """Tell the contact that the party gave up its seats: by themselves in the inbox only, by staff on every channel."""
    step = done.transition
    own = step.actor is None or step.actor.person_id == party.contact_id
    kind = REMOVED if step.verb == "remove" else CANCELLED if own else CANCELLED_FOR
    activity = party.quota.activity
    notify(party.contact, kind, _occasion(step), **_about(activity), concerns=activity.starts_at, at=step.at)


def moved(activity: Activity, entry: AuditEntry) -> None:
    """Tell everybody with a seat the new time and place, once for each change."""
    if MOVED & set(entry.fields):
        words = _about(activity)
        notify_all(seated(activity), CHANGED, f"audit:{entry.pk}", **words, concerns=activity.starts_at, at=entry.at)


def tell(activity: Activity, done: Done) -> Done:
    """Tell whom a move of the activity concerns: "cancel" everybody with a seat; reviews as grids.reviews.tell."""
    step = done.transition
    if step.verb == "cancel" and not done.already:
        words = _about(activity)
        notify_all(seated(activity), CALLED_OFF, _occasion(step), **words, concerns=activity.starts_at, at=step.at)
    return reviews.tell(activity, done)


def seated(activity: Activity) -> set[int]:
    """Return the Persons who hold seats, and who speak for them (one query)."""
    rows = Participant.objects.filter(activity=activity, active=True, sign_up__state__in=SEATED)
    return {person for row in rows.values_list("person", F("sign_up__contact")) for person in row}


def _occasion(step: Transition) -> str:
    return f"transition:{step.pk}"


def _about(activity: Activity) -> dict[str, Any]:
    """What it is about: title, time and place in words, and the page."""
    when = when_text(activity.starts_at, activity.ends_at) if activity.starts_at else _("Date to follow")
    if activity.where:
        when = _("{when}, {place}").format(when=when, place=activity.where)
    url = activity.get_absolute_url() if activity.is_public() else ""
    return {"words": {"title": activity.title, "when": when}, "url": url}
