"""What was made before the rooms were moved opens as it did: links, scenes, exported files.

The files in tests/before were written by the release of that time and are not written anew.
"""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from safetensors.numpy import load

from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.setting import link
from app.setting.source import MADE_HERE
from gru_core import run
from gru_core.cli import headless
from gru_core.cli.headless import Run
from gru_core.export.cell_run import CellRun
from gru_core.export.kinds import ending_of, write
from gru_core.formats import read
from gru_core.scenes.files import load_scene
from gru_core.scenes.scene import situation

BEFORE = Path(__file__).parent / "before"
LINKS: list[dict[str, Any]] = json.loads((BEFORE / "links.json").read_text(encoding="utf-8"))
EXPORTS = sorted((BEFORE / "exports").glob("cue-*"))
READABLE = (".safetensors", ".onnx", ".weights.npz")
EXACT = (".csv", ".npz", ".safetensors", ".onnx", ".weights.npz", ".py")
CLOSE = 1e-12


def as_now(kept: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The numbers at the cursor of a kept link, and the sum of every hidden state's size."""
    setting, _ = link.decode(dict(parse_qsl(kept["link"], keep_blank_values=True)), scenes())
    screen = screen_of(setting)
    found = {}
    for cell, trace in screen.traces.items():
        unit = min(screen.unit, trace.units - 1)
        found[cell] = {
            name: float(screen.shown_track(cell, name, trace[name])[screen.step, unit])
            for name in trace
        }
        found[cell]["sum of h"] = float(np.abs(trace["hidden"]).sum())
    return found


# The scenes that there were: more have come since.
SCENES = ("pulse", "cue", "slate", "book", "binary", "crowd", "elnino", "reader")


@pytest.mark.parametrize("kept", LINKS, ids=lambda kept: kept["link"][:60])
def test_a_link_of_before_opens_the_same_screen(kept: dict[str, Any]) -> None:
    setting, rejected = link.decode(dict(parse_qsl(kept["link"], keep_blank_values=True)), scenes())
    screen = screen_of(setting)
    names = [", ".join((*known, *MADE_HERE)) for known in (SCENES, scenes())]
    assert rejected == [text.replace(*names) for text in kept["rejected"]]
    assert list(screen.problems) == kept["problems"]
    assert (screen.scene.title, screen.step, screen.unit) == (
        kept["title"],
        kept["step"],
        kept["unit"],
    )
    assert urlencode(link.encode(setting)[0]) == kept["again"]
    numbers = as_now(kept)
    assert numbers.keys() == kept["numbers"].keys()
    for cell, tracks in kept["numbers"].items():
        assert numbers[cell] == pytest.approx(tracks, abs=CLOSE, rel=CLOSE)


def test_no_scene_of_before_is_gone() -> None:
    named = {dict(parse_qsl(kept["link"])).get("scene", "pulse") for kept in LINKS}
    assert {"pulse", "crowd", "elnino", "reader", "own", "model"} <= named
    assert named - {"own", "model", "nowhere"} <= set(scenes())


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((BEFORE / "scenes").glob("*.json")) if p.stem != "index"],
    ids=lambda path: path.stem,
)
def test_a_scene_file_of_before_runs_the_same(path: Path) -> None:
    made = situation(load_scene(path))
    kept = next(one for one in LINKS if one["link"] == f"scene={path.stem}")
    for cell, tracks in kept["numbers"].items():
        trace = run(made.weights[cell], made.x, made.initials[cell])  # type: ignore[index]
        total = float(np.abs(trace["hidden"]).sum())
        assert total == pytest.approx(tracks["sum of h"], rel=CLOSE)


def cell_of(path: Path) -> str:
    return path.name.partition(".")[0].removeprefix("cue-")


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_file_is_exported_as_before(path: Path) -> None:
    scene, made = headless.situated(headless.find_scene("cue"), Run(cells=(cell_of(path),)))  # type: ignore[arg-type]
    cell: Any = cell_of(path)
    trace = run(made.weights[cell], made.x, made.initials[cell], exactly=True)
    sequence = scene.sequence
    assert sequence is not None
    ending = ending_of(path.name)
    exported = CellRun(
        path.name[: -len(ending)],
        scene.name,
        scene.title,
        made.weights[cell],
        trace,
        sequence.labels,
        sequence.channels,
    )
    stream = io.BytesIO()
    write(stream, exported, ending)
    if ending == ".npz":
        before, now = np.load(path), np.load(io.BytesIO(stream.getvalue()))
        assert before.files == now.files
        for name in before.files:
            np.testing.assert_array_equal(before[name], now[name])
    elif ending == ".safetensors":  # its library writes the header in any order
        before, now = load(path.read_bytes()), load(stream.getvalue())
        assert before.keys() == now.keys()
        for name in before:
            np.testing.assert_array_equal(before[name], now[name])
    else:
        assert stream.getvalue() == path.read_bytes()


@pytest.mark.parametrize(
    "path",
    [path for path in EXPORTS if path.name.endswith(READABLE)],
    ids=lambda path: path.name,
)
def test_exported_weights_of_before_are_read(path: Path) -> None:
    _, made = headless.situated(headless.find_scene("cue"), Run(cells=(cell_of(path),)))  # type: ignore[arg-type]
    [entry] = read(path.read_bytes(), path.name).entries
    weights = made.weights[entry.cell]
    [[layer]] = entry.layers
    for part in ("w_x", "w_h"):
        np.testing.assert_allclose(getattr(layer, part), getattr(weights, part), rtol=1e-6)


def test_a_run_of_before_is_the_run_of_now(tmp_path: Path) -> None:
    scene = headless.find_scene("cue")
    now = headless.run_scene(scene, Run())
    before = np.load(BEFORE / "run-cue.npz")
    assert set(before.files) == set(now)
    for name in before.files:
        np.testing.assert_array_equal(before[name], now[name])


SCRIPTS = sorted((BEFORE / "exports").glob("*.py"))
# What runs them all: importing torch takes longer than any of them.
DRIVER = """
import runpy, sys
for path in sys.argv[1:]:
    print("ran", path)
    runpy.run_path(path, run_name="__main__")
"""


@pytest.fixture(scope="module")
def printed() -> dict[Path, str]:
    """What each script of before prints."""
    command = [sys.executable, "-c", DRIVER, *map(str, SCRIPTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(SCRIPTS, done.stdout.split("ran ")[1:], strict=True))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_of_before_still_comes_to_its_trace(printed: dict[Path, str], path: Path) -> None:
    assert "Largest difference to torch.nn" in printed[path]
