"""A program is the core's own step, written down. What a page makes of it: tests/app/messages."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from gru_core.conventions import TRACKS
from gru_core.program import BEFORE, numbers_program, step_program, vectors_program
from gru_core.recording import KINDS, Record
from gru_core.weights import PARTS

STAGE = Path(__file__).parents[2] / "assets" / "stage"
OTHERS = {"number", "product", "choose", "part", "pick", "hold"}
FLOATS = np.dtype(np.float64)


def test_a_program_has_known_operations_of_earlier_slots(layer) -> None:
    for program in (step_program(layer), numbers_program(layer, "write"), vectors_program(layer)):
        first = len(program.given)
        for at, one in enumerate(program.operations, start=first):
            assert one.kind in OTHERS | set(KINDS.values())
            assert all(slot < at for slot in one.of)
        assert set(program.made.values()) <= set(range(first + len(program.operations)))
        assert json.loads(json.dumps(program.told()))["made"] == dict(program.made)


def test_a_step_makes_every_track_of_weights_input_and_states(layer) -> None:
    program = step_program(layer)
    assert tuple(program.made) == TRACKS[layer.cell]
    states = [name for name in BEFORE.values() if name in program.given]
    assert set(program.given) == {*PARTS, "x", *states}
    held = [one.track for one in program.operations if one.kind == "hold"]
    assert sorted(held) == sorted(TRACKS[layer.cell])


def test_no_number_of_the_weights_is_in_a_program(layer) -> None:
    """Else an edit would need another one."""
    other = layer.with_value("b_x", (0, 0), 0.123).with_value("w_h", (0, 1, 0), -0.456)
    assert step_program(other) == step_program(layer)
    assert numbers_program(other) == numbers_program(layer)
    assert vectors_program(other) == vectors_program(layer)


def test_nothing_is_computed_that_nobody_asks_for(layer) -> None:
    program = numbers_program(layer)
    used = {slot for one in program.operations for slot in one.of} | set(program.made.values())
    first = len(program.given)
    assert used >= set(range(first, first + len(program.operations)))


@pytest.mark.parametrize(
    "act",
    [
        lambda a: np.sinh(a),
        lambda a: np.asarray(a),
        lambda a: a[[0, 1]],
        lambda a: a[::2],
        lambda a: a + np.add.reduce(a),
        lambda a: np.concatenate((a, a)),
        lambda a: a @ a.record.array("b", (3,), FLOATS),
    ],
)
def test_what_a_page_could_not_execute_is_not_recorded(act) -> None:
    with pytest.raises((TypeError, KeyError, AssertionError)):
        act(Record().array("a", (4,), FLOATS))


def test_no_equation_of_a_cell_stands_in_the_browser() -> None:
    """The functions of gates and states are called where programs are executed, and only there."""
    names = "reset|update|forget|candidate|previous"
    combined = re.compile(rf"\b({names})\w*(\[[^\]]*\]|\([^)]*\))?\s*[*]\s|[*]\s*({names})\b")
    for path in STAGE.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        code = "\n".join(line.split("//")[0] for line in text.splitlines())
        assert ("Math.tanh" in code) == (path.name == "program.js"), path
        assert ("Math.exp" in code) == (path.name == "program.js"), path
        assert not combined.search(re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)), path
