"""What is said and drawn of the real series is what the core predicts from the states on screen."""

import re

import numpy as np
import pytest

from app.figures.figure import Figure
from app.messages import predictions
from app.messages.parts import parts
from app.screen.baseline import series
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core.conventions import CELLS
from gru_core.situation import Target


def shown(alongside: str = "lstm", **edits: float) -> Screen:
    setting = Setting(scene="elnino", alongside=alongside)  # type: ignore[arg-type]
    for target, value in edits.items():
        setting = setting.with_edit(Target.parse(target), value)
    return screen_of(setting)


def drawn(screen: Screen) -> Figure:
    draw, what = predictions.figure(screen)
    return draw(*what)


@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
def test_the_lines_are_the_truth_and_each_cell_s_predictions_in_degrees(alongside: str) -> None:
    screen, model = shown(alongside), series()
    figure = drawn(screen)
    names = ["truth", "gru", *([alongside] if alongside != "none" else []), "calendar"]
    assert [line.meta for line in figure.data] == names
    np.testing.assert_allclose(figure.data[0].y, model.degrees(model.truth), rtol=1e-6)
    for line, (cell, trace) in zip(figure.data[1:-1], screen.traces.items(), strict=True):
        truth = model.degrees(model.predict(trace["hidden"], cell))
        np.testing.assert_allclose(line.y, truth, rtol=1e-6)
    np.testing.assert_allclose(figure.data[-1].y, model.degrees(model.calendar), rtol=1e-6)
    low, high = figure.layout.yaxis.range
    assert low < min(line.y.min() for line in figure.data[:1])
    assert high > max(line.y.max() for line in figure.data[:1])


def test_the_errors_in_the_caption_are_those_of_the_states_on_screen() -> None:
    told = predictions.told(shown("rnn"))
    assert told is not None
    assert [line["error"] for line in told["lines"]] == ["", "0.59 °C", "0.55 °C", "0.50 °C"]
    assert told["lines"][-1]["name"] == "calendar’s mean plus last departure"
    assert told["guess"] == "“same as last time” 1.17 °C"
    deaf = predictions.told(shown(**{"gru.b_x.reset.4": -6.0}))
    assert deaf is not None
    assert [line["error"] for line in deaf["lines"]] == ["", "1.54 °C", "0.67 °C", "0.50 °C"]


def test_each_line_of_the_caption_is_drawn_as_it_says() -> None:
    screen = shown()
    told, figure = predictions.told(screen), drawn(screen)
    assert told is not None
    looks = [(line.line.color, line.line.dash) for line in figure.data]
    assert [(line["color"], line["dash"]) for line in told["lines"]] == looks


def test_the_spread_over_the_seeds_is_said_with_where_the_shown_one_stands() -> None:
    model = series()
    text = predictions.spread(model)
    for cell, name in (("gru", "GRU"), ("lstm", "LSTM"), ("rnn", "plain RNN")):
        found = model.seeds[cell]  # type: ignore[index]
        assert f"{name} {min(found):.2f} to {max(found):.2f} °C" in text
        worst = found[model.seed - 1] == max(found)
        assert (name in text.partition("the worst for the ")[2].partition(".")[0]) == worst
    count = len(model.seeds["gru"])
    assert f"Trained with seeds 1 to {count}: " in text
    least = [min(CELLS, key=lambda cell: model.seeds[cell][at]) for at in range(count)]
    assert least[:3] == ["rnn", "rnn", "rnn"]
    wins = re.search(r"the plain RNN with seeds ([\d, and]+)", text)
    assert wins is not None
    assert re.findall(r"\d", wins[1]) == [str(at + 1) for at in range(count) if least[at] == "rnn"]


def test_an_edit_sends_the_predictions_anew_and_nothing_else_does() -> None:
    def digest(screen: Screen) -> str:
        return next(part.digest for part in parts(screen, {}) if part.name == predictions.NAME)

    first = shown()
    assert digest(first) == digest(screen_of(Setting(scene="elnino", step=3, unit=1)))
    assert digest(first) != digest(shown(**{"gru.b_x.reset.4": -6.0}))
    assert digest(first) != digest(shown(**{"gru.h0.0": 1e-4}))


def test_other_scenes_predict_nothing() -> None:
    assert predictions.told(screen_of(Setting())) is None
    assert predictions.NAME not in {part.name for part in parts(screen_of(Setting()), {})}
