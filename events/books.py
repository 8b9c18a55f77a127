"""Sums of activities that must agree."""

from django.db.models import Count, F, Q

from core import books
from events.models import SignUp
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


books.register("seats", seats_disagreeing)
books.register("parties", parties_disagreeing)
