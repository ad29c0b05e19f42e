"""What cells cost: their parameters and products at every size, and the time of a step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.figures.prediction import CELL_STYLE
from app.figures.sizes import count_bars, size_lines
from app.lenses import times
from app.lenses.at_cursor import cost_of
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import count, number, whole
from app.words.say import say
from gru_core.analysis.cost import (
    SIZES,
    Biases,
    matched_units,
    multiply_adds,
    multiply_adds_of,
    parameters,
)
from gru_core.conventions import CELLS, GATES, Cell
from gru_core.weights import PROJECTION, GRUWeights

VIEWS = ("parameters", "time", "keras", "published")
FROM_SMALL: tuple[Cell, ...] = ("rnn", "gru", "lstm")  # as sentences name them
# Distill, Visualizing memorization in RNNs (Madsen 2019): two layers with one bias, every unit
# seeing 1,200 numbers, 600 from below and 600 of its own layer.
PUBLISHED: Mapping[Cell, int] = {"gru": 4_323_600, "lstm": 5_764_800}
PUBLISHED_UNITS, PUBLISHED_LAYERS = 600, 2
# Keras' GRU(64) on 32 inputs. It has two biases a gate where reset_after is True, as it is unless
# one says otherwise; its LSTM and SimpleRNN have one.
KERAS_UNITS, KERAS_INPUTS = 64, 32
KERAS: Mapping[str, tuple[Cell, Biases]] = {
    "gru_after": ("gru", 2),
    "gru_before": ("gru", 1),
    "lstm": ("lstm", 1),
    "rnn": ("rnn", 1),
}


def view(screen: Screen) -> View:
    """What is asked for: counts at every size, times as measured, or counts that were published."""
    choices = [Choice(name, say(f"lenses.cost.choices.{name}")) for name in VIEWS]
    of = chosen_of(screen.setting.of, choices)
    views: Mapping[str, Callable[[Screen], View]] = {
        "parameters": _counts,
        "time": times.view,
        "keras": lambda _: _keras(),
        "published": lambda _: _published(),
    }
    return replace(views[of](screen), choices=choices, chosen=of, asks=say("lenses.cost.asks"))


def _counts(screen: Screen) -> View:
    gru = screen.situation.weights["gru"]
    inputs, here, biases = gru.input_size, gru.units, screen.biases
    sizes = sorted({*SIZES, here})
    counts = {c: [parameters(c, inputs, n, biases=biases) for n in sizes] for c in CELLS}
    products = {c: [multiply_adds(c, inputs, n) for n in sizes] for c in CELLS}
    reading = count(inputs, "input")
    by_size = say("lenses.cost.parameters_by_size", inputs=reading)
    products_by_size = say("lenses.cost.products_by_size", inputs=reading)
    charts = [
        _chart("parameters", by_size, sizes, counts, here),
        _chart("products", products_by_size, sizes, products, here),
    ]
    words = [*_count_words(screen), *_of_projected(screen), cost_of(screen, screen.opened)]
    return View(charts, notes=_count_notes(screen), words=words, follows=("step", "unit"))


def _chart(
    name: str, title: str, sizes: Sequence[int], counts: Mapping[Cell, Sequence[int]], here: int
) -> Chart:
    return Chart(
        name=name,
        title=title,
        figure=size_lines(sizes, counts, SIZES, here),
        reads="points",
        corner="size",
        rows=Axis("names", [count(size, "unit") for size in sizes], noun="sizes"),
        columns=Axis("names", [CELL_NAMES[cell] for cell in counts], noun="cells"),
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
    rnn, gru_count, lstm = counts
    products = [multiply_adds(cell, inputs, units) for cell in FROM_SMALL]
    with_others = _by_cell(others)
    return [
        say(
            "lenses.cost.parameters",
            inputs=count(inputs, "input"),
            units=count(units, "unit"),
            rnn=whole(rnn),
            gru=whole(gru_count),
            gru_times=number(gru_count / rnn),
            lstm=whole(lstm),
            lstm_times=number(lstm / rnn),
        ),
        say("lenses.cost.counted_with_two", **with_others)
        if biases == 2
        else say("lenses.cost.counted_with_one", **with_others),
        say("lenses.cost.products", **_by_cell(products)),
    ]


def _of_projected(screen: Screen) -> list[str]:
    """What the LSTM on screen has and takes, where its hidden state is projected."""
    lstm = screen.situation.weights.get("lstm")
    if lstm is None or not lstm.is_projected:
        return []
    return [
        say(
            "lenses.cost.projected",
            numbers=count(lstm.hidden_size, "number"),
            parameters=whole(lstm.parameter_count(screen.biases)),
            own=whole(lstm.arrays[PROJECTION].size),
            products=whole(multiply_adds_of(lstm)),
        )
    ]


def _count_notes(screen: Screen) -> list[str]:
    gru = screen.situation.weights["gru"]
    matched = matched_units(gru.input_size, gru.units)
    found = [
        say("lenses.cost.formula"),
        say("lenses.cost.matched", lstm=count(matched["lstm"], "unit"), rnn=matched["rnn"]),
    ]
    after = isinstance(gru, GRUWeights) and gru.reset_after
    if screen.biases == 1 and after:
        found.append(say("lenses.cost.not_counted", numbers=count(gru.units, "number")))
    return found


def _published() -> View:
    size, layers = PUBLISHED_UNITS, PUBLISHED_LAYERS
    counts = [parameters(cell, size, size, layers=layers, biases=1) for cell in FROM_SMALL]
    names = [CELL_NAMES[cell] for cell in FROM_SMALL]
    rows = [
        (count, PUBLISHED.get(cell, np.nan), multiply_adds(cell, size, size, layers=layers))
        for cell, count in zip(FROM_SMALL, counts, strict=True)
    ]
    columns = (
        say("lenses.cost.counted"),
        say("lenses.cost.published_count"),
        say("lenses.cost.products_a_step"),
    )
    chart = Chart(
        name="published",
        title=say("lenses.cost.published_title", layers=layers, units=size),
        figure=count_bars(names, counts, [CELL_STYLE[cell][0] for cell in FROM_SMALL]),
        reads="down",
        corner="cell",
        rows=Axis("names", names, noun="cells"),
        columns=Axis("names", columns, noun="counts"),
        values=np.array(rows, dtype=np.float64),
        height=110,
    )
    gru, lstm = (counts[FROM_SMALL.index(cell)] for cell in ("gru", "lstm"))
    words = say(
        "lenses.cost.published",
        units=size,
        seen=whole(2 * size),
        gru=whole(gru),
        lstm=whole(lstm),
        published_gru=whole(PUBLISHED["gru"]),
        published_lstm=whole(PUBLISHED["lstm"]),
    )
    return View([chart], notes=[say("lenses.cost.published_in")], words=[words])


def _keras() -> View:
    """A layer of Keras, number by number, and what the formula with one bias would have said."""
    units, inputs = KERAS_UNITS, KERAS_INPUTS
    counts = {
        name: parameters(cell, inputs, units, biases=biases)
        for name, (cell, biases) in KERAS.items()
    }
    names = [say(f"lenses.cost.keras.{name}", units=units) for name in KERAS]
    gates = [len(GATES[cell]) for cell, _ in KERAS.values()]
    rows = [
        (found, gate, units, inputs, units, biases)
        for found, gate, (_, biases) in zip(counts.values(), gates, KERAS.values(), strict=True)
    ]
    columns = ("counted", "sets", "units", "from_inputs", "from_units", "biases")
    chart = Chart(
        name="keras",
        title=say("lenses.cost.keras.title", inputs=inputs),
        figure=count_bars(
            names, list(counts.values()), [CELL_STYLE[cell][0] for cell, _ in KERAS.values()]
        ),
        reads="down",
        corner="cell",
        rows=Axis("names", names, noun="cells"),
        columns=Axis(
            "names", [say(f"lenses.cost.keras.{name}") for name in columns], noun="counts"
        ),
        values=np.array(rows, dtype=np.float64),
        height=130,
    )
    sizes = {"units": units, "inputs": inputs, "gates": len(GATES["gru"])}
    with_two, with_one = counts["gru_after"], counts["gru_before"]
    words = [
        say("lenses.cost.keras.with_two", found=whole(with_two), **sizes),
        say("lenses.cost.keras.with_one", found=whole(with_one), less=whole(with_two - with_one),
            **sizes),
    ]  # fmt: skip
    return View([chart], notes=[say("lenses.cost.keras.note")], words=words)


def _by_cell(counts: Sequence[int]) -> dict[str, str]:
    """Of the three cells, in the order of FROM_SMALL."""
    return {cell: whole(found) for cell, found in zip(FROM_SMALL, counts, strict=True)}


LENS = Lens(
    "cost",
    view,
)
