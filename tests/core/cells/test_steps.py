"""The equations stand once: NumPy, torch and the exported scripts compute by the same text."""

import inspect
import sys
from types import CodeType, SimpleNamespace

import numpy as np
import pytest
from numpy.lib.mixins import NDArrayOperatorsMixin

from gru_core import run
from gru_core.cells.activations import ACTIVATIONS
from gru_core.cells.steps import STEPS
from gru_core.conventions import CELLS, GATE_ACTIVATIONS, STATE_ACTIVATIONS, TRACKS
from gru_core.export.script_step import WIDTH, step_text
from gru_core.phase.one_state import stepper
from gru_core.weights import PROJECTION
from tests.core.conftest import LAYERS


class Recording(NDArrayOperatorsMixin):
    """An array that can only be added, multiplied and the like, sliced, and asked for one entry."""

    __iter__ = None

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __array_ufunc__(self, ufunc, method, *inputs):
        assert method == "__call__"
        return Recording(ufunc(*(i.numbers if isinstance(i, Recording) else i for i in inputs)))

    def __array__(self, *_, **__):
        raise AssertionError("A step makes an array of NumPy out of what it was given.")

    def __getitem__(self, index):
        assert isinstance(index, int | slice), index
        return Recording(self.numbers[index])


def others(weights, made):
    """The weights as another kind of arrays."""
    return SimpleNamespace(
        **{PROJECTION: None} | {name: made(one) for name, one in weights.arrays.items()},
        reset_after=getattr(weights, "reset_after", None),
        gate=weights.gate,
        squash=weights.squash,
    )


def functions_called(work) -> set[CodeType]:
    found = set()
    sys.setprofile(lambda frame, *_: found.add(frame.f_code))
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


def halved(track, value):
    """What is put in for some tracks, so that a track that is not passed through is noticed."""
    return value / 2 if track in ("update", "forget", "candidate", "hidden") else value


def test_a_step_names_the_tracks_of_its_cell_in_their_order() -> None:
    assert tuple(STEPS) == CELLS
    for cell, step in STEPS.items():
        made = inspect.signature(step, eval_str=True).return_annotation
        assert made._fields == TRACKS[cell]


def test_torch_and_numpy_call_the_same_function(layer, x, start) -> None:
    step = STEPS[layer.cell].__code__
    assert step in functions_called(lambda: run(layer, x, start, engine="torch"))
    assert step in functions_called(lambda: stepper(layer, x[0])(np.concatenate(start)))


@pytest.mark.parametrize("gate", GATE_ACTIVATIONS)
@pytest.mark.parametrize("state", STATE_ACTIVATIONS)
@pytest.mark.parametrize("kind", LAYERS)
def test_a_step_takes_any_array_that_adds_multiplies_and_is_sliced(
    make_layer, x, kind, gate, state
) -> None:
    gates = {} if kind == "rnn" else {"gate_activation": gate}
    weights = make_layer(kind, **gates, state_activation=state)
    states = [np.array([0.3, -0.7, 2.1, -1.9])] * (2 if kind == "lstm" else 1)
    step = STEPS[weights.cell]
    recorded = step(others(weights, Recording), *map(Recording, (x[0], *states)), halved)
    for found, wanted in zip(recorded, step(weights, x[0], *states, halved), strict=True):
        np.testing.assert_array_equal(found.numbers, wanted)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_keeps_the_kind_of_its_array(name) -> None:
    values = np.linspace(-4, 4, 9)
    function = ACTIVATIONS[name].function
    np.testing.assert_array_equal(function(Recording(values)).numbers, function(values))


@pytest.mark.parametrize("holds", [False, True])
def test_the_step_of_a_script_is_that_of_the_core(layer, x, start, holds) -> None:
    """Run on arrays of NumPy, so that the same numbers have to come out to the last bit."""
    there = vars(others(layer, np.array))
    exec(step_text(layer, holds=holds), there)
    given = [halved] if holds else []
    found = there["step"](x[0], *start, *given)
    wanted = STEPS[layer.cell](layer, x[0], *start, *given)
    assert tuple(found) == TRACKS[layer.cell]
    for track, value in found.items():
        np.testing.assert_array_equal(value, getattr(wanted, track))


def test_the_lines_of_a_script_are_those_of_the_core(layer) -> None:
    """But for `w.` and the name of replace; of two ways to a state there is one."""
    source = inspect.getsource(STEPS[layer.cell]).replace("w.", "")
    text = step_text(layer, holds=True).replace("hold(", "replace(")
    computed = text[: text.index("    return")].splitlines()[1:]
    assert all(line.strip() in source for line in computed)
    assert source.count(" = ") - text.count(" = ") == 1 + (layer.cell != "rnn")  # replace = …
    assert max(map(len, text.splitlines())) <= WIDTH


def test_without_what_is_held_a_script_reads_as_the_equations_do(layer) -> None:
    text = step_text(layer, holds=False)
    assert "hold" not in text
    assert "replace" not in text
    assert "w." not in text
    assert "reset_after" not in text
