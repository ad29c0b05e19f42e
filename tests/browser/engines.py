"""Firefox and WebKit as distributions ship them, which Playwright does not drive.

Firefox speaks WebDriver BiDi over a websocket (https://www.w3.org/TR/webdriver-bidi); WebKitGTK, of
the engine of Safari, WebDriver over HTTP (https://www.w3.org/TR/webdriver2). Both open one page,
evaluate, press keys and move a mouse; what a page complains of is kept.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from websockets.sync.client import ClientConnection, connect

from tests.serving import free_port

PATIENCE = 60.0  # seconds
SIZE = (1280, 800)
BROWSERS = {"Firefox": "firefox-esr", "WebKit": "WebKitWebDriver"}
MINI = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"  # what WebKitWebDriver opens
Acts: TypeAlias = Sequence[dict[str, Any]]
# Keys that are no letters (https://www.w3.org/TR/webdriver2/#keyboard-actions).
RIGHT, ENTER, ESCAPE = "\ue014", "\ue007", "\ue00c"


class Engine(Protocol):
    """One page of a browser."""

    complaints: list[str]

    def go(self, url: str) -> None:
        """Open an address."""

    def js(self, expression: str) -> Any:
        """The value of an expression on the page."""

    def act(self, source: dict[str, Any]) -> None:
        """What a keyboard or a mouse does."""

    def shot(self) -> bytes:
        """A picture of the window, PNG."""


def found(name: str) -> bool:
    """Whether this browser is here."""
    return shutil.which(BROWSERS[name]) is not None


@contextmanager
def opened(name: str) -> Iterator[Engine]:
    """One of BROWSERS, with an empty page."""
    begun = _firefox if name == "Firefox" else _webkit
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        begun(Path(folder)) as engine,
    ):
        yield engine


def until(engine: Engine, expression: str) -> Any:
    """The value of an expression once it is true. Errors: TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = engine.js(expression)
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"{expression} did not become true: {engine.complaints}")


def press(engine: Engine, *keys: str) -> None:
    """Keys, one after the other."""
    acts = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
    engine.act({"type": "key", "id": "keys", "actions": acts})


def point(engine: Engine, *places: tuple[float, float], held: bool = False) -> None:
    """A mouse goes from place to place in the window: held down from the first on, or a click."""
    moves = [
        {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 30, "origin": "viewport"}
        for x, y in places
    ]
    down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
    acts = [moves[0], down, *moves[1:], *([] if held else [up])]
    parameters = {"pointerType": "mouse"}
    engine.act({"type": "pointer", "id": "mouse", "parameters": parameters, "actions": acts})


def let_go(engine: Engine) -> None:
    """The held mouse is let go of."""
    acts = [{"type": "pointerUp", "button": 0}]
    parameters = {"pointerType": "mouse"}
    engine.act({"type": "pointer", "id": "mouse", "parameters": parameters, "actions": acts})


class _Firefox:
    """A page of Firefox over BiDi."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.numbers = count(1)
        self.complaints: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.page = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask(
            "browsingContext.setViewport",
            context=self.page,
            viewport=dict(zip(("width", "height"), SIZE, strict=True)),
        )

    def ask(self, method: str, **params: Any) -> Any:
        """What a command is answered with. Errors: RuntimeError."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self.socket.recv(PATIENCE))
            if said.get("id") == number:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['message']}")
                return said["result"]
            entry = said.get("params", {})
            if said.get("method") == "log.entryAdded" and entry["level"] == "error":
                self.complaints.append(entry["text"])

    def go(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def js(self, expression: str) -> Any:
        result = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
            target={"context": self.page},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def act(self, source: dict[str, Any]) -> None:
        self.ask("input.performActions", context=self.page, actions=[source])

    def shot(self) -> bytes:
        answer = self.ask("browsingContext.captureScreenshot", context=self.page)
        return base64.b64decode(answer["data"])


@contextmanager
def _firefox(folder: Path) -> Iterator[Engine]:
    log = folder / "log"
    command = ["firefox-esr", "--headless", "--no-remote", "--remote-debugging-port=0"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--profile", str(folder)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        end = time.monotonic() + PATIENCE
        while not (
            at := re.search(r"BiDi listening on (ws://\S+)", log.read_text("utf-8", "replace"))
        ):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError(f"Firefox did not begin: {log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        with connect(f"{at[1]}/session", max_size=None) as socket:
            yield _Firefox(socket)
    finally:
        _end(process)


class _WebKit:
    """A page of WebKitGTK over WebDriver."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.complaints: list[str] = []
        options = {"binary": str(next(Path("/").glob(MINI[1:]))), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.session = f"/session/{self.ask('POST', '/session', wanted)['sessionId']}"
        self.post("/window/rect", dict(zip(("width", "height"), SIZE, strict=True)))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What a command is answered with. Errors: RuntimeError."""
        data = None if body is None else json.dumps(body).encode()
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from None

    def post(self, path: str, body: Any) -> Any:
        return self.ask("POST", self.session + path, body)

    def go(self, url: str) -> None:
        self.post("/url", {"url": url})

    def js(self, expression: str) -> Any:
        script = f"const done = arguments[0]; Promise.resolve({expression}).then(done);"
        return self.post("/execute/async", {"script": script, "args": []})

    def act(self, source: dict[str, Any]) -> None:
        self.post("/actions", {"actions": [source]})

    def shot(self) -> bytes:
        return base64.b64decode(self.ask("GET", f"{self.session}/screenshot"))


@contextmanager
def _webkit(folder: Path) -> Iterator[Engine]:
    port = free_port()
    command = [
        "xvfb-run",
        "-a",
        "-s",
        "-screen 0 1600x1200x24",
        "WebKitWebDriver",
        f"--port={port}",
    ]
    process = subprocess.Popen(
        command,
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/status", timeout=1).close()
                break
            if time.monotonic() > end:
                raise RuntimeError("WebKitWebDriver did not begin.")
            time.sleep(0.1)
        engine = _WebKit(url)
        yield engine
        with suppress(RuntimeError, OSError):
            engine.ask("DELETE", engine.session)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
