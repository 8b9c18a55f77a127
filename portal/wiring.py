"""Where one app's act causes another's: each function receives one event and calls one service (docs/wiring.md)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Person
from core.signals import person_replaced
from events.services import people


@receiver(person_replaced)
def follow_person(sender: Any, old: Person, new: Person, by: Any, at: datetime, **kwargs: Any) -> None:
    """Sign-ups go with the person."""
    people.follow(old, new, by=by, at=at)
