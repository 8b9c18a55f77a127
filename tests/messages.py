"""Text messages of a test: what accounts.sms.MemoryBackend has kept."""

import re

from accounts.sms import MemoryBackend


def messages_to(phone: str) -> list[str]:
    """Return the texts sent to a number, in any of its usual spellings, the oldest first."""
    return [text for number, text in MemoryBackend.outbox if number[-11:] == phone[-11:]]


def latest_code(phone: str) -> str:
    """Return the code of the latest message to a number."""
    return re.search(r"\d{6}", messages_to(phone)[-1])[0]


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06d}"
