"""Sums of accounts that must agree."""

from django.db.models import Q

from accounts.models import Delivery
from accounts.models.notices import DeliveryState
from accounts.outbox import ATTEMPTS
from core import books


def deliveries_disagreeing() -> list[str]:
    """Return one line for each delivery whose state and times do not go together, so that it may leave twice or never.

    One delivery for each notice and channel, one notice for each person, occasion and kind: those are constraints.
    """
    closed = Q(state__in=(DeliveryState.SENT, DeliveryState.FAILED))
    open_ = Q(state__in=(DeliveryState.QUEUED, DeliveryState.SENDING))
    wrong = (
        closed & Q(ended_at=None)
        | open_ & Q(ended_at__isnull=False)
        | ~Q(state=DeliveryState.QUEUED) & (Q(claimed_at=None) | Q(attempts=0))
        | Q(attempts__gt=ATTEMPTS)
    )
    return [
        f"delivery {row.pk} ({row.channel}, {row.state}): {row.attempts} attempts, "
        f"{'taken up' if row.claimed_at else 'never taken up'}, {'ended' if row.ended_at else 'not ended'}"
        for row in Delivery.objects.filter(wrong).order_by("pk")
    ]


books.register("deliveries", deliveries_disagreeing)
