"""A run of relu and the like that grows without end is refused, with the place where it began."""

import re

import numpy as np
import pytest

from gru_core import Intervention, RNNWeights, run
from gru_core.changes.targets import Target
from gru_core.conventions import MAX_MAGNITUDE
from gru_core.errors import NotFiniteError, RangeError
from gru_core.run import run_backward
from gru_core.sweep import sweep


def growing(factor: float, dtype: type = np.float64, activation: str = "relu") -> RNNWeights:
    """Two units: the second multiplies itself, the first stays at the input."""
    w_h = np.diag([0.0, factor])
    parts = (np.ones((1, 2, 1)), w_h[np.newaxis], np.zeros((1, 2)), np.zeros((1, 2)))
    return RNNWeights(*parts, state_activation=activation).astype(dtype)


X = np.ones((40, 1))


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_a_state_past_all_numbers_is_refused_by_track_unit_and_step(engine) -> None:
    """1e14 times itself is 1e28, then 1e42: more than float32 has, at the third step."""
    with pytest.raises(NotFiniteError) as caught:
        run(growing(1e14, np.float32), X, engine=engine)
    assert str(caught.value) == (
        "rnn.hidden of unit 2 at step 4, both counted from 1, is inf, which is no number to go on "
        "with: relu has no limit, and the state grew past all numbers; use smaller weights, "
        "smaller inputs or fewer steps."
    )


def test_a_state_larger_than_one_may_start_from_is_refused_too() -> None:
    with pytest.raises(RangeError) as caught:
        run(growing(10.0), X)
    assert not isinstance(caught.value, NotFiniteError)
    # 1 + 10 + 100 + … has 16 digits after 16 steps.
    assert str(caught.value).startswith("rnn.hidden of unit 2 at step 16, both counted from 1, is ")
    assert "states up to 1e+15 are computed with, and relu has no limit" in str(caught.value)
    assert run(growing(10.0), X[:15])["hidden"].max() < MAX_MAGNITUDE


@pytest.mark.parametrize("end", ["linear", "elu", "selu", "leaky_relu(0.2)", "softplus"])
def test_every_end_without_a_limit_is_looked_at_and_named(end) -> None:
    with pytest.raises(RangeError, match=f"and {re.escape(end)} has no limit"):
        run(growing(10.0, activation=end), X)


def test_a_state_that_grows_downwards_is_refused_too() -> None:
    with pytest.raises(RangeError, match=r"is -1\.\d+e\+15; states up to 1e\+15"):
        run(growing(10.0, activation="linear"), -X)


def test_a_backward_run_says_the_step_of_its_input() -> None:
    with pytest.raises(RangeError, match="unit 2 at step 25, both"):
        run_backward(growing(10.0), X)


def test_tanh_and_what_stays_small_are_not_refused() -> None:
    assert run(growing(10.0, activation="tanh"), X)["hidden"].max() <= 1
    assert run(growing(0.9), X)["hidden"].max() < 10


def test_a_state_held_down_does_not_grow() -> None:
    held = Intervention("rnn", "hidden", 1.0, unit=1, first=10)
    assert run(growing(10.0), X, interventions=[held])["hidden"][-1, 1] == 1


def test_a_sweep_that_leads_there_says_where(make_layer, x) -> None:
    target = Target.parse("rnn.w_h.hidden.1.1")
    with pytest.raises(RangeError, match="hidden of unit 2 at step 16, both"):
        sweep(growing(0.5), X, target, [0.5, 10.0, 2.0])
    assert sweep(growing(0.5), X, target, [0.5, 2.0])["hidden"].max() > 1e9


@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm"])
def test_gated_cells_are_looked_at_as_well(make_layer, x, kind) -> None:
    weights = make_layer(kind, gate_activation="hard_sigmoid", state_activation="relu")
    for unit in range(4):
        at = weights.gates.index("candidate")
        weights = weights.with_value("w_h", (at, unit, unit), 1e14)
        weights = weights.with_value("b_x", (at, unit), 1.0)
    with pytest.raises(RangeError, match=f"{weights.cell}.* of unit . at step ., both"):
        run(weights, x)
