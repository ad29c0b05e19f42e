"""How far a gradient reaches: the size of ∂h_T/∂h_k and ∂h_T/∂x_k for every k.

One matrix, or for one unit one row, is carried back from T. For U units that is O(T · U³), for one
unit O(T · U²); what is held at once does not grow with T · U².
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES, Cell
from gru_core.errors import unknown_name
from gru_core.gradients.carried import HIGH, LOW, Stretch, carry_back
from gru_core.gradients.one_step import check_run
from gru_core.gradients.slopes import let_out
from gru_core.trace import Trace
from gru_core.weights import PROJECTION, Weights, check_index

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
    it does in the run: h_k = o_k tanh(c_k), or P times that, the output gate held. So it is what
    backpropagation finds at c_k. Only the initial c_0 is varied with h_0 held, as it is given
    apart.

    hidden  (step + 1,)  ‖∂h_T/∂h_k‖
    cell    (step + 1,)  LSTM only: ‖dh_T/dc_k‖; at the end o (1 − tanh² c)
    input   (step,)      ‖∂h_T/∂x_k‖; entry k is the input of `steps[k]`, read after h_k
    direct  (step + 1,)  of that by h_k (LSTM: by c_k), what comes with every gate held: per unit
                         GRU Π update; LSTM Π forget, and o (1 − tanh² c) at the end (with another
                         activation its slope), of a projected h times P; RNN nothing
    gates   (step + 1,)  ‖∂h_T/∂h_k − direct‖ (LSTM: dc_k): what comes through gates and candidates

    Sizes below the least float64 (5e-324) are 0, above the largest infinite.
    """

    cell: Cell
    last: int  # the step T, on the step axis of the trace
    unit: int | None  # of h_T, or the number of a projected one; None for all
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

    Of a projected h_T, unit is which of its numbers.

    trace: a run of these weights, forward or backward; last: T, on its step axis, the step that was
    read last if None. Sums are in float64 also for float32 weights, whose own numbers would end at
    1e-45. The spectral norm takes a singular value decomposition at each step.
    Errors: ShapeError and RangeError if the trace is not a run of the weights, RangeError for a
    unit or a step, UnknownNameError for a norm.
    """
    if norm not in NORMS:
        raise unknown_name("norm", norm, NORMS)
    if unit is not None:
        axis = "number" if trace.is_projected else "unit"
        check_index(f"the {trace.cell.upper()}", (unit,), (len(trace.initial[0]),), (axis,))
    if last is not None:
        check_index("the trace", (last,), (trace.steps,), ("step",))
    check_run(weights, trace)
    read = np.arange(trace.steps)[:: -1 if trace.backward else 1]
    target = int(read[-1]) if last is None else last
    steps = read[: int(np.flatnonzero(read == target)[0]) + 1].copy()
    ends = _ends(weights, trace, steps)
    found = _at_the_end(weights, ends, unit, norm, len(steps))
    left = len(steps)
    for stretch in carry_back(weights, trace, steps[::-1].tolist(), unit):
        some = slice(left - len(stretch.state), left)
        ks = range(left - 1, some.start - 1, -1)
        for name, sizes in _sizes(weights, stretch, ends, ks, unit, norm).items():
            found[name][some] = sizes[::-1]
        left = some.start
        if progress is not None:
            progress(len(steps) - left, len(steps))
    return Gradients(weights.cell, target, unit, norm, steps, found)


class _Ends(NamedTuple):
    """How h follows c within each step of an LSTM, in the order the steps were read."""

    out: Array  # (step, unit): what each unit lets out, by its c, with the output gate held
    free: npt.NDArray[np.bool_]  # (step, unit), or (step, number): where h is not held
    projection: Array | None  # (number, unit): of what is let out it makes h; None where that is h

    def at(self, step: int) -> Array:
        """∂h/∂c within one step: (unit,) of the diagonal, or with a projection (number, unit)."""
        if self.projection is None:
            return np.where(self.free[step], self.out[step], 0)
        return np.where(self.free[step][:, np.newaxis], self.projection * self.out[step], 0)

    def before(self, by_hidden: Array, steps: range) -> Array:
        """Derivatives by each h, (step, row, unit), as those by the c beside it, which it follows.

        steps: which; no step has made the state before the first one.
        """
        found = np.zeros((*by_hidden.shape[:2], self.out.shape[1]))
        for at, step in enumerate(steps):
            if step > 0:
                ends = self.at(step - 1)
                found[at] = by_hidden[at] * ends if ends.ndim == 1 else by_hidden[at] @ ends
        return found


def _ends(weights: Weights, trace: Trace, steps: npt.NDArray[np.intp]) -> _Ends | None:
    """Of an LSTM; the other cells have one state alone."""
    if weights.cell != "lstm":
        return None
    output, cell = (trace[name][steps].astype(np.float64) for name in ("output", "cell"))
    projection = weights.arrays.get(PROJECTION)
    exact = None if projection is None else projection.astype(np.float64)
    return _Ends(let_out(weights, output, cell), ~trace.held("hidden")[steps], exact)


def _at_the_end(
    weights: Weights, ends: _Ends | None, unit: int | None, norm: Norm, steps: int
) -> dict[str, Array]:
    """Room for every size, with the last entry, where the last state is varied, filled in."""
    found = {name: np.zeros(steps + 1) for name in (*STATES[weights.cell], "direct", "gates")}
    whole = unit is None and norm == "frobenius"
    found["hidden"][-1] = np.sqrt(weights.hidden_size) if whole else 1
    found["direct"][-1] = found["hidden"][-1]
    if ends is not None:
        among = slice(None) if unit is None else [unit]
        found["cell"][-1] = found["direct"][-1] = _end_size(ends.at(-1)[np.newaxis, among], norm)[0]
    return {"hidden": found.pop("hidden"), **found, "input": np.zeros(steps)}


def _sizes(
    weights: Weights,
    found: Stretch,
    ends: _Ends | None,
    steps: range,
    unit: int | None,
    norm: Norm,
) -> dict[str, Array]:
    """The sizes for some steps, each (step,), in the order carried. steps: which these are."""
    states = STATES[weights.cell]
    parts = dict(zip(states, weights.parts_of(found.state), strict=True))
    if ends is not None:
        parts["cell"] = parts["cell"] + ends.before(parts["hidden"], steps)
    # The direct path runs through the state that remembers, which is the last one.
    among = np.arange(weights.hidden_size) if unit is None else np.array([unit])
    gates = parts[states[-1]].copy()
    if ends is None or ends.projection is None:
        direct = found.direct[:, -1, among]  # (step, row)
        gates[:, np.arange(len(among)), among] -= direct
    else:
        last = np.where(ends.free[-1, among, np.newaxis], ends.projection[among], 0)
        direct = last * found.direct[:, -1, np.newaxis]  # (step, row, unit)
        gates -= direct
    sizes = {name: _size(part, norm) for name, part in parts.items()}
    sizes["direct"] = _end_size(direct, norm)
    sizes["gates"] = _size(gates, norm)
    with np.errstate(over="ignore", under="ignore"):
        scaled: dict[str, Array] = {n: np.ldexp(s, found.exponent) for n, s in sizes.items()}
        scaled["input"] = np.ldexp(_size(found.input, norm), found.input_exponent)
    return scaled


def _end_size(ends: Array, norm: Norm) -> Array:
    """The norm of each diagonal, (step, row), or of each matrix, (step, row, unit): (step,)."""
    return _diagonal_size(ends, norm) if ends.ndim == 2 else _size(ends, norm)


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
