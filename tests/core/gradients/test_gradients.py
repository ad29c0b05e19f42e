"""Gradients over distance: what they are made of, and what they refuse."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gru_core import GRUWeights, Trace, run
from gru_core.cells.activations import function_of
from gru_core.changes.interventions import Intervention
from gru_core.conventions import GATES, STATES
from gru_core.errors import RangeError, ShapeError, UnknownNameError
from gru_core.gradients import gradient_by_distance, jacobian_at, jacobians
from gru_core.initialize import initialize
from gru_core.run import run_backward

EPS = 1e-6  # of central differences, whose error is then about 1e-10


def slopes(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """The Jacobian by central differences, (what comes out, what goes in)."""
    columns = []
    for index in range(at.size):
        change = np.zeros(at.size)
        change[index] = EPS
        moved = [function(at + sign * change.reshape(at.shape)) for sign in (1, -1)]
        columns.append((moved[0] - moved[1]).ravel() / (2 * EPS))
    return np.stack(columns, axis=1)


def started(trace: Trace, k: int) -> tuple[np.ndarray, ...]:
    """The states after k steps."""
    if k == 0:
        return trace.initial
    return tuple(trace[name][k - 1] for name in STATES[trace.cell])


# Against runs ---------------------------------------------------------------------------------


def test_every_step_s_jacobian_is_the_slope_of_a_run_of_one_step(layer, x, start) -> None:
    trace, names = run(layer, x, start), STATES[layer.cell]

    def state_after(parts: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        one = run(layer, inputs[np.newaxis], tuple(np.split(parts, len(names))))
        return np.concatenate([one[name][0] for name in names])

    found = list(jacobians(layer, trace))
    assert [one.step for one in found] == list(range(7))
    for step, by_state, by_input in found:
        before, now = np.concatenate(started(trace, step)), x[step]
        by_hand = slopes(lambda s, now=now: state_after(s, now), before)
        np.testing.assert_allclose(by_state, by_hand, rtol=0, atol=1e-8)
        by_hand = slopes(lambda i, before=before: state_after(before, i), now)
        np.testing.assert_allclose(by_input, by_hand, rtol=0, atol=1e-8)


def test_sizes_over_any_distance_are_those_of_differences_of_runs(layer, x, start) -> None:
    trace, names = run(layer, x, start), STATES[layer.cell]
    squash = function_of(layer.state_activation)
    ours = gradient_by_distance(layer, trace)
    one = gradient_by_distance(layer, trace, unit=2)
    for k in range(7):
        for name in names:
            states = dict(zip(names, started(trace, k), strict=True))

            def last(value: np.ndarray, name=name, states=states, k=k) -> np.ndarray:
                changed = {**states, name: value}
                if name == "cell" and k > 0:  # what the output gate lets out follows it
                    changed["hidden"] = trace["output"][k - 1] * squash(value)
                changed = tuple(changed.values())
                return run(layer, x[k:], changed)["hidden"][-1]

            by_hand = slopes(last, states[name])
            assert ours[name][k] == pytest.approx(np.linalg.norm(by_hand), abs=1e-8)
            assert one[name][k] == pytest.approx(np.linalg.norm(by_hand[2]), abs=1e-8)

        def by_input(value: np.ndarray, k=k) -> np.ndarray:
            return run(layer, np.concatenate((x[:k], value[np.newaxis], x[k + 1 :])), start)[
                "hidden"
            ][-1]

        by_hand = slopes(by_input, x[k])
        assert ours["input"][k] == pytest.approx(np.linalg.norm(by_hand), abs=1e-8)


def test_the_target_itself_is_the_last_entry_and_its_gradient_the_identity(layer, x) -> None:
    whole = gradient_by_distance(layer, run(layer, x))
    assert len(whole["hidden"]) == len(whole["input"]) + 1 == 8
    assert whole["hidden"][-1] == pytest.approx(2.0)  # the root of four ones
    assert whole["gates"][-1] == 0
    for one in (
        gradient_by_distance(layer, run(layer, x), unit=1),
        gradient_by_distance(layer, run(layer, x), norm="spectral"),
    ):
        assert one["hidden"][-1] == 1
    if layer.cell == "lstm":
        trace = run(layer, x)
        out = trace["output"][-1] * (1 - np.tanh(trace["cell"][-1]) ** 2)
        assert whole["cell"][-1] == whole["direct"][-1] == pytest.approx(np.linalg.norm(out))
        assert gradient_by_distance(layer, trace, unit=1)["cell"][-1] == pytest.approx(out[1])


def test_one_unit_at_a_time_makes_the_whole(layer, x, start) -> None:
    """The squares of the rows add up: both are carried back by products of their own."""
    trace = run(layer, x, start)
    whole = gradient_by_distance(layer, trace)
    rows = [gradient_by_distance(layer, trace, unit=unit) for unit in range(4)]
    for name, curve in whole.items():
        added = np.sqrt(sum(row[name] ** 2 for row in rows))
        np.testing.assert_allclose(added, curve, rtol=1e-12, atol=1e-300, err_msg=name)


def test_a_backward_run_is_counted_in_the_order_it_was_read(layer, x, start) -> None:
    flipped = gradient_by_distance(layer, run(layer, x[::-1], start))
    ours = gradient_by_distance(layer, run_backward(layer, x, start))
    assert (flipped.last, ours.last) == (6, 0)
    assert (flipped.steps.tolist(), ours.steps.tolist()) == ([*range(7)], [*range(6, -1, -1)])
    for name, curve in flipped.items():
        np.testing.assert_allclose(ours[name], curve, rtol=1e-12)
    earlier = gradient_by_distance(layer, run_backward(layer, x, start), last=2)
    assert earlier.steps.tolist() == [6, 5, 4, 3, 2]


def test_an_earlier_target_is_the_end_of_a_shorter_run(layer, x, start) -> None:
    short = gradient_by_distance(layer, run(layer, x[:4], start))
    ours = gradient_by_distance(layer, run(layer, x, start), last=3)
    for name, curve in short.items():
        np.testing.assert_allclose(ours[name], curve, rtol=1e-12)


# The direct path ------------------------------------------------------------------------------


def test_the_direct_path_of_a_gru_is_the_product_of_its_update_gates(make_layer, x) -> None:
    for kind in ("gru", "gru before"):
        weights = make_layer(kind)
        trace = run(weights, x)
        ours = gradient_by_distance(weights, trace, unit=3)["direct"]
        for k in range(8):
            assert ours[k] == pytest.approx(np.prod(trace["update"][k:, 3]), rel=1e-12)


def test_the_direct_path_of_an_lstm_is_its_forget_gates_and_the_last_output_gate(
    make_layer, x
) -> None:
    weights = make_layer("lstm")
    trace = run(weights, x)
    out = trace["output"][-1] * (1 - np.tanh(trace["cell"][-1]) ** 2)
    for unit in range(4):
        ours = gradient_by_distance(weights, trace, unit=unit)["direct"]
        for k in range(8):
            kept = np.prod(trace["forget"][k:, unit]) * out[unit]
            assert ours[k] == pytest.approx(kept, rel=1e-12)
    assert gradient_by_distance(weights, trace, norm="spectral")["direct"][0] == pytest.approx(
        np.max(np.prod(trace["forget"], axis=0) * out), rel=1e-12
    )


def test_a_plain_rnn_has_no_direct_path(make_layer, x) -> None:
    ours = gradient_by_distance(make_layer("rnn"), run(make_layer("rnn"), x))
    assert (ours["direct"][:-1] == 0).all()
    np.testing.assert_array_equal(ours["gates"][:-1], ours["hidden"][:-1])


def test_without_recurrent_weights_there_is_nothing_but_the_direct_path(make_layer, x) -> None:
    for kind, remembers in (("gru", "hidden"), ("gru before", "hidden"), ("lstm", "cell")):
        weights = make_layer(kind)
        weights = replace(weights, w_h=np.zeros_like(weights.w_h))
        ours = gradient_by_distance(weights, run(weights, x))
        assert (ours["gates"] == 0).all()
        np.testing.assert_allclose(ours[remembers], ours["direct"], rtol=1e-14)


# What it gives --------------------------------------------------------------------------------


def test_a_result_names_its_curves_and_cannot_be_written(layer, x) -> None:
    ours = gradient_by_distance(layer, run(layer, x), unit=1, last=5)
    names = {"hidden", "input", "direct", "gates"} | ({"cell"} if layer.cell == "lstm" else set())
    assert set(ours) == names
    assert len(ours) == len(names)
    assert (ours.cell, ours.unit, ours.last, ours.norm) == (layer.cell, 1, 5, "frobenius")
    for curve in (*ours.values(), ours.steps):
        with pytest.raises(ValueError, match="read-only"):
            curve[0] = 1
    with pytest.raises(UnknownNameError, match=f"{layer.cell.upper()} gradient 'memory' does not"):
        ours["memory"]


def test_the_spectral_norm_is_at_most_the_frobenius_norm(layer, x) -> None:
    trace = run(layer, x)
    wide, most = (gradient_by_distance(layer, trace, norm=n) for n in ("frobenius", "spectral"))
    for name, curve in wide.items():
        assert (most[name] <= curve * (1 + 1e-12)).all()
        assert (curve <= 2 * most[name] * (1 + 1e-12)).all()  # the root of four units


def test_steps_of_jacobians_come_in_the_order_asked_for(layer, x) -> None:
    trace = run(layer, x)
    some, every = list(jacobians(layer, trace, [5, 0])), list(jacobians(layer, trace))
    assert [one.step for one in some] == [5, 0]
    np.testing.assert_allclose(some[0].state, every[5].state, rtol=1e-13)
    np.testing.assert_allclose(some[1].input, every[0].input, rtol=1e-13)


def test_a_jacobian_anywhere_is_that_of_a_run_from_there(layer, x, start) -> None:
    trace = run(layer, x[:1], start)
    [expected] = jacobians(layer, trace)
    moved = jacobian_at(layer, x[0], np.concatenate(start)[np.newaxis])
    names = STATES[layer.cell]
    np.testing.assert_allclose(moved.jacobian[0], expected.state, rtol=1e-13)
    np.testing.assert_allclose(moved.state[0], np.concatenate([trace[n][0] for n in names]))


# What it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"unit": 4}, RangeError, "the GRU has no unit 4; it has 4, counted from 0: use 0 to 3"),
        ({"unit": -1}, RangeError, "the GRU has no unit -1"),
        ({"last": 7}, RangeError, "the trace has no step 7; it has 7, counted from 0: use 0 to 6"),
        ({"norm": "l1"}, UnknownNameError, "norm 'l1' .* choose one of: frobenius, spectral"),
    ],
)
def test_what_is_not_there_is_named(gru, x, asked, error, says) -> None:
    with pytest.raises(error, match=says):
        gradient_by_distance(gru, run(gru, x), **asked)


def test_a_step_that_is_not_there_is_named_before_the_first_is_made(gru, x) -> None:
    with pytest.raises(RangeError, match="the trace has no step 9"):
        jacobians(gru, run(gru, x), [0, 9])


def test_a_trace_of_another_layer_is_refused(make_layer, x) -> None:
    trace = run(make_layer("gru", units=5), x)
    for call in (gradient_by_distance, jacobians):
        with pytest.raises(ShapeError) as caught:
            call(make_layer("rnn"), trace)
        assert str(caught.value) == (
            "the trace is of the GRU with 5 units and 3 inputs and the weights are of the RNN with "
            "4 units and 3 inputs; a gradient needs both of one run: pass the weights that made "
            "the trace."
        )


@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_trace_that_these_weights_did_not_make_is_refused(kind, dtype, make_layer, x) -> None:
    weights = make_layer(kind).astype(dtype)
    trace = run(weights, x)
    gradient_by_distance(weights, trace)
    for part, index in (("w_h", (0, 2, 1)), ("w_x", (0, 2, 1)), ("b_h", (0, 2))):
        changed = weights.with_value(part, index, 0.9)
        gate = GATES[weights.cell][0]
        with pytest.raises(
            RangeError, match=rf"{weights.cell}\.{gate} of step \d, unit 2 is .* in"
        ):
            gradient_by_distance(changed, trace)


def test_the_other_placement_s_trace_is_refused(make_layer, x) -> None:
    weights = make_layer("gru")
    assert isinstance(weights, GRUWeights)
    trace = run(replace(weights, reset_after=False), x)
    with pytest.raises(RangeError, match=r"gru\.candidate of step \d"):
        gradient_by_distance(weights, trace)


def test_a_trace_of_torch_and_one_of_a_long_chaotic_run_are_taken(make_layer) -> None:
    x, weights = np.zeros((600, 3)), make_layer("rnn", units=40, scale=0.5)
    numpy, torch = (run(weights, x, engine=engine) for engine in ("numpy", "torch"))
    for trace in (numpy, torch):
        assert gradient_by_distance(weights, trace)["hidden"][0] > 1e3
    assert np.abs(numpy["hidden"] - torch["hidden"]).max() > 0.1  # chaotic: they part


def test_interventions_stop_gradients_and_other_weights_are_still_noticed(make_layer, x) -> None:
    weights = make_layer("gru")
    held = [Intervention("gru", "hidden", 0.3, first=3, last=3)]
    trace = run(weights, x, interventions=held)
    ours = gradient_by_distance(weights, trace)
    assert (ours["hidden"][:4] == 0).all()
    assert (ours["input"][:4] == 0).all()
    assert (ours["hidden"][4:] > 0).all()
    with pytest.raises(RangeError, match=r"gru\.reset of step"):
        gradient_by_distance(weights.with_value("b_x", (0, 2), 2.0), trace)
    plain, held = make_layer("rnn"), [Intervention("rnn", "hidden", 0.3, unit=1, first=3)]
    trace = run(plain, x, interventions=held)
    gradient_by_distance(plain, trace)
    with pytest.raises(RangeError, match=r"rnn\.hidden of step 0, unit 2"):
        gradient_by_distance(plain.with_value("b_x", (0, 2), 2.0), trace)


def test_gates_held_open_make_a_gru_copy() -> None:
    rng = np.random.default_rng(0)
    weights = initialize("gru", 2, 4, rng)
    trace = run(weights, rng.normal(size=(9, 2)), interventions=[Intervention("gru", "update", 1)])
    ours = gradient_by_distance(weights, trace)
    np.testing.assert_array_equal(ours["hidden"], 2.0)
    np.testing.assert_array_equal(ours["gates"], 0.0)


def test_an_lstm_that_forgets_nothing_carries_its_cell_state_whole() -> None:
    rng = np.random.default_rng(0)
    weights = initialize("lstm", 2, 4, rng)
    held = [Intervention("lstm", "forget", 1.0), Intervention("lstm", "output", 1.0)]
    trace = run(weights, 0.1 * rng.normal(size=(50, 2)), interventions=held)
    ours = gradient_by_distance(weights, trace, norm="spectral")
    out = (1 - np.tanh(trace["cell"][-1]) ** 2).max()
    np.testing.assert_allclose(ours["direct"], out, rtol=1e-12)


def test_h_follows_a_cell_state_only_where_it_is_free(make_layer, x) -> None:
    """A held h of step 4 does not follow c of step 4; the next c does."""
    weights = make_layer("lstm")
    held = [Intervention("lstm", "hidden", 0.3, first=3, last=3)]
    trace = run(weights, x, interventions=held)
    ours = gradient_by_distance(weights, trace)["cell"]

    def last(value: np.ndarray) -> np.ndarray:
        return run(weights, x[4:], (trace["hidden"][3], value))["hidden"][-1]

    assert ours[4] == pytest.approx(np.linalg.norm(slopes(last, trace["cell"][3])), abs=1e-8)
