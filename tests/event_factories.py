"""Plain functions that make activities and sign-ups for tests; see tests/factories.py.

Times are relative to core.clock: the activity starts in three days, sign-up opened yesterday and closes at the start.
"""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Person, User
from core import clock
from events.models import Activity, Participant, Quota, Session, SignUp
from events.states import SEATED, ActivityState, QuotaRole
from grids.models import Community
from stories.models import Theme
from tests.factories import make_community, make_person, make_user, number


def make_activity(
    title: str = "",
    *,
    community: Community | None = None,
    state: str = "published",
    starts_in: timedelta = timedelta(days=3),
    lasts: timedelta = timedelta(hours=2),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    capacity: int | None = 20,
    taken: int = 0,
    themes: tuple[Theme, ...] = (),
    drafted_by: User | None = None,
    **values: Any,
) -> Activity:
    """An activity with its session and, unless `capacity` is None, seats for participants.

    `taken` only sets the counter: for pages. Where the books must agree, use make_sign_up.
    """
    starts_at = starts_at or clock.now() + starts_in
    ends_at = ends_at or starts_at + lasts
    values.setdefault("sign_up_opens_at", min(clock.now(), starts_at) - timedelta(days=1))
    values.setdefault("sign_up_closes_at", starts_at)
    activity = Activity.objects.create(
        title=title or f"活动{number()}",
        community=community or make_community(),
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        drafted_by=drafted_by,
        **values,
    )
    activity.themes.set(themes)
    Session.objects.create(activity=activity, starts_at=starts_at, ends_at=ends_at)
    if capacity is not None:
        is_open = state == ActivityState.PUBLISHED
        Quota.objects.create(activity=activity, capacity=capacity, seats_taken=taken, is_open=is_open)
    return activity


def quota_of(activity: Activity) -> Quota:
    """The participants' seats as stored now."""
    return Quota.objects.get(activity=activity, role=QuotaRole.PARTICIPANT)


def make_sign_up(
    activity: Activity | None = None, person: Person | None = None, *, state: str = "confirmed", **values: Any
) -> SignUp:
    """A party of one; its seat is counted where its state holds one."""
    quota, person = quota_of(activity or make_activity()), person or make_person()
    seated = state in SEATED
    party = SignUp.objects.create(quota=quota, contact=person, state=state, **values)
    Participant.objects.create(sign_up=party, activity=quota.activity, person=person, active=seated)
    if seated:
        quota.seats_taken += party.party_size
        quota.save(update_fields=["seats_taken"])
    return party


def make_signed_in(name: str = "", **values: Any) -> User:
    """An account with a person, as residents have."""
    return make_user(person=make_person(name, **values))
