"""The one source of the present moment.

A service reads the clock once per operation and passes the moment on as `at`; tests freeze it with `frozen`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.utils import timezone

_frozen_at: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _frozen_at or timezone.now()


def today() -> date:
    """Return the present day where the communities are (settings.TIME_ZONE)."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """Return the calendar day of `moment` in settings.TIME_ZONE."""
    return timezone.localtime(moment).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at `moment` for the whole process; for tests and rehearsals."""
    global _frozen_at
    before, _frozen_at = _frozen_at, moment
    try:
        yield moment
    finally:
        _frozen_at = before
