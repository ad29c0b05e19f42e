"""Both ways, and stacked: a second layer beside the one on screen, over the same steps."""

from dataclasses import replace
from typing import Any, cast

import numpy as np

from app.figures import theme
from app.figures.directions import FRAME, framed, layer_heatmap, moved_heatmap, parted
from app.figures.figure import Figure
from app.lenses import moved
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.naming import step_name, unit_name, unit_of
from app.lenses.sampling import Drawn, drawn, grid_chart
from app.screen.neighbours import at_random
from app.screen.screen import Screen
from app.screen.two_layers import Tracks, TwoLayers, both_ways, stacked
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from app.words.say import Fields, say
from gru_core.arrays import Array
from gru_core.conventions import KEEP_GATE
from gru_core.run import Merge
from gru_core.scenes.companions import Role, has_own

STACKED = "stacked"
OUTPUTS = ("concat", "sum", "mean", "product", STACKED)
WAYS = ("forward", "backward")
LAST_KEY = ((FRAME, "square-open", "hₙ"),)  # its last state
HEIGHT, TALL = 110, 160  # pixels, of one layer and of two


def view(screen: Screen) -> View:
    """Both layers, what a layer above them would read, and what a changed input moves in it."""
    choices = [Choice(name, say(f"lenses.directions.choices.{name}")) for name in OUTPUTS]
    of = chosen_of(screen.setting.of, choices)
    run = stacked if of == STACKED else both_ways
    now, changed = run(screen, screen.situation.x), moved.changed_steps(screen)
    charts = _of_stack(screen, now) if of == STACKED else _of_pair(screen, now, of)
    notes = [*_last_states(screen, of), *notes_of(screen, of)]
    if changed:
        before = run(screen, screen.base.x)
        charts.insert(0, _moved_chart(screen, before, now, of))
        pair: moved.Pair = "layers" if of == STACKED else "directions"
        words = moved.words(screen, changed, before, now, pair)
        notes.insert(0, say("lenses.directions.powers"))
    else:
        words = moved.what_to_try(screen)
    here = there(screen, now, of)
    return View(charts, choices, of, say("lenses.directions.asks"), notes, [words, here])


def there(screen: Screen, layers: TwoLayers, of: str) -> str:
    """Both states at the cursor, and which steps each of them has seen."""
    step, steps = screen.step, len(screen.labels)
    unit = unit_of(screen, layers.first["hidden"].shape[1])
    states = [number(float(one["hidden"][step, unit])) for one in (layers.first, layers.second)]
    said: Fields = {"unit": unit + 1, "first": states[0], "second": states[1]}
    if of == STACKED:
        said |= {"at": step_name(screen, step)}
        return say("lenses.directions.there_stacked", **said)
    said |= {"at": step_name(screen, step), "steps": steps}
    if steps == 1:
        return say("lenses.directions.there_only", unit=unit + 1, first=states[0], second=states[1])
    if step == 0:
        return say("lenses.directions.there_start", **said)
    if step == steps - 1:
        return say("lenses.directions.there_end", **said)
    return say("lenses.directions.there_middle", step=step + 1, **said)


def _last_states(screen: Screen, of: str) -> list[str]:
    """What is framed: the last state of each layer, which a framework returns as h_n."""
    steps = len(screen.labels)
    if screen.condensed or steps == 1:
        return []
    if of == STACKED:
        return [say("lenses.directions.last_stacked", steps=steps)]
    return [say("lenses.directions.last_of_both", steps=steps)]


def _of_pair(screen: Screen, layers: TwoLayers, of: str) -> list[Chart]:
    forward = say("lenses.directions.forward", cell=CELL_NAMES[screen.opened])
    return [
        _last_framed(screen, _track_chart(screen, "forward", forward, layers.first, "hidden"), -1),
        _last_framed(screen, backward_chart(screen, layers), 0),
        _output_chart(screen, layers, of),
    ]


def backward_chart(screen: Screen, layers: TwoLayers) -> Chart:
    """The hidden states of the layer that reads from the end."""
    name, unlike = CELL_NAMES[screen.opened], _unlike(screen, "backward")
    title = say("lenses.directions.backward", cell=name)
    if unlike:
        title = say("lenses.directions.backward_drawn", cell=name, drawn=unlike)
    return _track_chart(screen, "backward", title, layers.second, "hidden")


def _of_stack(screen: Screen, layers: TwoLayers) -> list[Chart]:
    """States first, then the gates that keep, each pair one above the other."""
    gate = KEEP_GATE.get(screen.opened)
    asides = "", _unlike(screen, "second")

    def title(place: int, track: str) -> str:
        quantity, unlike = theme.QUANTITIES[track].name, asides[place - 1]
        if unlike:
            return say(
                "lenses.directions.layer_drawn", layer=place, drawn=unlike, quantity=quantity
            )
        return say("lenses.directions.layer", layer=place, quantity=quantity)

    charts = [
        _track_chart(screen, f"layer{place}.{track}", title(place, track), tracks, track)
        for track in ("hidden", gate)
        if track
        for place, tracks in enumerate((layers.first, layers.second), start=1)
    ]
    return [*(_last_framed(screen, chart, -1) for chart in charts[:2]), *charts[2:]]


def _last_framed(screen: Screen, chart: Chart, at: int) -> Chart:
    """A layer's states with the last one it comes to in a frame. at: 0 or −1, the column it is."""
    steps, rows = len(screen.labels), len(chart.values)
    if screen.condensed or steps == 1:
        return chart
    return replace(chart, figure=framed(chart.figure, at % steps, 0, rows - 1), key=LAST_KEY)


def _unlike(screen: Screen, role: Role) -> str:
    """What a heading says of a second layer that is drawn beside a first one that is not."""
    cell = screen.opened
    same = cell in screen.baseline.drawn or has_own(screen.scene, cell, role)
    return "" if same else at_random(screen)


def _track_chart(screen: Screen, name: str, title: str, tracks: Tracks, track: str) -> Chart:
    cell = screen.opened
    scale = screen.drawn_as(cell, track)
    placed = drawn(
        screen, screen.shown_track(cell, track, tracks[track]), screen.order_of(cell, track)
    )
    return grid_chart(
        placed,
        layer_heatmap(placed.values, scale, placed.labels, placed.row_names),
        name=name,
        title=title,
        symbol=letter_of(cell, track, screen.notation),
        height=HEIGHT,
        says=say("lenses.sampling.cell"),
    )


def _output(layers: TwoLayers, of: str) -> Array:
    """What the next layer would read, (step, feature)."""
    return layers.second["hidden"] if of == STACKED else layers.joined(cast("Merge", of))


def _output_chart(screen: Screen, layers: TwoLayers, of: str) -> Chart:
    placed, units = _placed(screen, _output(layers, of), of)
    times = 2.0 if of == "sum" else 1.0
    scale = screen.drawn_as(screen.opened, "hidden")
    figure = layer_heatmap(placed.values, scale, placed.labels, placed.row_names, times)
    if of == "concat" and not screen.condensed and len(screen.labels) > 1:
        figure = framed(figure, len(screen.labels) - 1, 0, units - 1)
        figure = framed(figure, 0, units, 2 * units - 1)
    unbound = of == "sum" and scale != "hidden"
    return _output_grid(
        *(placed, units, figure, of),
        name="output",
        title=say(f"lenses.directions.outputs.{'sum_unbound' if unbound else of}"),
        says=say("lenses.sampling.cell"),
    )


def _moved_chart(screen: Screen, before: TwoLayers, now: TwoLayers, of: str) -> Chart:
    placed, units = _placed(screen, np.abs(_output(now, of) - _output(before, of)), of)
    figure = moved_heatmap(placed.values, placed.labels, placed.row_names)
    stack, output = say("lenses.directions.moved_layer"), say("lenses.directions.moved_output")
    return _output_grid(
        *(placed, units, figure, of),
        name="moved",
        title=stack if of == STACKED else output,
        says=say("lenses.directions.moved_cell"),
        ends=("10⁻⁶", "1"),
    )


def _output_grid(placed: Drawn, units: int, figure: Figure, of: str, **about: Any) -> Chart:
    """Both layers above each other, where they are joined so, or one row a unit."""
    if of == "concat":
        return grid_chart(
            placed, parted(figure, units, placed.row_names), "number", height=TALL, **about
        )
    return grid_chart(placed, figure, height=HEIGHT, **about)


def _placed(screen: Screen, values: Array, of: str) -> tuple[Drawn, int]:
    """Where the numbers of an output are drawn, and how many rows are of the forward layer."""
    order = screen.order_of(screen.opened, "hidden")
    if of != "concat":
        placed = drawn(screen, values, order)
        return placed, len(placed.values)
    forward, backward = (drawn(screen, half, order) for half in np.split(values, 2, axis=1))
    units = forward.rows.names or [unit_name(unit) for unit in order]
    rows = Axis(
        "names",
        [say(f"lenses.directions.{way}_row", unit=unit) for way in WAYS for unit in units],
        order=() if screen.condensed else (*order, *order),
        noun="numbers",
    )
    both = np.concatenate((forward.values, backward.values))
    names = [f"{way}{name}" for way in "→←" for name in forward.row_names]
    return forward._replace(values=both, rows=rows, row_names=names), len(units)


def notes_of(screen: Screen, of: str) -> list[str]:
    """What the second layer is, and what was left out of its picture."""
    cell = screen.opened
    name, units = CELL_NAMES[cell], screen.traces[cell]["hidden"].shape[1]
    seed = screen.scene.seed if screen.setting.seed is None else screen.setting.seed
    own = has_own(screen.scene, cell, "second" if of == STACKED else "backward")
    if of == STACKED and own:
        found = say("lenses.directions.second_own", units=units)
    elif of == STACKED:
        found = say("lenses.directions.second_random", units=units, seed=seed)
    elif own:
        found = say("lenses.directions.backward_own", cell=name)
    else:
        found = say("lenses.directions.backward_random", cell=name, seed=seed)
    hidden = screen.traces[cell]["hidden"]
    note = drawn(screen, hidden, screen.order_of(cell, "hidden")).note
    return [found, note] if note else [found]


LENS = Lens(
    "directions",
    view,
    follows=("step", "unit"),
)
