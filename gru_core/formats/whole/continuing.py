"""From the states of one layer, changed or not, on through a model to its prediction.

Where everything above reads forward, what the model would say had its input ended at a step is
known at each step: the last state is that of the step, a mean or a maximum is over those so far.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.errors import FormatError, GatescopeError
from gru_core.formats.running import BACKWARD, FORWARD, Ready, run_ready
from gru_core.formats.spreading import places
from gru_core.formats.tracing import MASK, Arrays
from gru_core.formats.whole.pieces import Piece, Whole, Windows
from gru_core.formats.whole.running import Values, WholeRun, computed, end_of, run_on
from gru_core.run import MERGES

_BEFORE_NOW: Final = ("last", "mean", "max")
_OF_OTHER_STEPS: Final = ("backward", "first", *get_args(Windows))


@dataclass(frozen=True, eq=False)
class Continued:
    """What a model makes of the states of a layer. Compared by identity."""

    values: Mapping[str, Values]  # of the pieces from the layer on, (step, feature) or (feature,)
    prefixes: bool  # whether a step has what the model says had its input ended there

    def of(self, name: str) -> Values | None:
        """The value of a piece; None where it is not known."""
        return self.values.get(name)


@dataclass(frozen=True, eq=False)
class Place:
    """One layer of a stack of a model, and the run that its states are changed in."""

    whole: Whole
    ready: Callable[[str], Ready]
    entry: str
    at: int  # of the stack, the lowest being 0
    base: WholeRun  # of one sequence
    kept: Array | None = None  # (step,) of bool: the steps that the layer reads; None for all


def continued(place: Place, hidden: Mapping[str, Array]) -> Continued:
    """The values of the pieces above. hidden: (step, unit) by direction, in the order of steps.

    Errors: those of run_ready and of pieces that do not fit.
    """
    try:
        return _continued(place, hidden)
    except GatescopeError:
        raise
    except (ValueError, IndexError, TypeError) as error:  # values that no reader puts together so
        raise FormatError("The model is damaged: what stands above does not fit.") from error


def _continued(place: Place, hidden: Mapping[str, Array]) -> Continued:
    whole, ready = place.whole, place.ready(place.entry)
    output, ends = _output(ready, place.at, hidden)
    piece = whole.of_layer(place.entry)
    assert piece is not None
    known = {name: _of_one(value, place) for name, value in place.base.values.items()}
    changed = {piece.name: output}
    last = {place.entry: ends}
    later = whole.pieces[whole.pieces.index(piece) + 1 :]
    prefixes = _forward(ready) and all(
        _forward(place.ready(one.does)) and not one.starts for one in later if one.kind == "layer"
    )
    prefixes = prefixes and not any(one.kind in _OF_OTHER_STEPS for one in later)
    if not prefixes and place.kept is not None and not np.all(place.kept):
        arrays = _on_all_steps(ready, output, ends, np.asarray(place.kept, bool))
        ran = run_on(whole, place.ready, place.base, place.entry, arrays)
        turned = ready.backward and ready.reading_order
        kept = place.kept[::-1] if turned else place.kept
        return Continued({name: _kept(one, kept) for name, one in ran.values.items()}, False)
    for one in later:
        if not any(name in changed for name in (*one.reads, *one.starts)):
            continue
        if any(name not in changed and name not in known for name in one.reads):
            continue
        read = [changed.get(name, known.get(name)) for name in one.reads]
        made = _next(place, one, [value for value in read if value is not None], last, prefixes)
        if made is not None:
            changed[one.name] = made
    return Continued(changed, prefixes)


def _next(
    place: Place,
    piece: Piece,
    read: list[Values],
    last: dict[str, Mapping[str, Array]],
    prefixes: bool,
) -> Values | None:
    if piece.kind == "layer":
        if piece.starts:
            return None
        ready = place.ready(piece.does)
        ran = run_ready(ready, read[0])
        last[piece.does] = {way: trace["hidden"] for way, trace in ran.layers[-1].items()}
        return ran.output
    if piece.kind == "ends":
        below = place.whole.piece(piece.reads[0])
        ways = last.get(below.does)
        if ways is None or piece.does not in ("both", FORWARD, BACKWARD):
            return None
        return _ends(place.ready(below.does), ways, piece.does, prefixes)
    if prefixes and piece.kind in _BEFORE_NOW:
        return _so_far(piece.kind, read[0])
    batch = [one[..., np.newaxis, :] for one in read]
    made: Values = computed(piece, batch)
    return np.asarray(made[..., 0, :])


def _output(
    ready: Ready, at: int, hidden: Mapping[str, Array]
) -> tuple[Array, Mapping[str, Array]]:
    """What a stack gives where the states of one of its layers are these."""
    ways = [hidden[way] for way in (FORWARD, BACKWARD) if way in hidden]
    joined = ways[0] if len(ways) == 1 else MERGES[ready.merge](ways[0], ways[1])
    if at + 1 == len(ready.layers):
        turned = ready.backward and ready.reading_order
        return (joined[::-1] if turned else joined), hidden
    above = replace(ready, layers=ready.layers[at + 1 :], initials=ready.initials[at + 1 :])
    ran = run_ready(above, joined)
    return ran.output, {way: trace["hidden"] for way, trace in ran.layers[-1].items()}


def _on_all_steps(
    ready: Ready, output: Array, ends: Mapping[str, Array], kept: npt.NDArray[np.bool_]
) -> Arrays:
    """What a layer gives at every step, those passed over too, of what it gives at those read.

    ends: the states of its top layer by direction, in the order of steps.
    """
    top, turned = len(ready.layers) - 1, ready.backward and ready.reading_order
    made: Arrays = {MASK: kept[:, np.newaxis]}
    given = []
    for at, (way, states) in enumerate(ends.items()):
        place = places(kept, backward=way == BACKWARD)
        start = ready.initials[top][at]
        before = start[0] if start else np.zeros(states.shape[1], states.dtype)
        full = np.where((place < 0)[:, np.newaxis], before, states[place])
        made[f"layer{top}.{way}.hidden"] = full[:, np.newaxis]
        silent = ~kept if ready.reads.zeros else place < 0
        given.append(np.where(silent[:, np.newaxis], output.dtype.type(0), full))
    joined = given[0] if len(given) == 1 else MERGES[ready.merge](given[0], given[1])
    made["output"] = (joined[::-1] if turned else joined)[:, np.newaxis]
    return made


def _kept(value: Values, kept: Array) -> Values:
    """A value of the only sequence, at the steps that are read. kept: (step,) of bool."""
    if value.ndim < 2 or value.dtype.kind != "f":
        return value
    alone = value[..., 0, :]
    if alone.ndim == 2 and len(alone) == len(kept):
        return np.asarray(alone[np.asarray(kept, bool)])
    return alone


def _ends(ready: Ready, ways: Mapping[str, Array], which: str, prefixes: bool) -> Array:
    if prefixes:
        return ways[FORWARD]
    found = {way: states[-1 if way == FORWARD else 0] for way, states in ways.items()}
    return end_of(ready, found, which)


def _so_far(kind: str, x: Values) -> Values:
    """At each step the value had the input ended there, (step, feature)."""
    if kind == "last":
        return x
    if kind == "max":
        made: Values = np.maximum.accumulate(x, axis=0)
        return made
    total = np.cumsum(x.astype(np.float64), axis=0)
    mean: Values = total / np.arange(1, len(x) + 1)[:, np.newaxis]
    return np.asarray(mean.astype(x.dtype))


def _forward(ready: Ready) -> bool:
    return not ready.backward and all(len(layer) == 1 for layer in ready.directions)


def _of_one(value: Values, place: Place) -> Values:
    """A value of the only sequence, at the steps that are read."""
    kept = np.ones(len(place.base.given), bool) if place.kept is None else place.kept
    return _kept(value, kept)
