"""What a sign-up costs, and how many of them one activity takes at once (budgets.md).

python -m bench.sign_up [--runs 5] [--clients 2 8 32] [--tries 192] [--workers 4] [--skip-cpu] [--skip-race] [--show]
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.client import Visitor, hidden_fields
from bench.meter import ATTEMPTS_PER_RUN, WARM_UP_REQUESTS, Reading, attempt
from bench.server import (
    ROOT,
    Server,
    begin,
    environment,
    free_port,
    manage,
    prepare,
    scratch_database,
)
from bench.tables import print_table, within

LIMIT_L, LIMIT_QUERIES = 25, 12
SMALLEST_RATIO = 0.5
RUNS = 5
POSTS_PER_RUN = 20
TRIES = 192
TRIES_IN_VAIN = 4
WORKERS = 4
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
CONTROL = "bench.control:application"
CSRF_TOKEN = "b" * 32
"""Django takes any secret of this length, if cookie and header agree."""

Try = Callable[[], int]
"""One sign-up; returns the status."""


def ordered(env: dict[str, str], do: str, **order: Any) -> Any:
    """What bench.residents answers to an order."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.residents"],
        cwd=ROOT, env=env, input=json.dumps({"do": do, **order}), stdout=subprocess.PIPE, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def forms(port: int, made: dict[str, Any]) -> list[Try]:
    """For each person, the form opened and ready to be sent."""
    path = f"/activities/{made['activity']}/sign-up/"

    def opened(session: str) -> Try:
        visitor = Visitor(port, cookies={"sessionid": session})
        answer = visitor.get(path)
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status} before the sign-up")
        fields = hidden_fields(answer.text)
        return lambda: visitor.post(path, fields).status

    return [opened(session) for session in made["sessions"]]


def sent(tries: Sequence[Try]) -> Callable[[], None]:
    """An act that sends the next form at each call; one that is refused ends the run."""
    rest = iter(tries)

    def act() -> None:
        status = next(rest)()
        if status != 302:
            raise SystemExit(f"a sign-up answers {status}")

    return act


def cpu(env: dict[str, str], runs: int) -> Reading:
    """CPU time of sign-ups that succeed, one after the other, with L around each run."""
    reading = Reading()
    most = runs * ATTEMPTS_PER_RUN
    people = WARM_UP_REQUESTS + most * POSTS_PER_RUN
    made = ordered(env, "make", people=people, capacity=people)
    with Server(env) as server:
        visitor, sessions = Visitor(server.port), iter(made["sessions"])

        def some(number: int) -> list[Try]:
            return forms(server.port, {**made, "sessions": [next(sessions) for _form in range(number)]})

        for form in some(WARM_UP_REQUESTS):
            form()
        for _attempt in range(most):
            attempt(server, visitor, sent(some(POSTS_PER_RUN)), POSTS_PER_RUN, reading)
            if len(reading.ls) == runs:
                break
    return reading


# --- many at once -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Race:
    """What came of many clients at once."""

    seconds: float
    statuses: Counter

    @property
    def won(self) -> int:
        return self.statuses[302]

    @property
    def per_second(self) -> float:
        return self.won / self.seconds


def race(tries: Sequence[Try], clients: int) -> Race:
    """Let `clients` threads send all tries, each its share one after the other, all beginning together."""
    statuses: Counter = Counter()
    barrier, lock = threading.Barrier(clients + 1), threading.Lock()

    def client(share: Sequence[Try]) -> None:
        barrier.wait()
        answers = [form() for form in share]
        with lock:
            statuses.update(answers)

    threads = [threading.Thread(target=client, args=(tries[number::clients],)) for number in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    return Race(time.monotonic() - began, statuses)


def bare(env: dict[str, str], workers: int, clients: int, tries: int) -> Race:
    """The bare view under its own tiny settings."""
    with Server(env, application=CONTROL, workers=workers, pinned=False) as server:

        def one(quota: str, person: int) -> Try:
            visitor = Visitor(server.port)
            return lambda: visitor.request("POST", f"/seat/{quota}/{person}/", "").status

        return control_race(server, clients, tries, one)


def bare_signed_in(env: dict[str, str], workers: int, clients: int, tries: int) -> Race:
    """The bare view behind the project's middleware, each time for somebody else who is signed in."""
    sessions = ordered(env, "make", people=tries, capacity=tries)["sessions"]
    with Server(env | {"BENCH_CONTROL": "1"}, workers=workers, pinned=False) as server:

        def one(quota: str, person: int) -> Try:
            visitor = Visitor(server.port, cookies={"sessionid": sessions[person], "csrftoken": CSRF_TOKEN})
            headers = {"X-CSRFToken": CSRF_TOKEN}
            return lambda: visitor.request("POST", f"/mine/{quota}/", "", headers).status

        return control_race(server, clients, tries, one)


def control_race(server: Server, clients: int, tries: int, one: Callable[[str, int], Try]) -> Race:
    """A new quota of the control, and the race for its seats."""
    quota = Visitor(server.port).get(f"/make/{tries - TRIES_IN_VAIN}/").text
    for _time in range(server.workers * WARM_UP_REQUESTS):
        Visitor(server.port).get(f"/books/{quota}/")
    done = race([one(quota, person) for person in range(tries)], clients)
    taken, parties = map(int, Visitor(server.port).get(f"/books/{quota}/").text.split())
    agree("control", tries - TRIES_IN_VAIN, taken, parties, done)
    return done


def real_race(env: dict[str, str], workers: int, clients: int, tries: int) -> Race:
    """Through the project's own page, one session and one form for each person."""
    made = ordered(env, "make", people=tries, capacity=tries - TRIES_IN_VAIN)
    with Server(env, workers=workers, pinned=False) as server:
        done = race(forms(server.port, made), clients)
    stored = ordered(env, "books", activity=made["activity"])
    agree("sign-up", stored["capacity"], stored["taken"], stored["parties"], done)
    return done


def agree(name: str, capacity: int, taken: int, parties: int, done: Race) -> None:
    """End everything if a seat was given twice, lost, or left free while somebody was sent away."""
    if not taken == parties == done.won == capacity:
        raise SystemExit(f"{name}: {capacity} seats, {taken} taken, {parties} parties, answers {dict(done.statuses)}")
    if broken := [status for status in done.statuses if status >= 500]:
        raise SystemExit(f"{name}: answers {broken}")


def races(env: dict[str, str], options: argparse.Namespace) -> None:
    """The two controls on both sides of the sign-up, for each number of clients; ratios to the mean of each control."""
    print(
        f"\n{options.workers} workers, {options.tries} tries for {options.tries - TRIES_IN_VAIN} seats; seats a second:"
    )
    rows = []
    for clients in options.clients:
        order = (bare, bare_signed_in, real_race, bare_signed_in, bare)
        done = [contest(env, options.workers, clients, options.tries) for contest in order]
        speed = [race.per_second for race in done]
        tiny, signed_in, mine = (speed[0] + speed[4]) / 2, (speed[1] + speed[3]) / 2, speed[2]
        ratios = [
            f"{mine / control:.2f}{'' if mine / control >= SMALLEST_RATIO else ' !'}" for control in (tiny, signed_in)
        ]
        rows.append((clients, f"{tiny:.0f}", f"{signed_in:.0f}", f"{mine:.0f}", *ratios, dict(done[2].statuses)))
    heads = (
        "clients",
        "bare view",
        "bare, signed in",
        "sign-up",
        f"to bare ≥ {SMALLEST_RATIO}",
        "to signed in",
        "answers",
    )
    print_table(heads, rows)
    print(manage(env, "verify_books").strip())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--clients", type=int, nargs="+", default=[2, 8, 32])
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--skip-cpu", action="store_true")
    parser.add_argument("--skip-race", action="store_true")
    parser.add_argument("--show", action="store_true", help="print the statements of one sign-up")
    parser.add_argument("--keep", action="store_true", help="use the database of the last run and leave it")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    begin()
    with scratch_database(keep=options.keep) as name:
        env = environment(name, free_port(), BENCH_DATABASE=name)
        prepare(env)
        made = ordered(env, "make", people=0, capacity=2)
        statements = ordered(env, "queries", activity=made["activity"])
        counted = [sql for sql in statements if not sql.upper().startswith(NOT_COUNTED)]
        print(f"queries of a sign-up: {within(len(counted), LIMIT_QUERIES, 'd')}; {len(statements)} with transactions")
        if options.show:
            print(*statements, sep="\n   ")
        if not options.skip_cpu:
            reading = cpu(env, options.runs)
            print(f"CPU of a sign-up, L: {within(reading.in_l, LIMIT_L)}; {reading.in_ms:.2f} ms; ", end="")
            print(f"{len(reading.ls)} runs, {reading.thrown_away} thrown away")
        if not options.skip_race:
            races(env, options)


if __name__ == "__main__":
    main()
