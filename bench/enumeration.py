"""Whether the time of an answer tells that a number is known: at sign-in with a password, by code, at registration.

python -m bench.enumeration [--tries 100] [--workers 1]

Each try is a number or account of its own and comes from an address of its own, known and unknown in turn, so that no
limit is reached and a slow second falls on both. Exits with 1 where the medians differ by more than a tenth.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import ClassVar

from bench.client import Answer, Visitor, hidden_fields
from bench.server import Server, environment, free_port, manage, prepare, scratch_database

TRIES = 100
LARGEST_DIFFERENCE = 0.10
PASSWORD = "never-the-right-one"
MAKE = """
from django.contrib.auth.hashers import make_password
from accounts.services import register
password = make_password("the right one of all")
for number in range({count}):
    register(f"137{{number:08d}}", "测速", password=password)
"""

Ask = Callable[["Guest", str], Answer]


class Guest(Visitor):
    """A visitor whose address the proxy in front would have told."""

    address = ""
    hidden: ClassVar[dict[str, str]] = {}

    def request(self, method: str, path: str, body: str | None = None, headers: dict | None = None) -> Answer:
        return super().request(method, path, body, {**(headers or {}), "X-Forwarded-For": self.address})


def password(guest: "Guest", phone: str) -> Answer:
    return guest.post("/accounts/login/", guest.hidden | {"login": phone, "password": PASSWORD})


def code(guest: "Guest", phone: str) -> Answer:
    return guest.post("/accounts/login/code/", guest.hidden | {"phone": phone})


def registration(guest: "Guest", phone: str) -> Answer:
    words = {"phone": phone, "name": "测速", "password": "a password for measuring", "consent": "on"}
    return guest.post("/accounts/signup/", guest.hidden | words)


WAYS: dict[str, tuple[str, int, Ask]] = {
    "sign-in with a password": ("/accounts/login/", 422, password),
    "sign-in by code": ("/accounts/login/code/", 302, code),
    "registration": ("/accounts/signup/", 302, registration),
}
"""Page, expected status and act of each way."""


def seconds(port: int, way: str, phone: str, serial: int) -> float:
    """How long the answer to one POST took; the page before it is not counted."""
    path, status, ask = WAYS[way]
    guest = Guest(port)
    guest.address = f"10.{serial // 65536 % 256}.{serial // 256 % 256}.{serial % 256}"
    guest.hidden = hidden_fields(guest.get(path).text)
    began = time.perf_counter()
    answer = ask(guest, phone)
    took = time.perf_counter() - began
    if answer.status != status:
        raise SystemExit(f"{way}: status {answer.status} instead of {status}")
    return took


def measured(port: int, tries: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of known and unknown numbers, by way."""
    found: dict[str, dict[str, list[float]]] = {way: {"known": [], "unknown": []} for way in WAYS}
    for place, way in enumerate(WAYS):
        for number in range(place * tries, (place + 1) * tries):
            for kind, prefix in (("known", "137"), ("unknown", "136")):
                serial = number * 2 + (kind == "known")
                found[way][kind].append(seconds(port, way, f"{prefix}{number:08d}", serial))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    with scratch_database("linli_bench_enumeration") as name:
        env = environment(name, free_port(), TRUSTED_PROXY_COUNT="1", SMS_BACKEND="accounts.sms.MemoryBackend")
        prepare(env)
        manage(env, "shell", "-c", MAKE.format(count=options.tries * len(WAYS)))
        with Server(env, workers=options.workers) as server:
            found = measured(server.port, options.tries)
    worst = 0.0
    for way, kinds in found.items():
        known, unknown = median(kinds["known"]) * 1000, median(kinds["unknown"]) * 1000
        difference = abs(known - unknown) / min(known, unknown)
        worst = max(worst, difference)
        print(f"{way:<26} known {known:7.1f} ms   unknown {unknown:7.1f} ms   difference {difference:6.1%}")
    return int(worst > LARGEST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
