"""The two files of the demonstration: what the communities told (facts.json) and what is invented (samples.json)."""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent


@cache
def _read(name: str) -> dict[str, Any]:
    return json.loads((_HERE / name).read_text(encoding="utf-8"), parse_float=Decimal)


def facts() -> dict[str, Any]:
    """Facts and figures as told; null where nothing was told."""
    return _read("facts.json")


def samples() -> dict[str, Any]:
    """Invented people, notices and activities."""
    return _read("samples.json")
