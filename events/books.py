"""Sums of activities that must agree."""

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from accounts.models import Person
from core import books
from events.models import Activity, Participant, SignUp
from events.services.seats import seats_disagreeing
from events.states import LEFT, SEATED


def parties_disagreeing() -> list[str]:
    """Return one line for each sign-up whose active participants are not the people it counts."""
    active = Count("participants", filter=Q(participants__active=True))
    missing = Q(state__in=SEATED) & ~Q(active=F("party_size"))
    rows = SignUp.objects.annotate(active=active).filter(missing | Q(state__in=LEFT, active__gt=0))
    return [
        f"sign-up {row.public_id} ({row.state}): {row.party_size} people, {row.active} active participants"
        for row in rows.order_by("pk")
    ]


def people_disagreeing() -> list[str]:
    """Return one line for each sign-up without its person or with people of another activity, and for each activity
    in which somebody has two seats.
    """
    lost = SignUp.objects.filter(~Exists(Person.objects.filter(pk=OuterRef("contact_id")))).order_by("pk")
    astray = Participant.objects.exclude(activity=F("sign_up__quota__activity")).select_related("sign_up")
    seats = Participant.objects.filter(active=True).order_by().values("activity", "person").annotate(seats=Count("pk"))
    twice = Activity.objects.filter(pk__in=seats.filter(seats__gt=1).values("activity")).order_by("pk")
    return [
        *(f"sign-up {row.public_id}: its contact is no person" for row in lost),
        *(f"sign-up {row.sign_up.public_id}: a participant of another activity" for row in astray.order_by("pk")),
        *(f"activity {row.public_id}: somebody has two seats" for row in twice),
    ]


def times_disagreeing() -> list[str]:
    """Return one line for each activity that does not begin with its first session and end with its last."""
    rows = Activity.objects.order_by("pk").annotate(first=Min("sessions__starts_at"), last=Max("sessions__ends_at"))
    undated = Q(starts_at=None, first__isnull=False) | Q(starts_at__isnull=False, first=None)
    return [
        f"activity {row.public_id} ({row.state}): its times are not those of its sessions"
        for row in rows.filter(undated | ~Q(starts_at=F("first"), ends_at=F("last")) & Q(starts_at__isnull=False))
    ]


books.register("seats", seats_disagreeing)
books.register("parties", parties_disagreeing)
books.register("people", people_disagreeing)
books.register("times", times_disagreeing)
