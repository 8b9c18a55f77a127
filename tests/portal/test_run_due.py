"""The command that runs due work."""

import os
import signal
import threading

import pytest
from django.core.management import CommandError, call_command

from core import due
from portal.management.commands.run_due import Command


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(due, "registry", {})


def test_one_round_runs_everything_once(db):
    rounds = []
    due.register("count", rounds.append)
    call_command("run_due")
    assert len(rounds) == 1


def test_one_round_that_fails_is_an_error(db):
    due.register("broken", lambda at: 1 / 0)
    with pytest.raises(CommandError, match="failed: broken"):
        call_command("run_due")


@pytest.mark.parametrize("every", [0, -1])
def test_interval_below_a_second_is_refused(every):
    with pytest.raises(CommandError, match="--every must be at least 1"):
        call_command("run_due", every=every)


def test_rounds_go_on_after_a_failure_until_stopped(db):
    rounds, stop = [], threading.Event()

    def work(at):
        rounds.append(at)
        if len(rounds) == 3:
            stop.set()
        raise ValueError("no")

    due.register("work", work)
    Command().repeat(0, stop)
    assert len(rounds) == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_command_between_rounds(db, number):
    rounds = []
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    def work(at):
        os.kill(os.getpid(), number)
        rounds.append(at)

    due.register("work", work)
    try:
        call_command("run_due", every=600)
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert len(rounds) == 1
