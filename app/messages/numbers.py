"""The numbers of a plot, every one exact, as its table and its CSV have them: block by block.

Plots too large to be sent are condensed (app/figures/condensing.py); what is read of them in full
comes from here. A plot is one matrix, its rows and columns as on screen
(assets/stage/tools/describe.js names them).
"""

import re
from collections.abc import Mapping
from typing import cast

import numpy as np

from app.compute.store import GATE, Shelf, made_of
from app.figures.condensing import as_float32
from app.figures.heatmap import rows_of
from app.figures.sequence import MOST_CHANNELS
from app.figures.weights import P, joined, projected
from app.messages.wire import pack
from app.screen.screen import Screen, screen_of
from app.screen.tickets import setting_of
from app.words.say import say
from gru_core.conventions import Cell, shown_sign
from gru_core.errors import GatescopeError

# Numbers of one answer: half a megabyte, some ten milliseconds of work.
MOST_IN_BLOCK = 131_072
LINES = ".lines"

# Kept for the blocks to come; 512 × 10,000 numbers are 20 MB. The run itself may be pushed out by
# other visitors' meanwhile: it would be made again for every block.
_matrices: Shelf[np.ndarray] = Shelf("matrices")
_RANGE = re.compile(r"([0-9]{1,7}):([0-9]{1,7})")


class GoneError(GatescopeError):
    """The ticket stands for no screen, or no longer."""

    def __init__(self) -> None:
        super().__init__(say("messages.numbers.gone"))


def malformed() -> GatescopeError:
    """The error of a request that no stage sends."""
    return GatescopeError(say("messages.numbers.malformed"))


def answer(ticket: str, query: Mapping[str, str]) -> bytes:
    """A block of a plot, packed for the stage: its numbers, and the size of the whole plot.

    query: `part`, the plot; `rows` and `columns`, each as first:end, counted from 0; `unit`, for
    the lines of one unit. Errors: GatescopeError for anything else.
    """
    if setting_of(ticket) is None:
        raise GoneError
    unit = query.get("unit", "0")
    if not re.fullmatch(r"[0-9]{1,7}", unit):
        raise malformed()
    part = query.get("part", "")
    numbers = _kept(ticket, part, int(unit) if part.endswith(LINES) else 0)
    rows, columns = (
        _range(query.get(name, ""), length)
        for name, length in zip(("rows", "columns"), numbers.shape, strict=True)
    )
    block = numbers[rows, columns]
    if block.size > MOST_IN_BLOCK:
        raise GatescopeError(say("messages.numbers.too_many", most=MOST_IN_BLOCK))
    return pack({"size": numbers.shape, "numbers": block})


def _range(text: str, length: int) -> slice:
    """A stretch of an axis with something in it."""
    found = _RANGE.fullmatch(text)
    first, end = map(int, found.groups()) if found else (0, 0)
    if not first < end <= length:
        raise malformed()
    return slice(first, end)


def _kept(ticket: str, part: str, unit: int) -> np.ndarray:
    key = (ticket, part, unit)
    found = _matrices.find(key)
    if found is not None:
        return found
    setting = setting_of(ticket)
    if setting is None:
        raise GoneError
    # A large run is 205 MB: while two are at hand neither can go.
    with GATE, made_of(setting.model.keys):
        made = matrix(screen_of(setting), part, unit)
        return _matrices.get(key, made.nbytes, lambda: made)


def matrix(screen: Screen, part: str, unit: int = 0) -> np.ndarray:
    """Every number of a plot, (row, column) float32, edits and notation in.

    Errors: GatescopeError where this screen has no such plot.
    """
    cell, _, name = part.partition(".")
    if part == "x":
        return np.ascontiguousarray(screen.situation.x.T, dtype=np.float32)
    if cell not in screen.traces:
        raise malformed()
    owner = cast("Cell", cell)
    if name in screen.traces[owner]:
        track = screen.shown_track(owner, name, screen.traces[owner][name])
        return rows_of(track, screen.order_of(owner, name))
    if part.endswith(LINES):
        return _lines(screen, owner, unit)
    return _weights(screen, owner, name.removeprefix("weights."))


def _lines(screen: Screen, cell: Cell, unit: int) -> np.ndarray:
    """(step, quantity): the input, where it is drawn, then every track of the unit."""
    x, trace = screen.situation.x, screen.traces[cell]
    columns = [x] if x.shape[1] <= MOST_CHANNELS else []
    if unit < trace.units:
        shown = {n: screen.shown_track(cell, n, track) for n, track in trace.items()}
        nothing = np.full((trace.steps, 1), np.nan)  # of a projected state with fewer numbers
        columns += [t[:, [unit]] if unit < t.shape[1] else nothing for t in shown.values()]
    if not columns:
        raise malformed()
    return as_float32(np.hstack(columns))


def _weights(screen: Screen, cell: Cell, gate: str) -> np.ndarray:
    """(unit, column): the joined matrix of a gate; or (number, unit), the projection."""
    weights = screen.situation.weights[cell]
    if gate == P and weights.is_projected:
        return projected(weights, screen.orders[cell]).astype(np.float32)
    if gate not in weights.gates:
        raise malformed()
    sign = shown_sign(cell, gate, screen.notation.polarity)
    found = joined(weights, gate, screen.orders[cell], sign, screen.biases)
    return found.astype(np.float32)
