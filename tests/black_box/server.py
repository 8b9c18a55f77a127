"""The demonstration on a PostgreSQL database of its own, served as in production; nothing is left behind."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from environ import Env

from tests.black_box.browser import Browser
from tests.demo_run import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60


@contextmanager
def database(url: str) -> Iterator[str]:
    """The address of an empty database beside the one of `url`; dropped afterwards, whoever is connected."""
    name = f"linli_black_box_{os.getpid()}"
    _on_server(url, f'CREATE DATABASE "{name}"')
    try:
        yield url.rsplit("/", 1)[0] + "/" + name
    finally:
        _on_server(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    given = Env.db_url_config(url)
    connection = psycopg2.connect(
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        user=given["USER"] or None,
        password=given["PASSWORD"] or None,
        dbname="postgres",
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


class Site:
    """The settings of one installation and its servers.

    Attributes:
        password: of every account of the demonstration.
        log: what the servers wrote.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self.password = secrets.token_urlsafe(12)
        self.log = folder / "log"
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": database_url,
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "BLIND_KEYS": "1:" + secrets.token_urlsafe(32),
            "SEAL_KEY": secrets.token_urlsafe(32),
            "DEMO": "1",
            "DEBUG": "0",
            "STAFF_SECOND_FACTOR": "off",
            "DEMO_PASSWORD": self.password,
            "WEB_CONCURRENCY": "2",
        }

    def run(self, port: int, *arguments: str) -> str:
        """Run Python with `arguments` as the site at `port` would; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self._at(port), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def plant(self, port: int) -> dict[str, Any]:
        """Put canaries into the database; returns what tests.black_box.plant says about them."""
        return json.loads(self.run(port, "-m", "tests.black_box.plant"))

    @contextmanager
    def served(self, scheme: str = "http") -> Iterator[Browser]:
        """The site under gunicorn; gives a browser that has not been there yet."""
        browser = Browser(free_port(), scheme)
        with self.log.open("a") as log:
            command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", "-c", "deploy/gunicorn.conf.py"]
            server = subprocess.Popen(
                command, cwd=ROOT, env=self._at(browser.port, scheme), stdout=log, stderr=subprocess.STDOUT
            )
            try:
                self._wait_for(browser, server)
                yield browser
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)

    def _at(self, port: int, scheme: str = "http") -> dict[str, str]:
        return {**self.environment, "PORT": str(port), "SITE_URL": f"{scheme}://127.0.0.1:{port}"}

    def _wait_for(self, browser: Browser, server: subprocess.Popen) -> None:
        began = time.monotonic()
        while server.poll() is None and time.monotonic() - began < START_SECONDS:
            try:
                if browser.get("/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the server did not start:\n{self.log.read_text()}")


@contextmanager
def installed(url: str) -> Iterator[Site]:
    """A site with the demonstration in it, on the PostgreSQL server of `url`."""
    with tempfile.TemporaryDirectory(prefix="linli-black-box-") as folder, database(url) as own:
        site = Site(own, Path(folder))
        Path(folder, "media").mkdir()
        port = free_port()
        site.run(port, "manage.py", "prepare_demo", "--port", str(port))
        yield site
