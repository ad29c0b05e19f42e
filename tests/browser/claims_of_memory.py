"""What the links of claims about memory show, held to the core: one check for each link."""

import re
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from playwright.sync_api import expect

from app.screen.baseline import listener
from app.setting.claims.memory import LONG_WORD
from app.words.numbers import number, percent
from gru_core import run
from gru_core.conventions import CELLS
from gru_core.gradients import gradient_by_distance
from gru_core.scenes.companions import companion
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Stage, figures, traces_of, with_edits
from tests.browser.lensing import (
    csv,
    drawn,
    expect_csv,
    screen,
    split_of,
    words,
)
from tests.browser.menu import csv as csv_of_plot
from tests.browser.opened import Opened, await_equations, expect_wiring

Core = Callable[..., Situation]
Check = Callable[[Stage, Core], None]


def left(line: str) -> dict[str, tuple[float, float]]:
    """What is left of each cell's gradient, and of how much, as the sentence says it."""
    found = re.findall(
        r"(GRU|LSTM|plain RNN) ([^\s,]+(?:\xa0·\xa010[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) of ([\d.]+)", line
    )
    return {name: (told(some), float(whole)) for name, some, whole in found}


def told(text: str) -> float:
    """A number as sentences write it, such as 1.5 · 10⁻⁸."""
    plain = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-"))
    mantissa, _, power = plain.partition("\xa0·\xa010")
    return float(mantissa) * 10.0 ** int(power or 0)


def own(init: str, units: int) -> Situation:
    made = Own(source="noise", steps=100, units=units, scheme=init)  # type: ignore[arg-type]
    return situation(own_scene(made, 0), CELLS)


def expect_left(stage: Stage, numbers: Situation) -> dict[str, float]:
    """What is said to be left of every cell's gradient, held to the core; and the shares."""
    traces = traces_of(numbers)
    found = {c: gradient_by_distance(w, traces[c]) for c, w in numbers.weights.items()}
    lines = words(stage)
    assert lines[0].startswith("At step 1, 99 steps back, this is left of the ")
    shown = left(lines[0])
    for cell, name in (("gru", "GRU"), ("lstm", "LSTM"), ("rnn", "plain RNN")):
        sizes = found[cell]["hidden"]
        expected = figures(sizes[1], 3), figures(sizes[-1], 3)
        assert shown[name] == pytest.approx(expected, rel=1e-12)
    whole, direct = (found["gru"][name][1] for name in ("hidden", "direct"))
    assert lines[1] == (
        f"The direct path, through z alone, has {number(direct)} of the GRU's {number(whole)}: "
        f"{percent(direct / whole)}."
    )
    shares = found["gru"]["direct"][1:] / found["gru"]["hidden"][1:]
    by_cell = found["lstm"]["direct"][1:] / found["lstm"]["cell"][1:]
    expect_csv(stage, "share", np.stack([shares, by_cell], axis=1))
    return {name: some for name, (some, _) in shown.items()}


def long_memories(stage: Stage, core: Core) -> None:
    shown = expect_left(stage, own("chrono", 32))
    assert shown["GRU"] > 1
    assert shown["plain RNN"] < 1e-6
    share = re.search(r": (\d+)\s%\.$", words(stage)[1])
    assert share
    assert int(share[1]) > 50


def zero_biases(stage: Stage, core: Core) -> None:
    """The same matrices: the GRU's gradient vanishes before the plain RNN's."""
    shown = expect_left(stage, own("xavier", 32))
    assert shown["GRU"] < 1e-6 * shown["plain RNN"]
    assert words(stage)[1].endswith(": under 0.01\xa0%.")


def gradients_vanish(stage: Stage, core: Core) -> None:
    little = with_edits(own("chrono", 4), {f"gru.b_x.update.{unit}": -6 for unit in range(4)})
    assert expect_left(stage, little)["GRU"] == 4.17e-47
    assert stage.shown("gru.update") < 0.01


def gradients_survive(stage: Stage, core: Core) -> None:
    assert expect_left(stage, own("chrono", 4))["GRU"] == 0.349
    assert stage.shown("gru.update") > 0.5


def trained(stage: Stage, core: Core) -> None:
    situation = core("reader", word=LONG_WORD)
    trace, (step, unit) = traces_of(situation)["gru"], stage.cursor
    kept, written, h, *_ = expect_csv(stage, "gru.kept", split_of(trace, unit)).values.T
    assert (step, unit, len(h)) == (28, 83, 29)
    assert written[0] > 0.97
    assert (figures(h[0], 3), figures(h[-1], 3)) == (0.988, 0.981)
    assert (kept[1:] / h[:-1]).min() > 0.97
    assert stage.shown("gru.hidden") == 0.981


def errors(stage: Stage) -> dict[str, float]:
    """The error of every cell in the caption of the predictions."""
    said = stage.page.locator(".gs-prediction figcaption").inner_text()
    found = re.findall(r"(GRU|LSTM|plain RNN), error ([\d.]+)", said)
    return {name: float(error) for name, error in found}


def least_error(stage: Stage, core: Core) -> None:
    found = errors(stage)
    assert found["plain RNN"] < found["GRU"]


def largest_error(stage: Stage, core: Core) -> None:
    found = errors(stage)
    assert found["LSTM"] > found["GRU"]


def exposed(stage: Stage, core: Core) -> None:
    edited = with_edits(core("pulse"), {"lstm.b_x.output.3": -4})
    traces, (step, unit) = traces_of(edited), stage.cursor
    trace = traces["lstm"]
    expect_wiring(stage, Opened(edited, "lstm"))
    await_equations(stage, Opened(edited, "lstm"))
    c, o, h = (trace[name][step, unit] for name in ("cell", "output", "hidden"))
    assert h == pytest.approx(o * np.tanh(c), rel=1e-12)
    assert [stage.shown(f"lstm.{name}") for name in ("cell", "output", "hidden")] == [
        figures(np.float32(value), 3) for value in (c, o, h)
    ]
    assert (stage.shown("lstm.cell"), stage.shown("lstm.hidden")) == (0.978, 0.0135)
    assert stage.shown("gru.hidden") == 0.978


def time_constant(stage: Stage, core: Core) -> None:
    assert traces_of(core("pulse"))["gru"]["update"][7, 1] == 0.5
    assert -1 / np.log(0.5) == pytest.approx(1.44, abs=0.005)
    wanted = "1 step; time constant 1.44 steps, where 1/(1 − z) would say 2."
    assert any(said.endswith(f"(GRU): {wanted}") for said in words(stage))


def only_the_past(stage: Stage, core: Core) -> None:
    before, after = core("cue"), with_edits(core("cue"), {"x.17.0": -1})
    weights, scene = before.weights["gru"], screen(scene="cue").scene
    forward = [traces_of(one)["gru"]["hidden"] for one in (before, after)]
    other = companion(scene, weights, "backward", len(before.x))
    backward = [run(other, one.x[::-1])["hidden"][::-1] for one in (before, after)]
    assert np.array_equal(forward[0][:17], forward[1][:17])
    moved = np.abs(np.concatenate([now - old for old, now in (forward, backward)], axis=1).T)
    line = words(stage)[0]
    assert "no forward state before step 18 has moved; backward states have, by up to" in line
    back = int(re.search(r"back to step (\d+)", line)[1])  # type: ignore[index]
    reached = moved[3:, :17].max(axis=0) >= 0.001
    assert back == int(np.flatnonzero(reached)[0]) + 1
    most = number(moved[3:, :17].max())
    assert line.endswith(f" have, by up to {most}, and by 0.001 or more back to step {back}.")
    [heatmap] = drawn(stage, "moved")
    assert len(heatmap["z"]) == 6
    shown = expect_csv(stage, "moved", moved).values
    assert not np.any(shown[:3, :17])


def coupled(stage: Stage, core: Core) -> None:
    gru = traces_of(core("cue"))["gru"]
    _, forget = csv_of_plot(stage, "LSTM forget gate")
    _, entered = csv_of_plot(stage, "LSTM input gate")
    _, c = csv_of_plot(stage, "LSTM cell state")
    np.testing.assert_allclose(forget + entered, 1, atol=1e-6)
    np.testing.assert_allclose(c[:, 1:], gru["hidden"].T, atol=1e-6)
    assert stage.shown("lstm.forget") == stage.shown("gru.update")
    assert stage.shown("lstm.cell") == stage.shown("gru.hidden")


def reads_a_word(stage: Stage, core: Core) -> None:
    expect(stage.page.get_by_role("textbox", name="Word")).to_have_value("recurrent")


def predicts_a_series(stage: Stage, core: Core) -> None:
    assert set(errors(stage)) == {"GRU", "LSTM"}


def listens(stage: Stage, core: Core) -> None:
    """What the page says of the decision is what the core makes of its own states."""
    music = listener().music(traces_of(core("speech"))["gru"]["hidden"])
    said = stage.page.locator(".gs-prediction figcaption").inner_text()
    assert f"GRU, error {percent(listener().wrong(music))} of the steps" in said
    assert "the decision changes once" in said
    step = stage.cursor[0]
    assert music[step] > 0.5 > music[step - 1]


def light(stage: Stage, core: Core) -> None:
    shown = csv(stage, "parameters").values
    assert np.array_equal(shown[:, :2], shown[:, 2:] * [3, 4])


def reset_for_the_candidate(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("slate"))["gru"], stage.cursor
    assert stage.shown("gru.reset") < 0.01
    assert stage.shown("gru.candidate") == figures(np.float32(trace["candidate"][step, unit]), 3)
    assert stage.shown("gru.candidate") == pytest.approx(np.tanh(0.2), abs=0.01)


def update_mixes(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("pulse"))["gru"], stage.cursor
    kept, written, h, *_ = expect_csv(stage, "gru.kept", split_of(trace, unit)).values[step]
    assert kept == h > 0.1
    assert written == 0


MEMORY_CHECKS: Mapping[int, tuple[Check, ...]] = {
    11: (long_memories, zero_biases),
    12: (gradients_vanish, gradients_survive),
    13: (trained,),
    14: (least_error, largest_error),
    15: (exposed,),
    16: (time_constant,),
    17: (only_the_past,),
    18: (coupled,),
    19: (reads_a_word, predicts_a_series, listens),
    20: (light, reset_for_the_candidate, update_mixes),
}
