"""Text messages: one function, and where they go is a setting (SMS_BACKEND).

A backend is a class with `send(phone, text)`. It raises NotSent when it is sure that nothing was sent; any other error
leaves it unknown. A gateway is added as a class of its own; the three here are for a terminal, a folder and tests.
"""

import re
import sys
import time
from pathlib import Path
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

LONGEST = 500


class NotSent(Exception):
    """The gateway has certainly not taken the message."""


class Backend(Protocol):
    """What hands a message to a network."""

    def send(self, phone: str, text: str) -> None: ...


class ConsoleBackend:
    """Prints the message; the number is masked as everywhere in a log."""

    def send(self, phone: str, text: str) -> None:
        sys.stderr.write(f"SMS ******{phone[-4:]}: {text}\n")
        sys.stderr.flush()


class FileBackend:
    """Writes each message into a file of its own below SMS_FOLDER: the number in the first line, then the text."""

    def send(self, phone: str, text: str) -> None:
        folder = Path(settings.SMS_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns()}-{re.sub(r'[^0-9]', '', phone)[-4:]}.txt"
        path = folder / name
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(f"{phone}\n{text}\n", encoding="utf-8")


class MemoryBackend:
    """Keeps messages in `outbox`, for tests."""

    outbox: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, text: str) -> None:
        self.outbox.append((phone, text))


def send(phone: str, text: str) -> None:
    """Send one message now.

    Args:
        phone: a normalised mobile number (+86…).
        text: at most LONGEST characters; no names, illness or addresses (design: Notices).

    Raises:
        NotSent: certainly not sent.
        Exception: anything else leaves it unknown.
    """
    if not text or len(text) > LONGEST:
        raise ValueError(f"a message has 1 to {LONGEST} characters")
    backend: Backend = import_string(settings.SMS_BACKEND)()
    backend.send(phone, text)
