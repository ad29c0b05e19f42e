"""Convolutions and pooling over the steps: what makes other steps of those of a sequence."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, ShapeError, shown
from gru_core.formats.whole.pieces import MOST_STEPS, Piece

Values = npt.NDArray[Any]


def convolved(piece: Piece, x: Values) -> Values:
    """The steps of a conv, (step, batch, feature), of those it reads. Errors: ShapeError."""
    w = piece.arrays["w"].astype(np.float64)
    groups, dilation = count(piece, "groups"), count(piece, "dilation")
    ends, inputs = len(w) // groups, w.shape[1]
    if x.shape[-1] != inputs * groups or len(w) % groups:
        raise ShapeError(
            "{name} reads {width} numbers at a step; it takes {needed}: the model is damaged, or "
            "it is not put together so.",
            name=shown(piece.name),
            width=x.shape[-1],
            needed=inputs * groups,
        )
    padded, many = _padded(piece, x, dilation * (w.shape[2] - 1) + 1, 0.0)
    made = np.zeros((many, x.shape[1], len(w)))
    for at in range(w.shape[2]):
        steps = _every(piece, padded, at * dilation, many)
        for one in range(groups):
            own, given = (
                slice(one * ends, (one + 1) * ends),
                slice(one * inputs, (one + 1) * inputs),
            )
            made[..., own] += steps[..., given] @ w[own, :, at].T
    return made + piece.arrays["b"].astype(np.float64) if "b" in piece.arrays else made


def pooled(piece: Piece, x: Values) -> Values:
    """The steps of a pool, (step, batch, feature): what is put at the ends is not counted."""
    size = count(piece, "size")
    padded, many = _padded(piece, x, size, -np.inf)
    windows = (_every(piece, padded, at, many) for at in range(size))
    if piece.does == "max":
        made = next(windows)
        for one in windows:
            made = np.maximum(made, one)
        return made
    total, counted = np.zeros((many, *x.shape[1:])), np.zeros((many, 1, 1))
    for one in windows:
        real = one > -np.inf
        total += np.where(real, one, 0.0)
        counted += real[:, :1, :1]
    mean: Values = total / np.maximum(counted, 1)
    return mean


def repeated(piece: Piece, x: Values) -> Values:
    """The same numbers at each step, (step, batch, feature), of (batch, feature)."""
    return np.repeat(x[np.newaxis], count(piece, "size"), axis=0)


def unconvolved(piece: Piece, x: Values) -> Values:
    """The steps of an unconv, (step, batch, feature), of those it reads. Errors: ShapeError."""
    w = piece.arrays["w"].astype(np.float64)
    stride, dilation = count(piece, "stride"), count(piece, "dilation")
    if x.shape[-1] != w.shape[1]:
        raise ShapeError(
            "{name} reads {width} numbers at a step; it takes {needed}: the model is damaged, or "
            "it is not put together so.",
            name=shown(piece.name),
            width=x.shape[-1],
            needed=w.shape[1],
        )
    first, many = count(piece, "from", 0), len(x) * stride + count(piece, "to", 0)
    _check_many(piece, many)
    reach = (len(x) - 1) * stride + dilation * (w.shape[2] - 1) + 1
    made = np.zeros((max(reach, first + many), x.shape[1], len(w)))
    for at in range(w.shape[2]):
        begin = at * dilation
        made[begin : begin + (len(x) - 1) * stride + 1 : stride] += x @ w[:, :, at].T
    made = made[first : first + many]
    return made + piece.arrays["b"].astype(np.float64) if "b" in piece.arrays else made


def stretched(piece: Piece, x: Values) -> Values:
    """Each step so many times, one behind the other, (step, batch, feature)."""
    size = count(piece, "size")
    _check_many(piece, len(x) * size)
    return np.repeat(x, size, axis=0)


def padded(piece: Piece, x: Values) -> Values:
    """The steps with some of zeros before and behind them, (step, batch, feature)."""
    return np.pad(x, ((count(piece, "from", 0), count(piece, "to", 0)), (0, 0), (0, 0)))


def cropped(piece: Piece, x: Values) -> Values:
    """The steps without some at the beginning and the end. Errors: ShapeError for none left."""
    first, last = count(piece, "from", 0), count(piece, "to", 0)
    if first + last >= len(x):
        raise ShapeError(
            "{name} cuts off {cut} steps; there are {steps}: give a longer sequence.",
            name=shown(piece.name),
            cut=first + last,
            steps=len(x),
        )
    return x[first : len(x) - last]


def reshaped(piece: Piece, x: Values) -> Values:
    """All numbers as other steps, (step, batch, feature). Errors: ShapeError where some are left.

    x: also (batch, feature).
    """
    flat = flattened(x) if x.ndim == 3 else x
    size, width = count(piece, "size", 0), count(piece, "width", 0)
    size, width = size or flat.shape[1] // max(width, 1), width or flat.shape[1] // max(size, 1)
    if size * width != flat.shape[1]:
        raise ShapeError(
            "{name} makes {size} steps of {width} numbers of {count}: give a sequence of as many "
            "steps as the model takes.",
            name=shown(piece.name),
            size=size,
            width=width,
            count=flat.shape[1],
        )
    return flat.reshape(len(flat), size, width).swapaxes(0, 1)


def flattened(x: Values) -> Values:
    """The features of every step side by side, (batch, step·feature)."""
    steps, batch, features = x.shape
    return x.swapaxes(0, 1).reshape(batch, steps * features)


def count(piece: Piece, name: str, least: int = 1) -> int:
    """A whole number of a piece. Errors: FormatError for one that no model has."""
    value = piece.numbers.get(name, 1.0)
    if not least <= value <= MOST_STEPS or value != int(value):
        raise FormatError(
            "{name} has {value} as its {what}; a whole number from {least} to {most} is read.",
            name=shown(piece.name),
            value=value,
            what=name,
            least=least,
            most=MOST_STEPS,
        )
    return int(value)


def _check_many(piece: Piece, many: int) -> None:
    """Raise FormatError where a piece makes more steps than can be gone through."""
    if many > 10 * MOST_STEPS:
        raise FormatError(
            "{name} makes {many:,} steps; up to {most:,} are read: give a shorter sequence.",
            name=shown(piece.name),
            many=many,
            most=10 * MOST_STEPS,
        )


def _padded(piece: Piece, x: Values, reach: int, value: float) -> tuple[Values, int]:
    """The steps with what is put at their ends, and how many a piece makes of them."""
    stride = count(piece, "stride")
    if "from" in piece.numbers:
        first, last = count(piece, "from", 0), count(piece, "to", 0)
        many = (len(x) + first + last - reach) // stride + 1
    else:  # a step for each stride, the odd one behind
        many = -(-len(x) // stride)
        both = max((many - 1) * stride + reach - len(x), 0)
        first, last = both // 2, both - both // 2
    if many < 1:
        raise ShapeError(
            "{name} reads {needed} steps at a time; there are {steps}: give a longer sequence.",
            name=shown(piece.name),
            needed=reach,
            steps=len(x),
        )
    return np.pad(x, ((first, last), (0, 0), (0, 0)), constant_values=value), many


def _every(piece: Piece, x: Values, at: int, many: int) -> Values:
    """Every stride a step, so many from one on."""
    stride = count(piece, "stride")
    return x[at : at + (many - 1) * stride + 1 : stride]
