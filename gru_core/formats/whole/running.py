"""Run a whole model: from its input through every layer to its prediction.

Each piece is computed in float64 and rounded to the precision of its layers, as a run is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Dtype
from gru_core.conventions import STATES
from gru_core.errors import (
    FormatError,
    GatescopeError,
    ShapeError,
    shown,
)
from gru_core.formats.running import BACKWARD, FORWARD, Ready
from gru_core.formats.tracing import Arrays, trace_arrays
from gru_core.formats.whole import joins, windows
from gru_core.formats.whole.functions import function_called
from gru_core.formats.whole.pieces import INPUT, Piece, Whole
from gru_core.formats.whole.tokens import tokens_of
from gru_core.run import MERGES

Values = npt.NDArray[Any]
Masks = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WholeRun:
    """What a run of a whole model leaves. Compared by identity."""

    values: Mapping[
        str, Values
    ]  # by the name of a piece; (step, batch, feature) or (batch, feature)
    layers: Mapping[str, Arrays]  # by the name of an entry, as trace_arrays has a batch
    given: Values  # (step, batch) of tokens, (step, batch, feature) of numbers
    masks: Mapping[str, Masks] = field(default_factory=dict)  # (step, batch), by what made them
    mask: Masks | None = None  # (step, batch), as How has it


@dataclass(frozen=True, eq=False)
class How:
    """What of a model is run, and what it is given besides."""

    begin: str = ""  # the entry that is given its own input; empty for the model's
    upto: str = ""  # the entry behind which nothing is needed; empty for all
    initial: Mapping[str, Mapping[str, npt.ArrayLike]] = field(default_factory=dict)  # by entry
    mask: Masks | None = None  # (step, batch), false for steps passed over besides


def run_whole(
    whole: Whole,
    ready: Callable[[str], Ready],
    given: npt.ArrayLike,
    how: How | None = None,
) -> WholeRun:
    """Run the pieces in their order. given: as WholeRun has it, or what `how.begin` reads.

    ready: a recurrent layer by the name of its entry. What cannot be computed from `begin` on is
    left out. Errors: ShapeError, DtypeError, RangeError; those of trace_arrays.
    """
    how = how or How()
    values = {} if how.begin else {INPUT: taken(whole, given)}
    made = WholeRun(values, {}, np.asarray(given), {}, how.mask)
    _add(made, whole.pieces, whole, ready, how)
    return replace(made, values=MappingProxyType(values), layers=MappingProxyType(made.layers))


def run_on(
    whole: Whole, ready: Callable[[str], Ready], known: WholeRun, entry: str, arrays: Arrays
) -> WholeRun:
    """The pieces behind a layer that gives these arrays, as trace_arrays has a batch.

    known: what is known of the values before and beside it. Errors: those of run_whole.
    """
    piece = whole.of_layer(entry)
    assert piece is not None
    values = {**known.values, piece.name: arrays["output"]}
    made = replace(
        known,
        values=values,
        layers={**known.layers, entry: arrays},
        masks=dict(known.masks),
    )
    later = whole.pieces[whole.pieces.index(piece) + 1 :]
    _add(made, later, whole, ready, How(mask=known.mask))
    return made


def _add(
    run: WholeRun,
    pieces: Iterable[Piece],
    whole: Whole,
    ready: Callable[[str], Ready],
    how: How,
) -> None:
    """Compute these pieces, each after those that it reads, into a run whose mappings may grow."""
    values, layers, masks = cast(
        "tuple[dict[str, Values], dict[str, Arrays], dict[str, Masks]]",
        (run.values, run.layers, run.masks),
    )
    for piece in pieces:
        begins = piece.kind == "layer" and piece.does == how.begin
        if not begins and any(name not in values for name in (*piece.reads, *piece.starts)):
            continue
        read = [checks.floats("x", run.given)] if begins else [values[one] for one in piece.reads]
        own = masks.get(piece.mask)
        if piece.kind == "layer":
            one = ready(piece.does)
            both = own if how.mask is None else _both(how.mask, own, piece)
            starts = {} if begins else _starts(piece, one, values)
            starts |= how.initial.get(piece.does, {})
            layers[piece.does] = _layer(piece, one, read[0], starts, both)
            values[piece.name] = layers[piece.does]["output"]
            if piece.does == how.upto:
                break
        elif piece.kind == "ends":
            below = whole.piece(piece.reads[0])
            values[piece.name] = _ends(layers[below.does], ready(below.does), piece.does)
        else:
            values[piece.name] = computed(piece, read, own)
        made = _mask_of(piece, read)
        if made is not None:
            masks[piece.name] = _both(made, masks.get(piece.mask), piece)


def _both(mask: Masks, other: Masks | None, piece: Piece) -> Masks:
    """Steps that both count. Errors: ShapeError."""
    if other is None:
        return mask
    if mask.shape != other.shape:
        raise ShapeError(
            "{name} has masks of the shapes {one} and {other}, which differ.",
            name=shown(piece.name),
            one=mask.shape,
            other=other.shape,
        )
    return mask & other


def taken(whole: Whole, given: npt.ArrayLike) -> Values:
    """What the model is given, checked: tokens (step, batch) or numbers (step, batch, feature)."""
    table = whole.table
    if table is None:
        made = checks.floats("x", given)
        if made.ndim != 3:
            raise ShapeError(
                "x has shape {shape}; it needs (step, batch, input).", shape=made.shape
            )
        return made
    return tokens_of(given, len(table.arrays["w"]))


def computed(piece: Piece, read: list[Values], mask: Masks | None = None) -> Values:
    """The value of a piece that is no recurrent layer. read: those that it reads."""
    try:
        return _computed(piece, read, mask)
    except GatescopeError:
        raise
    except (ValueError, IndexError, TypeError) as error:  # values that no reader puts together so
        raise FormatError(
            "{name} does not fit what it reads: the model is damaged, or not put together so.",
            name=shown(piece.name),
        ) from error


def _computed(piece: Piece, read: list[Values], mask: Masks | None) -> Values:
    if piece.kind == "table":
        found: Values = piece.arrays["w"][read[0]]
        return found
    if piece.kind in ("unequal", "same"):
        return read[0]
    dtype = _dtype(piece, read)
    wide = [one.astype(np.float64) for one in read]
    made: Values = _KINDS[piece.kind](piece, wide, mask)
    if not np.isfinite(made).all():
        raise FormatError(
            "{name} grows past all numbers on this input: it cannot be shown.",
            name=shown(piece.name),
        )
    return made.astype(dtype)


def _dtype(piece: Piece, read: list[Values]) -> Dtype:
    held = [array.dtype for array in piece.arrays.values()]
    own = held and not (piece.kind == "scale" and read[0].dtype.kind == "f")  # kept in float64
    return held[0] if own else read[0].dtype


def _layer(
    piece: Piece,
    ready: Ready,
    x: Values,
    initial: Mapping[str, npt.ArrayLike],
    mask: Masks | None,
) -> Arrays:
    """The layer on its true input."""
    width = ready.first.input_size
    if x.ndim != 3 or x.shape[-1] != width:
        raise ShapeError(
            "{name} reads {shape}; it takes {width} inputs at each step: the model is damaged.",
            name=shown(piece.name),
            shape=x.shape,
            width=width,
        )
    if mask is not None and len(mask) != len(x):
        raise ShapeError(
            "{name} reads {steps} steps, which the model makes of the {given} that it is given: "
            "which of those are padding cannot be said.",
            name=shown(piece.name),
            steps=len(x),
            given=len(mask),
        )
    return trace_arrays(ready, x.astype(ready.first.dtype), initial, mask)


def _starts(piece: Piece, ready: Ready, values: Mapping[str, Values]) -> dict[str, npt.ArrayLike]:
    """The first states that other pieces make, each (direction, batch, unit)."""
    made: dict[str, npt.ArrayLike] = {}
    for state, name in zip(STATES[ready.cell], piece.starts, strict=False):
        ways = np.split(values[name], len(ready.directions[0]), axis=-1)
        made[state] = np.stack(ways)
    return made


def _ends(layer: Arrays, ready: Ready, which: str) -> Values:
    """The last states of the top layer, (batch, feature).

    which: forward, backward or both, with cell behind it for the cell state.
    """
    top, (way, _, cell) = len(ready.layers) - 1, which.partition(" ")
    track = cell or "hidden"
    found = {
        one: layer[f"layer{top}.{one}.{track}"][at]
        for one, at in ((FORWARD, -1), (BACKWARD, 0))
        if f"layer{top}.{one}.{track}" in layer
    }
    return end_of(ready, found, way)


def end_of(ready: Ready, found: Mapping[str, Values], which: str) -> Values:
    """One of the last states of the top layer, by its direction; "both": as its layer has them."""
    if which in found:
        return found[which]
    ways = [*found.values()]
    made: Values = ways[0] if len(ways) == 1 else MERGES[ready.merge](ways[0], ways[1])
    return made


def _mask_of(piece: Piece, read: list[Values]) -> Masks | None:
    """Which steps count after this piece, (step, batch); None where it makes no mask."""
    value = piece.numbers.get("value")
    if value is None or piece.kind not in ("table", "masking", "unequal"):
        return None
    found: Masks = read[0] != read[0].dtype.type(value)
    return np.asarray(found.any(axis=-1)) if found.ndim == 3 else found


def _dense(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    w = piece.arrays["w"].astype(np.float64)
    _check_width(piece, read[0], w.shape[1])
    made: Values = read[0] @ w.T
    return made + piece.arrays["b"].astype(np.float64) if "b" in piece.arrays else made


def _scale(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    w, b = (piece.arrays[part].astype(np.float64) for part in "wb")
    if len(w) > 1:
        _check_width(piece, read[0], len(w))
    made: Values = w * read[0] + b
    return made


def _norm(piece: Piece, read: list[Values], mask: Masks | None) -> Values:
    x = read[0]
    far = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((far**2).mean(axis=-1, keepdims=True) + piece.numbers["epsilon"])
    return _scale(piece, [far / spread], mask)


def _function(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    function = function_called(piece.does)
    assert function is not None, piece.does
    made: Values = function(read[0])
    return made


def _leaked(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    w, x = piece.arrays["w"].astype(np.float64), read[0]
    if len(w) > 1:
        _check_width(piece, x, len(w))
    return np.where(x > 0, x, w * x)


def _clipped(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    low, high = (piece.numbers.get(end, None) for end in ("from", "to"))
    made: Values = np.clip(read[0], low, high) if (low, high) != (None, None) else read[0]
    return made


def _masking(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    counts = (read[0] != piece.numbers["value"]).any(axis=-1, keepdims=True)
    return np.where(counts, read[0], 0.0)


def _mean(_piece: Piece, read: list[Values], mask: Masks | None) -> Values:
    if mask is None:
        made: Values = read[0].mean(axis=0)
        return made
    many = mask.sum(axis=0)[:, np.newaxis]
    total = np.where(mask[..., np.newaxis], read[0], 0).sum(axis=0)
    found: Values = total / np.maximum(many, 1e-7)
    return found


def _max(_piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    made: Values = read[0].max(axis=0)
    return made


def _part(piece: Piece, read: list[Values], _mask: Masks | None) -> Values:
    first, last = (int(piece.numbers[end]) for end in ("from", "to"))
    _check_width(piece, read[0], max(last, read[0].shape[-1]))
    return read[0][..., first:last]


def _check_width(piece: Piece, x: Values, needed: int) -> None:
    if x.shape[-1] != needed:
        raise ShapeError(
            "{name} reads {width} numbers at a step; it takes {needed}: the model is damaged, or "
            "it is not put together so.",
            name=shown(piece.name),
            width=x.shape[-1],
            needed=needed,
        )


_KINDS: Final[Mapping[str, Callable[[Piece, list[Values], Masks | None], Values]]] = (
    MappingProxyType(
        {
            "dense": _dense,
            "scale": _scale,
            "norm": _norm,
            "function": _function,
            "clip": _clipped,
            "leak": _leaked,
            "masking": _masking,
            "last": lambda _p, read, _m: read[0][-1],
            "first": lambda _p, read, _m: read[0][0],
            "backward": lambda _p, read, _m: read[0][::-1],
            "mean": _mean,
            "max": _max,
            "join": lambda piece, read, _: joins.joined(piece, read),
            **dict.fromkeys(joins.MERGED, lambda piece, read, _: joins.merged(piece, read)),
            "part": _part,
            "conv": lambda piece, read, _: windows.convolved(piece, read[0]),
            "pool": lambda piece, read, _: windows.pooled(piece, read[0]),
            "unconv": lambda piece, read, _: windows.unconvolved(piece, read[0]),
            "stretch": lambda piece, read, _: windows.stretched(piece, read[0]),
            "pad": lambda piece, read, _: windows.padded(piece, read[0]),
            "crop": lambda piece, read, _: windows.cropped(piece, read[0]),
            "reshape": lambda piece, read, _: windows.reshaped(piece, read[0]),
            "repeat": lambda piece, read, _: windows.repeated(piece, read[0]),
            "flat": lambda _p, read, _m: windows.flattened(read[0]),
        }
    )
)
