"""What the stage is made of: named figures, each with a digest of the numbers it shows.

A figure is built only when the browser does not have it yet, so an edit sends what it changed.
Figures of what can be edited (input, initial states, weights) show the scene's own numbers: the
stage writes the edits over them, so that one edit never resends a matrix.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app import theme
from app.figures.heatmap import initial_strip, input_heatmap, rows_of, track_heatmap
from app.figures.sequence import axis_bound, unit_lines
from app.figures.weights import gate_weights
from app.shown import Shown
from gru_core import Trace
from gru_core.conventions import STATES, Cell
from gru_core.scenes import INITIALS

# Up to this many columns every gate's weights are on screen at once; beyond, one at a time.
MOST_COLUMNS_SIDE_BY_SIDE = 40
FIRST_GATE = {"gru": "update", "lstm": "forget", "rnn": "hidden"}


@dataclass(frozen=True)
class Part:
    """One figure of the stage: a frame (labels, scales, layout) and the numbers in it."""

    name: str
    frame: str  # digest of everything but the numbers
    build: Callable[[], go.Figure]
    numbers: np.ndarray | None = None  # as drawn; None where the frame is the whole figure
    track: str = ""  # whose numbers they are, one row a unit
    order: tuple[int, ...] = ()  # the units from top to bottom

    @cached_property
    def digest(self) -> str:
        """Digest of the frame and of the numbers, with a dot between."""
        return f"{self.frame}.{'' if self.numbers is None else _digest(self.numbers)}"

    def figure(self) -> dict[str, Any]:
        """The whole figure as plotly.js takes it."""
        figure = self.build()
        return {
            "data": [trace.to_plotly_json() for trace in figure.data],
            "layout": figure.layout.to_plotly_json(),
        }


def parts(shown: Shown, gates: Mapping[str, str]) -> Iterator[Part]:
    """Every figure of a screen. gates: the gate chosen for each cell whose matrices are large."""
    labels, channels, opening = shown.labels, shown.channels, shown.opening
    yield _part("x", input_heatmap, shown.base.x, labels, channels, opening.x_bound)
    for cell, trace in shown.traces.items():
        order = shown.orders[cell]
        for track in trace:
            build = partial(track_heatmap, trace[track], track, labels, order)
            numbers = rows_of(trace[track], order)
            frame = _digest(track, labels, order)
            yield Part(f"{cell}.{track}", frame, build, numbers, track, order)
        for state, values in zip(STATES[cell], shown.base.initials[cell], strict=True):
            letter = theme.symbol(cell, state)
            yield _part(f"{cell}.{INITIALS[state]}", initial_strip, values, state, letter, order)
        bound = axis_bound(opening.traces[cell])
        yield _lines(cell, trace, labels, min(shown.unit, trace.units - 1), bound)
        weights, bound = shown.base.weights[cell], opening.weight_bounds[cell]
        for gate in shown_gates(shown, cell, gates):
            at = weights.gates.index(gate)
            arrays = (weights.w_x[at], weights.w_h[at], weights.b_x[at], weights.b_h[at])
            draw = partial(gate_weights, weights, gate, channels, order, bound)
            key = _digest(gate, channels, order, bound, *arrays)
            yield Part(f"{cell}.weights.{gate}", key, draw)


def shown_gates(shown: Shown, cell: Cell, gates: Mapping[str, str]) -> tuple[str, ...]:
    """The gates of a cell whose weights are on screen."""
    weights = shown.situation.weights[cell]
    if weights.input_size + weights.units + 4 <= MOST_COLUMNS_SIDE_BY_SIDE:
        return weights.gates
    chosen = gates.get(cell, "")
    return (chosen if chosen in weights.gates else FIRST_GATE[cell],)


def _lines(cell: Cell, trace: Trace, labels: Sequence[str], unit: int, bound: float) -> Part:
    """The lines without their numbers: the stage takes the rows of the heatmaps, for any unit."""

    def build() -> go.Figure:
        return unit_lines(trace, unit, labels, bound).update_traces(y=None)

    key = _digest(labels, trace.steps, trace.x.shape[1], bound)
    return Part(f"{cell}.lines", key, build)


def _part(name: str, figure: Callable[..., go.Figure], *inputs: Any) -> Part:
    return Part(name, _digest(*inputs), partial(figure, *inputs))


def _digest(*inputs: Any) -> str:
    digest = hashlib.blake2b(digest_size=9)
    for value in inputs:
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode())
            digest.update(np.ascontiguousarray(value).data)
        else:
            digest.update(repr(value).encode())
    return digest.hexdigest()
