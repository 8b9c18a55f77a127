"""Where one app's act causes another's: each function receives one event and calls one service (docs/wiring.md)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Person
from core.signals import person_replaced
from events.services import people as sign_ups_of
from honours import services as honours
from volunteers.services import people as volunteering_of


@receiver(person_replaced)
def follow_with_sign_ups(sender: Any, old: Person, new: Person, by: Any, at: datetime, **kwargs: Any) -> None:
    """Sign-ups go with the person."""
    sign_ups_of.follow(old, new, by=by, at=at)


@receiver(person_replaced)
def follow_with_teams(sender: Any, old: Person, new: Person, by: Any, at: datetime, **kwargs: Any) -> None:
    """Memberships and leaderships go with the person."""
    volunteering_of.follow(old, new, by=by, at=at)


@receiver(person_replaced)
def follow_with_honours(sender: Any, old: Person, new: Person, by: Any, at: datetime, **kwargs: Any) -> None:
    """Honours go with the person."""
    honours.follow(old, new, by=by, at=at)
