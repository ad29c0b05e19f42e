"""What questions on gates and notations state is so, on their screens and in the core."""

import numpy as np
import pytest

from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.numbers import percent
from gru_core import GRUWeights, run
from gru_core.cells.activations import sigmoid
from gru_core.changes.interventions import Intervention
from tests.app.learning.stated import at, check, right_answer, says


@check("gate-range")
def _(screen: Screen) -> None:
    update = screen.traces["gru"]["update"]
    assert ((update > 0) & (update < 1)).all()
    assert right_answer("gate-range") == "Any number between 0 and 1"


@check("reset-zero")
def _(screen: Screen) -> None:
    assert (screen.step, screen.unit) == (7, 0)
    assert at(screen, "gru", "reset") < 0.01
    assert at(screen, "gru", "update") == 0.9
    before, after = at(screen, "gru", "hidden", 6), at(screen, "gru", "hidden")
    assert before > 0.05
    assert abs(after - before) < 0.1 * before


@check("reset-is-not-forget")
def _(screen: Screen) -> None:
    gru, lstm, unit = screen.traces["gru"], screen.traces["lstm"], screen.unit
    np.testing.assert_allclose(lstm["forget"][:, unit], gru["update"][:, unit], atol=1e-12)
    np.testing.assert_allclose(lstm["cell"][:, unit], gru["hidden"][:, unit], atol=1e-12)


@check("not-redundant")
def _(screen: Screen) -> None:
    """z of unit 2 keeps almost nothing, and its state goes on over the beginning of a word."""
    assert screen.unit == 1
    trace = screen.traces["gru"]
    assert trace["update"][:, 1].max() < 0.01
    assert trace["reset"][:, 1].min() > 0.99
    assert (np.diff(trace["hidden"][:8, 1]) > 0).all()
    assert trace["hidden"][7, 0] < trace["hidden"][6, 0], "unit 1 starts anew"


@check("first-step")
def _(screen: Screen) -> None:
    assert not screen.situation.initials["gru"][0].any()
    held = [
        run(
            screen.situation.weights["gru"],
            screen.situation.x,
            interventions=[Intervention("gru", "reset", value)],
        )
        for value in (0.0, 1.0)
    ]
    np.testing.assert_array_equal(*(trace["candidate"][0] for trace in held))
    assert not np.array_equal(*(trace["candidate"][1] for trace in held))


@check("between")
def _(screen: Screen) -> None:
    assert at(screen, "gru", "candidate") == -0.4
    assert screen.traces["gru"].previous()[0, 0] == 0.8
    for keep, said in ((0.75, 0.5), (0.008, -0.39), (1 / 3, 0.0)):
        held = [Intervention("gru", "update", keep), Intervention("gru", "candidate", -0.4)]
        zeros = GRUWeights(*(np.zeros(s) for s in ((3, 1, 1), (3, 1, 1), (3, 1), (3, 1))))
        state = run(zeros, [[0.0]], [0.8], interventions=held)["hidden"][0, 0]
        assert state == pytest.approx(said, abs=5e-3)
        assert -0.4 <= state <= 0.8
    assert right_answer("between") == "0.9"


@check("units-are-not-steps")
def _(screen: Screen) -> None:
    trace = screen.traces["gru"]
    assert (trace.units, trace.steps) == (32, 100)
    says("units-are-not-steps", "32 units", "100 steps", f"{trace['hidden'].size:,}")


@check("same-weights")
def _(screen: Screen) -> None:
    assert screen.traces["gru"].steps == 100
    assert screen.situation.weights["gru"].w_x.ndim == 3, "there is no axis of steps"


@check("one-unit-many-things")
def _(screen: Screen) -> None:
    """The count, and no single unit, can be told from the three."""
    counted = np.cumsum(screen.situation.x[:, 0]).astype(int) % 8
    high = screen.traces["gru"]["hidden"] > 0
    np.testing.assert_array_equal(high @ [1, 2, 4], counted)
    for unit in range(3):
        assert any(len(set(counted[high[:, unit] == state])) > 1 for state in (False, True))


@check("no-wrong-way")
def _(screen: Screen) -> None:
    other = screen_of(Setting(scene="pulse"))
    hidden = [one.traces["gru"]["hidden"].tobytes() for one in (screen, other)]
    assert hidden[0] == hidden[1]
    np.testing.assert_array_equal(screen.tracks["gru"]["update"], 1 - other.tracks["gru"]["update"])
    assert screen.setting.polarity == "write"


@check("high-z")
def _(screen: Screen) -> None:
    assert at(screen, "gru", "update") == 0.94
    assert screen.setting.polarity == "keep"
    says("high-z", percent(0.94), percent(1 - 0.94))


@check("turned-round")
def _(screen: Screen) -> None:
    a = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(1 - sigmoid(a), sigmoid(-a), atol=1e-15)


@check("placements")
def _(screen: Screen) -> None:
    assert screen.to_own_placement is not None
    assert screen.to_own_placement > 0.01
    rng = np.random.default_rng(4)

    def apart(units: int, d: float, **held: float) -> float:
        parts = rng.normal(size=(3, units, 2)), rng.normal(size=(3, units, units))
        b, bias = rng.normal(size=(3, units)), np.full((3, units), d)
        x, h = rng.normal(size=(5, 2)), rng.uniform(-0.9, 0.9, units)
        holds = [Intervention("gru", track, value) for track, value in held.items()]
        both = [
            run(GRUWeights(*parts, b, bias, reset_after=after), x, h, interventions=holds)
            for after in (False, True)
        ]
        return float(np.abs(both[0]["hidden"] - both[1]["hidden"]).max())

    assert apart(1, 0.0) < 1e-14
    assert apart(4, 0.5, reset=1.0) < 1e-14
    assert apart(4, 0.0) > 0.01 < apart(1, 0.5)


@check("two-biases")
def _(screen: Screen) -> None:
    """Moving d into b changes nothing in the gates, and h through the candidate."""
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(3, 3, 2)), rng.normal(size=(3, 3, 3))
    b, d, x = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=(6, 2))
    hidden = run(GRUWeights(*parts, b, d), x)["hidden"]
    for gate in range(3):
        moved_b, moved_d = b.copy(), d.copy()
        moved_b[gate] += d[gate]
        moved_d[gate] = 0
        far = np.abs(run(GRUWeights(*parts, moved_b, moved_d), x)["hidden"] - hidden).max()
        assert (far > 0.01) == (gate == 2)
