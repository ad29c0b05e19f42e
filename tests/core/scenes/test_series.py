"""The Series is what its files say: data, trained weights, and errors on years not trained on."""

import csv
import hashlib
import math
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from gru_core import run
from gru_core.conventions import CELLS, TOLERANCE, Cell
from gru_core.errors import GatescopeError
from gru_core.scenes.series import (
    BASELINE,
    SEEDS,
    Series,
    label,
    load_series,
    read_months,
    read_seeds,
)
from gru_core.weights import match_units
from scripts import train_series

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "assets" / "series"
DATA, MODEL = FOLDER / "elnino.csv", ROOT / "assets" / "models" / "series.npz"
EXACT = TOLERANCE[np.dtype(np.float64)]

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    with np.load(MODEL, allow_pickle=False) as file:
        return dict(file)


@pytest.fixture(scope="module")
def celsius() -> dict[str, float]:
    """The data by date, read without gru_core."""
    with DATA.open(encoding="utf-8") as file:
        return {row["date"]: float(row["value"]) for row in csv.DictReader(file)}


def years(values: dict[str, float], first: int, last: int, after: int = 0) -> list[float]:
    """From January of the first year to December of the last, and `after` months more."""
    dates = sorted(values)
    start, stop = dates.index(f"{first}-01"), dates.index(f"{last}-12") + 1 + after
    return [values[date] for date in dates[start:stop]]


def torch_states(arrays: Arrays, cell: Cell, x: np.ndarray) -> np.ndarray:
    """The hidden states, (step, unit), of a torch.nn layer with the file's numbers."""
    layer = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell](
        1, arrays[f"{cell}_w_h"].shape[-1], dtype=torch.float64
    )
    names = {"w_x": "weight_ih_l0", "w_h": "weight_hh_l0", "b_x": "bias_ih_l0", "b_h": "bias_hh_l0"}
    layer.load_state_dict(
        {name: torch.tensor(arrays[f"{cell}_{part}"]).flatten(0, 1) for part, name in names.items()}
    )
    with torch.no_grad():
        return layer(torch.tensor(np.array(x)).reshape(-1, 1))[0].numpy()


def torch_predictions(arrays: Arrays, cell: Cell, x: np.ndarray) -> np.ndarray:
    """What torch.nn says comes next, standardized, (step,)."""
    line = torch.nn.Linear(arrays[f"{cell}_out_w"].size, 1, dtype=torch.float64)
    line.load_state_dict(
        {
            "weight": torch.tensor(arrays[f"{cell}_out_w"][np.newaxis]),
            "bias": torch.tensor(arrays[f"{cell}_out_b"]),
        }
    )
    with torch.no_grad():
        return line(torch.tensor(torch_states(arrays, cell, x))).numpy()[:, 0]


def predictions(series: Series, cell: Cell, x: np.ndarray | None = None) -> np.ndarray:
    x = series.sequence.x if x is None else x
    return series.predict(run(series.weights[cell], x)["hidden"], cell)


# The data -------------------------------------------------------------------------------------


def test_the_manifest_names_every_series_with_its_hash_and_licence() -> None:
    manifest = (FOLDER / "MANIFEST").read_text(encoding="utf-8")
    entries = re.findall(r"^file: (\S+)\nsha256: (\w{64})$", manifest, re.MULTILINE)
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FOLDER.glob("*.csv")}
    assert dict(entries) == found
    for field in ("what", "source", "source-sha256", "licence", "quote", "changes", "how-built"):
        assert re.search(rf"^{field}: ", manifest, re.MULTILINE), field


def test_the_model_was_trained_on_the_series_that_is_here() -> None:
    manifest = (MODEL.parent / "MANIFEST").read_text(encoding="utf-8")
    data = hashlib.sha256(DATA.read_bytes()).hexdigest()
    assert f"source-sha256: {data}  assets/series/elnino.csv\n" in manifest


def test_there_is_a_value_for_every_month_of_61_years() -> None:
    months = read_months(DATA)
    assert (label(months.first), len(months.values)) == ("Jan 1950", 61 * 12)
    assert label(months.first + len(months.values) - 1) == "Dec 2010"
    assert 15 < months.values.min() < months.values.max() < 32


def test_what_is_shown_is_twelve_held_out_years(series: Series, celsius: dict[str, float]) -> None:
    assert series.years["shown"] == (1997, 2008)
    assert series.years["train"][1] < series.years["validation"][0]
    assert series.years["validation"][1] < series.years["held_out"][0] == series.years["shown"][0]
    labels = series.sequence.labels
    assert (len(labels), labels[0], labels[-1]) == (144, "Jan 1997", "Dec 2008")
    np.testing.assert_allclose(
        series.degrees(series.sequence.x[:, 0]), years(celsius, 1997, 2008), atol=EXACT
    )


def test_the_truth_is_the_next_month_and_the_last_one_is_known(
    series: Series, celsius: dict[str, float]
) -> None:
    np.testing.assert_array_equal(series.truth[:-1], series.sequence.x[1:, 0])
    assert series.degrees(series.truth)[-1] == pytest.approx(celsius["2009-01"])


def test_the_scale_is_that_of_the_training_years_alone(
    series: Series, celsius: dict[str, float]
) -> None:
    training = years(celsius, 1950, 1989)
    mean = math.fsum(training) / 480
    variance = math.fsum((value - mean) ** 2 for value in training) / 480
    assert series.mean == pytest.approx(mean)
    assert series.std == pytest.approx(math.sqrt(variance))


def test_a_value_alone_does_not_say_whether_the_sea_is_warming(series: Series) -> None:
    now, change = series.sequence.x[:, 0], series.truth - series.sequence.x[:, 0]
    assert abs(np.corrcoef(now, change)[0, 1]) < 0.3
    # Within half a degree of the mean it is about as often the one as the other.
    near = np.abs(now) * series.std < 0.5
    assert 0.3 < (change[near] > 0).mean() < 0.7


# The networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_states_and_predictions_equal_those_of_torch(
    series: Series, arrays: Arrays, cell: Cell
) -> None:
    x = series.sequence.x
    hidden = run(series.weights[cell], x)["hidden"]
    np.testing.assert_allclose(hidden, torch_states(arrays, cell, x), atol=EXACT, rtol=0)
    expected = torch_predictions(arrays, cell, x)
    np.testing.assert_allclose(series.predict(hidden, cell), expected, atol=EXACT, rtol=0)


def test_the_three_have_nearly_as_many_parameters(series: Series) -> None:
    counts = {cell: weights.parameter_count() for cell, weights in series.weights.items()}
    assert series.weights["gru"].units == 8
    assert counts == {"gru": 264, "lstm": 280, "rnn": 270}
    for cell, weights in series.weights.items():
        assert weights.units == match_units(cell, 1, counts["gru"])


@pytest.mark.parametrize("cell", CELLS)
def test_a_later_value_changes_no_earlier_prediction(series: Series, cell: Cell) -> None:
    x = series.sequence.x.copy()
    x[100] += 1
    changed = predictions(series, cell, x) != predictions(series, cell)
    assert not changed[:100].any()
    assert changed[100]


@pytest.mark.parametrize("cell", CELLS)
def test_the_first_prediction_has_no_memory_to_go_by(series: Series, cell: Cell) -> None:
    off = np.abs(predictions(series, cell) - series.truth)
    assert off[0] > 3 * np.median(off)


# The errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("span", "after"), [("shown", 1), ("held_out", 0)])
@pytest.mark.parametrize("cell", CELLS)
def test_the_shipped_errors_follow_from_the_data_and_the_weights(
    series: Series, arrays: Arrays, celsius: dict[str, float], cell: Cell, span: str, after: int
) -> None:
    values = np.array(years(celsius, *series.years[span], after))
    says = torch_predictions(arrays, cell, (values[:-1] - series.mean) / series.std)
    squares = (says * series.std + series.mean - values[1:]) ** 2
    assert len(squares) == {"shown": 144, "held_out": 167}[span]
    assert arrays[f"{span}_error_{cell}"][0] == pytest.approx(math.sqrt(squares.mean()), abs=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_the_error_of_what_is_shown_is_the_shipped_one(series: Series, cell: Cell) -> None:
    assert series.rmse(predictions(series, cell)) == pytest.approx(series.errors[cell], abs=1e-12)


def test_the_baseline_is_off_by_the_change_from_month_to_month(
    series: Series, arrays: Arrays, celsius: dict[str, float]
) -> None:
    for span, after in (("shown", 1), ("held_out", 0)):
        values = years(celsius, *series.years[span], after)
        squares = [(b - a) ** 2 for a, b in pairwise(values)]
        expected = math.sqrt(math.fsum(squares) / len(squares))
        assert arrays[f"{span}_error_{BASELINE}"][0] == pytest.approx(expected, abs=1e-12)
    assert series.rmse(series.baseline) == pytest.approx(series.errors[BASELINE], abs=1e-12)


def test_the_errors_of_the_seed_that_is_shown_are_those_of_its_networks(
    series: Series, arrays: Arrays
) -> None:
    with (FOLDER / SEEDS).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["seed"] == str(series.seed)]
    assert [row["cell"] for row in rows] == list(CELLS)
    for row in rows:
        for span in ("shown", "held_out"):
            error = arrays[f"{span}_error_{row['cell']}"][0]
            assert float(row[span]) == pytest.approx(error, abs=train_series.TOLERANCE)
        cell = row["cell"]
        assert float(row["shown"]) == series.seeds[cell][series.seed - 1]  # type: ignore[index]


def test_the_document_has_the_errors_of_every_seed() -> None:
    document = (ROOT / "docs" / "series.md").read_text(encoding="utf-8")
    assert train_series.seeds_table((FOLDER / SEEDS).read_text(encoding="utf-8")) in document


def test_every_network_is_off_by_less_than_three_fifths_of_the_baseline(series: Series) -> None:
    for cell in CELLS:
        assert series.errors[cell] < 0.6 * series.errors[BASELINE]


def test_the_document_has_the_table_of_errors(arrays: Arrays) -> None:
    document = (ROOT / "docs" / "series.md").read_text(encoding="utf-8")
    assert train_series.table(arrays) in document


def test_the_document_compares_with_a_line_and_with_the_calendar(
    celsius: dict[str, float],
) -> None:
    training, held_out = np.array(years(celsius, 1950, 1989)), np.array(years(celsius, 1997, 2010))

    def last_two(values: np.ndarray) -> np.ndarray:
        return np.column_stack((values[1:-1], values[:-2], np.ones(len(values) - 2)))

    line = np.linalg.lstsq(last_two(training), training[2:])[0]
    off_line = last_two(held_out) @ line - held_out[2:]
    departures = held_out.reshape(-1, 12) - training.reshape(-1, 12).mean(axis=0)
    off_calendar = np.diff(departures.ravel())
    document = (ROOT / "docs" / "series.md").read_text(encoding="utf-8")
    said = re.findall(r"off by (\d\.\d\d) °C, less than this|it, by (\d\.\d\d) °C", document)
    rmse = [f"{np.sqrt(np.mean(off**2)):.2f}" for off in (off_line, off_calendar)]
    assert [one or other for one, other in said] == rmse


# Training -------------------------------------------------------------------------------------


def test_training_sees_no_held_out_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_series, "PASSES", 2)
    months = read_months(DATA)
    held_out = 12 * 1997 - months.first
    other = months.values.copy()
    other[held_out:] = 25 - 2 * (other[held_out:] - 25)
    built = train_series.build(months)
    changed = train_series.build(months._replace(values=other))
    different = {name for name in built if not np.array_equal(built[name], changed[name])}
    assert different == {name for name in built if "_error_" in name}


# Mistakes -------------------------------------------------------------------------------------

Mistake = Callable[[Series], object]


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda s: s.predict(np.zeros((3, 8)), "lstm"), "hidden has shape (3, 8); the LSTM of the"),
        (lambda s: s.predict(np.zeros(8), "gru"), "hidden has shape (8,); the GRU of the series"),
        (lambda s: s.predict(np.zeros((3, 8)), "mlp"), "cell 'mlp' does not exist; choose one of:"),
        (lambda s: s.rmse(np.zeros(3)), "predicted has shape (3,); the series needs (144,)"),
    ],
)
def test_a_mistake_is_named(series: Series, mistake: Mistake, message: str) -> None:
    with pytest.raises(GatescopeError, match=re.escape(message)):
        mistake(series)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "odd.csv needs the header date,value and a row a month."),
        ("month,value\n1950-01,1.0\n", "odd.csv needs the header date,value"),
        (
            "date,value\n1950-01,1.0\n1950-03,1.0\n",
            "odd.csv, line 3, is Mar 1950; after the line before it needs Feb 1950",
        ),
        ("date,value\n1950-13,1.0\n", "odd.csv, line 2, is '1950-13,1.0'; it needs a month and"),
        ("date,value\n1950-01,warm\n", "odd.csv, line 2, is '1950-01,warm'; it needs a month and"),
        ("date,value\n1950-01\n", "odd.csv, line 2, is '1950-01'; it needs a month and a value"),
    ],
)
def test_a_mistake_in_the_data_is_named_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    with pytest.raises(GatescopeError, match=re.escape(message)):
        read_months(tmp_path / "odd.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "odd.csv needs the header seed,cell,shown,held_out and a row for each seed and cell:"),
        ("seed,cell,shown,held_out\n1,gru,0.5,0.5\n", "odd.csv needs the header seed,cell,shown"),
        (
            "seed,cell,shown,held_out\n1,gru,0.5,0.5\n1,rnn,0.5,0.5\n1,lstm,0.5,0.5\n",
            "odd.csv, line 3, is '1,rnn,0.5,0.5'; it needs 1,lstm and two errors in °C.",
        ),
        (
            "seed,cell,shown,held_out\n1,gru,0.5,0.5\n1,lstm,0.5\n1,rnn,0.5,0.5\n",
            "odd.csv, line 3, is '1,lstm,0.5'; it needs 1,lstm and two errors in °C.",
        ),
        (
            "seed,cell,shown,held_out\n1,gru,0.5,0.5\n1,lstm,low,0.5\n1,rnn,0.5,0.5\n",
            "odd.csv, line 3, is '1,lstm,low,0.5'; it needs 1,lstm and two errors in °C.",
        ),
    ],
)
def test_a_mistake_in_the_errors_of_the_seeds_is_named_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    with pytest.raises(GatescopeError, match=re.escape(message)):
        read_seeds(tmp_path / "odd.csv")


def test_data_without_the_shown_years_are_refused(tmp_path: Path) -> None:
    (tmp_path / "short.csv").write_text("date,value\n1997-01,23.7\n1997-02,26.1\n")
    with pytest.raises(GatescopeError, match="has Jan 1997 to Feb 1997; the model needs Jan 1997 "):
        load_series(MODEL, tmp_path / "short.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("lstm_out_w"), "odd.npz has no lstm_out_w: build it with scripts/train_"),
        (
            lambda a: a.update(gru_out_w=np.zeros(3)),
            "series.gru_out_w has shape (3,); it needs (8,",
        ),
        (lambda a: a.update(mean=np.zeros(2)), "series.mean has shape (2,); it needs (1,)."),
        (lambda a: a.update(rnn_w_h=np.zeros((1, 2, 3))), "rnn.w_h has shape (1, 2, 3)"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    tmp_path: Path, arrays: Arrays, change: Callable[[Arrays], object], message: str
) -> None:
    odd = dict(arrays)
    change(odd)
    np.savez(tmp_path / "odd.npz", **odd)
    with pytest.raises(GatescopeError, match=re.escape(message)):
        load_series(tmp_path / "odd.npz", DATA)
