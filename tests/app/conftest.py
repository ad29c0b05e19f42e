"""The other end of the wire, apart from app/messages/wire.py and assets/stage/core/wire.js."""

import json
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import local_script_runner

from tests.app.modelling import ModelVisit, Open
from tests.app.visiting import Unpack, Visit

# A busy machine is not a failure of the code, and shrinking such a failure takes minutes. What
# hangs is stopped by pytest-timeout.
settings.register_profile("gatescope", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gatescope")

# Each AppTest looks through the metadata of all installed packages, a third of what it takes.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
# As the server has it (app/server.py).
script_runner._clean_problem_modules = lambda: None
# Each AppTest compiles the page anew.
_compiled = local_script_runner.ScriptCache()
local_script_runner.ScriptCache = lambda: _compiled
_asks_and_asks = local_script_runner.require_widgets_deltas


def _waits(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    """Until the script has ended. Streamlit asks every millisecond, a sixth of what a run takes."""
    assert runner._script_thread is not None
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        _asks_and_asks(runner, 0)  # says that it has not


local_script_runner.require_widgets_deltas = _waits


def _array(raw: bytes, entry: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(entry["dtype"]).newbyteorder("<")
    piece = raw[entry["offset"] : entry["offset"] + entry["length"]]
    if entry["filter"] == "shuffle":
        planes = np.frombuffer(piece, np.uint8).reshape(dtype.itemsize, -1)
        piece = planes.T.tobytes()
    array = np.frombuffer(piece, dtype).reshape(entry["shape"])
    if entry["filter"] == "delta":
        array = np.add.accumulate(array, axis=0, dtype=np.uint8)
    return array


def _unpack(message: bytes) -> Any:
    raw = zlib.decompress(message)
    (length,) = struct.unpack_from("<I", raw)
    head = raw[4 : 4 + length]
    arrays = [_array(raw[4 + length :], entry) for entry in json.loads(head)["arrays"]]

    def restored(value: dict[str, Any]) -> Any:
        return arrays[value["$array"]] if value.keys() == {"$array"} else value

    return json.loads(head, object_hook=restored)["body"]


class Kept(dict[str, Any]):
    """The figures that a browser has, by name, its numbers NaN where it has colours only.

    New numbers come as changed bits of the last complete ones, or as colours and some rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.digests: dict[str, str] = {}
        self.full: dict[str, tuple[str, Any]] = {}

    def take(self, told: dict[str, Any]) -> None:
        """Take in one message to the stage."""
        for name, part in told["included"].items():
            digest = told["parts"][name]
            if "content" in part:
                self[name] = part["content"]
            elif "data" in part:
                self[name] = part
                self.full[name] = digest, part["data"][0].get("z")
            elif "change" in part:
                over, z = self.full[name]
                assert part["over"] == over, f"{name} is changed from what is not here"
                self._draw(name, (z.view(np.uint32) ^ part["change"]).view(np.float32))
                self.full[name] = digest, self[name]["data"][0]["z"]
            else:
                z = self[name]["data"][0]["z"].copy()
                if "colours" in part:
                    assert self.digests[name].split(".")[0] == digest.split(".")[0]
                    assert part["colours"].shape == z.T.shape
                    z[:] = np.nan
                z[part["rows"]] = part["numbers"]
                self._draw(name, z)
            self.digests[name] = digest
        here = {name: self.digests.get(name) for name in told["parts"]}
        assert here == told["parts"], "a figure is missing that was not sent"

    def _draw(self, name: str, z: np.ndarray) -> None:
        (trace,) = self[name]["data"]
        self[name] = self[name] | {"data": [trace | {"z": z}]}

    def hidden(self, told: dict[str, Any], cell: str) -> np.ndarray:
        """The hidden states on screen, (step, unit), brought back from the order of the rows."""
        (panel,) = [panel for panel in told["panels"] if panel["cell"] == cell]
        z = self[f"{cell}.hidden"]["data"][0]["z"]
        order = [unit for unit in panel["order"] if unit < len(z)]  # fewer of a projected state
        return np.asarray(z)[np.argsort(order)].T


@pytest.fixture(autouse=True)
def nothing_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page would go without for a moment is waited for."""
    monkeypatch.setattr("app.compute.background.PATIENCE", 60.0)


@pytest.fixture(scope="session")
def new_browser() -> Callable[[], Kept]:
    """Makes what one browser keeps, empty as at the first visit."""
    return Kept


@pytest.fixture(scope="session")
def unpack() -> Callable[[bytes], Any]:
    """Bytes for the stage as the values that the stage reads."""
    return _unpack


@pytest.fixture
def visit(unpack: Unpack, new_browser: Callable[[], Any]) -> Callable[..., Visit]:
    """Opens the app with these query parameters."""
    return lambda **query: Visit(unpack, new_browser(), query)


@pytest.fixture
def open_model(unpack: Unpack, new_browser: Callable[[], Any]) -> Open:
    """Opens the scene of the visitor's own model with these query parameters."""
    return lambda **query: ModelVisit(unpack, new_browser(), {"scene": "model", **query})
