"""What is remembered: what each step left in every state, its weight, and how long it lasts."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from app.compute.runs import run_key
from app.compute.store import Shelf
from app.figures.written import age_heatmap, left_heatmap, memory_heatmap
from app.lenses.base import WITH_START, Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.naming import step_name, unit_of
from app.lenses.remembered import layer_words, unit_words
from app.lenses.sampling import MOST_COLUMNS, drawn, grid_chart
from app.screen.screen import Screen
from app.words import numbers
from app.words.names import CELL_NAMES, letter_of
from app.words.say import Fields, say
from gru_core import Trace
from gru_core.analysis import (
    Window,
    content_map,
    content_row,
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
from gru_core.conventions import KEEP_GATE, STATES, Cell, track_range

CHOICES: Final = ("unit", "layer")

_known: Shelf[Array] = Shelf("memory")  # by the run, whoever looks at it and wherever the cursor is


def view(screen: Screen) -> View:
    """Of each cell that keeps: what every step left, its weight, and how long units keep."""
    choices = [Choice(name, say(f"lenses.memory.choices.{name}")) for name in CHOICES]
    of, asks = chosen_of(screen.setting.of, choices), say("lenses.memory.asks")
    keeping = [cell for cell in screen.traces if cell in KEEP_GATE]
    charts = [chart for cell in keeping for chart in _maps(screen, cell, of)]
    notes: list[str] = []
    for cell in keeping:
        found, said = _lasting(screen, cell)
        charts += found
        notes += filter(None, [said])
    notes += _about(of, keeping)
    if "rnn" in screen.traces:
        notes.append(say("lenses.memory.rnn"))
    words = [_words(screen, cell, of) for cell in keeping]
    words += [_half_life(screen, cell) for cell in keeping]
    return View(charts, choices, of, asks, list(dict.fromkeys(notes)), words)


def _about(of: str, keeping: Sequence[Cell]) -> list[str]:
    """How the maps are read."""
    if not keeping:
        return []
    if of == "layer":
        return [say("lenses.memory.of_layer"), say("lenses.memory.roots")]
    found = [say("lenses.memory.of_unit")]
    if "lstm" in keeping:
        found.append(say("lenses.memory.lstm"))
    return [*found, say("lenses.memory.roots")]


def _maps(screen: Screen, cell: Cell, of: str) -> list[Chart]:
    """What each step left and its weight, of a unit; of a layer its shares."""
    trace = screen.traces[cell]
    unit, steps = unit_of(screen, trace.units), trace.steps
    window = None if steps <= MOST_COLUMNS else evenly(steps, MOST_COLUMNS, MOST_COLUMNS)
    numbers = min(steps, MOST_COLUMNS) * (min(steps, MOST_COLUMNS) + 1)
    if of == "layer":
        found = _once(screen, cell, (of,), numbers, lambda: layer_map(trace, window))
        return [_shares_chart(screen, cell, window, found)]
    left = _once(screen, cell, ("left", unit), numbers, lambda: content_map(trace, unit, window))
    weights = _once(screen, cell, (of, unit), numbers, lambda: memory_map(trace, unit, window))
    return [
        _left_chart(screen, cell, window, left),
        _weights_chart(screen, cell, window, weights),
    ]


def _left_chart(screen: Screen, cell: Cell, window: Window | None, values: Array) -> Chart:
    letter, unit = _letter(cell), unit_of(screen, screen.traces[cell].units) + 1
    state = STATES[cell][-1]
    _, bound = track_range(state, screen.situation.weights[cell].state_activation)
    return _chart(
        *(screen, window, values),
        name=f"{cell}.left",
        title=say("lenses.memory.left", cell=CELL_NAMES[cell], letter=letter, unit=unit),
        figure=left_heatmap(values, _axes(screen, window)[2], f"{letter}₀", bound),
        says=say("lenses.memory.left_cell", letter=letter, unit=unit),
    )


def _weights_chart(screen: Screen, cell: Cell, window: Window | None, values: Array) -> Chart:
    letter, unit = _letter(cell), unit_of(screen, screen.traces[cell].units) + 1
    return _chart(
        *(screen, window, values),
        name=f"{cell}.map",
        title=say("lenses.memory.weights", cell=CELL_NAMES[cell], letter=letter, unit=unit),
        figure=memory_heatmap(values, _axes(screen, window)[2], f"{letter}₀"),
        ends=("0", "1"),
        says=say("lenses.memory.weights_cell", letter=letter, unit=unit),
    )


def _shares_chart(screen: Screen, cell: Cell, window: Window | None, values: Array) -> Chart:
    letter = _letter(cell)
    return _chart(
        *(screen, window, values),
        name=f"{cell}.map",
        title=say("lenses.memory.shares", cell=CELL_NAMES[cell], letter=letter),
        figure=memory_heatmap(values, _axes(screen, window)[2], f"{letter}₀"),
        ends=("0", "100 %"),
        says=say("lenses.memory.shares_cell"),
    )


def _chart(screen: Screen, window: Window | None, values: Array, **about: Any) -> Chart:
    rows, columns, _ = _axes(screen, window)
    places: dict[str, Any] = {"rows": rows, "columns": columns, "values": values}
    return Chart(reads="grid", corner="step", height=240, **places, **about)


def _letter(cell: Cell) -> str:
    return letter_of(cell, STATES[cell][-1])


def _once(
    screen: Screen, cell: Cell, what: tuple[object, ...], numbers: int, make: Callable[[], Array]
) -> Array:
    """What is made of the run of a cell, unless it is known. numbers: how many there are in it."""
    key = (screen.setting.engine, run_key(screen.situation, cell), *what)
    return _known.get(key, 8 * numbers, make)


def _axes(screen: Screen, window: Window | None) -> tuple[Axis, Axis, Sequence[str]]:
    """Rows, columns and the labels of the columns; over too many steps, those of the window."""
    if window is None:
        return Axis("steps"), WITH_START, screen.labels
    rows = [step_name(screen, int(step)) for step in window.rows]
    starts, ends = window.edges[:-1], window.edges[1:]
    blocks = [
        say("lenses.memory.steps", first=a + 1, last=b)
        if a + 1 < b
        else say("lenses.naming.step", step=b)
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return (
        Axis("names", rows, noun="steps"),
        Axis("names", [say("lenses.memory.start"), *blocks], noun="blocks"),
        [str(start + 1) for start in starts.tolist()],
    )


def _words(screen: Screen, cell: Cell, of: str) -> str:
    """What the state at the cursor is made of."""
    trace, step = screen.traces[cell], screen.step
    unit = unit_of(screen, trace.units)
    if of == "layer":
        row = _once(
            *(screen, cell, (of, "at", step), trace.steps + 1), lambda: layer_row(trace, step)
        )
        return layer_words(screen, cell, row)
    left, weights = content_row(trace, step, unit), memory_row(trace, step, unit)
    return unit_words(screen, cell, unit, left, weights)


def _lasting(screen: Screen, cell: Cell) -> tuple[list[Chart], str]:
    """The age of what every unit holds, the half-life of what it keeps, and what is not drawn."""
    trace, name = screen.traces[cell], CELL_NAMES[cell]
    charts = []
    # Half-lives of what is drawn alone: of all they would take as long as the run.
    placed = drawn(screen, _keep(trace), screen.orders[cell])
    ages, lives = _ages(screen, cell, placed.values.size), half_life(placed.values)
    longest = float(max(len(screen.labels), 2))
    most = say("lenses.memory.longest", steps=numbers.whole(round(longest)))
    for key, values in (("age", ages), ("half", lives)):
        charts.append(
            grid_chart(
                placed._replace(values=values),
                age_heatmap(values, placed.labels, placed.row_names, longest),
                name=f"{cell}.{key}",
                title=say(f"lenses.memory.{key}_title", cell=name),
                height=110,
                ends=("0", most),
                says=say(f"lenses.memory.{key}_cell"),
            )
        )
    return charts, placed.note


def _ages(screen: Screen, cell: Cell, numbers: int) -> Array:
    """The mean age of what is drawn, (row, column)."""
    trace, order = screen.traces[cell], screen.orders[cell]

    def make() -> Array:
        return read_only(drawn(screen, memory_age(trace), order).values)

    return _once(screen, cell, ("age", screen.condensed, order), numbers, make)


def _half_life(screen: Screen, cell: Cell) -> str:
    """At the cursor; and what 1 divided by what is not kept would have said, if that is not 0."""
    trace = screen.traces[cell]
    unit = unit_of(screen, trace.units)
    keep = float(_keep(trace)[screen.step, unit])
    where: Fields = {"unit": unit + 1, "cell": CELL_NAMES[cell]}
    said = numbers.half_life(float(half_life(keep)))
    constant = float(time_constant(keep))
    if not 0 < constant < numbers.MOST_STEPS:
        return say("lenses.memory.half", said=said, **where)
    lost = {"gru": "z" if screen.notation.polarity == "write" else "(1 − z)", "lstm": "(1 − f)"}
    return say(
        "lenses.memory.half_and_constant",
        said=said,
        constant=numbers.steps(constant),
        lost=lost[cell],
        rough=numbers.number(1 / (1 - keep)),
        **where,
    )


def _keep(trace: Trace) -> Array:
    return trace[KEEP_GATE[trace.cell]]


LENS = Lens(
    "memory",
    view,
    follows=("step", "unit"),
)
