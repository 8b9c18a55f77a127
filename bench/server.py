"""What a measurement runs against: a database of its own, gunicorn on one core, and the CPU time that it used."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SERVER_URL = os.environ.get("BENCH_DATABASE_SERVER", "postgres://postgres@127.0.0.1:5432")
DATABASE_PREFIX = "linli_bench"
FIRST_PORT, LAST_PORT = 8600, 8620
READY_SECONDS = 20
STOP_SECONDS = 25
PASSWORD = "bench-only-password"
# The server gets the first, the load the last; read before this process binds itself to one.
USABLE_CORES = sorted(os.sched_getaffinity(0))
NANOSECONDS = 1_000_000_000

# Collected once and kept, because compressing takes longer than measuring; nothing else outlives a run.
SCRATCH = Path(tempfile.gettempdir()) / f"linli-bench-{os.getuid()}"
KEYS = {
    "SECRET_KEY": "bench-only-secret-key-0123456789abcdefghijklmnop",
    "FIELD_KEYS": "YmVuY2gtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OTA=",
    "BLIND_KEYS": "1:bench-only-blind-index-key-0123456789abcdef",
    "SEAL_KEY": "bench-only-seal-key-0123456789abcdefghijklmnop",
}


def begin() -> None:
    """Keep this process off the server's core, and let it clean up when it is told to end."""
    os.sched_setaffinity(0, {USABLE_CORES[-1]})
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))


def environment(database: str, port: int, **more: str) -> dict[str, str]:
    """The environment of every process of a run: production, nothing inherited but the paths."""
    SCRATCH.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url(database),
        "BENCH_STATIC_ROOT": str(SCRATCH / "static"),
        "MEDIA_ROOT": str(SCRATCH / "media"),
        "DEMO_PASSWORD": PASSWORD,
        "STAFF_SECOND_FACTOR": "off",
        "LOG_LEVEL": "ERROR",
        "PORT": str(port),
        **KEYS,
        **more,
    }


def free_port() -> int:
    """The first port of ours that nobody listens on."""
    for port in range(FIRST_PORT, LAST_PORT + 1):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            continue
        except OSError:
            return port
    raise SystemExit(f"no free port from {FIRST_PORT} to {LAST_PORT}")


# --- the database -------------------------------------------------------------------------------------------------


def database_url(name: str) -> str:
    """The address of the database `name` on the server that the runs use."""
    return urlunsplit(urlsplit(SERVER_URL)._replace(path=f"/{name}"))


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(database_url("postgres"), connect_timeout=3)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def drop_database(name: str) -> None:
    """Remove a database that a run made; any other name is refused."""
    if not name.startswith(DATABASE_PREFIX):
        raise SystemExit(f"{name} is not a database of bench/")
    _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def scratch_database(name: str = DATABASE_PREFIX, *, keep: bool = False) -> Iterator[str]:
    """An empty database, removed afterwards; keep: use the one that is there and leave it."""
    if not keep:
        drop_database(name)
    try:
        _on_server(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    except psycopg2.errors.DuplicateDatabase:
        pass
    try:
        yield name
    finally:
        if not keep:
            drop_database(name)


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run a management command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def prepare(env: dict[str, str]) -> None:
    """Tables, static files and the demonstration's data; then statistics, as autovacuum would have made them."""
    manage(env | {"DEMO": "1"}, "prepare_demo", "--port", env["PORT"])
    analyse(urlsplit(env["DATABASE_URL"]).path.lstrip("/"))


def analyse(name: str) -> None:
    connection = psycopg2.connect(database_url(name), connect_timeout=3)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()


# --- the web server -----------------------------------------------------------------------------------------------


def _cpu_of(pid: int) -> float:
    """Seconds that the threads of `pid` have run, to the nanosecond where the kernel tells, else to its tick."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    if total:
        return total / NANOSECONDS
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    """gunicorn with `workers` sync workers, all on the server's core unless `pinned` is off; a context manager."""

    def __init__(
        self,
        env: dict[str, str],
        *,
        application: str = "portal.wsgi:application",
        workers: int = 1,
        pinned: bool = True,
    ) -> None:
        self.env, self.application, self.workers, self.pinned = env, application, workers, pinned
        self.port = int(env["PORT"])
        self.process: subprocess.Popen | None = None
        self.ready_seconds = 0.0

    def __enter__(self) -> "Server":
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning"]
        command += ["--workers", str(self.workers), "--max-requests", "0", self.application]
        allowed = {USABLE_CORES[0]} if self.pinned else set(USABLE_CORES)
        began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.env,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.ready_seconds = time.monotonic() - began
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit("gunicorn ended by itself; see the lines above")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit(f"gunicorn did not answer within {READY_SECONDS} s")

    def stop(self) -> None:
        """End the master, which ends its workers; kill what is left of the session."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def pids(self) -> list[int]:
        """The master and its workers."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [master, *map(int, children)]

    def cpu_seconds(self) -> float:
        """User and system time of master and workers so far."""
        return sum(_cpu_of(pid) for pid in self.pids())

    def resident_mib(self) -> float:
        """Resident memory of the largest worker."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids()[1:]]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
