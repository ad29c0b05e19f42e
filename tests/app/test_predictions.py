"""What is said and drawn of the real series is what the core predicts from the states on screen."""

import numpy as np
import pytest

from app.figures.prediction import prediction_lines
from app.opening import series
from app.setting import Setting
from app.shown import Shown, show
from app.widgets import predictions
from app.widgets.parts import parts
from gru_core.edits import Target


def shown(alongside: str = "lstm", **edits: float) -> Shown:
    setting = Setting(scene="elnino", alongside=alongside)  # type: ignore[arg-type]
    for target, value in edits.items():
        setting = setting.with_edit(Target.parse(target), value)
    return show(setting)


@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
def test_the_lines_are_the_truth_and_each_cell_s_predictions_in_degrees(alongside: str) -> None:
    screen, model = shown(alongside), series()
    figure = prediction_lines(*predictions.figure(screen))
    names = ["truth", "gru", *([alongside] if alongside != "none" else [])]
    assert [line.meta for line in figure.data] == names
    np.testing.assert_allclose(figure.data[0].y, model.degrees(model.truth), rtol=1e-6)
    for line, (cell, trace) in zip(figure.data[1:], screen.traces.items(), strict=True):
        truth = model.degrees(model.predict(trace["hidden"], cell))
        np.testing.assert_allclose(line.y, truth, rtol=1e-6)
    low, high = figure.layout.yaxis.range
    assert low < min(line.y.min() for line in figure.data[:1])
    assert high > max(line.y.max() for line in figure.data[:1])


def test_the_errors_in_the_caption_are_those_of_the_states_on_screen() -> None:
    told = predictions.told(shown("rnn"))
    assert told is not None
    assert [line["error"] for line in told["lines"]] == ["", "0.59 °C", "0.55 °C"]
    assert told["baseline"] == "“same as last time” 1.17 °C"
    deaf = predictions.told(shown(**{"gru.b_x.reset.4": -6.0}))
    assert deaf is not None
    assert [line["error"] for line in deaf["lines"]] == ["", "1.54 °C", "0.67 °C"]


def test_an_edit_sends_the_predictions_anew_and_nothing_else_does() -> None:
    def digest(screen: Shown) -> str:
        return next(part.digest for part in parts(screen, {}) if part.name == predictions.NAME)

    first = shown()
    assert digest(first) == digest(show(Setting(scene="elnino", step=3, unit=1)))
    assert digest(first) != digest(shown(**{"gru.b_x.reset.4": -6.0}))
    assert digest(first) != digest(shown(**{"gru.h0.0": 1e-4}))


def test_other_scenes_predict_nothing() -> None:
    assert predictions.told(show(Setting())) is None
    assert predictions.NAME not in {part.name for part in parts(show(Setting()), {})}
