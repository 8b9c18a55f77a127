"""CPU time of a page in units of L, the cost of /livez beside it (budgets.md)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.client import Visitor
from bench.server import Server

LIVEZ = "/livez"
LIVEZ_REQUESTS = 100
PAGE_REQUESTS = 20
WARM_UP_REQUESTS = 4
LARGEST_DRIFT = 0.05
ATTEMPTS_PER_RUN = 4
SETTLE_SECONDS = 0.01
LONGEST_SECONDS = 400


@dataclass
class Reading:
    """The accepted runs of one page: its cost in L and in milliseconds, and how many runs were thrown away."""

    ls: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    thrown_away: int = 0

    @property
    def in_l(self) -> float:
        return median(self.ls) if self.ls else float("nan")

    @property
    def in_ms(self) -> float:
        return median(self.milliseconds) if self.milliseconds else float("nan")


def cost(server: Server, act: Callable[[], object], times: int) -> float:
    """CPU seconds of the server's processes for one `act`, the mean of `times`."""
    before = server.cpu_seconds()
    for _time in range(times):
        act()
    time.sleep(SETTLE_SECONDS)
    return (server.cpu_seconds() - before) / times


def livez(server: Server, visitor: Visitor) -> float:
    """L in seconds."""
    return cost(server, lambda: visitor.get(LIVEZ), LIVEZ_REQUESTS)


def attempt(server: Server, anonymous: Visitor, act: Callable[[], object], times: int, reading: Reading) -> bool:
    """One run: L, the act, L again. False where L moved too far and the run does not count."""
    first = livez(server, anonymous)
    spent = cost(server, act, times)
    second = livez(server, anonymous)
    if abs(second - first) > LARGEST_DRIFT * min(first, second):
        reading.thrown_away += 1
        return False
    reading.ls.append(spent / ((first + second) / 2))
    reading.milliseconds.append(spent * 1000)
    return True


def measure(
    server: Server, acts: dict[str, Callable[[], object]], runs: int, times: int = PAGE_REQUESTS
) -> dict[str, Reading]:
    """Each act's reading; the runs go round all acts, so that a slow minute does not fall on one of them.

    On a busy machine it stops early, with fewer runs.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    anonymous = Visitor(server.port)
    readings = {name: Reading() for name in acts}
    for act in acts.values():
        for _time in range(WARM_UP_REQUESTS):
            act()
    for _run in range(runs):
        for name, act in acts.items():
            for _attempt in range(ATTEMPTS_PER_RUN):
                if time.monotonic() > deadline or attempt(server, anonymous, act, times, readings[name]):
                    break
    return readings
