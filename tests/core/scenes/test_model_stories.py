"""Scenes of trained models show what their stories say."""

from typing import Any

import numpy as np
import pytest

from gru_core.conventions import CELLS, Polarity
from gru_core.errors import TextError
from gru_core.scenes.reader import Reader
from gru_core.scenes.scene import situation
from gru_core.scenes.series import Series
from tests.core.opened_scenes import ASSETS, BY_NAME, moved, run_cell, said, shown, told, trace

both_polarities = pytest.mark.parametrize("polarity", ["keep", "write"])
both_placements = pytest.mark.parametrize("elsewhere", [False, True], ids=["own", "moved"])

# 8. A trained network reads a word ------------------------------------------------------------


@both_placements
@both_polarities
def test_reader_says_the_numbers_that_this_z_has(
    polarity: Polarity, elsewhere: bool, reader: Reader
) -> None:
    numbers = situation(BY_NAME["reader"], reader=reader)
    keep = run_cell(moved(numbers) if elsewhere else numbers, "gru")["update"]
    z, words = shown(polarity, keep), told("reader", polarity, elsewhere, reader=reader).story
    means = f"the mean of z is {said(z[0].mean(), 2)} at the first letter and "
    more = "more is kept" if polarity == "keep" else "less is written"
    assert f"{means}{said(z[-1].mean(), 2)} at the end, so {more};" in words
    assert keep[-1].mean() > keep[0].mean()
    assert f"writes at the first r, where its z is {said(z[0, 216], 2)}, " in words
    assert keep[0, 216] < 0.1
    does = "keeps {} of that" if polarity == "keep" else "writes {} anew"
    share = f"{100 * z[1, 216]:.0f} %"
    more = "more" if polarity == "keep" else "less"
    assert f"{does.format(share)} at the next letter and {more} at every later one." in words
    assert (keep[2:, 216] > keep[1, 216]).all()


@both_placements
def test_reader_unit_217_lets_a_silent_k_pass_in_either_placement(
    elsewhere: bool, reader: Reader
) -> None:
    numbers = situation(BY_NAME["reader"].opened(reader, "knight"))
    z = run_cell(moved(numbers) if elsewhere else numbers, "gru")["update"][:, 216]
    assert z[0] > 0.9
    assert z[1] < 0.1


def test_reader_says_recurrent(reader: Reader) -> None:
    found = trace("reader", reader=reader)
    assert " ".join(reader.decode(found["hidden"][-1])) == "R IH0 K ER1 AH0 N T"


def test_reader_mean_update_gate_rises_along_the_word(reader: Reader) -> None:
    mean = trace("reader", reader=reader)["update"].mean(axis=1)
    assert (f"{mean[0]:.2f}", f"{mean[-1]:.2f}") == ("0.41", "0.77")


def test_reader_unit_217_writes_the_first_letter_and_keeps_it(reader: Reader) -> None:
    found = trace("reader", reader=reader)
    assert found["update"][0, 216] < 0.1
    assert (found["update"][1:, 216] > 0.98).all()
    assert abs(found["hidden"][-1, 216] - found["hidden"][0, 216]) < 1e-3


def test_reader_unit_217_lets_a_silent_k_pass(reader: Reader) -> None:
    found = run_cell(situation(BY_NAME["reader"].opened(reader, "knight")), "gru")
    assert found["update"][0, 216] > 0.9
    assert found["update"][1, 216] < 0.1


def test_reader_scene_reads_another_word(reader: Reader) -> None:
    opened = BY_NAME["reader"].opened(reader, "gate")
    assert (opened.word, opened.units) == ("gate", 256)
    assert situation(opened).x.shape == (5, 256)


def test_reader_scene_compares_at_256_units_in_float32(reader: Reader) -> None:
    weights = situation(BY_NAME["reader"], CELLS, reader=reader).weights
    assert {cell: w.units for cell, w in weights.items()} == dict.fromkeys(CELLS, 256)
    assert {w.dtype for w in weights.values()} == {np.dtype(np.float32)}


def test_a_model_scene_without_its_model_says_so() -> None:
    with pytest.raises(TextError, match="the scene reader needs its model; open it with the"):
        situation(BY_NAME["reader"])


@pytest.mark.parametrize("name", ["pulse", "elnino"])
def test_a_scene_without_the_reader_takes_no_word(name: str, reader: Reader) -> None:
    with pytest.raises(TextError, match=f"the scene {name} has no model that reads; only such a"):
        BY_NAME[name].opened(reader, "gate")


# 7. Predicting the sea's temperature ----------------------------------------------------------

JANUARY, MAY = 48, 52
DEAF = "gru.b_x.reset.4_-6.0"


def story_of(series: Series, polarity: Polarity = "keep", elsewhere: bool = False) -> str:
    words = told("elnino", polarity, elsewhere, series=series)
    return f"{words.story} {words.attempt}"


def calendar_error(series: Series) -> float:
    """Of the calendar's mean plus last month's departure from it, computed from the file itself."""
    rows = (ASSETS / "series" / "elnino.csv").read_text(encoding="utf-8").split()[1:]
    values = {row[:7]: float(row[8:]) for row in rows}
    mean = {m: np.mean([values[f"{y}-{m:02d}"] for y in range(1950, 1990)]) for m in range(1, 13)}
    squares = []
    for step in range(144):
        (y, m), (later, n) = ((1997 + at // 12, at % 12 + 1) for at in (step, step + 1))
        departure = values[f"{y}-{m:02d}"] - mean[m]
        squares.append((mean[n] + departure - values[f"{later}-{n:02d}"]) ** 2)
    return float(np.sqrt(np.mean(squares)))


def test_elnino_tells_the_same_in_either_polarity(series: Series) -> None:
    for elsewhere in (False, True):
        assert story_of(series, "keep", elsewhere) == story_of(series, "write", elsewhere)


def test_elnino_calendar_does_better_than_every_cell_that_is_shown(series: Series) -> None:
    error = calendar_error(series)
    assert f"{error:.2f}" == "0.50"
    assert series.rmse(series.calendar) == pytest.approx(error, abs=1e-12)
    assert error < min(series.errors[cell] for cell in CELLS)
    assert f"the calendar's mean plus the last departure from it by {error:.2f} °C" in (
        story_of(series)
    )


def test_elnino_in_another_placement_tells_its_error_there(series: Series) -> None:
    there = run_cell(moved(situation(BY_NAME["elnino"], series=series)), "gru")
    error = series.rmse(series.predict(there["hidden"], "gru"))
    assert f"{error:.2f}" == "1.62"
    assert error > series.rmse(series.baseline)
    words = told("elnino", "keep", elsewhere=True, series=series)
    assert f"it is off by {error:.2f} °C, more than “same as last time” (1.17 °C)" in words.story
    assert "As it was trained it is off by 0.59 °C;" in words.story
    assert words.attempt.endswith("see the error go back to 0.59 °C.")
    assert series.rmse(
        series.predict(trace("elnino", series=series)["hidden"], "gru")
    ) == pytest.approx(series.errors["gru"], abs=1e-9)


def test_elnino_errors_are_those_of_the_held_out_years(series: Series) -> None:
    story, hidden = story_of(series), trace("elnino", series=series)["hidden"]
    assert hidden.shape == (144, 8)
    assert (series.years["train"], series.years["shown"]) == ((1950, 1989), (1997, 2008))
    assert "trained on 1950–1989" in story
    assert "Over 1997–2008, which it never saw" in story
    assert f"it is off by {series.rmse(series.predict(hidden, 'gru')):.2f} °C, “same as" in story
    assert f"“same as last time” by {series.rmse(series.baseline):.2f} °C" in story


def test_elnino_unit_5_tells_two_months_of_the_same_temperature_apart(series: Series) -> None:
    story, hidden = story_of(series), trace("elnino", series=series)["hidden"]
    labels, x = series.sequence.labels, series.sequence.x[:, 0]
    assert f"Steps {JANUARY + 1} ({labels[JANUARY]}) and {MAY + 1} ({labels[MAY]})" in story
    assert [f"{series.degrees(x)[t]:.0f}" for t in (JANUARY, MAY)] == ["24", "24"]
    held = [f"{hidden[t, 4]:.2f}".replace("-", "−") for t in (JANUARY, MAY)]
    assert f"unit 5 ({held[0]}, then {held[1]}) tells which way the season goes" in story
    says = series.degrees(series.predict(hidden, "gru"))
    assert f"{says[JANUARY]:.1f} °C is predicted, then {says[MAY]:.1f} °C." in story
    # Unit 5 alone makes most of that difference.
    by_unit_5 = series.readouts["gru"].w[4] * (hidden[JANUARY, 4] - hidden[MAY, 4]) * series.std
    assert by_unit_5 > 0.75 * (says[JANUARY] - says[MAY])


def test_elnino_unit_5_knows_which_way_the_season_goes_not_the_temperature(
    series: Series,
) -> None:
    unit, x = trace("elnino", series=series)["hidden"][:, 4], series.sequence.x[:, 0]
    change = series.truth - x
    assert np.corrcoef(unit, change)[0, 1] > 0.8
    assert abs(np.corrcoef(unit, x)[0, 1]) < 0.2
    assert (np.sign(unit) == np.sign(change)).mean() > 0.85


def test_elnino_unit_5_deaf_to_the_past_only_follows_the_temperature(series: Series) -> None:
    found = trace("elnino", edits=DEAF, series=series)
    hidden, attempt = found["hidden"], told("elnino", "write", series=series).attempt
    assert attempt.startswith("Set unit 5's reset bias b to −6:")
    assert (found["reset"][1:, 4] < 0.1).all()
    assert np.corrcoef(hidden[:, 4], found.x[:, 0])[0, 1] > 0.95
    assert f"{hidden[JANUARY, 4]:.2f} and {hidden[MAY, 4]:.2f} at these two steps" in attempt
    assert f"grows to {series.rmse(series.predict(hidden, 'gru')):.2f} °C" in attempt


@pytest.mark.parametrize("match", ["units", "parameters"])
def test_elnino_cells_are_the_trained_ones_at_either_match(match: Any, series: Series) -> None:
    weights = situation(BY_NAME["elnino"], CELLS, match, seed=9, series=series).weights
    assert dict(weights) == dict(series.weights)


def test_the_series_scene_without_its_model_says_so() -> None:
    with pytest.raises(TextError, match="the scene elnino needs its model; open it with the Ser"):
        situation(BY_NAME["elnino"])


@pytest.mark.parametrize("name", ["pulse", "reader"])
def test_a_scene_without_the_series_takes_none(name: str, series: Series) -> None:
    with pytest.raises(TextError, match=f"the scene {name} has no model of a series; only such"):
        BY_NAME[name].with_series(series)
