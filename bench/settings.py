"""The production settings for a measurement, with static files collected beside it, not into the checkout."""

import os

from portal.settings import *  # noqa: F403

STATIC_ROOT = os.environ["BENCH_STATIC_ROOT"]
