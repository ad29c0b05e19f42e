"""What questions on memory, sizes, other cells and notes state is so, on their screens."""

import math

import numpy as np
import pytest

from app.compute.runs import run_of
from app.lenses import gradients, view_of
from app.screen.baseline import listener, series
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.numbers import number, percent
from gru_core import GRUWeights, run
from gru_core.analysis import content_row, memory_row
from gru_core.analysis.cost import multiply_adds, parameters
from gru_core.cells.activations import sigmoid
from gru_core.changes.interventions import Intervention
from gru_core.gradients import gradient_by_distance
from gru_core.run import run_backward
from tests.app.learning.stated import at, check, left_of, right_answer, says


@check("below-one")
def _(screen: Screen) -> None:
    says("below-one", percent(0.99**99), f"0.99⁹⁹ = {0.99**99:.2f}")
    assert 0.87**99 < 1.1e-6
    assert float(left_of(screen, track="direct")[1]) == pytest.approx(0.99**99, rel=1e-9)


@check("not-cured")
def _(screen: Screen) -> None:
    assert float(left_of(screen)[0]) < 1e-40
    assert sigmoid(np.float64(-6.0)) == pytest.approx(0.0025, abs=5e-5)


@check("zero-biases")
def _(screen: Screen) -> None:
    weights = gradients.beside(screen)
    gru, rnn = (
        gradient_by_distance(weights.weights[cell], run_of(weights, cell))["hidden"][1]  # type: ignore[index]
        for cell in ("gru", "rnn")
    )
    assert gru < 1e-4 * rnn < 1
    assert screen.situation.weights["gru"].units == 32


@check("direct-path")
def _(screen: Screen) -> None:
    """With every way through gates and candidate cut, a change of h comes through by z alone."""
    weights = GRUWeights(*(np.zeros(s) for s in ((3, 1, 1), (3, 1, 1), (3, 1), (3, 1))))
    held = [Intervention("gru", "update", 0.7)]
    low, high = (run(weights, [[0.0]], [h], interventions=held)["hidden"][0, 0] for h in (0.2, 0.3))
    assert high - low == pytest.approx(0.7 * 0.1)
    whole, direct = left_of(screen)[0], left_of(screen, track="direct")[0]
    assert direct > whole / 2


@check("later-inputs")
def _(screen: Screen) -> None:
    trace = screen.traces["gru"]
    assert (screen.step, screen.unit) == (11, 0)
    assert trace["update"][11, 0] < 0.01 < 0.99 < trace["update"][10, 0]
    assert trace["hidden"][11, 0] == pytest.approx(trace["candidate"][11, 0], abs=0.01)


@check("raised-bias")
def _(screen: Screen) -> None:
    says("raised-bias", *(f"σ({b}) = {sigmoid(np.float64(b)):.2f}" for b in (2, 4)))
    before = screen_of(Setting(scene="pulse")).traces["gru"]["hidden"][11, 2]
    assert screen.traces["gru"]["hidden"][11, 2] > before > 0


@check("half-kept")
def _(screen: Screen) -> None:
    assert right_answer("half-kept") == number(-1 / math.log(0.5))
    assert at(screen, "gru", "update") == 0.5
    view = view_of(screen)
    assert "1.44 steps" in " ".join([*view.words, *view.notes])


@check("weight-is-no-share")
def _(screen: Screen) -> None:
    step, unit = screen.step, screen.unit
    assert memory_row(screen.traces["gru"], step, unit)[step + 1] == 0.5
    assert content_row(screen.traces["gru"], step, unit)[step + 1] == 0


@check("nearly-one")
def _(screen: Screen) -> None:
    keep, unit = 0.9975, screen.unit
    assert number(float(screen.traces["gru"]["update"][10, unit])) in ("0.998", number(keep))
    assert f"{screen.traces['gru']['update'][10, unit]:.4f}" == str(keep)
    says("nearly-one", percent(keep**100), f"{keep**100:.2f}")
    assert 395 < -1 / math.log(keep) < 405
    assert 1_800 < math.log(0.01) / math.log(keep) < 1_900
    hidden = screen.traces["gru"]["hidden"][:, unit]
    says("nearly-one", percent(hidden[19] / hidden[3]))


@check("first-letter")
def _(screen: Screen) -> None:
    trace, unit = screen.traces["gru"], screen.unit
    assert (trace.steps, unit) == (29, 83), "28 letters and the end"
    assert trace["update"][0, unit] < 0.02
    assert 0.97 < trace["update"][1:, unit].min() < 0.98


def heard(screen: Screen) -> tuple[float, int, int]:
    """The part that is taken wrongly, changes of the decision, steps until music is heard."""
    model = listener()
    music = model.music(screen.traces["gru"]["hidden"])
    return model.wrong(music), model.turns(music), model.late(music)


@check("half-a-gate")
def _(screen: Screen) -> None:
    assert (screen.tracks["gru"]["update"] == 0.5).all()
    assert 0.38 < heard(screen)[0] < 0.45
    free = heard(screen_of(Setting(scene="speech")))
    says("half-a-gate", f"right at {100 * (1 - free[0]):.0f}\xa0% of the steps")


@check("no-memory-no-delay")
def _(screen: Screen) -> None:
    free = heard(screen_of(Setting(scene="speech")))
    assert (free[1], 0.2 < 0.02 * free[2] < 0.3) == (1, True)
    wrong, turns, late = heard(screen)
    assert (turns, late) == (20, 0)
    assert wrong > 5 * free[0]
    says("no-memory-no-delay", f"changes {turns} times")


@check("three-sets")
def _(screen: Screen) -> None:
    counts = [parameters(cell, 7, 11, biases=1) for cell in ("rnn", "gru", "lstm")]  # type: ignore[arg-type]
    parts = " : ".join(str(count // counts[0]) for count in counts)
    assert right_answer("three-sets") == parts


@check("keras-counts")
def _(screen: Screen) -> None:
    weights = screen.situation.weights["gru"]
    assert (weights.input_size, weights.units) == (10, 64)
    one, two = (parameters("gru", 10, 64, biases=biases) for biases in (1, 2))  # type: ignore[arg-type]
    says("keras-counts", f"{one:,}", f"{two:,}", f"3·64 = {two - one}")
    view = view_of(screen)
    assert all(f"{count:,}" in " ".join([*view.words, *view.notes]) for count in (one, two))


@check("little-data")
def _(screen: Screen) -> None:
    """The table of Chung et al. (2014), as docs/claims.md has it: GRU, LSTM."""
    losses = [(3.23, 3.20), (8.54, 8.67), (5.99, 6.23), (8.82, 9.03), (3.59, 2.70), (0.88, 1.26)]
    ahead = [gru < lstm for gru, lstm in losses]
    assert (ahead.count(True), ahead.count(False)) == (4, 2)
    model = series()
    errors = {
        cell: model.rmse(model.predict(trace["hidden"], cell))
        for cell, trace in screen.traces.items()
    }
    assert errors["rnn"] < errors["gru"]


@check("twice-the-units")
def _(screen: Screen) -> None:
    factor = parameters("gru", 8, 1024) / parameters("gru", 8, 512)
    assert right_answer("twice-the-units") == f"{factor:.0f}"
    assert multiply_adds("gru", 8, 512) * 4 == multiply_adds("lstm", 8, 512) * 3


@check("hidden-cell")
def _(screen: Screen) -> None:
    assert abs(at(screen, "lstm", "cell")) > 0.9
    assert abs(at(screen, "lstm", "hidden")) < 0.05


@check("coupled")
def _(screen: Screen) -> None:
    lstm, unit = screen.traces["lstm"], screen.unit
    np.testing.assert_allclose(lstm["forget"][:, unit] + lstm["input"][:, unit], 1, atol=1e-12)
    np.testing.assert_allclose(lstm["cell"][:, unit], screen.traces["gru"]["hidden"][:, unit])


@check("free-gates")
def _(screen: Screen) -> None:
    assert at(screen, "lstm", "cell") > 1
    assert np.abs(screen.traces["gru"]["hidden"]).max() < 1
    candidates = screen.traces["lstm"]["candidate"][:, screen.unit]
    assert at(screen, "lstm", "cell") == pytest.approx(candidates.sum())


@check("lstm-of-1997")
def _(screen: Screen) -> None:
    lstm = screen.traces["lstm"]
    assert (lstm["forget"] == 1).all()
    assert (lstm["cell"][19] > 0.9).all()


@check("both-ends")
def _(screen: Screen) -> None:
    assert screen.traces["gru"].steps == 20
    assert moved_backward(screen, 19) == {*range(20)}
    assert moved_backward(screen, 0) == {0}


@check("late-change")
def _(screen: Screen) -> None:
    own = screen_of(Setting(scene="cue")).situation.x
    assert np.flatnonzero((own != screen.situation.x).any(axis=1)).tolist() == [17]
    assert moved_backward(screen, 17) == {*range(18)}
    forward = run_changed(screen, 17)
    assert forward == {17, 18, 19}


@check("live-input")
def _(screen: Screen) -> None:
    assert 0 in moved_backward(screen, 19)


def run_changed(screen: Screen, step: int, backward: bool = False) -> set[int]:
    """Which states move when the input of one step does."""
    weights, x = screen.situation.weights["gru"], screen.situation.x.copy()
    going = run_backward if backward else run
    before = going(weights, x)["hidden"]
    x[step, 0] += 0.5
    return {*np.flatnonzero((going(weights, x)["hidden"] != before).any(axis=1)).tolist()}


def moved_backward(screen: Screen, step: int) -> set[int]:
    return run_changed(screen, step, backward=True)


@check("notes-light")
def _(screen: Screen) -> None:
    gru, lstm = (parameters(cell, 3, 5) for cell in ("gru", "lstm"))  # type: ignore[arg-type]
    assert 4 * gru == 3 * lstm


@check("notes-reset")
def _(screen: Screen) -> None:
    assert at(screen, "gru", "reset") < 0.01
    weights, x = screen.situation.weights["gru"], screen.situation.x[screen.step]
    alone = np.tanh(weights.w_x[2, screen.unit] @ x)
    assert at(screen, "gru", "candidate") == pytest.approx(alone, abs=0.01)


@check("notes-update")
def _(screen: Screen) -> None:
    assert at(screen, "gru", "candidate") == 0
    kept = at(screen, "gru", "hidden") / at(screen, "gru", "hidden", screen.step - 1)
    assert kept == pytest.approx(at(screen, "gru", "update"))
