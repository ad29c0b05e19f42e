"""A site of several processes behind nginx, as `make serve` runs it, for tests."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.site.nginx import program
from tests.serving import ROOT, free_port

# The command on a machine that has no nginx.
ALONE = """
from app.site import __main__ as command
command.program = lambda: None
raise SystemExit(command.main([]))
"""
PATIENCE = 60.0  # seconds for a site to be there
needs_nginx = pytest.mark.skipif(
    program() is None, reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


@dataclass(frozen=True)
class Site:
    """One that runs. base: the path that it is below, with a slash before it."""

    port: int
    base: str
    process: subprocess.Popen[bytes]
    folder: Path  # what it takes for the system's folder of temporary files
    log: Path

    @property
    def url(self) -> str:
        """Of the first page, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.base}"

    @property
    def state(self) -> dict[str, Any]:
        """What it says of itself."""
        file = self.folder / f"gatescope-{self.port}" / "state.json"
        return json.loads(file.read_text()) if file.exists() else {}

    @property
    def processes(self) -> dict[str, dict[str, int]]:
        """Those that are ready, by name."""
        found: dict[str, dict[str, int]] = self.state.get("processes", {})
        return found

    def kill(self, name: str) -> None:
        """End one of its processes as a fault would."""
        os.kill(self.processes[name]["pid"], signal.SIGKILL)

    def asked(self, path: str = "/", **headers: str) -> tuple[int, str]:
        """Status and text of what is at a path below the site."""
        return asked(self.url + path, **headers)

    def answers(self) -> bool:
        """Whether anything answers at its port."""
        try:
            return self.asked("/livez")[0] == 200
        except OSError:
            return False

    def figures(self, name: str) -> str:
        """What a process tells Prometheus."""
        return asked(f"http://127.0.0.1:{self.processes[name]['metrics']}/metrics")[1]

    def command(self, word: str) -> subprocess.CompletedProcess[str]:
        """`python -m app.site word` for this site."""
        return subprocess.run(
            [sys.executable, "-m", "app.site", word],
            cwd=ROOT,
            env=os.environ | _environment(self.port, self.folder),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )


def asked(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    request = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Look again and again. Errors: AssertionError."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.02)


def _environment(port: int, folder: Path) -> dict[str, str]:
    return {"GATESCOPE_PORT": f"{port}", "TMPDIR": f"{folder}"}


@contextmanager
def sited(
    folder: Path,
    processes: int = 2,
    base: str = "",
    nginx: bool = True,
    port: int = 0,
    **more: str,
) -> Iterator[Site]:
    """A site that answers, until the block ends; it has to end well.

    nginx: whether there is one. port: a free one for 0. more: of its environment.
    """
    port = port or free_port()
    folder.chmod(0o755)
    environment = {
        "GATESCOPE_PROCESSES": f"{processes}",
        "GATESCOPE_HOST": "127.0.0.1",
        "GATESCOPE_BASE": base or "/",
        "GATESCOPE_METRICS_PORT": f"{free_port()}",
    }
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *(["-m", "app.site"] if nginx else ["-c", ALONE])],
            cwd=ROOT,
            env=os.environ | environment | _environment(port, folder) | more,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    site = Site(port, base, process, folder, log)
    try:
        wait_until(lambda: len(site.processes) == processes or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield site
    finally:
        process.terminate()
        try:
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert status == 0, log.read_text()
