"""How far a gradient reaches: the size of ∂h_T/∂h_k and ∂h_T/∂x_k for every k.

One matrix, or for one unit one row, is carried back from T. For U units that is O(T · U³), for one
unit O(T · U²); what is held at once does not grow with T · U².
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES, Cell
from gru_core.errors import unknown_name
from gru_core.gradients.carried import HIGH, LOW, Stretch, carry_back
from gru_core.gradients.one_step import check_run
from gru_core.gradients.slopes import let_out
from gru_core.trace import Trace
from gru_core.weights import Weights, check_index

# How the gradient of a whole state becomes one number: the root of the sum of all squares, or the
# most that any change of length 1 can bring.
Norm: TypeAlias = Literal["frobenius", "spectral"]
NORMS: Final[tuple[Norm, ...]] = ("frobenius", "spectral")
# (how many are done, how many in all); raise in it to give up.
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Gradients(Mapping[str, Array]):
    """Sizes of the gradients of h_T, in float64: `gradients["hidden"][k]` is ‖∂h_T/∂h_k‖.

    k counts the steps read: 0 is the initial state, the last entry is h_T itself, whose gradient is
    the identity. Of an LSTM, h_k is varied with c_k held; where c_k is varied, h_k follows it, as
    it does in the run: h_k = o_k tanh(c_k), the output gate held. So it is what backpropagation
    finds at c_k. Only the initial c_0 is varied with h_0 held, which is given apart.

    hidden  (step + 1,)  ‖∂h_T/∂h_k‖
    cell    (step + 1,)  LSTM only: ‖dh_T/dc_k‖; at the end o (1 − tanh² c)
    input   (step,)      ‖∂h_T/∂x_k‖; entry k is the input of `steps[k]`, read after h_k
    direct  (step + 1,)  of that by h_k (LSTM: by c_k), what comes with every gate held: per unit
                         GRU Π update; LSTM Π forget, and o (1 − tanh² c) at the end (with another
                         activation its slope); RNN nothing
    gates   (step + 1,)  ‖∂h_T/∂h_k − direct‖ (LSTM: dc_k): what comes through gates and candidates

    Sizes below the least float64 (5e-324) are 0, above the largest infinite.
    """

    cell: Cell
    last: int  # the step T, on the step axis of the trace
    unit: int | None  # of h_T; None for all
    norm: Norm  # of a whole state; for one unit every norm is the length of a row
    steps: npt.NDArray[np.intp]  # (step,): the steps in the order they were read, T at the end
    sizes: Mapping[str, Array]

    def __post_init__(self) -> None:
        sizes = {name: read_only(array) for name, array in self.sizes.items()}
        object.__setattr__(self, "sizes", MappingProxyType(sizes))
        self.steps.flags.writeable = False

    def __getitem__(self, name: str) -> Array:
        try:
            return self.sizes[name]
        except KeyError:
            raise unknown_name(f"{self.cell.upper()} gradient", name, self.sizes) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def gradient_by_distance(
    weights: Weights,
    trace: Trace,
    *,
    unit: int | None = None,
    last: int | None = None,
    norm: Norm = "frobenius",
    progress: Progress | None = None,
) -> Gradients:
    """The sizes of the gradients of h_T, or of one unit of it, by every state and input before.

    trace: a run of these weights, forward or backward; last: T, on its step axis, the step that was
    read last if None. Sums are in float64 also for float32 weights, whose own numbers would end at
    1e-45. The spectral norm takes a singular value decomposition at each step.
    Errors: ShapeError and RangeError if the trace is not a run of the weights, RangeError for a
    unit or a step, UnknownNameError for a norm.
    """
    if norm not in NORMS:
        raise unknown_name("norm", norm, NORMS)
    if unit is not None:
        check_index(f"the {trace.cell.upper()}", (unit,), (trace.units,), ("unit",))
    if last is not None:
        check_index("the trace", (last,), (trace.steps,), ("step",))
    check_run(weights, trace)
    read = np.arange(trace.steps)[:: -1 if trace.backward else 1]
    target = int(read[-1]) if last is None else last
    steps = read[: int(np.flatnonzero(read == target)[0]) + 1].copy()
    out = _let_out(weights, trace)[steps]
    found = _at_the_end(weights, out, unit, norm)
    left = len(steps)
    for stretch in carry_back(weights, trace, steps[::-1].tolist(), unit):
        some = slice(left - len(stretch.state), left)
        followed = np.zeros_like(out[some])  # entry k is made by the step before; none makes k = 0
        followed[max(1 - some.start, 0) :] = out[max(some.start - 1, 0) : left - 1]
        for name, sizes in _sizes(weights, stretch, followed[::-1], unit, norm).items():
            found[name][some] = sizes[::-1]
        left = some.start
        if progress is not None:
            progress(len(steps) - left, len(steps))
    return Gradients(weights.cell, target, unit, norm, steps, found)


def _let_out(weights: Weights, trace: Trace) -> Array:
    """(step, unit): how h follows c within a step of an LSTM; 0 where it is held. Else nothing."""
    if weights.cell != "lstm":
        return np.zeros((trace.steps, 0))
    output, cell = (trace[name].astype(np.float64) for name in ("output", "cell"))
    return np.where(trace.held("hidden"), 0.0, let_out(weights, output, cell))


def _at_the_end(weights: Weights, out: Array, unit: int | None, norm: Norm) -> dict[str, Array]:
    """Room for every size, with the last entry, where the last state is varied, filled in."""
    states, steps = STATES[weights.cell], len(out)
    found = {name: np.zeros(steps + 1) for name in (*states, "direct", "gates")}
    whole = unit is None and norm == "frobenius"
    found["hidden"][-1] = np.sqrt(weights.units) if whole else 1
    found["direct"][-1] = found["hidden"][-1]
    if len(states) > 1:
        last = out[-1:] if unit is None else out[-1:, [unit]]
        found["cell"][-1] = found["direct"][-1] = _diagonal_size(last, norm)[0]
    return {"hidden": found.pop("hidden"), **found, "input": np.zeros(steps)}


def _sizes(
    weights: Weights, found: Stretch, followed: Array, unit: int | None, norm: Norm
) -> dict[str, Array]:
    """The sizes for some steps, each (step,), in the order carried.

    followed: (step, unit), of an LSTM: how the h beside each c follows it.
    """
    states, units = STATES[weights.cell], weights.units
    parts = dict(zip(states, np.split(found.state, len(states), axis=2), strict=True))
    if "cell" in parts:
        parts["cell"] = parts["cell"] + parts["hidden"] * followed[:, np.newaxis]
    # The direct path runs through the state that remembers, which is the last one.
    among = np.arange(units) if unit is None else np.array([unit])
    direct = found.direct[:, -1, among]  # (step, row)
    gates = parts[states[-1]].copy()
    gates[:, np.arange(len(among)), among] -= direct
    sizes = {name: _size(part, norm) for name, part in parts.items()}
    sizes["direct"] = _diagonal_size(direct, norm)
    sizes["gates"] = _size(gates, norm)
    with np.errstate(over="ignore", under="ignore"):
        scaled: dict[str, Array] = {n: np.ldexp(s, found.exponent) for n, s in sizes.items()}
        scaled["input"] = np.ldexp(_size(found.input, norm), found.input_exponent)
    return scaled


def _size(matrices: Array, norm: Norm) -> Array:
    """The norm of each matrix, (step, row, column) to (step,), exact as far as float64 reaches."""
    if norm == "frobenius":
        squares = np.einsum("kij,kij->k", matrices, matrices)
        if squares.min() > LOW and squares.max() < HIGH:
            return np.asarray(np.sqrt(squares))
    largest = np.abs(matrices).max(axis=(1, 2))
    scaled = matrices / np.where(largest > 0, largest, 1)[:, np.newaxis, np.newaxis]
    if norm == "spectral":
        return np.asarray(largest * np.linalg.norm(scaled, 2, axis=(1, 2)))
    return np.asarray(largest * np.sqrt(np.einsum("kij,kij->k", scaled, scaled)))


def _diagonal_size(diagonals: Array, norm: Norm) -> Array:
    """The norm of each diagonal matrix, of its diagonals alone: (step, row) to (step,)."""
    if norm == "spectral":
        return np.asarray(np.abs(diagonals).max(axis=1))
    return _size(diagonals[:, np.newaxis], norm)
