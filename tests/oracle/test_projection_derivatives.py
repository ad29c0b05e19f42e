"""Derivatives, gradients and fixed points of an LSTM with a projection: as autograd has them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gru_core import Intervention, LSTMWeights, run
from gru_core.conventions import STATES
from gru_core.gradients import NORMS, gradient_by_distance, jacobians
from gru_core.phase import drawn_starts, field, fixed_points, unit_plane
from gru_core.run import run_backward
from tests.formats.torch_files import filled

INPUTS, UNITS, NUMBERS, STEPS = 3, 5, 2, 12
ENTRIES = NUMBERS + UNITS
EPS = 1e-6  # of central differences, whose error is then about 1e-10
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")


def layer(units: int = UNITS, numbers: int = NUMBERS, scale: float = 5) -> torch.nn.LSTM:
    made = filled(torch.nn.LSTM(INPUTS, units, proj_size=numbers, dtype=torch.float64))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(scale)
    return made


def weights_of(module: torch.nn.LSTM) -> LSTMWeights:
    w_x, w_h, b_x, b_h, w_p = (one.detach().numpy() for one in module.parameters())
    gates = (one.reshape(4, -1, *one.shape[1:]) for one in (w_x, w_h, b_x, b_h))
    return LSTMWeights(*gates, w_p=w_p)


@pytest.fixture(name="x")
def x_fixture() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(STEPS, INPUTS))


@pytest.fixture(name="start")
def start_fixture() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    return rng.normal(size=NUMBERS), rng.normal(size=UNITS)


def moved(module: torch.nn.LSTM, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
    """The last state that torch comes to, hidden and cell joined. x: (step, input)."""
    hidden, cell = state[None].split([len(state) - module.hidden_size, module.hidden_size], dim=1)
    return torch.cat(module(x, (hidden, cell))[1], dim=1)[0]


def before(trace, step: int) -> np.ndarray:
    return np.concatenate([trace.previous(name)[step] for name in STATES["lstm"]])


def by_hand(function, at: np.ndarray) -> np.ndarray:
    """The Jacobian by central differences."""
    changes = EPS * np.eye(len(at))
    return np.stack([(function(at + one) - function(at - one)) / (2 * EPS) for one in changes], 1)


def test_the_jacobian_of_every_step_is_that_of_autograd(x, start) -> None:
    module = layer()
    weights = weights_of(module)
    trace = run(weights, x, start)
    for step, by_state, by_input in jacobians(weights, trace):
        state, now = torch.tensor(before(trace, step)), torch.tensor(x[step : step + 1])
        expected = torch.autograd.functional.jacobian(lambda *g: moved(module, *g), (now, state))
        np.testing.assert_allclose(by_state, expected[1], rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_input, expected[0][:, 0], rtol=0, atol=1e-12)
    assert by_state.shape == (ENTRIES, ENTRIES)
    assert np.abs(by_state[:NUMBERS]).max() > 0.01


@pytest.mark.parametrize("norm", NORMS)
def test_gradients_over_any_distance_are_those_of_autograd(x, start, norm) -> None:
    """Also by c with h following it, of all numbers and of each, which are carried otherwise."""
    module = layer()
    weights = weights_of(module)
    trace = run(weights, x, start)
    found = gradient_by_distance(weights, trace, norm=norm)
    alone = [gradient_by_distance(weights, trace, unit=n, norm=norm) for n in range(NUMBERS)]
    size = {"frobenius": np.linalg.norm, "spectral": lambda one: np.linalg.norm(one, 2)}[norm]
    for k in range(STEPS):
        state, rest = torch.tensor(before(trace, k)), torch.tensor(x[k:])
        by_x, by_state = (
            one[:NUMBERS].numpy()
            for one in torch.autograd.functional.jacobian(
                lambda *given: moved(module, *given), (rest, state)
            )
        )
        by_h, by_c = by_state[:, :NUMBERS], by_state[:, NUMBERS:]
        if k > 0:  # h follows c
            slope = trace["output"][k - 1] * (1 - np.tanh(trace["cell"][k - 1]) ** 2)
            by_c = by_c + by_h @ (weights.w_p * slope)
        for name, expected in {"hidden": by_h, "cell": by_c, "input": by_x[:, 0]}.items():
            assert found[name][k] == pytest.approx(size(expected), rel=1e-9)
            for number, one in enumerate(alone):
                assert one[name][k] == pytest.approx(np.linalg.norm(expected[number]), rel=1e-9)
        passed = trace["forget"][k:].prod(axis=0)
        passed *= trace["output"][-1] * (1 - np.tanh(trace["cell"][-1]) ** 2)
        assert found["direct"][k] == pytest.approx(size(weights.w_p * passed), rel=1e-9)
        assert found["gates"][k] == pytest.approx(size(by_c - weights.w_p * passed), rel=1e-8)
    assert found["hidden"][-1] == pytest.approx(size(np.eye(NUMBERS)))
    last = trace["output"][-1] * (1 - np.tanh(trace["cell"][-1]) ** 2)
    assert found["cell"][-1] == found["direct"][-1] == pytest.approx(size(weights.w_p * last))


def test_a_layer_with_as_many_numbers_as_units_is_projected_all_the_same(x) -> None:
    """PyTorch has no such layer; the identity for P makes it a layer without one."""
    rng = np.random.default_rng(4)
    parts = [rng.normal(size=(4, UNITS, *width)) for width in ((INPUTS,), (UNITS,), (), ())]
    plain, projected = LSTMWeights(*parts), LSTMWeights(*parts, w_p=np.eye(UNITS))
    for unit in (None, 3):
        ours, theirs = (
            gradient_by_distance(one, run(one, x), unit=unit) for one in (projected, plain)
        )
        for name, curve in theirs.items():
            np.testing.assert_allclose(ours[name], curve, rtol=1e-9, atol=1e-300, err_msg=name)


@pytest.mark.parametrize("ends", [("sigmoid", "tanh"), ("hard_sigmoid", "elu")])
def test_what_is_held_follows_nothing(x, start, ends) -> None:
    weights = replace(weights_of(layer()), gate_activation=ends[0], state_activation=ends[1])
    held = (
        Intervention("lstm", "hidden", 0.4, unit=1, first=2, last=5),
        Intervention("lstm", "hidden", 0.4, unit=0, first=STEPS - 1),
        Intervention("lstm", "cell", -0.5, unit=4, first=3, last=4),
        Intervention("lstm", "output", 0.5, unit=2, first=4),
    )
    trace = run(weights, x, start, interventions=held)
    for step, by_state, by_input in jacobians(weights, trace):
        now = [part for one in held if (part := one.within(step, step + 1))]

        def after(state, given, now=now):
            states = weights.parts_of(state)
            one = run(weights, given[np.newaxis], tuple(states), interventions=now)
            return np.concatenate([one[name][0] for name in STATES["lstm"]])

        state, given = before(trace, step), x[step]
        slope = by_hand(lambda s, given=given, after=after: after(s, given), state)
        np.testing.assert_allclose(by_state, slope, rtol=0, atol=1e-8)
        slope = by_hand(lambda i, state=state, after=after: after(state, i), given)
        np.testing.assert_allclose(by_input, slope, rtol=0, atol=1e-8)
    found = gradient_by_distance(weights, trace)
    alone = [gradient_by_distance(weights, trace, unit=number) for number in range(NUMBERS)]
    for k in range(STEPS):

        def last(state, k=k):
            later = [part for one in held if (part := one.within(k, STEPS))]
            states = tuple(weights.parts_of(state))
            return run(weights, x[k:], states, interventions=later)["hidden"][-1]

        slope = by_hand(last, before(trace, k))[:, :NUMBERS]
        assert found["hidden"][k] == pytest.approx(np.linalg.norm(slope), abs=1e-8)
    for name, curve in found.items():
        added = np.sqrt(sum(one[name] ** 2 for one in alone))
        np.testing.assert_allclose(added, curve, rtol=1e-12, atol=1e-300, err_msg=name)
    assert alone[0]["hidden"][:-1].max() == 0  # it is held at the end
    assert alone[1]["hidden"][:-1].max() > 0


def test_a_backward_run_is_counted_in_the_order_it_was_read(x, start) -> None:
    weights = weights_of(layer())
    flipped = gradient_by_distance(weights, run(weights, x[::-1], start))
    ours = gradient_by_distance(weights, run_backward(weights, x, start))
    for name, curve in flipped.items():
        np.testing.assert_allclose(ours[name], curve, rtol=1e-12)


def test_single_precision_is_carried_back_in_double(x) -> None:
    weights = weights_of(layer()).astype(np.float32)
    trace = run(weights, x)
    exact = gradient_by_distance(weights.astype(np.float64), run(weights.astype(np.float64), x))
    for name, curve in gradient_by_distance(weights, trace).items():
        np.testing.assert_allclose(curve, exact[name], rtol=1e-4)


@pytest.mark.parametrize("scale", [2, 8, 14])
def test_fixed_points_stay_attract_and_have_autograd_s_eigenvalues(scale) -> None:
    module = layer(units=4, numbers=2, scale=scale)
    weights, x = weights_of(module), np.full(INPUTS, 0.1)
    trace = run(weights, np.repeat(x[np.newaxis], 20, axis=0))
    starts = drawn_starts(trace, 4, 24, np.random.default_rng(0))
    found = fixed_points(weights, x, starts)
    assert found.points
    one_input = torch.tensor(x[np.newaxis])
    for point in found.points:
        state = torch.tensor(point.state)
        with torch.no_grad():
            np.testing.assert_allclose(moved(module, one_input, state), state, rtol=0, atol=1e-10)
        slope = torch.autograd.functional.jacobian(lambda s: moved(module, one_input, s), state)
        values = np.linalg.eigvals(slope.numpy())
        expected = np.sort(np.abs(values))[::-1]
        np.testing.assert_allclose(np.abs(point.eigenvalues), expected, rtol=0, atol=1e-9)
    with torch.no_grad():
        end = moved(module, one_input.repeat(4000, 1), torch.tensor(starts[-1])).numpy()
    still = np.abs(moved(module, one_input, torch.tensor(end)).detach().numpy() - end).max() < 1e-9
    assert not still or any(np.abs(one.state - end).max() < 1e-6 for one in found.points)
    assert still or scale > 2


def test_the_plane_of_states_shows_where_one_step_takes_each() -> None:
    weights, x = weights_of(layer()), np.array([0.2, -0.1, 0.4])
    plane = unit_plane(ENTRIES, 0, 1, np.linspace(-1, 1, ENTRIES))
    sides = np.linspace(-2, 2, 4), np.linspace(-1, 1, 3)
    found = field(weights, x, plane, *sides)
    for i, first in enumerate(sides[0]):
        for j, second in enumerate(sides[1]):
            state = plane.states((first, second))
            one = run(weights, x[np.newaxis], tuple(weights.parts_of(state)))
            step = np.concatenate([one[name][0] for name in STATES["lstm"]]) - state
            np.testing.assert_allclose(found.displacement[i, j], step[:2], rtol=0, atol=1e-12)
            assert found.speed[i, j] == pytest.approx(np.linalg.norm(step))
