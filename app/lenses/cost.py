"""What cells cost: their parameters and products at every size, and the time of a step."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from app.figures.prediction import CELL_STYLE
from app.figures.sizes import count_bars, size_lines
from app.lenses import times
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import count, joined, number
from gru_core.analysis.cost import SIZES, matched_units, multiply_adds, parameters
from gru_core.conventions import CELLS, Cell
from gru_core.weights import GRUWeights

CHOICES = (
    Choice("parameters", "parameters"),
    Choice("time", "time of a step"),
    Choice("published", "a published count"),
)
ASKS = "Cost"
FROM_SMALL: tuple[Cell, ...] = ("rnn", "gru", "lstm")  # as sentences name them
# Distill, Visualizing memorization in RNNs (Madsen 2019): two layers with one bias, every unit
# seeing 1,200 numbers, 600 from below and 600 of its own layer.
PUBLISHED: Mapping[Cell, int] = {"gru": 4_323_600, "lstm": 5_764_800}
PUBLISHED_UNITS, PUBLISHED_LAYERS = 600, 2


def view(screen: Screen) -> View:
    """What is asked for: counts at every size, times as measured, or counts that were published."""
    of = chosen_of(screen.setting.of, CHOICES)
    views: Mapping[str, Callable[[Screen], View]] = {
        "parameters": _counts,
        "time": lambda screen: times.view(screen, CHOICES, ASKS),
        "published": lambda _: _published(),
    }
    return views[of](screen)


def _counts(screen: Screen) -> View:
    gru = screen.situation.weights["gru"]
    inputs, here, biases = gru.input_size, gru.units, screen.biases
    sizes = sorted({*SIZES, here})
    counts = {c: [parameters(c, inputs, n, biases=biases) for n in sizes] for c in CELLS}
    products = {c: [multiply_adds(c, inputs, n) for n in sizes] for c in CELLS}
    reading = f"{count(inputs, 'input')}, by units"
    charts = [
        _chart("parameters", f"Parameters with {reading}", sizes, counts, here),
        _chart("products", f"Multiply-adds of one step with {reading}", sizes, products, here),
    ]
    return View(charts, CHOICES, "parameters", ASKS, _count_notes(screen), _count_words(screen))


def _chart(
    name: str, title: str, sizes: Sequence[int], counts: Mapping[Cell, Sequence[int]], here: int
) -> Chart:
    return Chart(
        name=name,
        title=title,
        figure=size_lines(sizes, counts, SIZES, here),
        reads="points",
        corner="size",
        rows=Axis("names", [count(size, "unit") for size in sizes], plural="sizes"),
        columns=Axis("names", [CELL_NAMES[cell] for cell in counts], plural="cells"),
        values=np.array(list(counts.values()), dtype=np.float64).T,
        height=170,
        key=[(*CELL_STYLE[cell], CELL_NAMES[cell]) for cell in counts],
    )


def _count_words(screen: Screen) -> list[str]:
    gru = screen.situation.weights["gru"]
    inputs, units, biases = gru.input_size, gru.units, screen.biases
    with_two, with_one = (
        [parameters(cell, inputs, units, biases=2) for cell in FROM_SMALL],
        [parameters(cell, inputs, units, biases=1) for cell in FROM_SMALL],
    )
    counts, others = (with_two, with_one) if biases == 2 else (with_one, with_two)
    rnn, *gated = counts
    said = [f"{found:,} ({number(found / rnn)} times as many)" for found in gated]
    layouts = "two biases a gate, as in PyTorch", "one bias, as in many textbooks"
    this, that = layouts if biases == 2 else layouts[::-1]
    products = [f"{multiply_adds(cell, inputs, units):,}" for cell in FROM_SMALL]
    return [
        f"With {count(inputs, 'input')} and {count(units, 'unit')}, a plain RNN has {rnn:,} "
        f"parameters, a GRU {said[0]} and an LSTM {said[1]}.",
        f"Counted with {this}. With {that}: {_listed([f'{n:,}' for n in others])}.",
        f"Multiply-adds of one step: {_listed(products)}.",
    ]


def _count_notes(screen: Screen) -> list[str]:
    gru = screen.situation.weights["gru"]
    matched = matched_units(gru.input_size, gru.units)
    found = [
        "Parameters are gates × units × (inputs + units + biases); a plain RNN has one such set of "
        "weights, a GRU three, an LSTM four. Multiply-adds are those of W and U.",
        f"With about as many parameters as this GRU, an LSTM has {count(matched['lstm'], 'unit')}, "
        f"a plain RNN {matched['rnn']}.",
    ]
    after = isinstance(gru, GRUWeights) and gru.reset_after
    if screen.biases == 1 and after:
        found.append(
            "Not counted is the second bias of the candidate, which a reset gate after the product "
            f"would scale: {count(gru.units, 'number')} more."
        )
    return found


def _published() -> View:
    size, layers = PUBLISHED_UNITS, PUBLISHED_LAYERS
    counts = [parameters(cell, size, size, layers=layers, biases=1) for cell in FROM_SMALL]
    names = [CELL_NAMES[cell] for cell in FROM_SMALL]
    rows = [
        (count, PUBLISHED.get(cell, np.nan), multiply_adds(cell, size, size, layers=layers))
        for cell, count in zip(FROM_SMALL, counts, strict=True)
    ]
    chart = Chart(
        name="published",
        title=f"Parameters of {layers} layers of {size} units, one bias a gate",
        figure=count_bars(names, counts, [CELL_STYLE[cell][0] for cell in FROM_SMALL]),
        reads="down",
        corner="cell",
        rows=Axis("names", names, plural="cells"),
        columns=Axis("names", ["counted", "published", "multiply-adds a step"], plural="counts"),
        values=np.array(rows, dtype=np.float64),
        height=110,
    )
    gru, lstm = (counts[FROM_SMALL.index(cell)] for cell in ("gru", "lstm"))
    words = [
        f"Two layers of {size} units, each unit seeing {2 * size:,} numbers, {size} from below and "
        f"{size} of its own layer, with one bias. Counted here: {gru:,} in the GRU and {lstm:,} in "
        f"the LSTM. Published: {PUBLISHED['gru']:,} and {PUBLISHED['lstm']:,}.",
    ]
    notes = ["Published in: Andreas Madsen, Visualizing memorization in RNNs, Distill, 2019."]
    return View([chart], CHOICES, "published", ASKS, notes, words)


def _listed(counts: Sequence[str]) -> str:
    """Of the three cells, in the order of FROM_SMALL."""
    names = [CELL_NAMES[cell] for cell in FROM_SMALL]
    parts = [f"{found} in the {name}" for found, name in zip(counts, names, strict=True)]
    return joined(parts)


LENS = Lens(
    "parameters and cost",
    "How many numbers each cell has to learn, and how long a step takes",
    "Both axes go by factors: where lines run side by side, one cell costs so many times the other "
    "at every size. Fewer parameters are fewer multiply-adds; if a step is faster too is measured.",
    view,
)
