"""A scene of a loaded model: any layer in any direction, reading what it reads in the model."""

from typing import Any

import numpy as np
import pytest

from gru_core import run
from gru_core.errors import RangeError
from gru_core.formats.answers import answered
from gru_core.formats.model import Direction, Entry
from gru_core.formats.running import Ready, run_ready
from gru_core.inputs.feed import Feed, fed
from gru_core.inputs.sequences import Sequence
from gru_core.scenes.companions import companion
from gru_core.scenes.loaded import MOST_BELOW, MOST_INPUTS, MOST_NUMBERS, NAME, model_scene
from gru_core.scenes.scene import Scene, situation

UNITS = 5


def entry(
    cell: Any = "gru", directions: int = 2, layers: int = 2, seed: int = 7, **more: Any
) -> Entry:
    """Distinct weights everywhere."""
    rng = np.random.default_rng(seed)
    gates = {"gru": 3, "lstm": 4, "rnn": 1}[cell]

    def direction(inputs: int) -> Direction:
        shapes = ((gates, UNITS, inputs), (gates, UNITS, UNITS), (gates, UNITS), (gates, UNITS))
        w_x, w_h, b_x, b_h = (rng.normal(0, 0.3, shape).astype(np.float32) for shape in shapes)
        return Direction(w_x, w_h, b_x, b_h)

    stack = tuple(
        tuple(direction(3 if at == 0 else UNITS * directions) for _ in range(directions))
        for at in range(layers)
    )
    says = {"gate_activation": "sigmoid", "state_activation": "tanh", "backward": "false"}
    if cell == "rnn":
        del says["gate_activation"]
    if cell == "gru":
        says["reset_after"] = "true"
    if directions == 2:
        del says["backward"]
    return Entry("it", cell, stack, says=says | more)


def hidden(scene: Scene) -> np.ndarray:
    ((cell, weights),) = scene.weights.items()
    assert scene.sequence is not None
    initial: Any = scene.initials.get(cell)
    return run(weights, scene.sequence.x, initial, exactly=True)["hidden"]


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("backward", [False, True])
def test_a_layer_on_the_stage_has_the_states_that_it_has_in_the_model(
    cell: str, layer: int, backward: bool
) -> None:
    ready = answered(entry(cell), {})
    sequence = fed(Feed("noise", 9), 3, 1)
    whole = run_ready(ready, sequence.x)
    scene = model_scene(ready, sequence, layer, backward)
    truth = whole.layers[layer]["backward" if backward else "forward"]["hidden"]
    np.testing.assert_array_equal(hidden(scene), truth[::-1] if backward else truth)
    assert scene.sequence is not None
    assert scene.sequence.labels[0] == ("9" if backward else "1")
    assert len(scene.sequence.channels) == scene.sequence.x.shape[1]


def test_a_layer_that_reads_backward_only_is_shown_as_it_reads() -> None:
    ready = answered(entry(directions=1, layers=1, backward="true"), {})
    sequence = fed(Feed("noise", 9), 3, 1)
    scene = model_scene(ready, sequence, 0, True)
    truth = run_ready(ready, sequence.x).layers[0]["backward"]["hidden"]
    np.testing.assert_array_equal(hidden(scene), truth[::-1])
    with pytest.raises(RangeError, match="reads backward only"):
        model_scene(ready, sequence, 0, False)


def test_the_scene_keeps_the_models_weights_and_draws_the_cell_beside_them() -> None:
    ready = answered(entry("lstm"), {})
    scene = model_scene(ready, fed(Feed("noise", 9), 3, 1))
    found = situation(scene, ("lstm",))
    assert found.weights["lstm"] is ready.directions[0][0]
    assert found.weights["gru"].units == UNITS
    assert found.weights["gru"].dtype == np.float32
    assert scene.name == NAME


def test_initial_states_of_the_file_are_those_of_the_scene() -> None:
    made = entry(directions=1, layers=1)
    start = np.full(UNITS, 0.5, np.float32)
    first = made.layers[0][0]
    layers = ((Direction(first.w_x, first.w_h, first.b_x, first.b_h, (start,)),),)
    ready: Ready = answered(Entry("it", "gru", layers, says=made.says), {})
    sequence = fed(Feed("noise", 9), 3, 1)
    scene = model_scene(ready, sequence)
    np.testing.assert_array_equal(scene.initials["gru"][0], start)
    np.testing.assert_array_equal(hidden(scene), run_ready(ready, sequence.x).output)


def test_a_layer_that_is_not_there_is_refused() -> None:
    ready = answered(entry(), {})
    with pytest.raises(RangeError, match="no layer 3; the model has 2"):
        model_scene(ready, fed(Feed("noise", 9), 3, 1), 2)


def test_a_layer_of_too_many_inputs_is_refused() -> None:
    shapes = ((1, 1, MOST_INPUTS + 1), (1, 1, 1), (1, 1), (1, 1))
    direction = Direction(*(np.zeros(shape, np.float32) for shape in shapes))
    ready = answered(Entry("it", "rnn", ((direction,),), says=entry("rnn", 1).says), {})
    with pytest.raises(RangeError, match="takes 100,001 inputs; layers of up to 100,000"):
        model_scene(ready, fed(Feed("noise", 2), MOST_INPUTS + 1, 1))


@pytest.mark.parametrize(
    ("layer", "steps", "words"),
    [
        (0, MOST_NUMBERS // UNITS, "too many for one picture; up to 1,040,000 steps"),
        (2, MOST_BELOW // (4 * UNITS), "for the 20 units below layer 3; up to 520,000 steps"),
    ],
)
def test_a_run_too_large_is_refused_before_it_is_run(layer: int, steps: int, words: str) -> None:
    ready = answered(entry(layers=3), {})
    x = np.zeros((steps + 1, 3), np.float32)
    with pytest.raises(RangeError, match=words):
        model_scene(ready, Sequence(x, ("",) * len(x), ("a", "b", "c")), layer)


def test_the_other_direction_and_the_layer_above_are_those_of_the_file() -> None:
    sequence = fed(Feed("noise", 9), 3, 1)
    both = answered(entry(), {})
    scene = model_scene(both, sequence)
    beside = scene.weights["gru"]
    other = companion(scene, beside, "backward", 9)
    np.testing.assert_array_equal(other.w_h, both.directions[0][1].w_h)
    assert "second" not in scene.companions  # it reads both directions, and so not this one alone
    stack = answered(entry(directions=1), {})
    scene = model_scene(stack, sequence)
    above = companion(scene, scene.weights["gru"], "second", 9)
    truth = run_ready(stack, sequence.x).output
    np.testing.assert_array_equal(run(above, hidden(scene), exactly=True)["hidden"], truth)
    drawn = companion(scene, scene.weights["gru"], "backward", 9)
    assert drawn.units == UNITS
