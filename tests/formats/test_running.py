"""A layer of a file gives what its framework gives: the whole sequence, and every gate."""

import numpy as np
import pytest

from gru_core import run
from gru_core.errors import EmptySequenceError, NotFiniteError, ShapeError, UnknownNameError
from gru_core.formats.answers import answered
from gru_core.formats.running import initials_of, run_ready
from gru_core.formats.tracing import trace_arrays
from gru_core.run import MERGES, run_backward, run_layers
from tests.formats.entries import SAID, make_entry

X = np.random.default_rng(5).normal(size=(6, 3)).astype(np.float32)
BACKWARD = {**SAID, "backward": "true"}


def ready(*arguments, **more):
    return answered(make_entry(*arguments, **more), {})


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("directions", [1, 2])
def test_a_stack_gives_what_its_layers_give(cell, directions) -> None:
    one = ready(cell, layers=3, directions=directions)
    made, wanted = run_ready(one, X), run_layers(one.layers, X, exactly=True)
    np.testing.assert_array_equal(made.output, wanted.output)
    assert made.output.shape == (6, 4 * directions)
    assert made.output.dtype == np.float32
    assert [tuple(layer) for layer in made.layers] == [("forward", "backward")[:directions]] * 3
    for layer, expected in zip(made.layers, wanted.layers, strict=True):
        np.testing.assert_array_equal(layer["forward"]["hidden"], expected.forward["hidden"])
        if directions == 2:
            np.testing.assert_array_equal(layer["backward"]["hidden"], expected.backward["hidden"])


@pytest.mark.parametrize("merge", MERGES)
def test_two_directions_are_merged_as_the_file_says(merge) -> None:
    one = ready(directions=2, merge=merge)
    forward, backward = one.directions[0]
    both = run(forward, X, exactly=True), run_backward(backward, X, exactly=True)
    wanted = MERGES[merge](*(trace["hidden"] for trace in both))
    np.testing.assert_array_equal(run_ready(one, X).output, wanted)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_backward_stack_reads_from_the_end(layers) -> None:
    one = ready("lstm", layers=layers, says=BACKWARD)
    made, hidden = run_ready(one, X), X[::-1]
    for weights in one.layers:
        hidden = run(weights, hidden, exactly=True)["hidden"]
    np.testing.assert_array_equal(made.output, hidden[::-1])
    assert [tuple(layer) for layer in made.layers] == [("backward",)] * layers
    assert made.layers[0]["backward"].backward
    np.testing.assert_array_equal(made.layers[0]["backward"].x, X)


def test_an_output_left_in_order_of_reading_has_the_last_step_first() -> None:
    plain, read = (ready(says=BACKWARD, reading_order=order) for order in (False, True))
    assert not np.array_equal(run_ready(plain, X).output, run_ready(read, X).output)
    np.testing.assert_array_equal(run_ready(plain, X).output[::-1], run_ready(read, X).output)
    tracks = [run_ready(one, X).layers[0]["backward"]["update"] for one in (plain, read)]
    np.testing.assert_array_equal(*tracks)  # on the axis of x in both


def test_the_order_of_reading_means_nothing_to_a_layer_that_reads_forward() -> None:
    outputs = [run_ready(ready(reading_order=order), X).output for order in (False, True)]
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("says", [SAID, BACKWARD])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_initial_states_of_the_file_are_used(cell, says) -> None:
    one, without = (ready(cell, says=says, initial=initial) for initial in (True, False))
    assert not np.array_equal(run_ready(one, X).output, run_ready(without, X).output)
    (trace,) = run_ready(one, X).layers[0].values()
    for state, own in zip(trace.initial, one.initials[0][0], strict=True):
        np.testing.assert_array_equal(state, own)


def test_a_direction_may_have_initial_states_and_the_other_none() -> None:
    entry, other = make_entry(directions=2), make_entry(directions=2, initial=True)
    mixed = ((entry.layers[0][0], other.layers[0][1]),)
    one = answered(type(entry)("mixed", "gru", mixed, says=SAID), {})
    layer = run_ready(one, X).layers[0]
    assert not layer["forward"].initial[0].any()
    np.testing.assert_array_equal(layer["backward"].initial[0], mixed[0][1].initial[0])


def test_given_states_go_to_layers_and_directions_in_the_order_of_pytorch() -> None:
    one = ready("lstm", layers=2, directions=2, initial=True)
    hidden = np.random.default_rng(1).normal(size=(4, 4)).astype(np.float32)
    found = initials_of(one, {"hidden": hidden})
    flat = [states for layer in found for states in layer]
    own = [states for layer in one.initials for states in layer]
    for row, states, before in zip(hidden, flat, own, strict=True):
        np.testing.assert_array_equal(states[0], row)
        np.testing.assert_array_equal(states[1], before[1])  # the cell state is still the file's
    layers = run_ready(one, X, found).layers
    np.testing.assert_array_equal(layers[1]["backward"].initial[0], hidden[3])


def test_a_single_layer_takes_a_single_vector() -> None:
    state = np.arange(4.0)
    ((states,),) = initials_of(ready(), {"hidden": state})
    np.testing.assert_array_equal(states[0], state)


@pytest.mark.parametrize(
    ("shape", "layers", "needed"),
    [
        ((4,), 2, r"\(2, 4\)"),
        ((1, 4), 2, r"\(2, 4\)"),
        ((5,), 1, r"\(1, 4\)"),
        ((), 1, r"\(1, 4\)"),
    ],
)
def test_states_of_another_shape_are_refused(shape, layers, needed) -> None:
    with pytest.raises(ShapeError, match=f"the initial hidden has shape .*; it needs {needed}"):
        initials_of(ready(layers=layers), {"hidden": np.zeros(shape)})


def test_a_gru_has_no_cell_state() -> None:
    with pytest.raises(UnknownNameError, match="The GRU has no cell state; it has hidden"):
        initials_of(ready(), {"cell": np.zeros(4)})


@pytest.mark.parametrize(
    ("x", "kind", "says"),
    [
        (np.zeros((4, 2)), ShapeError, r"x has shape \(4, 2\); these weights take 3 inputs"),
        (np.zeros(4), ShapeError, r"x has shape \(4,\); a sequence has two axes"),
        (np.zeros((0, 3)), EmptySequenceError, "x has no steps"),
        (np.full((2, 3), np.nan), NotFiniteError, r"x\[0, 0\] is nan"),
    ],
)
@pytest.mark.parametrize("says_backward", [SAID, BACKWARD])
def test_an_input_that_does_not_fit_is_refused(x, kind, says, says_backward) -> None:
    for function in (run_ready, trace_arrays):
        with pytest.raises(kind, match=says):
            function(ready(says=says_backward), x)


# A batch --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_a_batch_gives_what_its_sequences_give_alone(cell) -> None:
    one = ready(cell, layers=2, directions=2)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(6, 5, 3)).astype(np.float32)
    hidden = rng.normal(size=(4, 5, 4)).astype(np.float32)
    whole = trace_arrays(one, x, {"hidden": hidden})
    assert whole["output"].shape == (6, 5, 8)
    for at in range(5):
        alone = trace_arrays(one, x[:, at], {"hidden": hidden[:, at]})
        assert set(alone) == set(whole)
        for name, array in alone.items():
            stacked = whole[name][:, at] if array.ndim == 2 else whole[name][at]
            # Sums over a batch may round otherwise: the last digit of float32, and a layer later.
            np.testing.assert_allclose(stacked, array, rtol=0, atol=1e-6, err_msg=name)


def test_states_without_a_batch_are_those_of_every_sequence() -> None:
    x = np.random.default_rng(3).normal(size=(6, 2, 3))
    made = trace_arrays(ready(), x, {"hidden": np.arange(4.0)})
    np.testing.assert_array_equal(made["layer0.forward.h0"], [np.arange(4.0)] * 2)


def test_a_batch_of_another_size_is_refused() -> None:
    x = np.zeros((6, 2, 3))
    with pytest.raises(ShapeError, match=r"x has 2 sequences, so its axis batch needs 2"):
        trace_arrays(ready(), x, {"hidden": np.zeros((1, 3, 4))})
    with pytest.raises(EmptySequenceError, match="x has no sequences"):
        trace_arrays(ready(), x[:, :0])


def test_what_would_fill_the_memory_is_refused() -> None:
    x = np.zeros((20_000_000, 1), np.float32)
    says = r"come to 320,000,000 numbers \(1,280 MB\); up to 250,000,000 \(1,000 MB\) are recorded"
    with pytest.raises(ValueError, match=says):
        trace_arrays(ready(inputs=1), x)
