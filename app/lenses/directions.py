"""Both ways, and stacked: a second layer beside the one on screen, over the same steps."""

from typing import Any, cast

import numpy as np
import plotly.graph_objects as go

from app.figures import theme
from app.figures.directions import layer_heatmap, moved_heatmap, parted
from app.lenses import moved
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.places import Drawn, drawn, grid_chart
from app.screen.neighbours import at_random
from app.screen.screen import Shown
from app.screen.two_layers import Tracks, TwoLayers, both_ways, stacked
from gru_core.arrays import Array
from gru_core.conventions import KEEP_GATE
from gru_core.run import Merge
from gru_core.scenes.companions import Role, has_own

STACKED = "stacked"
CHOICES = (
    Choice("concat", "concatenated"),
    Choice("sum", "sum"),
    Choice("mean", "mean"),
    Choice("product", "product"),
    Choice(STACKED, "two layers, stacked"),
)
OUTPUTS = {
    "concat": "forward above backward",
    "sum": "sum of both, −2 … 2",
    "mean": "mean of both",
    "product": "product of both",
}
HEIGHT, TALL = 110, 160  # pixels, of one layer and of two


def view(shown: Shown) -> View:
    """Both layers, what a layer above them would read, and what a changed input moves in it."""
    of = chosen_of(shown.setting.of, CHOICES)
    run = stacked if of == STACKED else both_ways
    now, changed = run(shown, shown.situation.x), moved.changed_steps(shown)
    charts = _of_stack(shown, now) if of == STACKED else _of_pair(shown, now, of)
    notes, names = _notes(shown, of), moved.LAYERS if of == STACKED else moved.DIRECTIONS
    if changed:
        before = run(shown, shown.base.x)
        charts.insert(0, _moved_chart(shown, before, now, of))
        words = moved.words(shown, changed, before, now, names)
        notes.insert(0, "The first picture goes by powers of ten; it is blank below a millionth.")
    else:
        words = moved.what_to_try(shown)
    return View(charts, CHOICES, of, "Output", notes, [words])


def _of_pair(shown: Shown, layers: TwoLayers, of: str) -> list[Chart]:
    name = theme.CELL_NAMES[shown.opened]
    forward, backward = f"Forward {name}", f"Backward {name}{_unlike(shown, 'backward')}"
    return [
        _track_chart(shown, "forward", f"{forward}: hidden state", layers.first, "hidden"),
        _track_chart(shown, "backward", f"{backward}: hidden state", layers.second, "hidden"),
        _output_chart(shown, layers, of),
    ]


def _of_stack(shown: Shown, layers: TwoLayers) -> list[Chart]:
    """States first, then the gates that keep, each pair one above the other."""
    gate = KEEP_GATE.get(shown.opened)
    asides = "", _unlike(shown, "second")
    return [
        _track_chart(
            *(shown, f"layer{place}.{track}"),
            f"Layer {place}{asides[place - 1]}: {theme.QUANTITIES[track].name}",
            *(tracks, track),
        )
        for track in ("hidden", gate)
        if track
        for place, tracks in enumerate((layers.first, layers.second), start=1)
    ]


def _unlike(shown: Shown, role: Role) -> str:
    """What a heading says of a second layer that is drawn beside a first one that is not."""
    cell = shown.opened
    same = cell in shown.opening.drawn or has_own(shown.scene, cell, role)
    return "" if same else f" ({at_random(shown)})"


def _track_chart(shown: Shown, name: str, title: str, tracks: Tracks, track: str) -> Chart:
    cell = shown.opened
    placed = drawn(shown, shown.shown_track(cell, track, tracks[track]), shown.orders[cell])
    return grid_chart(
        placed,
        layer_heatmap(placed.values, track, placed.labels, placed.row_names),
        name=name,
        title=title,
        symbol=theme.symbol(cell, track, shown.notation),
        height=HEIGHT,
        says="{row} at {column}: {value}",
    )


def _output(layers: TwoLayers, of: str) -> Array:
    """What the next layer would read, (step, feature)."""
    return layers.second["hidden"] if of == STACKED else layers.joined(cast("Merge", of))


def _output_chart(shown: Shown, layers: TwoLayers, of: str) -> Chart:
    placed, units = _placed(shown, _output(layers, of), of)
    times = 2.0 if of == "sum" else 1.0
    figure = layer_heatmap(placed.values, "hidden", placed.labels, placed.row_names, times)
    return _output_grid(
        *(placed, units, figure, of),
        name="output",
        title=f"Output: {OUTPUTS[of]}",
        says="{row} at {column}: {value}",
    )


def _moved_chart(shown: Shown, before: TwoLayers, now: TwoLayers, of: str) -> Chart:
    placed, units = _placed(shown, np.abs(_output(now, of) - _output(before, of)), of)
    figure = moved_heatmap(placed.values, placed.labels, placed.row_names)
    what = "h of layer 2" if of == STACKED else "the output"
    return _output_grid(
        *(placed, units, figure, of),
        name="moved",
        title=f"How far {what} has moved",
        says="{row} at {column}: moved by {value}",
        ends=("10⁻⁶", "1"),
    )


def _output_grid(placed: Drawn, units: int, figure: go.Figure, of: str, **about: Any) -> Chart:
    """Both layers above each other, where they are joined so, or one row a unit."""
    if of == "concat":
        return grid_chart(
            placed, parted(figure, units, placed.row_names), "number", height=TALL, **about
        )
    return grid_chart(placed, figure, height=HEIGHT, **about)


def _placed(shown: Shown, values: Array, of: str) -> tuple[Drawn, int]:
    """Where the numbers of an output are drawn, and how many rows are of the forward layer."""
    order = shown.orders[shown.opened]
    if of != "concat":
        placed = drawn(shown, values, order)
        return placed, len(placed.values)
    forward, backward = (drawn(shown, half, order) for half in np.split(values, 2, axis=1))
    units = forward.rows.names or [f"unit {unit + 1}" for unit in order]
    rows = Axis(
        "names",
        [f"{way} {unit}" for way in ("forward", "backward") for unit in units],
        order=() if shown.condensed else (*order, *order),
        plural="numbers",
    )
    both = np.concatenate((forward.values, backward.values))
    names = [f"{way}{name}" for way in "→←" for name in forward.row_names]
    return forward._replace(values=both, rows=rows, row_names=names), len(units)


def _notes(shown: Shown, of: str) -> list[str]:
    cell = shown.opened
    name, units = theme.CELL_NAMES[cell], shown.traces[cell].units
    seed = shown.scene.seed if shown.setting.seed is None else shown.setting.seed
    drawn_with = f"has as many units; its weights are random, seed {seed}, and not trained"
    if has_own(shown.scene, cell, "second" if of == STACKED else "backward"):
        drawn_with = "is that of your file"
    found = [
        f"The backward {name} begins at zero after the last step and {drawn_with}."
        if of != STACKED
        else f"Layer 2 reads h of layer 1, {units} numbers a step. It {drawn_with}."
    ]
    note = drawn(shown, shown.traces[cell]["hidden"], shown.orders[cell]).note
    return [*found, note] if note else found


LENS = Lens(
    "bidirectional, stacked",
    "A second layer that reads from the end, or that reads what the first gives",
    "A forward state has seen its step and all before it, a backward state its step and all after "
    "it. Change a late input: early forward states stay as they are, early backward ones move.",
    view,
)
