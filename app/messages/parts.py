"""What the stage is made of: named figures, each with a digest of the numbers it shows.

A figure is built only when the browser does not have it yet, so an edit sends what it changed.
Figures of what can be edited (input, initial states, weights) show the scene's own numbers: the
stage writes the edits over them, so that one edit never resends a matrix. What is too large to be
sent is condensed to bytes (app/figures/condensing.py); those of the input have the edits in them.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from app.compute.digest import OF_A_PAGE, SHARED, digest
from app.compute.lazy import lazy
from app.compute.store import Key, Shelf
from app.compute.weight import weight_of
from app.contract import Content, Figure, Moved, Placed
from app.figures.condensing import Grid, as_bytes
from app.figures.figure import Figure as Drawing
from app.figures.heatmap import (
    MOST_CELL_TEXTS,
    initial_strip,
    input_heatmap,
    input_picture,
    rows_of,
    track_heatmap,
    track_picture,
)
from app.figures.sequence import axis_bound, unit_lines
from app.figures.weights import P, gate_weights, matrices, places, projection_weights
from app.lenses import View, charts, lens_of, view_of
from app.messages import predictions
from app.messages.cell_numbers import inside_content, vector_content
from app.messages.choices import offers
from app.messages.colours import colour_bytes
from app.messages.condensed import input_grid, input_lines, line_content, near_content
from app.screen.screen import Screen
from app.words.names import letter_of
from gru_core.conventions import STATES, Cell, shown_sign
from gru_core.scenes.scene import INITIALS
from gru_core.weights import PROJECTION

# Up to this many columns every gate's weights are on screen at once; beyond, one at a time.
MOST_COLUMNS_SIDE_BY_SIDE = 40
FIRST_GATE = {"gru": "update", "lstm": "forget", "rnn": "hidden"}
FRAME = 8_000  # bytes of a figure besides its arrays, its key among them

# Each is made once, for all visitors.
_figures: Shelf[Figure] = Shelf("figures", each=0)
_lists: Shelf["list[Part]"] = Shelf("parts")


class Order(NamedTuple):
    """How numbers are sorted that are the same in any order."""

    key: str  # digest of the numbers as they are, and of whatever else is not the order
    rows: tuple[int, ...]  # where each row is, unsorted
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """One figure of the stage: a frame (labels, scales, layout) and the numbers in it."""

    name: str
    key: str  # digest of everything but the numbers, by which all visitors share the figure
    build: Callable[[], Drawing] | None
    numbers: np.ndarray | None = None  # as drawn; None where the frame is the whole figure
    track: str = ""  # whose numbers they are, one row a unit
    order: tuple[int, ...] = ()  # the units from top to bottom
    content: dict[str, Any] | None = None  # in place of a figure
    grid: Grid | None = None  # of numbers that are the bytes of its blocks
    sorted: Order | None = None  # of a whole figure of numbers that are here in some order

    @property
    def frame(self) -> str:
        """The start of the key, which tells apart the few figures that one page has."""
        return self.key[: 2 * OF_A_PAGE]

    @lazy
    def digest(self) -> str:
        """Digest of the frame and of the numbers, with a dot between."""
        return f"{self.frame}.{'' if self.numbers is None else digest(self.numbers)}"

    def whole(self) -> Content | Figure:
        """The whole figure as plotly.js takes it, or what stands in its place."""
        if self.build is None:
            return {"content": self.content or {}}
        figure = self._figure(self.build)
        if self.numbers is None:
            return figure
        return {**figure, "data": [figure["data"][0] | {"z": self.numbers}]}

    def placed(self, before: Order, over: str) -> Placed | None:
        """The figure for who has its numbers in another order; None where these are others.

        over: their digest there.
        """
        if self.sorted is None or self.sorted.key != before.key or self.build is None:
            return None
        figure = self._figure(self.build)
        first, *others = figure["data"]
        frame = {name: value for name, value in first.items() if name != "z"}
        rows, columns = (
            [where[at] for at in now]
            for now, where in (
                (self.sorted.rows, {at: i for i, at in enumerate(before.rows)}),
                (self.sorted.columns, {at: i for i, at in enumerate(before.columns)}),
            )
        )
        moved: Moved = {"over": over, "rows": rows, "columns": columns}
        return {**figure, "data": [frame, *others], "moved": moved}

    def _figure(self, build: Callable[[], Drawing]) -> Figure:
        key = (self.name, self.key)
        found = _figures.find(key)
        if found is not None:
            return found
        made = self._without_numbers(build())
        return _figures.get(key, _size(made), lambda: made)

    def _without_numbers(self, figure: Drawing) -> Figure:
        """A figure without its numbers, if it has some that are not part of the frame."""
        data = [dict(trace) for trace in figure.traces]
        if self.numbers is not None:
            del data[0]["z"]
        drawn: Figure = {"data": data, "layout": figure.fields}
        if self.grid:
            one = self.grid
            drawn["grid"] = {
                "rows": one.rows,
                "columns": one.columns,
                "tall": one.tall,
                "wide": one.wide,
            }
        return drawn


def _size(figure: Mapping[str, Any]) -> int:
    """About how many bytes a figure takes."""
    values = (value for trace in figure["data"] for value in trace.values())
    return FRAME + sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def computed_parts(screen: Screen) -> set[str]:
    """The names of what a page makes itself where it computes: tracks, and contents of numbers."""
    contents = ("inside", "vectors", "near", "line")
    return {
        f"{cell}.{name}" for cell, trace in screen.traces.items() for name in (*trace, *contents)
    } | {"x.line"}


def shared_parts(
    screen: Screen, gates: Mapping[str, str], view: View, without: Collection[str] = ()
) -> list[Part]:
    """As `parts`; those of a scene as it was prepared are made once for all, if its view lasts."""
    if not view.lasts or not screen.is_as_prepared:
        return list(parts(screen, gates, view, without))
    key = (screen.setting, tuple(screen.orders.items()), tuple(sorted(gates.items())))
    return _kept((*key, *sorted(without)), view, lambda: parts(screen, gates, view, without))


def lens_parts(screen: Screen, view: View, without: Collection[str] = ()) -> list[Part]:
    """What a lens shows: numbers of equations and wirings, and charts; kept as `shared_parts`."""

    def made() -> Iterator[Part]:
        yield from cell_parts(screen, view, without)
        yield from chart_parts(view)

    if not view.lasts or not screen.is_as_prepared:
        return list(made())
    return _kept(("lens", screen.setting, *sorted(without)), view, made)


def _kept(key: Key, view: View, make: Callable[[], Iterable[Part]]) -> list[Part]:
    """The parts of this key. What a view has is kept with the view, and not counted here."""
    found = _lists.find(key)
    if found is None:
        made = list(make())
        found = _lists.get(key, weight_of(made, view), lambda: made)
    return found


def parts(
    screen: Screen,
    gates: Mapping[str, str],
    view: View | None = None,
    without: Collection[str] = (),
) -> Iterator[Part]:
    """Every figure of a screen. gates: the gate chosen for each cell whose matrices are large.

    view: what the chosen lens shows, if that is known already. without: parts that are not made.
    """
    view = view or view_of(screen)
    baseline = screen.baseline
    track_part = _condensed_track if screen.condensed else _track
    yield _input(screen)
    if predictions.said(screen):
        draw, drawn = predictions.figure(screen)
        key = _key(*(leaf for one in drawn for leaf in _leaves(one)))
        yield Part(predictions.NAME, key, partial(draw, *drawn))
    for cell, trace in screen.traces.items():
        shown = (track for track in trace if f"{cell}.{track}" not in without)
        yield from (track_part(screen, cell, track) for track in shown)
        for state, values in zip(STATES[cell], screen.base.initials[cell], strict=True):
            letter, scale = letter_of(cell, state), screen.drawn_as(cell, state)
            rows = screen.order_of(cell, state)
            yield _part(f"{cell}.{INITIALS[state]}", initial_strip, values, scale, letter, rows)
        bound = axis_bound(baseline.largest_cell if cell == "lstm" else 0.0)
        if screen.drawn_as(cell, "hidden") == "cell":
            bound = axis_bound(np.inf)
        yield _lines(screen, cell, bound)
        yield from (_weights(screen, cell, gate) for gate in shown_gates(screen, cell, gates))
    yield from _content_parts(screen, view, without)
    yield from chart_parts(view)


def chart_parts(view: View) -> Iterator[Part]:
    """The charts of a lens."""
    return (_content(name, content) for name, content in charts(view))


def _input(screen: Screen) -> Part:
    labels, channels, bound = screen.labels, screen.channels, screen.baseline.x_bound
    grid = input_grid(screen)
    if grid is None:
        return _part("x", input_heatmap, screen.base.x, labels, channels, bound)
    picture = as_bytes(grid.strongest(screen.situation.x.T), (-bound, bound))
    # Its own numbers belong to the frame: what the stage was told of them is true of them only.
    part = _condensed("x", input_picture, picture, labels, channels, bound, grid)
    return replace(part, key=_key(part.key, screen.base.x))


def _track(screen: Screen, cell: Cell, track: str) -> Part:
    values = screen.shown_track(cell, track, screen.traces[cell][track])
    labels, order = screen.labels, screen.order_of(cell, track)
    scale = screen.drawn_as(cell, track)
    build = partial(track_heatmap, values, track, labels, order, scale)
    frame = _key(track, scale, labels, order)
    return Part(f"{cell}.{track}", frame, build, rows_of(values, order), scale, order)


def _condensed_track(screen: Screen, cell: Cell, track: str) -> Part:
    grid, order = screen.grids[cell], screen.orders[cell]
    means = screen.shown_track(cell, track, grid.mean(screen.traces[cell][track].T, order))
    scale = screen.drawn_as(cell, track)
    picture = np.ascontiguousarray(colour_bytes(means, scale))
    about = (track, scale, screen.labels, order, grid)
    return _condensed(f"{cell}.{track}", track_picture, picture, *about)


def _condensed(name: str, figure: Callable[..., Drawing], picture: np.ndarray, *about: Any) -> Part:
    """A figure of bytes. about: what else it is made of, its grid last."""
    build = partial(figure, picture, *about)
    return Part(name, _key(*about), build, picture, grid=about[-1])


def _weights(screen: Screen, cell: Cell, gate: str) -> Part:
    """The matrix of a gate, or that of the projection."""
    weights, bound = screen.base.weights[cell], screen.baseline.weight_bounds[cell]
    order, biases, name = screen.orders[cell], screen.biases, f"{cell}.weights.{gate}"
    if gate == P:
        key = _key(gate, order, bound, weights.arrays[PROJECTION])
        return Part(name, key, partial(projection_weights, weights, order, bound))
    at, sign = weights.gates.index(gate), shown_sign(cell, gate, screen.notation.polarity)
    arrays = (weights.w_x[at], weights.w_h[at], weights.b_x[at], weights.b_h[at])
    unsorted = _key(gate, screen.channels, bound, sign, biases, *arrays)
    draw = partial(gate_weights, weights, gate, screen.channels, order, bound, sign, biases)
    rows, columns = places(weights, order, biases)
    few = len(columns) <= MOST_CELL_TEXTS  # whose numbers are written on them
    sorted_ = None if few else Order(unsorted, rows, columns)
    return Part(name, _key(order, unsorted), draw, sorted=sorted_)


def _content_parts(screen: Screen, view: View, without: Collection[str]) -> Iterator[Part]:
    """What the stage needs besides figures: numbers, and colours of single rows."""
    wanted: dict[str, Callable[[], Mapping[str, Any]]] = {}
    yield from (_content(name, content) for name, content in offers(screen).items())
    yield from cell_parts(screen, view, without)
    if screen.condensed:
        wanted["x.line"] = partial(input_lines, screen)
        for each in screen.traces:
            wanted[f"{each}.near"] = partial(near_content, screen, each)
            wanted[f"{each}.line"] = partial(line_content, screen, each)
    yield from (_content(name, make()) for name, make in wanted.items() if name not in without)


def cell_parts(screen: Screen, view: View, without: Collection[str] = ()) -> Iterator[Part]:
    """The numbers that equations and wirings show."""
    makers = {"inside": inside_content, "vectors": vector_content}
    for cell, what in contents(screen, view):
        name = f"{cell}.{what}"
        if name not in without:
            yield _content(name, makers[what](screen, cell))


def contents(screen: Screen, view: View) -> Sequence[tuple[Cell, str]]:
    """What equations and wirings show the numbers of: of which cell, and the part's name there."""
    lens, cell = lens_of(screen), screen.opened
    inside = [(cell, "inside")] if lens.equations else []
    wired = (cell,) if lens.inside else view.wirings
    return [*inside, *((one, "vectors") for one in wired)]


def _key(*parts: object) -> str:
    return digest(*parts, size=SHARED)


def _content(name: str, content: Mapping[str, Any]) -> Part:
    return Part(name, _key(_written(content)), None, content=dict(content))


def _written(content: Mapping[str, Any]) -> str:
    """What tells a content from others: JSON's own encoder walks it ten times as fast as we do."""
    return json.dumps(content, default=_in_few_letters)


def _in_few_letters(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return digest(value, size=SHARED)
    return dict(value) if isinstance(value, Mapping) else repr(value)


def _leaves(value: Any) -> Iterator[Any]:
    """What a content is made of, for its digest."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def shown_gates(screen: Screen, cell: Cell, gates: Mapping[str, str]) -> tuple[str, ...]:
    """The gates of a cell whose weights are on screen, its projection among them."""
    weights = screen.situation.weights[cell]
    every = matrices(weights)
    if weights.input_size + weights.units + 4 <= MOST_COLUMNS_SIDE_BY_SIDE:
        return every
    chosen = gates.get(cell, "")
    return (chosen if chosen in every else FIRST_GATE[cell],)


def _lines(screen: Screen, cell: Cell, bound: float) -> Part:
    """The lines without their numbers: the stage takes the rows of the heatmaps, for any unit."""
    trace, labels = screen.traces[cell], screen.labels

    def build() -> Drawing:
        figure = unit_lines(trace, min(screen.unit, trace.units - 1), labels, bound)
        return figure.update_traces(y=None, **({"x": None} if screen.condensed else {}))

    key = _key(labels, trace.steps, trace.x.shape[1], bound, screen.condensed)
    return Part(f"{cell}.lines", key, build)


def _part(name: str, figure: Callable[..., Drawing], *inputs: Any) -> Part:
    return Part(name, _key(*inputs), partial(figure, *inputs))
