"""What is remembered: how much of each state was written at which step, and how long it lasts."""

from collections.abc import Callable, Sequence

import numpy as np

from app import theme
from app.figures.written import age_heatmap, memory_heatmap
from app.running import Kept, run_key
from app.shown import Shown
from app.widgets.lenses.base import WITH_START, Axis, Chart, Choice, Lens, View, chosen_of
from app.widgets.lenses.places import MOST_COLUMNS, drawn, grid_chart, step_name, unit_of
from app.words import numbers
from app.words.numbers import number
from gru_core import Trace
from gru_core.analysis import (
    Window,
    evenly,
    half_life,
    layer_map,
    layer_row,
    memory_age,
    memory_map,
    memory_row,
    time_constant,
)
from gru_core.arrays import Array, read_only
from gru_core.conventions import KEEP_GATE, Cell

CHOICES = (Choice("unit", "the cursor's unit"), Choice("layer", "the whole layer"))
MOST_NAMED = 3
# A map of 400 steps is 1.3 MB, an age or a half-life of 128 units at as many steps 0.4 MB.
MOST_BYTES = 64_000_000

_known: Kept[Array] = Kept(MOST_BYTES)  # by the run, whoever looks at it and wherever the cursor is


def view(shown: Shown) -> View:
    """The map of each cell that keeps, and the ages and half-lives of the GRU's units."""
    of = chosen_of(shown.setting.of, CHOICES)
    keeping = [cell for cell in shown.traces if cell in KEEP_GATE]
    charts = [_map_chart(shown, cell, of) for cell in keeping]
    notes = []
    for cell in keeping:
        found, said = _lasting(shown, cell)
        charts += found
        notes += said
    if "lstm" in keeping:
        notes.append(
            "The map of the LSTM is of its cell state c. Its forget and input gates are separate, "
            "so the weights of a row need not sum to 1; those of the GRU do."
        )
    if "rnn" in shown.traces:
        notes.append("The plain RNN has no gate that keeps: there is no such map of it.")
    if keeping:
        notes.append(
            "Colours of the maps climb as the root of a share, so that small ones are seen."
        )
    words = [_words(shown, cell, of) for cell in keeping]
    return View(charts, CHOICES, of, "Remembered by", list(dict.fromkeys(notes)), words)


def _map_chart(shown: Shown, cell: Cell, of: str) -> Chart:
    trace = shown.traces[cell]
    unit, steps = unit_of(shown, trace.units), trace.steps
    window = None if steps <= MOST_COLUMNS else evenly(steps, MOST_COLUMNS, MOST_COLUMNS)
    numbers = min(steps, MOST_COLUMNS) * (min(steps, MOST_COLUMNS) + 1)
    if of == "layer":
        found = _once(shown, cell, (of,), numbers, lambda: layer_map(trace, window))
    else:
        found = _once(shown, cell, (of, unit), numbers, lambda: memory_map(trace, unit, window))
    letter = "c" if cell == "lstm" else "h"
    who = "the layer" if of == "layer" else f"unit {unit + 1}"
    rows, columns, labels = _axes(shown, window)
    verb = "of {who} at {row} was written at {column}"
    if cell == "lstm" and of == "unit":
        verb = "of what {who} wrote at {column} is in it at {row}"
    return Chart(
        name=f"{cell}.map",
        title=f"{theme.CELL_NAMES[cell]}: when {letter} of {who} was written",
        figure=memory_heatmap(found, labels, f"{letter}₀"),
        reads="grid",
        corner="step",
        rows=rows,
        columns=columns,
        values=found,
        height=240,
        ends=("0", "100 %"),
        says="{percent} " + verb.replace("{who}", who),
    )


def _once(
    shown: Shown, cell: Cell, what: tuple[object, ...], numbers: int, make: Callable[[], Array]
) -> Array:
    """What is made of the run of a cell, unless it is known. numbers: how many there are in it."""
    key = (shown.setting.engine, run_key(shown.situation, cell), *what)
    return _known.get(key, 8 * numbers, make)


def _axes(shown: Shown, window: Window | None) -> tuple[Axis, Axis, Sequence[str]]:
    """Rows, columns and the labels of the columns; over too many steps, those of the window."""
    if window is None:
        return Axis("steps"), WITH_START, shown.labels
    rows = [step_name(shown, int(step)) for step in window.rows]
    starts, ends = window.edges[:-1], window.edges[1:]
    blocks = [
        f"steps {a + 1} to {b}" if a + 1 < b else f"step {b}"
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return (
        Axis("names", rows, plural="steps"),
        Axis("names", ["the initial state", *blocks], plural="blocks"),
        [str(start + 1) for start in starts.tolist()],
    )


def _words(shown: Shown, cell: Cell, of: str) -> str:
    """Where most of the state at the cursor was written."""
    trace, step = shown.traces[cell], shown.step
    unit = unit_of(shown, trace.units)
    row = _row(shown, cell, of, unit)
    who = "the layer" if of == "layer" else f"unit {unit + 1}"
    name, letter = theme.CELL_NAMES[cell], "c" if cell == "lstm" else "h"
    most = [int(at) for at in np.argsort(-row, kind="stable")[:MOST_NAMED] if row[at] >= 0.005]
    if not most:
        return f"{name}: nothing is left in {letter} of {who} at {step_name(shown, step)}."
    parts = [f"{100 * row[at]:.0f} % {_when(shown, at)}" for at in most]
    if cell == "lstm" and of == "unit":
        return (
            f"{name}, {letter} of {who} at {step_name(shown, step)} holds, of what was written: "
            f"{', '.join(parts)}."
        )
    return f"{name}, {letter} of {who} at {step_name(shown, step)}: {', '.join(parts)}."


def _row(shown: Shown, cell: Cell, of: str, unit: int) -> Array:
    """The shares of the state at the cursor, (column,)."""
    trace, step = shown.traces[cell], shown.step
    if of == "layer":
        return _once(shown, cell, (of, "at", step), trace.steps + 1, lambda: layer_row(trace, step))
    return memory_row(trace, step, unit)


def _when(shown: Shown, column: int) -> str:
    if column == 0:
        return "from the initial state"
    label = shown.labels[column - 1]
    said = "" if label == str(column) else f", when the input was {label}"
    return f"written at step {column}{said}"


def _lasting(shown: Shown, cell: Cell) -> tuple[list[Chart], list[str]]:
    """The age of what every unit holds, and the half-life of what it keeps at each step."""
    trace, name = shown.traces[cell], theme.CELL_NAMES[cell]
    unit = unit_of(shown, trace.units)
    keep = float(_keep(trace)[shown.step, unit])
    said = numbers.half_life(float(half_life(keep)))
    half = f"Half-life of unit {unit + 1} at the cursor ({name}): {said}{_time_constant(keep)}."
    charts = []
    # Half-lives of what is drawn alone: of all they would take as long as the run.
    placed = drawn(shown, _keep(trace), shown.orders[cell])
    ages, lives = _ages(shown, cell, placed.values.size), half_life(placed.values)
    longest = float(max(len(shown.labels), 2))
    about = (
        ("age", "mean age of what each unit holds", ages, "{value} steps old"),
        ("half", "half-life of what is kept", lives, "half is left after {value} steps"),
    )
    for key, title, values, says in about:
        charts.append(
            grid_chart(
                placed._replace(values=values),
                age_heatmap(values, placed.labels, placed.row_names, longest),
                name=f"{cell}.{key}",
                title=f"{name}: {title}",
                height=110,
                ends=("0", f"{longest:,.0f} steps or more"),
                says=f"{{row}} at {{column}}: {says}",
            )
        )
    return charts, list(filter(None, [half, placed.note]))


def _ages(shown: Shown, cell: Cell, numbers: int) -> Array:
    """The mean age of what is drawn, (row, column)."""
    trace, order = shown.traces[cell], shown.orders[cell]

    def make() -> Array:
        return read_only(drawn(shown, memory_age(trace), order).values)

    return _once(shown, cell, ("age", shown.condensed, order), numbers, make)


def _time_constant(keep: float) -> str:
    """And what 1/(1 − keep) would have said, where there is something to divide by."""
    if not 0 < keep < 1:
        return ""
    exact, rough = number(float(time_constant(keep))), number(1 / (1 - keep))
    return f"; time constant {exact} steps, where 1/(1 − keep) would say {rough}"


def _keep(trace: Trace) -> Array:
    return trace[KEEP_GATE[trace.cell]]


LENS = Lens(
    "memory map",
    "How much of each state was written at which step",
    "Each row is a state, each column the step at which that share of it was written: a bright "
    "upright stripe is something that lasts. Point at a row to read it in words.",
    view,
    follows=("step", "unit"),
)
