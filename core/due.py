"""Work that falls due: small idempotent functions, registered by the `due.py` of their app, run every minute."""

import logging
from collections.abc import Callable
from datetime import datetime

from core import clock

log = logging.getLogger(__name__)

Due = Callable[[datetime], object]
registry: dict[str, Due] = {}


def register(name: str, function: Due) -> None:
    """Have `function(at)` called every round.

    It finds by itself what is due at `at`, may be called twice for the same moment and by two processes at once.
    """
    if name in registry:
        raise ValueError(f"due work {name} is registered twice")
    registry[name] = function


def run_all(at: datetime | None = None) -> list[str]:
    """Call every function once; one that fails is logged and does not stop the others. Returns the failed names."""
    at = at or clock.now()
    failed = []
    for name, function in registry.items():
        try:
            function(at)
        except Exception:
            log.exception("due work %s failed", name)
            failed.append(name)
    return failed
