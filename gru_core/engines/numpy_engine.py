"""The NumPy engine: one sequence, one under many values, or many sequences, through the loops."""

import math
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np

from gru_core.arrays import Array
from gru_core.cells.activations import function_of
from gru_core.conventions import SIGMOID_TRACKS, TRACKS
from gru_core.engines import loops, plain
from gru_core.engines.held import Held, holds_of, write_values
from gru_core.engines.layout import BLOCKS, Layout, layout_of
from gru_core.engines.loops import Holds, Patches, Room
from gru_core.weights import Weights

Loop: TypeAlias = Callable[[Array, Array, Room, Patches, Holds], None]


def run(
    weights: Weights, x: Array, initial: tuple[Array, ...], held: Held | None = None
) -> dict[str, Array]:
    """Every track of one sequence, each (step, unit).

    x: (step, input), initial: each (unit,); checked, and in the dtype of the weights, as is held.
    """
    layout = layout_of(weights)
    tracks = run_layout(layout, layout.project(x), initial, Patches(), held)
    # Copies: one view would keep the block that all were cut from as long as the trace is kept.
    return {name: np.array(track, order="C") for name, track in tracks.items()}


def run_layout(
    layout: Layout,
    pre: Array,
    initial: tuple[Array, ...],
    patches: Patches,
    held: Held | None = None,
    room: Room | None = None,
) -> dict[str, Array]:
    """Every track, each (step, unit), or (step, unit, value) if the initial states have values.

    pre: (step, row), initial: each (unit,) or (unit, value); held: its values then have two axes.
    Sequences may be in place of values, and pre (step, row, sequence). A projected hidden state has
    numbers in place of units. room: that of room_of for as many steps or more, to be used again:
    the tracks stand in it.
    """
    cell, steps = layout.cell, len(pre)
    if room is None:
        room = room_of(layout, steps, initial)
    for states, first in zip((room.hidden, room.cell), initial, strict=False):
        states[0, : len(first)] = first
    holds = holds_of(cell, held, fast=layout.fast)
    with np.errstate(over="ignore"):
        _loop_of(layout)(layout.from_h, pre, room, patches, holds)
    after = slice(1, steps + 1)
    made = {"hidden": room.hidden[after, : len(initial[0])], "cell": room.cell[after]}
    found = _gates(layout, room.exps[:steps]) | {"candidate": room.candidate[:steps]} | made
    if held is not None:
        write_values(held, found)
    return {name: found[name] for name in TRACKS[cell]}


def _loop_of(layout: Layout) -> Loop:
    if not layout.fast:
        return _plain_loop_of(layout)
    if layout.cell == "gru":
        return loops.gru_after if layout.carries_one else loops.gru_before
    if layout.projection is not None:
        return partial(loops.lstm, projection=layout.projection)
    return loops.lstm if layout.cell == "lstm" else loops.rnn


def _plain_loop_of(layout: Layout) -> Loop:
    gate, squash = function_of(layout.gate_activation), function_of(layout.state_activation)
    if layout.cell == "rnn":
        return partial(plain.rnn, squash)
    if layout.cell == "lstm":
        return partial(plain.lstm, gate, squash, projection=layout.projection)
    return partial(plain.gru_after if layout.carries_one else plain.gru_before, gate, squash)


def room_of(
    layout: Layout, steps: int, initial: tuple[Array, ...], *, together: bool = False
) -> Room:
    """Room for every step, cut from one block: the system clears one block much faster than four.

    initial: each (unit,) or (unit, value). together: the units of each value or sequence stand side
    by side in memory, (step, value, unit), though the axes are in the order of the loops.
    """
    cell, units, (numbers, *batch) = layout.cell, layout.units, initial[0].shape
    sigmoids = units * len(SIGMOID_TRACKS.intersection(BLOCKS[cell]))
    rows = (
        (steps + 1, numbers + layout.carries_one),
        (steps + 1, units * (len(initial) - 1)),
        (steps, sigmoids),
        (steps, units * (sigmoids > 0)),
    )
    shapes = [(n, *batch, width) if together else (n, width, *batch) for n, width in rows]
    sizes = [math.prod(shape) for shape in shapes]
    block = np.empty(sum(sizes), initial[0].dtype)
    parts = np.split(block, np.cumsum(sizes[:-1]))
    shaped = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    room = Room(*(part.swapaxes(1, 2) for part in shaped) if together else shaped)
    room.hidden[:, numbers:] = 1
    return room


def _gates(layout: Layout, exps: Array) -> dict[str, Array]:
    """The gates by name, made of their exponentials in place. exps: (step, row).

    The plain loops have left the gates themselves.
    """
    names = [gate for gate in BLOCKS[layout.cell] if gate in SIGMOID_TRACKS]
    if layout.fast:
        exps += 1
        np.reciprocal(exps, out=exps)
    gates = dict(zip(names, np.split(exps, max(1, len(names)), axis=1), strict=False))
    if "update" in gates and layout.fast:  # the loop's own gate is the share that is written
        np.subtract(1, gates["update"], out=gates["update"])
    return gates
