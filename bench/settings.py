"""The production settings for a measurement, with static files collected beside it, not into the checkout."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import CACHES, LOGGING

if CACHES["default"]["BACKEND"].endswith("DummyCache"):
    CACHES["fragments"] = CACHES["default"]
STATIC_ROOT = os.environ["BENCH_STATIC_ROOT"]
# A race ends with refusals by design; only what is broken is worth a line.
LOGGING["loggers"]["django.request"] = {"level": "ERROR", "handlers": [], "propagate": True}
if "BENCH_CONTROL" in os.environ:
    ROOT_URLCONF = "bench.control"
