"""Stacks of layers, and layers that also read backward."""

import numpy as np
import pytest

from gru_core import run
from gru_core.errors import ShapeError, UnknownNameError
from gru_core.run import run_backward, run_layers


def test_each_layer_reads_the_output_of_the_one_below(make_layer, x) -> None:
    low, high = make_layer("gru", 3, 4), make_layer("lstm", 4, 2, seed=5)
    stack = run_layers([low, high], x)
    below = run(low, x)["hidden"]
    np.testing.assert_array_equal(stack.layers[0].output, below)
    np.testing.assert_array_equal(stack.output, run(high, below)["hidden"])


def test_a_backward_layer_has_read_the_last_step_first(layer, x) -> None:
    trace = run_backward(layer, x)
    for name, track in run(layer, x[::-1]).items():
        np.testing.assert_array_equal(trace[name], track[::-1])
    np.testing.assert_array_equal(trace.x, x)


@pytest.mark.parametrize(
    ("merge", "combine"),
    [
        ("concat", lambda a, b: np.hstack((a, b))),
        ("sum", np.add),
        ("mean", lambda a, b: (a + b) / 2),
        ("product", np.multiply),
    ],
)
def test_two_directions_merge_as_named(make_layer, x, merge, combine) -> None:
    pair = make_layer(seed=1), make_layer(seed=2)
    stack = run_layers([pair], x, merge=merge)
    forward, backward = run(pair[0], x)["hidden"], run(pair[1], x[::-1])["hidden"][::-1]
    np.testing.assert_array_equal(stack.output, combine(forward, backward))


def test_initial_states_reach_their_layer_and_direction(make_layer, x) -> None:
    low, pair = make_layer(), (make_layer("gru", 4, seed=1), make_layer("gru", 4, seed=2))
    a, b, c = np.random.default_rng(0).normal(size=(3, 4))
    layers = run_layers([low, pair], x, [a, (b, c)]).layers
    starts = layers[0].forward.initial + layers[1].forward.initial + layers[1].backward.initial
    np.testing.assert_array_equal(np.stack(starts), np.stack((a, b, c)))


def test_a_layer_that_does_not_fit_is_named(make_layer, x) -> None:
    with pytest.raises(ShapeError, match="layer 1 takes 3 inputs; what it reads has 4"):
        run_layers([make_layer(), make_layer()], x)


def test_directions_of_different_size_can_only_be_put_side_by_side(make_layer, x) -> None:
    pair = make_layer(units=4), make_layer(units=2)
    assert run_layers([pair], x).output.shape == (7, 6)
    with pytest.raises(ShapeError, match="layer 0 has 4 units forward and 2 backward"):
        run_layers([pair], x, merge="sum")


def test_a_stack_needs_a_layer_and_as_many_initial_states(make_layer, x) -> None:
    with pytest.raises(ShapeError, match="there are 0 layers"):
        run_layers([], x)
    with pytest.raises(ShapeError, match="there are 1 layers and 2 initial states"):
        run_layers([make_layer()], x, [None, None])


def test_an_unknown_merge_is_answered_with_the_known(make_layer, x) -> None:
    with pytest.raises(UnknownNameError, match="concat, sum, mean, product"):
        run_layers([make_layer()], x, merge="max")
