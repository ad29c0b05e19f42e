"""Exported scripts, run by PyTorch in a process of its own, come to the trace that was exported."""

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import gru_core as core
from gru_core.cli import headless
from gru_core.conventions import CELLS, TRACKS, Cell
from gru_core.errors import RangeError
from gru_core.export import kinds
from gru_core.export.cell_run import CellRun
from gru_core.export.script import companions, script
from gru_core.export.weights import safetensors_bytes, torch_refusal
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from tests.core.exporting import exported

SCENES = [scene.name for scene in headless.shipped_scenes()]
HELD = {
    "gru": "gru.update.1.1-3_1.0~gru.reset.all.0-1_0.0~gru.candidate.0.2_0.5"
    "~gru.hidden.0.4-end_1.5",
    "lstm": "lstm.forget.all.all_1.0~lstm.input.1.2_0.0~lstm.output.0.1-4_1.0~lstm.cell.1.3_2.0"
    "~lstm.cell.all.3_1.0~lstm.candidate.1.4_0.5~lstm.hidden.0.5_0.25",
    "rnn": "rnn.hidden.1.1-2_0.5~rnn.hidden.all.4_-0.25",
}
EDITS = {
    "gru": "x.2.0_0.7~gru.h0.1_-0.3~gru.w_h.candidate.0.1_0.4~gru.b_h.candidate.0_0.2",
    "lstm": "x.2.0_0.7~lstm.h0.0_0.3~lstm.c0.1_-1.5~lstm.b_x.forget.1_0.2",
    "rnn": "x.2.0_0.7~rnn.h0.1_0.9~rnn.w_x.hidden.0.0_0.1",
}
CHANGES: dict[str, dict[str, dict[str, Any]]] = {
    "gru": {
        "after": {"reset_after": True},
        "before": {"reset_after": False},
        "hard": {"gate_activation": "hard_sigmoid", "reset_after": False},
        "sixth": {"gate_activation": "hard_sigmoid_sixth"},
        "relu": {"state_activation": "relu"},
        "elu": {"state_activation": "elu(0.5)"},
        "softplus": {"state_activation": "softplus"},
    },
    "lstm": {
        "hard": {"gate_activation": "hard_sigmoid"},
        "sixth": {"gate_activation": "hard_sigmoid_sixth"},
        "relu": {"state_activation": "relu"},
        "relu6": {"state_activation": "relu6"},
        "softsign": {"state_activation": "softsign"},
        "leaky relu": {"state_activation": "leaky_relu(0.2)"},
        "scaled tanh": {"state_activation": "scaled_tanh(1.7159,0.6667)"},
    },
    "rnn": {
        "relu": {"state_activation": "relu"},
        "linear": {"state_activation": "linear"},
        "selu": {"state_activation": "selu"},
        "affine": {"state_activation": "affine(0.5,-0.25)"},
        "thresholded relu": {"state_activation": "thresholded_relu(0.25)"},
    },
}
GROWING = ("relu", "linear", "selu", "affine", "elu", "softplus", "leaky relu", "thresholded relu")
# What runs them all: importing torch takes longer than any of them.
DRIVER = """
import runpy, sys, torch
for path in sys.argv[1:]:
    print("ran", path)
    trace = runpy.run_path(path)["trace"]
    torch.save(trace, path.removesuffix(".py") + ".pt")
"""
CLOSE = 1e-6
Traces = Mapping[str, torch.Tensor]


def large(cell: Cell) -> CellRun:
    """A cell of the visitor's own scene where that is in float32."""
    scene = own_scene(Own(source="noise", steps=1500, units=100), 0)
    made = situation(scene, CELLS)
    weights, initial = made.weights[cell], made.initials[cell]
    trace = core.run(weights, made.x, initial, exactly=True)
    words = scene.sequence.labels, scene.sequence.channels
    return CellRun(f"large-{cell}", scene.name, scene.title, weights, trace, *words)


def cases() -> Iterator[tuple[str, CellRun]]:
    """Every cell of every scene: as it is, changed and held, and with some other functions.

    Each function has a third of the scenes, which differ in numbers alone: no line of a script
    depends on a function and on a scene.
    """
    yield from ((f"large-{cell}", large(cell)) for cell in CELLS)
    for at, scene in enumerate(SCENES):
        for cell in CELLS:
            yield f"{scene}-{cell}", exported(scene, cell)
            changed = exported(scene, cell, EDITS[cell], HELD[cell])
            yield f"{scene}-{cell}-changed", changed
            for name, changes in list(CHANGES[cell].items())[at % 3 :: 3]:
                try:
                    yield (
                        f"{scene}-{cell}-{name}",
                        exported(scene, cell, held=HELD[cell], **changes),
                    )
                except RangeError:  # with these a state may grow without end
                    assert name in GROWING


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[CellRun, Traces, str]]:
    """Every case with the trace of its script and what the script printed."""
    made = dict(cases())
    assert {run.trace.dtype.name for run in made.values()} == {"float32", "float64"}
    scripts = [written(run, tmp_path_factory.mktemp(name)) for name, run in made.items()]
    printed = python("-c", DRIVER, *map(str, scripts))
    traces = [torch.load(path.with_suffix(".pt"), weights_only=True) for path in scripts]
    return {
        name: (run, trace, said)
        for (name, run), trace, said in zip(
            made.items(), traces, printed.split("ran ")[1:], strict=True
        )
    }


def written(run: CellRun, folder: Path) -> Path:
    """The script, and beside it what it reads."""
    for file in (f"{run.stem}.py", *companions(run)):
        with (folder / file).open("xb") as stream:
            kinds.write(stream, run, kinds.ending_of(file))
    return folder / f"{run.stem}.py"


def python(*arguments: str) -> str:
    """What such a process prints, which knows nothing of us and takes a warning for an error."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", *arguments],
        cwd="/",
        env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.mark.thorough
def test_every_gate_of_every_scene_and_cell_is_reproduced_to_a_millionth(ran) -> None:
    assert len(ran) > len(SCENES) * 2 * len(CELLS)
    for cell, changes in CHANGES.items():  # some states of relu have no end, and none everywhere
        assert {one for one in changes if any(n.endswith(f"-{cell}-{one}") for n in ran)} == {
            *changes
        }
    for name, (run, trace, _) in ran.items():
        assert tuple(trace) == TRACKS[run.cell]
        # States of relu may be large: a millionth of them then.
        scale = max(1.0, *(float(np.abs(values).max()) for values in run.trace.values()))
        for track, values in run.trace.items():
            found = trace[track].numpy()
            err = f"{name} {track}"
            np.testing.assert_allclose(found, values, rtol=0, atol=CLOSE * scale, err_msg=err)


def test_what_is_held_and_edited_shows_in_the_trace(ran) -> None:
    """Else the test above could pass with neither."""
    for name, (run, _, _) in ran.items():
        if name.endswith("-changed"):
            plain = ran[name.removesuffix("-changed")][1]["hidden"]
            assert np.abs(plain.numpy() - run.trace["hidden"]).max() > 0.01, name


def test_the_layer_of_torch_agrees_wherever_there_is_one(ran) -> None:
    agreed = 0
    for name, (run, _, said) in ran.items():
        compared = f"Largest difference to torch.nn.{run.cell.upper()}: " in said
        assert compared == (not torch_refusal(run.weights)), name
        agreed += compared
    assert agreed > 3 * len(SCENES)


@pytest.mark.parametrize("cell", CELLS)
def test_load_state_dict_takes_the_weights_as_they_are(cell, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    run = exported("crowd", cell, EDITS[cell])
    path = tmp_path / "weights.safetensors"
    path.write_bytes(safetensors_bytes(run))
    kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell]
    layer = kind(run.weights.input_size, run.weights.units, dtype=torch.float64)
    layer.load_state_dict(load_file(path))
    states = [torch.tensor(state)[None] for state in run.trace.initial]
    with torch.no_grad():
        output, _ = layer(torch.tensor(run.trace.x), tuple(states) if cell == "lstm" else states[0])
    np.testing.assert_allclose(output.numpy(), run.trace["hidden"], rtol=0, atol=1e-12)


def test_a_script_that_disagrees_with_torch_fails(tmp_path: Path) -> None:
    text = script(exported("cue", "gru", EDITS["gru"]))
    wrong = text.replace(
        "update * h + (1 - update) * candidate", "(1 - update) * h + update * candidate"
    )
    assert wrong != text
    path = tmp_path / "wrong.py"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(AssertionError):
        runpy.run_path(str(path))
