"""A real series: the sea's temperature month by month, and three trained networks that predict it.

Each network reads one value a step and says the next; which season it is in it must remember.
Trained by `scripts/train_series.py`; `assets/series/MANIFEST` says where the data come from.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import CELLS, Cell
from gru_core.errors import RangeError, ShapeError, TextError, unknown_name
from gru_core.inputs.sequences import Sequence
from gru_core.scenes.shipped import shipped
from gru_core.weights import PARTS, WEIGHTS, Weights

MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
HEADER: Final = ["date", "value"]
SEEDS: Final = "seeds.csv"
SEEDS_HEADER: Final = ["seed", "cell", "shown", "held_out"]  # errors in °C
CHANNEL: Final = "sea temp."  # what there is room for beside the input

# "Same as last time": what a network must beat to have learned anything.
BASELINE: Final = "baseline"
# Guesses without a network: that one, and the calendar's mean plus the last departure from it.
LAST, CALENDAR = "last", "calendar"
# Years are stored as first and last, both included.
SPANS: Final = ("train", "validation", "held_out", "shown")
ARRAYS: Final = (
    *(f"{cell}_{part}" for cell in CELLS for part in (*PARTS, "out_w", "out_b")),
    *("mean", "std", "seed", *(f"{span}_years" for span in SPANS)),
    *(f"{span}_error_{name}" for span in ("shown", "held_out") for name in (*CELLS, BASELINE)),
)


@dataclass(frozen=True, eq=False)
class Readout:
    """From a hidden state to the one number that is predicted: w · h + b."""

    w: Array  # (unit,)
    b: float


@dataclass(frozen=True, eq=False)
class Series:
    """A stretch of held-out months, and networks trained on earlier ones. Compared by identity.

    x, predictions and truth are standardized: degrees from the mean over the standard deviation,
    both of the training years. `degrees` turns them back.
    """

    sequence: Sequence  # x: (step, 1); target: the next month's value, (step,)
    weights: Mapping[Cell, Weights]
    readouts: Mapping[Cell, Readout]
    mean: float  # °C
    std: float  # °C
    years: Mapping[str, tuple[int, int]]  # by SPANS: first and last, both included
    errors: Mapping[str, float]  # °C, rmse of each cell and BASELINE on the sequence from zeros
    climate: Array  # (12,): the mean of each calendar month of the training years, standardized
    seeds: Mapping[Cell, tuple[float, ...]]  # °C, the same errors of trainings from the seeds 1, 2…
    seed: int  # of the networks here

    def predict(self, hidden: npt.ArrayLike, cell: Cell) -> Array:
        """The next month's value, standardized, said from the state after each step, (step,).

        hidden: (step, unit). Entry t is said after input t and knows nothing later.
        Errors: UnknownNameError, ShapeError.
        """
        if cell not in self.readouts:
            raise unknown_name("cell", cell, self.readouts)
        readout, h = self.readouts[cell], checks.floats("hidden", hidden)
        if h.ndim != 2 or h.shape[1] != len(readout.w):
            raise ShapeError(
                "hidden has shape {shape}; the {cell} of the series needs (step, {count}): "
                "pass the hidden track of its run.",
                shape=h.shape,
                cell=cell.upper(),
                count=len(readout.w),
            )
        return read_only(h @ readout.w + readout.b)

    @property
    def truth(self) -> Array:
        """The value that did come next, standardized, (step,)."""
        assert self.sequence.target is not None
        return self.sequence.target

    @property
    def baseline(self) -> Array:
        """Same as last time: each month's value as the prediction of the next, (step,)."""
        return self.sequence.x[:, 0]

    @property
    def calendar(self) -> Array:
        """The mean of the next calendar month plus this month's departure from its own, (step,).

        It is told the calendar, which a network has to work out. The sequence starts in January.
        """
        month = np.arange(len(self.baseline)) % len(MONTHS)
        next_month = (month + 1) % len(MONTHS)
        return read_only(self.climate[next_month] + self.baseline - self.climate[month])

    def degrees(self, standardized: npt.ArrayLike) -> Array:
        """Standardized values in °C, any shape."""
        values = checks.floats("standardized", standardized)
        return read_only(np.asarray(values * self.std + self.mean))

    def rmse(self, predicted: npt.ArrayLike) -> float:
        """How far predictions of every step are off, in °C: the root of the mean square.

        predicted: (step,), standardized. Errors: ShapeError.
        """
        values = checks.floats("predicted", predicted)
        if values.shape != self.truth.shape:
            raise ShapeError(
                "predicted has shape {shape}; the series needs {needed}, one value for each "
                "step: pass what predict gives for the whole run.",
                shape=values.shape,
                needed=self.truth.shape,
            )
        return float(np.sqrt(np.mean((values - self.truth) ** 2)) * self.std)


class Months(NamedTuple):
    """Values of consecutive months."""

    first: int  # months since year 0: 12 · year + month, January being 0
    values: Array  # (month,), °C

    def between(self, years: tuple[int, int], after: int = 0) -> Array:
        """The values from January of the first year to December of the last, and `after` more.

        Errors: RangeError when some are not there.
        """
        start, stop = 12 * years[0] - self.first, 12 * (years[1] + 1) - self.first + after
        if not 0 <= start < stop <= len(self.values):
            raise RangeError(
                "the series has {label} to {last}; the model needs {start} to {label_4}: "
                "use the file it was trained on.",
                label=label(self.first),
                last=label(self.first + len(self.values) - 1),
                start=label(self.first + start),
                label_4=label(self.first + stop - 1),
            )
        return self.values[start:stop]


def label(month: int) -> str:
    """A month counted from year 0, as on screen: Jan 1997."""
    return f"{MONTHS[month % 12]} {month // 12}"


def read_months(path: Path) -> Months:
    """The series of a CSV file: a date such as 1950-01 and a value a row, month after month.

    Errors: TextError naming the line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if len(rows) < 2 or rows[0] != HEADER:
        raise TextError(
            "{name} needs the header {header} and a row a month.",
            name=path.name,
            header=",".join(HEADER),
        )
    first, values = 0, list[float]()
    for line, row in enumerate(rows[1:], start=2):
        month, value = _month(f"{path.name}, line {line}", row)
        first = first if values else month
        if month != first + len(values):
            raise TextError(
                "{name}, line {line}, is {label}; after the line before it needs {last}: "
                "leave no month out.",
                name=path.name,
                line=line,
                label=label(month),
                last=label(first + len(values)),
            )
        values.append(value)
    return Months(first, checks.floats(path.name, values))


def _month(where: str, row: list[str]) -> tuple[int, float]:
    date = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", row[0]) if len(row) == len(HEADER) else None
    if date is None or not re.fullmatch(r"-?\d+(\.\d+)?", row[1]):
        raise TextError(
            "{where}, is {row!r}; it needs a month and a value: 1950-01,23.1.",
            where=where,
            row=",".join(row),
        )
    return 12 * int(date[1]) + int(date[2]) - 1, float(row[1])


def read_seeds(path: Path) -> Mapping[Cell, tuple[float, ...]]:
    """The errors in °C over what is shown, of each cell by seed, from scripts/train_series.py.

    Errors: TextError naming the line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    found: dict[Cell, tuple[float, ...]] = dict.fromkeys(CELLS, ())
    expected = [[str(1 + at // len(CELLS)), CELLS[at % len(CELLS)]] for at in range(len(rows) - 1)]
    if len(rows) < 2 or (len(rows) - 1) % len(CELLS) or rows[0] != SEEDS_HEADER:
        raise TextError(
            "{name} needs the header {seeds_header} and a row for each seed and cell: build it "
            "with scripts/train_series.py --seeds.",
            name=path.name,
            seeds_header=",".join(SEEDS_HEADER),
        )
    for line, (row, needed) in enumerate(zip(rows[1:], expected, strict=True), start=2):
        cell = CELLS[(line - 2) % len(CELLS)]
        if row[:2] != needed or not _two_errors(row[2:]):
            raise TextError(
                "{name}, line {line}, is {row!r}; it needs {needed} and two errors in °C.",
                name=path.name,
                line=line,
                row=",".join(row),
                needed=",".join(needed),
            )
        found[cell] = (*found[cell], float(row[2]))
    return MappingProxyType(found)


def _two_errors(texts: list[str]) -> bool:
    return len(texts) == 2 and all(re.fullmatch(r"\d+\.\d+", text) for text in texts)


def load_series(model: Path, data: Path) -> Series:
    """The Series of a model file from scripts/train_series.py and the data it was trained on.

    The errors of other seeds lie beside the data, in seeds.csv. Errors: UnknownNameError when
    arrays are missing, ShapeError and RangeError when something does not fit, TextError for the
    data.
    """
    found = shipped(model, ARRAYS, "scripts/train_series.py")
    arrays = {name: checks.floats(f"series.{name}", array) for name, array in found.items()}
    mean, std = _number(arrays, "mean"), _number(arrays, "std")
    years = {span: _span(arrays, f"{span}_years") for span in SPANS}
    weights = {cell: WEIGHTS[cell](*(arrays[f"{cell}_{p}"] for p in PARTS)) for cell in CELLS}
    months = read_months(data)
    sequence = _sequence(months, years["shown"], mean, std)
    training = (months.between(years["train"]) - mean) / std
    return Series(
        sequence=sequence,
        weights=MappingProxyType(weights),
        readouts=MappingProxyType({c: _readout(arrays, c, weights[c].units) for c in CELLS}),
        mean=mean,
        std=std,
        years=MappingProxyType(years),
        errors=MappingProxyType(
            {name: _number(arrays, f"shown_error_{name}") for name in (*CELLS, BASELINE)}
        ),
        climate=read_only(training.reshape(-1, len(MONTHS)).mean(axis=0)),
        seeds=read_seeds(data.with_name(SEEDS)),
        seed=int(_number(arrays, "seed")),
    )


def _numbers(arrays: Mapping[str, Array], name: str, size: int) -> Array:
    if arrays[name].shape != (size,):
        raise ShapeError(
            "series.{name} has shape {shape}; it needs ({size},).",
            name=name,
            shape=arrays[name].shape,
            size=size,
        )
    return arrays[name]


def _number(arrays: Mapping[str, Array], name: str) -> float:
    return float(_numbers(arrays, name, 1)[0])


def _span(arrays: Mapping[str, Array], name: str) -> tuple[int, int]:
    first, last = (int(year) for year in _numbers(arrays, name, 2))
    return first, last


def _readout(arrays: Mapping[str, Array], cell: Cell, units: int) -> Readout:
    w = _numbers(arrays, f"{cell}_out_w", units)
    return Readout(w, _number(arrays, f"{cell}_out_b"))


def _sequence(months: Months, years: tuple[int, int], mean: float, std: float) -> Sequence:
    values = (months.between(years, after=1) - mean) / std
    labels = tuple(label(12 * years[0] + step) for step in range(len(values) - 1))
    return Sequence(values[:-1, np.newaxis], labels, (CHANNEL,), target=values[1:])
