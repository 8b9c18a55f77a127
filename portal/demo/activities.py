"""Invented activities of the next two weeks, with invented people in their seats."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from accounts.models import Person
from core import clock
from core.refusals import Refused
from events.models import Activity
from events.services import activities, sign_ups
from events.states import ActivityState
from grids.models import PartnerUnit, Venue
from portal.demo.content import samples
from portal.demo.run import Run, told
from stories.models import Theme
from volunteers.models import Team

DAYS_AHEAD = 14
WANTED = 10
"""So many published activities lie within the days ahead after every run."""

DRAFTED, PUBLISHED, FIRST_SIGN_UP = timedelta(days=5), timedelta(days=4), timedelta(days=3)
"""How long before the run an invented activity was written, published and first signed up for."""
BETWEEN_SIGN_UPS = timedelta(minutes=37)
CLOSES_BEFORE = timedelta(hours=2)
PREPARATION = timedelta(hours=1)

Spec = dict[str, Any]
Known = dict[tuple[str, str], Any]


def load_activities(run: Run, themes: dict[tuple[str, str], Theme], teams: dict[tuple[str, str], Team]) -> None:
    """Let each invented activity lie ahead once, and add repetitions where fewer than WANTED are left."""
    for spec in samples()["activities"]:
        if not _ahead(run, spec):
            _make(run, spec, spec["day"], themes, teams)
    missing = WANTED - upcoming(run)
    for spec, day in islice(_repetitions(run), max(missing, 0)):
        _make(run, spec, day, themes, teams)


def upcoming(run: Run) -> int:
    """Return how many published activities of the demonstration begin within the days ahead."""
    rows = Activity.objects.public().filter(state=ActivityState.PUBLISHED, community__in=run.communities.values())
    return rows.filter(starts_at__gt=run.at, starts_at__lte=run.at + timedelta(days=DAYS_AHEAD)).count()


def _key(spec: Spec, day: date) -> str:
    return f"sample:{spec['key']}:{day:%Y%m%d}"


def _ahead(run: Run, spec: Spec) -> bool:
    """Say whether the activity of `spec` lies ahead, whatever has become of it."""
    made = run.ledger.starting_with(Activity, f"sample:{spec['key']}:")
    until = run.at + timedelta(days=DAYS_AHEAD)
    return Activity.objects.filter(pk__in=made, ends_at__gt=run.at, starts_at__lte=until).exists()


def _repetitions(run: Run) -> Iterator[tuple[Spec, int]]:
    """Yield ordinary activities with days on which they are not held yet."""
    special = {"stage", "cancelled", "closed", "opens_in"}
    ordinary = [spec for spec in samples()["activities"] if special.isdisjoint(spec)]
    for day in range(1, DAYS_AHEAD - 1):
        for place, spec in enumerate(ordinary):
            later = (day + 5 * place) % (DAYS_AHEAD - 2) + 1
            if run.ledger.find(Activity, _key(spec, clock.local_day(_start(run, spec, later)))) is None:
                yield spec, later


def _start(run: Run, spec: Spec, days: int) -> datetime:
    """Return the beginning so many days from today, a day later where that is too soon."""
    at = time.fromisoformat(spec["start"])
    start = datetime.combine(run.today + timedelta(days=days), at, timezone.get_default_timezone())
    return start if start > run.at + PREPARATION else start + timedelta(days=1)


def _make(
    run: Run, spec: Spec, days: int, themes: dict[tuple[str, str], Theme], teams: dict[tuple[str, str], Team]
) -> None:
    start = _start(run, spec, days)
    activity = _draft(run, spec, start, themes, teams)
    run.ledger.note(activity, _key(spec, clock.local_day(start)))
    staff, stage = run.staff[spec["community"]], spec.get("stage")
    if stage != "draft":
        activities.submit(activity, by=staff.clerk, at=run.at - DRAFTED)
    if stage is None:
        activities.publish(activity, by=staff.secretary, at=run.at - PUBLISHED)
        _fill(run, spec, activity)
    if "cancelled" in spec:
        activities.cancel(activity, by=staff.clerk, reason=spec["cancelled"], at=run.at - timedelta(days=1))


def _draft(
    run: Run, spec: Spec, start: datetime, themes: dict[tuple[str, str], Theme], teams: dict[tuple[str, str], Team]
) -> Activity:
    slug = spec["community"]
    community = run.communities[slug]
    plain = ("description", "bring", "place", "audience", "min_age", "max_age", "risk", "risk_note")
    activity = Activity(
        community=community,
        team=teams[slug, spec["team"]] if "team" in spec else None,
        title=spec["title"],
        kind=spec["kind"],
        venue=Venue.objects.filter(community=community, name=spec["venue"]).first() if "venue" in spec else None,
        fee_note=samples()["fee"],
        contact_phone=community.phone,
        is_insured=spec.get("insured", False),
        is_sample=True,
        **_window(run, spec, start),
        **told({name: spec.get(name) for name in plain}),
    )
    activity.clean_fields()
    return activities.create(
        activity,
        by=run.staff[slug].clerk,
        starts_at=start,
        ends_at=start + timedelta(minutes=spec["minutes"]),
        capacity=spec["capacity"],
        themes=[themes[slug, name] for name in spec.get("themes", ())],
        partners=PartnerUnit.objects.filter(community=community, name__in=spec.get("partners", ())),
        at=run.at - DRAFTED,
    )


def _window(run: Run, spec: Spec, start: datetime) -> dict[str, Any]:
    """From publication until shortly before the start, unless the activity shows another case."""
    if spec["capacity"] is None:
        return {"needs_sign_up": False}
    opens, closes = run.at - PUBLISHED, start - CLOSES_BEFORE
    if "opens_in" in spec:
        opens = datetime.combine(run.today + timedelta(days=spec["opens_in"]), time(9), timezone.get_default_timezone())
    if spec.get("closed"):
        closes = run.at - CLOSES_BEFORE
    return {"sign_up_opens_at": opens, "sign_up_closes_at": closes}


def _fill(run: Run, spec: Spec, activity: Activity) -> None:
    """Let people of the community sign up: some accounts themselves, others at the counter."""
    at = run.at - FIRST_SIGN_UP
    for name in spec.get("accounts", ()):
        _sign_up(activity, run.people[name], by=run.users[name], at=at)
    wanted, clerk = spec.get("taken", 0), run.staff[spec["community"]].clerk
    people = run.residents[spec["community"]]
    first = len(spec["key"]) * 3
    for place in range(len(people)):
        if wanted == 0:
            return
        who = people[(first + place) % len(people)]
        if _sign_up(activity, who, by=clerk, at=at):
            wanted, at = wanted - 1, at + BETWEEN_SIGN_UPS


def _sign_up(activity: Activity, who: Person, *, by: Any, at: datetime) -> bool:
    """Say whether it was possible: the wrong age, or another activity at the time, is no fault here."""
    on_behalf_of = who.pk if by is None or by.person_id != who.pk else None
    try:
        sign_ups.sign_up(activity, who, by=by, on_behalf_of=on_behalf_of, at=at)
    except Refused:
        return False
    return True
