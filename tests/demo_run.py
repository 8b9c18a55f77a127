"""Starts bin/demo twice from nothing, as a newcomer would, and sees that it serves, keeps its data and leaves nothing.

python -m tests.demo_run
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180
PAGES = ("/livez", "/readyz", "/", "/admin/login/")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port: int, path: str) -> int:
    """The status of a page; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def run(directory: str, port: int) -> tuple[str, float]:
    """One start, some pages and a stop; returns what was printed and the seconds until it was ready."""
    environment = {
        "HOME": os.environ.get("HOME", "/"),
        "PATH": "/usr/bin:/bin",
        "PORT": str(port),
        "DEMO_DIR": directory,
    }
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        demo = subprocess.Popen(
            [ROOT / "bin/demo"], env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while status(port, "/readyz") != 200:
                if demo.poll() is not None or time.monotonic() - began > START_SECONDS:
                    break
                time.sleep(0.1)
            ready = time.monotonic() - began
            pages = {path: status(port, path) for path in PAGES}
        finally:
            demo.send_signal(signal.SIGTERM)
            code = demo.wait(60)
        output.seek(0)
        printed = output.read()
    wrong = {path: found for path, found in pages.items() if found != 200}
    if wrong or code != 0:
        raise SystemExit(f"{printed}\npages: {pages}\nexit status: {code}")
    if left := subprocess.run(["pgrep", "-s", str(demo.pid)], capture_output=True, text=True).stdout.split():
        raise SystemExit(f"left behind: {left}")
    return printed, ready


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="linli-demo-") as directory:
        port = free_port()
        first, first_seconds = run(directory, port)
        keys = Path(directory, "env")
        if keys.stat().st_mode & 0o077:
            raise SystemExit("the keys can be read by others")
        second, second_seconds = run(directory, port)
        password = re.search(r"^DEMO_PASSWORD=(.+)$", keys.read_text(), re.M)[1]
        for printed in (first, second):
            if password not in printed or f"http://127.0.0.1:{port}" not in printed:
                raise SystemExit(f"no address or password in:\n{printed}")
    print(f"ready after {first_seconds:.1f} s, a second time after {second_seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
