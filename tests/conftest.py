"""Fixtures and reports of the whole suite."""

import json
import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from accounts.sms import MemoryBackend
from tests.personas import cast  # noqa: F401  a fixture of every test
from tests.stage import stage  # noqa: F401  a fixture of every test

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# The browser driver keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def _empty_cache():
    _clear_caches()
    yield
    _clear_caches()


def _clear_caches():
    for store in caches.all(initialized_only=True):
        store.clear()


@pytest.fixture(autouse=True)
def _no_messages():
    MemoryBackend.outbox.clear()
    yield
    MemoryBackend.outbox.clear()


# --- browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium; where there is none the test is skipped, or fails under CI=true."""
    if not CHROMIUM:
        stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        stop("Chromium is not installed")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """The server starts after the test database is there: before, it takes it for one in memory and its threads
    share one connection, which crashes."""
    return live_server


# --- rows of docs/rows.csv ----------------------------------------------------------------------------------------


def pytest_addoption(parser):
    parser.addoption("--rows-out", metavar="FILE", help="write which rows were proved, as JSON, for tests/rows.py")


def pytest_configure(config):
    for folder in (settings.TESTS_DIR, settings.STATIC_ROOT, settings.MEDIA_ROOT):
        folder.mkdir(mode=0o700)
    if path := config.getoption("--rows-out"):
        config.pluginmanager.register(RowRecorder(Path(path)), "linli-rows")


def pytest_unconfigure(config):
    shutil.rmtree(settings.TESTS_DIR, ignore_errors=True)


class RowRecorder:
    """Collects the outcome of every test marked `row`."""

    def __init__(self, path):
        self.path = path
        self.outcomes = defaultdict(dict)

    def pytest_collection_modifyitems(self, items):
        for item in items:
            for marker in item.iter_markers("row"):
                item.user_properties.extend(("row", row) for row in marker.args)

    def pytest_runtest_logreport(self, report):
        for name, row in report.user_properties:
            if name == "row" and (report.when == "call" or not report.passed):
                self.outcomes[row][report.nodeid] = report.outcome

    def pytest_sessionfinish(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {"database": connection.vendor, "rows": self.outcomes}
        self.path.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
