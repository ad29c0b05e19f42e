"""The sweep that a drag runs on: one number over about forty values, as bytes for colours."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from app import contract
from app.figures import theme
from app.figures.condensing import peaks
from app.messages.cell_numbers import first_row, inside_content, swept_content, vector_content
from app.messages.colours import colour_bytes
from app.messages.core import BOUNDS, bias_bound, weight_bound
from app.messages.updates import LARGEST_EXACT, coarse_size, size_of
from app.messages.wire import THOROUGH, compressed, pack
from app.screen.page import Grab
from app.screen.screen import Screen
from app.words.say import say
from gru_core.conventions import Cell, shown_sign
from gru_core.errors import GatescopeError, RangeError
from gru_core.situation import Target, value_at
from gru_core.sweep import Sweep, sweep

VALUES_EACH_SIDE = 20
# Compressed. A dragged edit is its sweep and, when it is let go, the new numbers; both together
# should stay below the first, unless that leaves less than the second for the sweep.
LARGEST_EDIT = 104_000
ROOM_AT_LEAST = 50_000
ROOM_CONDENSED = 200_000
SAMPLED_ROWS = 4  # of each track, to tell how large a sweep will be
# What is sent of a sweep: every value or each second or fourth, and how many different colours.
# The first that is small enough is taken, or else the last.
RUNGS = ((1, 256), (1, 64), (2, 64), (2, 32), (4, 32), (4, 16), (4, 8), (5, 8))
STRIDES = (1, 2, 4, 5)
# What is swept and drawn in about a tenth of a second, in units × steps × values. A step costs as
# much as so many units, and a unit twice as much where it reads so many others.
MOST_WORK = 5_000_000
STEP, PRODUCT = 16, 90


class Swept(NamedTuple):
    """One track under every value, as it is drawn: numbers, or means of blocks of them."""

    picture: np.ndarray  # (value, row, column)
    line: np.ndarray | None  # (value, point): the cursor's unit, if the cell has it
    exact: np.ndarray | None  # (value,): the number at the cursor
    scale: str  # the track in whose range it is drawn


Tracks = Mapping[str, Swept]  # by "cell.track"


def sweep_message(screen: Screen, grab: Grab) -> contract.Sweep | None:
    """The message for a grabbed cell, or None if there is no such cell on this screen."""
    target = grab.target
    if target is None or not grab.held:
        return None
    try:
        current = value_at(screen.situation, target)
    except GatescopeError:
        return None
    grid = _grid(_bound(screen, target, current))
    grids = _grids(grid, MOST_WORK / _work(screen, target))
    values = np.unique(np.append(next(iter(grids.values()), grid), current))
    note = say("messages.sweeping.too_large")
    found: dict[str, Any] = {"tracks": {}, "lines": {}, "exact": {}, "note": note}
    if grids:
        at = int(np.flatnonzero(values == current)[0])
        try:
            found, kept = _live(screen, grab, values, at, grids)
            values = values[kept]
        except RangeError:  # only relu lets it
            found["note"] = say("messages.sweeping.grows")
    sign = shown_sign(target.owner, target.gate, screen.notation.polarity)
    base = int(np.flatnonzero(values == current)[0])
    found |= {"target": str(target), "step": grab.step, "unit": grab.unit}
    found |= {"values": sign * values + 0.0, "base": base}
    return cast("contract.Sweep", found if sign > 0 else _reversed(found))


def _grids(grid: np.ndarray, most: float) -> dict[int, np.ndarray]:
    """By stride, the values that a sweep may have: subsets of the first, the largest that fits."""
    fit = [stride for stride in STRIDES if len(grid[::stride]) <= most]
    return {stride: grid[::stride] for stride in fit if stride % fit[0] == 0}


def _work(screen: Screen, target: Target) -> float:
    """How much there is to do for one value: a run of the cells that the number acts on."""
    return sum(
        trace.steps * (trace.units + STEP) * (1 + trace.units / PRODUCT)
        for cell, trace in screen.traces.items()
        if target.owner in ("x", cell)
    )


def _live(
    screen: Screen, grab: Grab, values: np.ndarray, at: int, grids: Mapping[int, np.ndarray]
) -> tuple[dict[str, Any], np.ndarray]:
    """What the stage shows under each value, and which of the values are kept.

    at: the index of the value of now; grids: the values by how many of them are left out.
    """
    assert grab.target is not None
    sweeps = _sweeps(screen, grab.target, values)
    tracks, swept, content = _tracks(screen, grab, sweeps), sweeps.get(screen.opened), {}
    if swept is not None and _is_there(swept, grab):
        content = swept_content(screen, grab, screen.opened, swept)
    room = _room(screen, tracks, at, content)
    for stride, levels in _rungs(screen, grids):
        kept = np.isin(values, grids[stride]) | (np.arange(len(values)) == at)
        if _sweep_bytes(tracks, kept, levels) <= room:
            break
    top = first_row(screen, screen.opened, grab.unit)
    return _message(tracks, kept, levels) | _kept(content, kept) | {"top": top}, kept


def _rungs(screen: Screen, strides: Iterable[int]) -> list[tuple[int, int]]:
    """What may be sent of a sweep, from most to least."""
    if screen.condensed:  # there are few values anyway: rather fewer colours than fewer of them
        levels = sorted({levels for _, levels in RUNGS}, reverse=True)
        return [(stride, count) for stride in strides for count in levels]
    return [(stride, count) for stride, count in RUNGS if stride in strides]


def _sweeps(screen: Screen, target: Target, values: np.ndarray) -> dict[Cell, Sweep]:
    """The sweep of every cell that the number acts on."""
    return {
        cell: sweep(
            *(weights, screen.situation.x, target, values, screen.situation.initials[cell]),
            interventions=screen.situation.held(cell),
        )
        for cell, weights in screen.situation.weights.items()
        if target.owner in ("x", cell)
    }


def _tracks(screen: Screen, grab: Grab, sweeps: Mapping[Cell, Sweep]) -> Tracks:
    """Every swept track as the notation shows it."""
    found = {}
    for cell, swept in sweeps.items():
        wide = screen.grids[cell].wide if screen.condensed else 1
        for track in swept:
            there = _is_there(swept, grab, track)
            numbers = screen.shown_track(cell, track, swept[track])  # (value, step, unit)
            found[f"{cell}.{track}"] = Swept(
                _picture(screen, cell, track, numbers),
                peaks(numbers[:, :, grab.unit], wide) if there else None,
                numbers[:, grab.step, grab.unit] if there else None,
                screen.drawn_as(cell, track),
            )
    return found


def _picture(screen: Screen, cell: Cell, track: str, numbers: np.ndarray) -> np.ndarray:
    """A track (value, step, unit) as it is drawn, (value, row, column)."""
    order = list(screen.order_of(cell, track))
    if not screen.condensed:
        return numbers[:, :, order].transpose(0, 2, 1)
    return np.stack([screen.grids[cell].mean(one.T, order) for one in numbers])


def _is_there(swept: Sweep, grab: Grab, track: str = "") -> bool:
    """Whether the cursor is in a track; without one, whether it is at a unit of the layer."""
    sizes = [swept[name].shape[1:] for name in ([track] if track else swept)]
    return bool(grab.step < sizes[0][0] and grab.unit < max(units for _, units in sizes))


def _kept(content: dict[str, Any], kept: np.ndarray) -> dict[str, Any]:
    """The content of a sweep for some of its values only. kept: which, (value,) bool."""
    return {
        kind: {name: array[kept] for name, array in found.items()}
        for kind, found in content.items()
    }


def _reversed(message: dict[str, Any]) -> dict[str, Any]:
    """The message with its values, negated by the notation, from low to high again."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(item) for name, item in value.items()}
        return value[::-1] if isinstance(value, np.ndarray) else value

    found: dict[str, Any] = turned(message)
    return found | {"base": len(message["values"]) - 1 - message["base"]}


def _room(screen: Screen, tracks: Tracks, base: int, content: dict[str, Any]) -> int:
    """How many bytes the sweep may take."""
    if screen.condensed:
        return ROOM_CONDENSED
    taken = _commit_bytes(tracks, base) + _opened_bytes(screen, content)
    return max(ROOM_AT_LEAST, LARGEST_EDIT - taken)


def _commit_bytes(tracks: Tracks, base: int) -> int:
    """About what the new numbers will take, for the value of a sweep where they take most."""
    pictures = [swept.picture for swept in tracks.values()]
    exact = sum(_change_bytes(picture, base) for picture in pictures)
    coarse = sum(coarse_size(*picture[0].shape) for picture in pictures)
    return int(np.where(exact <= LARGEST_EXACT, exact, coarse).max())


def _opened_bytes(screen: Screen, content: dict[str, Any]) -> int:
    """What the opened cell adds: to the sweep, and when its numbers are sent anew."""
    if not content:
        return 0
    cell = screen.opened
    anew = {"inside": inside_content(screen, cell), "vectors": vector_content(screen, cell)}
    return len(pack(content)) + len(pack(anew))


def _change_bytes(picture: np.ndarray, base: int) -> np.ndarray:
    """For each value about how many bytes a track takes as the change of the one at `base`."""
    some = np.ascontiguousarray(_sampled(picture), np.float32).view(np.uint32)
    scale = picture.shape[1] / some.shape[1]
    return np.array([size_of(change) * scale for change in some ^ some[base]])


def _sampled(picture: np.ndarray) -> np.ndarray:
    """A few of the rows of a track."""
    return picture[:, :: max(1, picture.shape[1] // SAMPLED_ROWS)]


def _sweep_bytes(tracks: Tracks, kept: np.ndarray, levels: int) -> int:
    """About what a sweep will take, from some of the rows of each track."""
    total = 0.0
    for swept in tracks.values():
        some = _sampled(swept.picture[kept])
        colours = colour_bytes(some, swept.scale, levels)
        scale = swept.picture.shape[1] / some.shape[1]
        total += len(compressed([colours], THOROUGH)) * scale
        total += len(compressed([colour_bytes(some[:, 0], swept.scale)], THOROUGH))  # the line
    return int(total)


def _message(tracks: Tracks, kept: np.ndarray, levels: int) -> dict[str, Any]:
    colours, lines, exact = {}, {}, {}
    for name, swept in tracks.items():
        colours[name] = colour_bytes(swept.picture[kept], swept.scale, levels)
        if swept.line is not None and swept.exact is not None:
            lines[name] = colour_bytes(swept.line[kept], swept.scale)
            exact[name] = swept.exact[kept].astype(np.float64)
    return {"tracks": colours, "lines": lines, "exact": exact}


def _grid(bound: float) -> np.ndarray:
    """Round values from -bound to bound, zero in the middle."""
    steps = np.arange(-VALUES_EACH_SIDE, VALUES_EACH_SIDE + 1)
    grid: np.ndarray = np.round(steps * (bound / VALUES_EACH_SIDE), 10).clip(-bound, bound)
    return grid


def _bound(screen: Screen, target: Target, current: float) -> float:
    usual = {"x": 2 * screen.baseline.x_bound, **BOUNDS}.get(target.part)
    if usual is None:
        bound = bias_bound if target.part in ("b_x", "b_h") else weight_bound
        usual = bound(screen, cast("Cell", target.owner))
    return usual if math.fabs(current) <= usual else theme.nice_bound(math.fabs(current))
