"""A running server and a browser to look at it: what browser tests and benchmarks share."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The same browser without windows and what belongs to them: an eighth less work for a test.
SHELL = "chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30.0  # seconds for a server to answer


@dataclass(frozen=True)
class Server:
    """A server of our own. url: where its page is, without a slash at the end."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def maps(self) -> str:
        """The files mapped into the server's memory; needs Linux."""
        return Path(f"/proc/{self.process.pid}/maps").read_text()


def executable(*first: str) -> str | None:
    """The browser that GATESCOPE_CHROMIUM names, else the first one on the path, from `first`."""
    named = os.environ.get("GATESCOPE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, (*first, *BROWSERS))), None)


@contextmanager
def browsing(path: str, *flags: str) -> Iterator[Browser]:
    """A browser without windows. flags: besides those of all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


@contextmanager
def serving(
    script: str = "app/server.py",
    *,
    port: int | None = None,
    base: str = "",
    most: int = 0,
    forgets: int = 0,
) -> Iterator[Server]:
    """`streamlit run script`, answering. port: a free one if None; base: a path to serve under.

    most: megabytes of an upload, forgets: seconds after which a session whose page is away is gone;
    0 for what the configuration says.
    """
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        options = {
            "server.port": port,
            "server.address": "127.0.0.1",
            "server.baseUrlPath": base,
            "server.maxUploadSize": most or "",
            "server.disconnectedSessionTTL": forgets or "",
        }
        server = Server(_url(port, base), port, _started(script, options, log), log)
        try:
            _wait_until_healthy(server)
            yield server
        finally:
            server.process.send_signal(signal.SIGTERM)
            try:
                server.process.wait(10)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _url(port: int, base: str) -> str:
    return f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")


def _started(script: str, options: Mapping[str, object], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += [f"--{name}={value}" for name, value in options.items() if value != ""]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)


def _wait_until_healthy(server: Server) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The server at {server.url} did not answer:\n{server.log.read_text()}")
