"""The weights of one layer: frozen, checked once, read-only.

Axis `gate` follows `conventions.GATES[cell]`; all shapes are written beside the fields.
"""

from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, ClassVar, Final, Literal, Self, TypeAlias, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, Dtype
from gru_core.cells.activations import function_of
from gru_core.conventions import (
    GATE_ACTIVATIONS,
    GATES,
    SIGMOID_TRACKS,
    STATE_ACTIVATIONS,
    STATES,
    BiasCount,
    Cell,
)
from gru_core.ends import end_of, is_gate_end
from gru_core.errors import DtypeError, RangeError, ShapeError, UnknownNameError, unknown_name
from gru_core.words import Said

Part: TypeAlias = Literal["w_x", "w_h", "b_x", "b_h"]
PARTS: tuple[Part, ...] = ("w_x", "w_h", "b_x", "b_h")
# How the size of another cell follows the GRU's: as many units, or nearest in parameters.
Match: TypeAlias = Literal["units", "parameters"]
MATCHES: tuple[Match, ...] = get_args(Match)
AXES: dict[str, tuple[str, ...]] = {
    "w_x": ("gate", "unit", "input"),
    "w_h": ("gate", "unit", "unit"),
    "b_x": ("gate", "unit"),
    "b_h": ("gate", "unit"),
}
# What projects the hidden state of an LSTM (PyTorch's proj_size), and its axes.
PROJECTION: Final = "w_p"
PROJECTED_AXES: dict[str, tuple[str, ...]] = {
    **AXES,
    "w_h": ("gate", "unit", "number"),
    PROJECTION: ("number", "unit"),
}


@dataclass(frozen=True, eq=False)
class Weights:
    """What the three cells have in common. Compared by identity.

    Arrays are copied and made read-only; whole numbers and lists become float64.
    Errors: ShapeError, DtypeError, NotFiniteError, RangeError, each naming the array, and
    UnknownNameError for an activation.
    """

    w_x: Array  # (gate, unit, input)
    w_h: Array  # (gate, unit, number), the last axis being that of the old hidden state
    b_x: Array  # (gate, unit)
    b_h: Array  # (gate, unit)
    # What the gates end in: one of conventions.GATE_ACTIVATIONS, or with a parameter of its own.
    gate_activation: str = field(default="sigmoid", kw_only=True)
    # One of conventions.STATE_ACTIVATIONS, or with parameters of its own (gru_core/ends.py): what
    # the candidate ends in, for the LSTM its output too, for a plain RNN its state.
    state_activation: str = field(default="tanh", kw_only=True)

    cell: ClassVar[Cell]

    def __post_init__(self) -> None:
        _check_activations(self.cell, self.gate_activation, self.state_activation)
        given = {name: getattr(self, name) for name in self.arrays}
        arrays = {name: checks.floats(f"{self.cell}.{name}", one) for name, one in given.items()}
        _check_shapes(self.cell, arrays)
        _check_one_dtype(self.cell, arrays)
        for part, array in arrays.items():
            object.__setattr__(self, part, array)

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilding through __init__ keeps the arrays read-only after copy and pickle.
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return partial(type(self), **parts), ()

    @property
    def gates(self) -> tuple[str, ...]:
        """The names along the gate axis."""
        return GATES[self.cell]

    def activation(self, gate: str) -> str:
        """The name of what a gate or the candidate ends in, for a plain RNN its state."""
        return self.gate_activation if gate in SIGMOID_TRACKS else self.state_activation

    def gate(self, a: Array) -> Array:
        """What every gate ends in, of pre-activations of any shape."""
        return function_of(self.gate_activation)(a)

    def squash(self, a: Array) -> Array:
        """What the candidate or the state ends in, of pre-activations of any shape."""
        return function_of(self.state_activation)(a)

    @property
    def arrays(self) -> dict[str, Array]:
        """All its numbers by name: PARTS, and PROJECTION where there is one."""
        names: tuple[str, ...] = (*PARTS, PROJECTION) if self.is_projected else PARTS
        return {name: getattr(self, name) for name in names}

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """The axes of each of its arrays."""
        return PROJECTED_AXES if self.is_projected else AXES

    @property
    def is_projected(self) -> bool:
        """Whether the hidden state is a product of what the units let out."""
        return False

    @property
    def units(self) -> int:
        """How many units a layer has: numbers of each gate, and of the hidden state if that is
        not projected."""
        return len(self.w_h[0])

    @property
    def hidden_size(self) -> int:
        """How many numbers the hidden state has."""
        return int(self.w_h.shape[2])

    def size(self, track: str) -> int:
        """How many numbers a track of a run has at each step."""
        return self.hidden_size if track == "hidden" else self.units

    @property
    def entries(self) -> int:
        """How many numbers a step carries on: the hidden state, for the LSTM the cell state too."""
        return sum(map(self.size, STATES[self.cell]))

    def parts_of(self, state: Array, axis: int = -1) -> list[Array]:
        """The states of conventions.STATES, joined along an axis, as they are by themselves."""
        ends = np.cumsum([self.size(name) for name in STATES[self.cell]])[:-1]
        return np.split(state, ends, axis=axis)

    @property
    def input_size(self) -> int:
        """How many numbers each step of the input has."""
        return int(self.w_x.shape[2])

    @property
    def dtype(self) -> Dtype:
        """The precision of the weights, and so of every run with them."""
        return self.w_x.dtype

    def parameter_count(self, biases: BiasCount = 2) -> int:
        """How many numbers training would set, with one or two biases for each gate and unit."""
        count = parameter_count(self.cell, self.input_size, self.units, biases)
        if not self.is_projected:
            return count
        square = len(self.gates) * self.units**2  # which w_h is not
        return count - square + self.w_h.size + self.arrays[PROJECTION].size

    def with_value(self, part: str, index: tuple[int, ...], value: float) -> Self:
        """A copy of the weights with one number changed. index: along axes[part], 0-based.

        Errors: UnknownNameError for a part, RangeError for an index, NotFiniteError for a value.
        """
        if part not in self.arrays:
            raise unknown_name("part", part, self.arrays)
        array = self.arrays[part].copy()
        check_index(f"{self.cell}.{part}", index, array.shape, self.axes[part])
        array[index] = checks.floats(
            Said("the new value of {name}", name=f"{self.cell}.{part}"), value
        )
        changed: dict[str, Any] = {part: array}
        return replace(self, **changed)

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """A copy of the weights, rounded to float32 or widened to float64. Errors: DtypeError."""
        wanted = np.dtype(dtype)
        if wanted not in checks.FLOATS:
            raise DtypeError(
                "dtype is {wanted}; weights are float64 or float32: choose one.",
                wanted=wanted,
            )
        rounded: dict[str, Any] = {name: one.astype(wanted) for name, one in self.arrays.items()}
        return replace(self, **rounded)


@dataclass(frozen=True, eq=False)
class GRUWeights(Weights):
    """One GRU layer; gates reset, update, candidate; the update gate keeps."""

    reset_after: bool = True  # reset acts after (PyTorch) or before (Cho) the product U_n h

    cell: ClassVar[Cell] = "gru"


@dataclass(frozen=True, eq=False)
class LSTMWeights(Weights):
    """One LSTM layer; gates input, forget, candidate, output."""

    # (number, unit): of what the units let out it makes the hidden state; None where that is it.
    w_p: Array | None = field(default=None, kw_only=True)

    cell: ClassVar[Cell] = "lstm"

    @property
    def is_projected(self) -> bool:
        """Whether the hidden state is a product of what the units let out."""
        return self.w_p is not None


@dataclass(frozen=True, eq=False)
class RNNWeights(Weights):
    """One plain layer; its only gate axis entry is `hidden`."""

    cell: ClassVar[Cell] = "rnn"


WEIGHTS: dict[Cell, type[Weights]] = {"gru": GRUWeights, "lstm": LSTMWeights, "rnn": RNNWeights}
W = TypeVar("W", bound=Weights)


def check_index(
    name: str, index: tuple[int, ...], shape: tuple[int, ...], axes: tuple[str, ...]
) -> None:
    """Raise RangeError unless index points into an array of this shape, counting from 0."""
    if len(index) != len(shape):
        raise RangeError(
            "{name} got the index {index}; it has the axes ({axes}) and needs {count} numbers, "
            "one for each.",
            name=name,
            index=index,
            axes=", ".join(axes),
            count=len(shape),
        )
    for position, size, axis in zip(index, shape, axes, strict=True):
        if not 0 <= position < size:
            raise RangeError(
                "{name} has no {axis} {position}; it has {size}, counted from 0: use 0 to {last}.",
                name=name,
                axis=axis,
                position=position,
                size=size,
                last=size - 1,
            )


def parameter_count(cell: Cell, input_size: int, units: int, biases: BiasCount = 2) -> int:
    """gates · (units·input_size + units² + biases·units), for one layer."""
    if cell not in GATES:
        raise unknown_name("cell", cell, GATES)
    if biases not in (1, 2):
        raise RangeError(
            "biases is {biases!r}; a gate has 1 (textbooks) or 2 (PyTorch).",
            biases=biases,
        )
    return len(GATES[cell]) * (units * input_size + units * units + biases * units)


def match_units(cell: Cell, input_size: int, target_parameters: int, biases: BiasCount = 2) -> int:
    """The number of units, at least 1, whose parameter count is nearest to the target.

    Of two equally near, the smaller. Counts rise with units, so the answer lies beside the
    positive root of the quadratic.
    """
    if target_parameters < 1:
        raise RangeError(
            "target_parameters is {target_parameters}; it needs at least 1.",
            target_parameters=target_parameters,
        )
    if cell not in GATES:
        raise unknown_name("cell", cell, GATES)
    linear = input_size + biases
    root = (np.sqrt(linear * linear + 4 * target_parameters / len(GATES[cell])) - linear) / 2
    near = range(max(1, int(root) - 1), int(root) + 3)
    return min(
        near, key=lambda n: abs(parameter_count(cell, input_size, n, biases) - target_parameters)
    )


def merge_biases(weights: W) -> W:
    """A layer that computes as this one does, with b_h added to b_x wherever only the sum matters.

    The candidate of a reset-after GRU keeps its own b_h, because the reset gate scales it:
    moving it into b_x would change the outputs. Everywhere else the new b_h is zero.
    """
    kept = np.zeros_like(weights.b_h)
    if isinstance(weights, GRUWeights) and weights.reset_after:
        candidate = weights.gates.index("candidate")
        kept[candidate] = weights.b_h[candidate]
    return replace(weights, b_x=weights.b_x + (weights.b_h - kept), b_h=kept)


def _check_activations(cell: Cell, gate: str, state: str) -> None:
    if not is_gate_end(gate):
        raise unknown_name(f"{cell}.gate_activation", gate, GATE_ACTIVATIONS)
    if end_of(state) is None:
        raise unknown_name(f"{cell}.state_activation", state, STATE_ACTIVATIONS)
    if gate != "sigmoid" and not SIGMOID_TRACKS.intersection(GATES[cell]):
        raise UnknownNameError(
            "{cell}.gate_activation is {gate!r}; the {called} has no gates, so it stays "
            "'sigmoid': leave it out, and set state_activation instead.",
            cell=cell,
            gate=gate,
            called=cell.upper(),
        )


def _check_shapes(cell: Cell, arrays: dict[str, Array]) -> None:
    gates, w_x = len(GATES[cell]), arrays["w_x"]
    if w_x.ndim != 3 or w_x.shape[0] != gates or 0 in w_x.shape:
        raise ShapeError(
            "{cell}.w_x has shape {shape}; the {called} needs ({gates}, units, inputs) with at "
            "least one of each, its gates being {known}.",
            cell=cell,
            shape=w_x.shape,
            called=cell.upper(),
            gates=gates,
            known=", ".join(GATES[cell]),
        )
    units, inputs = w_x.shape[1:]
    w_p = arrays.get(PROJECTION)
    if w_p is not None and (w_p.ndim != 2 or 0 in w_p.shape):
        raise ShapeError(
            "{cell}.w_p has shape {shape}; a projection of {units} units needs (numbers, {units}), "
            "with at least one number.",
            cell=cell,
            shape=w_p.shape,
            units=units,
        )
    sizes = {"gate": gates, "unit": units, "input": inputs}
    axes = AXES if w_p is None else PROJECTED_AXES
    sizes |= {} if w_p is None else {"number": len(w_p)}
    for part, array in arrays.items():
        needed = tuple(sizes[axis] for axis in axes[part])
        if array.shape != needed:
            raise ShapeError(
                "{cell}.{part} has shape {shape}; the {called} with {units} units and {inputs} "
                "inputs of {cell}.w_x needs {needed}, the axes being ({axes}).",
                cell=cell,
                part=part,
                shape=array.shape,
                called=cell.upper(),
                units=units,
                inputs=inputs,
                needed=needed,
                axes=", ".join(axes[part]),
            )


def _check_one_dtype(cell: Cell, arrays: dict[str, Array]) -> None:
    dtypes = {part: array.dtype for part, array in arrays.items()}
    if len(set(dtypes.values())) > 1:
        found = ", ".join(f"{part} {dtype}" for part, dtype in dtypes.items())
        raise DtypeError(
            "{cell} weights mix {found}; they need one dtype: convert with .astype.",
            cell=cell,
            found=found,
        )
