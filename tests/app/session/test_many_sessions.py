"""A class of thirty edits at once, over the real server and its websocket; each sees their own.

The clients speak Streamlit's protocol as the browser does: a BackMsg asks for a run, ForwardMsgs
bring the page, and among them is the component's message to the stage.
"""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from app.controls.mount import KEY
from gru_core import run
from gru_core.conventions import Cell
from gru_core.scenes.files import load_scenes
from gru_core.scenes.listener import load_listener
from gru_core.scenes.reader import load_reader
from gru_core.scenes.scene import situation
from gru_core.scenes.series import load_series
from gru_core.situation import apply_edits, parse_edits
from tests.app.drawing import in_32_bits

ROOT = Path(__file__).parents[3]
SESSIONS = 30
PATIENCE = 30.0  # seconds for any one answer
ASSETS = ROOT / "assets"
SCENES = {
    scene.name: scene
    for scene in load_scenes(ASSETS / "scenes")
    if scene.units not in (1, 2)  # they look at three
}


@dataclass(frozen=True)
class Server:
    """The running app."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Until it answers; fails with what it wrote if it stops instead."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        pytest.fail(f"the server did not start:\n{self.log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "streamlit", "run", "app/server.py"]
    options = ["--server.address=127.0.0.1", f"--server.port={port}"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command + options, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        started = Server(process, port, log)
        try:
            started.wait()
            yield started
        finally:
            process.terminate()


@dataclass(frozen=True)
class Desk:
    """What every student needs to read what the server sends."""

    unpack: Callable[[bytes], Any]
    new_browser: Callable[[], Any]


@pytest.fixture(scope="module")
def desk(unpack: Callable[[bytes], Any], new_browser: Callable[[], Any]) -> Desk:
    return Desk(unpack, new_browser)


class Student:
    """One open page, from the network's side."""

    def __init__(self, server: Server, desk: Desk, name: str, **query: str) -> None:
        self.server, self.name = server, name
        self.unpack, self.browser = desk.unpack, desk.new_browser()
        self.query = dict(query)
        self.page_hash, self.stage_id, self.seq = "", "", 0
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        address = f"ws://127.0.0.1:{self.server.port}/_stcore/stream"
        self.connection: ClientConnection = connect(address, max_size=None)
        self.connection.__enter__()
        self.run()
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def run(self, *, trigger: str | None = None) -> None:
        """Ask for a run, with the stage's trigger or without, and take in the whole answer."""
        message = BackMsg()
        client = message.rerun_script
        client.query_string = urlencode(self.query)
        client.page_script_hash = self.page_hash
        if trigger is not None:
            state = client.widget_states.widgets.add()
            state.id = f"$$STREAMLIT_INTERNAL_KEY_{self.stage_id}__events"
            state.json_trigger_value = trigger
        self.connection.send(message.SerializeToString())
        while not self._take(self._next()):
            pass

    def send(self, *events: Mapping[str, Any]) -> None:
        """Events of the stage, as assets/stage/core/channel.js sends them."""
        numbered = [{"seq": self.seq + n, **event} for n, event in enumerate(events, start=1)]
        self.seq += len(events)
        value = {"client": self.name, "events": numbered}
        self.run(trigger=json.dumps([{"event": "event", "value": value}]))

    def hidden(self, cell: str) -> np.ndarray:
        """The hidden states on screen, (step, unit)."""
        return self.browser.hidden(self.told, cell)

    @property
    def edits(self) -> dict[str, float]:
        return {edit["target"]: edit["value"] for edit in self.told["edits"]}

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self.connection.recv(timeout=PATIENCE))
        return message

    def _take(self, message: ForwardMsg) -> bool:
        """Take in one message; returns whether it was the last of a run."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string))
        elif kind == "delta":
            self._take_element(message.delta.new_element)
        return kind == "script_finished"

    def _take_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "bidi_component" and element.bidi_component.id.endswith(f"-{KEY}"):
            self.stage_id = element.bidi_component.id
            self.told = self.unpack(element.bidi_component.bytes)
            self.browser.take(self.told)


# What each student does: another scene, other cells and other numbers than any neighbour.


@dataclass(frozen=True)
class Plan:
    """One student's link, edits and what must be on screen at the end."""

    number: int

    @property
    def scene(self) -> str:
        return list(SCENES)[self.number % len(SCENES)]

    @property
    def alongside(self) -> Cell:
        return ("lstm", "rnn")[self.number // len(SCENES) % 2]  # type: ignore[return-value]

    @property
    def query(self) -> dict[str, str]:
        return {"scene": self.scene, "with": self.alongside, "seed": str(self.number)}

    @property
    def edits(self) -> dict[str, float]:
        """The edits at the end of act(), each with a number that only this student has."""
        own = 0.01 * (self.number + 1)
        return {
            f"gru.b_x.update.{self.number % 3}": -1 + own,
            f"x.{self.number % 5}.0": own,
            f"{self.alongside}.h0.0": -own,
        }

    def act(self, student: Student) -> None:
        """Grab, commit, change one's mind, type, undo too much, redo, each with a run between."""
        first, second, third = self.edits.items()
        student.send({"kind": "grab", "target": first[0], "step": 2, "unit": 1})
        assert student.told["sweep"]["target"] == first[0]
        student.send({"kind": "commit", "target": first[0], "value": 7.0})
        student.send({"kind": "commit", "target": first[0], "value": first[1]})
        student.send({"kind": "type", "target": second[0], "text": f"{second[1]!r}"})
        student.send({"kind": "commit", "target": "gru.h0.2", "value": 0.9}, {"kind": "undo"})
        student.send({"kind": "undo"}, {"kind": "undo"})
        student.send({"kind": "redo"}, {"kind": "redo"})
        student.send({"kind": "commit", "target": third[0], "value": third[1]})
        student.send({"kind": "look", "of": 2})

    def truth(self) -> dict[Cell, np.ndarray]:
        """The hidden states that the core gives for this link and these edits."""
        scene = SCENES[self.scene]
        if scene.model == "reader":
            scene = scene.opened(load_reader(ASSETS / "models" / "reader.npz"))
        if scene.model == "series":
            scene = scene.with_series(
                load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")
            )
        if scene.model == "listener":
            scene = scene.with_listener(load_listener(ASSETS / "models" / "listener.npz"))
        text = "~".join(f"{target}_{value!r}" for target, value in self.edits.items())
        numbers = situation(scene, ("gru", self.alongside), seed=self.number)
        numbers = apply_edits(numbers, parse_edits(text).edits)
        return {
            cell: in_32_bits(
                run(weights, numbers.x, numbers.initials[cell], exactly=True)["hidden"]
            )
            for cell, weights in numbers.weights.items()
        }


def attend(
    server: Server, desk: Desk, plan: Plan, together: threading.Barrier | None = None
) -> Student:
    """Open the page, wait until everyone has, then edit."""
    with Student(server, desk, f"student-{plan.number}", **plan.query) as student:
        if together:
            together.wait(PATIENCE)
        plan.act(student)
    return student


@pytest.mark.thorough
def test_thirty_sessions_edit_at_once_and_each_gets_its_own_results(
    server: Server, desk: Desk
) -> None:
    plans = [Plan(number) for number in range(SESSIONS)]
    assert len({tuple(plan.edits.values()) for plan in plans}) == SESSIONS
    together = threading.Barrier(SESSIONS)
    with ThreadPoolExecutor(SESSIONS) as room:
        students = list(room.map(lambda plan: attend(server, desk, plan, together), plans))
    for plan, student in zip(plans, students, strict=True):
        assert student.errors == []
        assert student.told["answer"] == ""
        assert student.told["problems"] == []
        assert student.edits == plan.edits, plan
        assert student.told["ack"] == {"client": f"student-{plan.number}", "seq": student.seq}
        for cell, truth in plan.truth().items():
            hidden = student.hidden(cell)
            known = ~np.isnan(hidden).any(axis=0)  # the others are colours until looked at
            assert known[2], "the unit that the student has looked at"
            np.testing.assert_array_equal(
                hidden[:, known], truth[:, known], err_msg=f"{plan} {cell}"
            )


def test_the_link_each_session_was_given_opens_its_screen_again(server: Server, desk: Desk) -> None:
    for number in (1, 8):
        plan = Plan(number)
        first = attend(server, desk, plan)
        with Student(server, desk, "again", **first.query) as again:
            assert again.edits == plan.edits
            assert again.told["parts"] == first.told["parts"]


def test_the_server_has_not_loaded_torch(server: Server, desk: Desk) -> None:
    with Student(server, desk, "reader", scene="reader") as student:
        student.send({"kind": "commit", "target": "gru.h0.0", "value": 0.5})
    maps = Path(f"/proc/{server.process.pid}/maps")
    if not maps.exists():
        pytest.skip("this system does not show which libraries a process has loaded")
    loaded = maps.read_text(encoding="utf-8")
    assert "numpy" in loaded
    assert "torch" not in loaded


HOSTILE = [
    "",
    "null",
    "[]",
    "{}",
    "1",
    "not json",
    "[{}]",
    '[{"event": 1, "value": 2}]',
    '[{"event": "event"}]',
    '[{"event": "event", "value": {"client": "x", "events": [{"seq": 1, "kind": []}]}}]',
    '[{"event": "event", "value": {"client": "x", "events": [{"seq": 1, "kind": "commit",'
    f' "target": "x.0.0", "value": 1{"0" * 400}}}]}}}}]',
    '[{"event": "event", "value": {"client": "x", "events": [{"seq": 1, "kind": "commit",'
    ' "target": "x.0.0", "value": NaN}]}}]',
    f'[{{"event": "event", "value": {"9" * 10_000}}}]',
    "[" * 100_000,
    f'[{{"event": "event", "value": {{"client": "x", "events": {"[" * 500}{"]" * 500}}}}}]',
]


@pytest.mark.parametrize("trigger", HOSTILE, ids=lambda text: text[:40])
def test_a_session_outlives_a_hostile_message(server: Server, desk: Desk, trigger: str) -> None:
    with Student(server, desk, "hostile") as student:
        student.send({"kind": "commit", "target": "x.1.0", "value": 0.25})
        student.run(trigger=trigger)
        student.errors.clear()
        student.run()
        assert student.errors == []
        assert student.edits == {"x.1.0": 0.25}
        student.send({"kind": "undo"})
        assert student.edits == {}
    assert server.process.poll() is None


def test_assets_are_served_beside_the_app(server: Server) -> None:
    for path, kind in (
        ("stage/stage.js", "javascript"),
        ("stage/css/style.css", "text/css"),
        ("vendor/plotly/plotly-cartesian.min.js", "javascript"),
    ):
        with urllib.request.urlopen(f"{server.url}/assets/{path}", timeout=PATIENCE) as answer:
            assert kind in answer.headers["content-type"]
            assert answer.read() == (ROOT / "assets" / path).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app/main.py",
        "/assets/%2e%2e/app/main.py",
        "/assets/..%2fapp/main.py",
        "/assets//../app/main.py",
        "/app/main.py",
        "/main.py",
    ],
)
def test_no_source_is_served(server: Server, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", path)  # as written: nothing tidies the path on the way
        assert b"set_page_config" not in connection.getresponse().read()
