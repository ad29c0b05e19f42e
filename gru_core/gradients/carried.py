"""∂h_T/∂s carried back from T one step at a time, in numbers that neither vanish nor overflow.

What is carried stays near 1 and has a power of two of its own, as a gradient over a few hundred
steps may be far smaller, or larger, than any float64. So norms end at the limits of float64, and
not at their square root, and no sum meets infinity.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import STATES
from gru_core.gradients.jacobian import (
    by_entries,
    by_units,
    gate_matrices,
    input_matrices,
    pull,
    stretches,
)
from gru_core.gradients.slopes import Slopes, slopes_of
from gru_core.trace import Trace
from gru_core.weights import Weights

# Sums of squares between which what is carried is left alone.
LOW, HIGH = 1e-200, 1e200
# (which step, ∂h_T by the state after it) to ∂h_T by the state before it and by its input.
Back: TypeAlias = Callable[[int, Array], tuple[Array, Array]]
DTYPE: Final = np.dtype(np.float64)


class Stretch(NamedTuple):
    """Derivatives of h_T, or of one unit of it, for some steps on the way back.

    A true number is what is here times 2 to the exponent of its step.
    """

    state: Array  # (step, row, entry): by the state before the step
    input: Array  # (step, row, input): by the input of the step
    # (step, state, unit): the diagonal of `state` with every gate held; of a projected hidden state
    # that of what each unit lets out
    direct: Array
    exponent: npt.NDArray[np.int_]  # (step,): of `state` and `direct`
    input_exponent: npt.NDArray[np.int_]  # (step,)


def carry_back(
    weights: Weights, trace: Trace, steps: list[int], unit: int | None
) -> Iterator[Stretch]:
    """The derivatives for these steps, T first, each being what the one before it started from.

    Always in float64. It ends early where nothing is left: all further numbers are exactly 0.
    """
    states, entries = len(STATES[weights.cell]), weights.entries
    among = slice(None) if unit is None else [unit]
    rows: Array = np.eye(weights.hidden_size, entries)[among]
    straight: Array = np.eye(states)[:1].T * np.ones(weights.units)
    exponent = 0
    exact = weights if weights.dtype == DTYPE else weights.astype(DTYPE)
    wide = entries + weights.input_size if unit is None else len(weights.gates) + 1
    for some, given in stretches(trace, steps, entries * wide, DTYPE):
        slopes, found = slopes_of(exact, given), _room(len(some), rows, straight, weights)
        back = _by_row(exact, slopes) if unit is not None else _by_matrix(exact, slopes)
        for at in range(len(some)):
            found.input_exponent[at] = exponent
            rows, found.input[at] = back(at, rows)
            straight = np.einsum("su,stu->tu", straight, slopes.direct[at])
            rows, straight, shift = _rescaled(rows, straight)
            exponent += shift
            found.state[at], found.direct[at], found.exponent[at] = rows, straight, exponent
        yield found
        if not (rows.any() or straight.any()):
            return


def _room(steps: int, rows: Array, straight: Array, weights: Weights) -> Stretch:
    exponents = np.zeros((2, steps), np.int_)
    return Stretch(
        np.empty((steps, *rows.shape)),
        np.empty((steps, len(rows), weights.input_size)),
        np.empty((steps, *straight.shape)),
        *exponents,
    )


def _by_matrix(weights: Weights, slopes: Slopes) -> Back:
    """For a whole state: products of matrices. The direct path is a diagonal, so it needs none."""
    gates, inputs = gate_matrices(weights, slopes), input_matrices(weights, slopes)

    def back(at: int, rows: Array) -> tuple[Array, Array]:
        after = by_units(slopes, at, rows)
        before = np.einsum("rsu,stu->rtu", after, slopes.direct[at])
        by_hidden = np.zeros((len(rows), weights.hidden_size))
        for state, matrix in enumerate(gates[at]):
            by_hidden += after[:, state] @ matrix
        return by_entries(slopes, before, by_hidden), rows @ inputs[at]

    return back


def _by_row(weights: Weights, slopes: Slopes) -> Back:
    """For a single row: products of a vector and the weights, no Jacobian."""
    flat = weights.w_x.reshape(-1, weights.input_size)

    def back(at: int, rows: Array) -> tuple[Array, Array]:
        before, gates = pull(weights, slopes, at, rows[0])
        return before[np.newaxis], gates.reshape(1, -1) @ flat

    return back


def _rescaled(rows: Array, straight: Array) -> tuple[Array, Array, int]:
    """Both divided by 2 to the third, which is 0 unless they have become very small or large."""
    if LOW < max(np.vdot(rows, rows), np.vdot(straight, straight)) < HIGH:
        return rows, straight, 0
    largest = max(np.abs(rows).max(), np.abs(straight).max())
    shift = int(np.frexp(largest)[1])  # 0 for 0
    return np.ldexp(rows, -shift), np.ldexp(straight, -shift), shift
