"""The one home of every convention: gate orders, tracks, activations, ranges, tolerances.

Names in code are words (`reset`, `update`, `candidate`, `hidden`); the letters r, z, n, h
appear in equations only. The core always computes with the update gate as *keep*
(PyTorch, Keras, ONNX); the write polarity of Chung et al. 2014 is a way of showing it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar

import numpy as np

from gru_core.arrays import Array
from gru_core.ends import FAMILIES, GATE_ENDS, STATE_ENDS, end_of, limits_of
from gru_core.errors import TextError

Cell: TypeAlias = Literal["gru", "lstm", "rnn"]
Polarity: TypeAlias = Literal["keep", "write"]
Placement: TypeAlias = Literal["after", "before"]
BiasCount: TypeAlias = Literal[1, 2]

CELLS: Final[tuple[Cell, ...]] = ("gru", "lstm", "rnn")
POLARITIES: Final[tuple[Polarity, ...]] = ("keep", "write")
PLACEMENTS: Final[tuple[Placement, ...]] = ("after", "before")
BIAS_COUNTS: Final[tuple[BiasCount, ...]] = (1, 2)

GRU_GATES: Final = ("reset", "update", "candidate")
LSTM_GATES: Final = ("input", "forget", "candidate", "output")
RNN_GATES: Final = ("hidden",)

Value = TypeVar("Value")


def _table(**rows: Value) -> Mapping[str, Value]:
    return MappingProxyType(rows)


GATES: Final[Mapping[str, tuple[str, ...]]] = _table(gru=GRU_GATES, lstm=LSTM_GATES, rnn=RNN_GATES)

# What a trace of each cell records; the states come last.
TRACKS: Final[Mapping[str, tuple[str, ...]]] = _table(
    gru=("reset", "update", "candidate", "hidden"),
    lstm=("input", "forget", "candidate", "output", "cell", "hidden"),
    rnn=("hidden",),
)

# The tracks that are carried from one step to the next, in the order of `initial`.
STATES: Final[Mapping[str, tuple[str, ...]]] = _table(
    gru=("hidden",), lstm=("hidden", "cell"), rnn=("hidden",)
)

# The gate that decides how much of the old state stays. A plain RNN has none.
KEEP_GATE: Final[Mapping[str, str]] = _table(gru="update", lstm="forget")

# What lies between 0 and 1; each ends in the gate activation, a sigmoid or a hard one.
SIGMOID_TRACKS: Final = frozenset({"reset", "update", "input", "forget", "output"})

# What a gate may end in, and what a candidate, the LSTM's output and a plain RNN's state may: these
# names, and those with parameters of their own (gru_core/ends.py).
GATE_ACTIVATIONS: Final = GATE_ENDS
STATE_ACTIVATIONS: Final = STATE_ENDS

# A hard sigmoid is clip(slope · a + 0.5, 0, 1): the first in Keras 1 and 2 and by default in ONNX,
# the second in Keras 3 and PyTorch. Any other slope is a parameter of the first.
HARD_SLOPES: Final[Mapping[str, float]] = _table(
    hard_sigmoid=FAMILIES["hard_sigmoid"].parameters[0], hard_sigmoid_sixth=1 / 6
)

# Limits of axes and colours, by the meaning of a track and never by the data on screen.
RANGES: Final[Mapping[str, tuple[float, float]]] = _table(
    gate=(0.0, 1.0),
    state=(-1.0, 1.0),
    # An LSTM cell is unbounded, but the hidden state sees tanh of it, and tanh(3) = 0.995:
    # past 3 the output no longer changes to the eye. Where a state ends in relu, or in another
    # that goes beyond ±1, all states have this range.
    cell=(-3.0, 3.0),
)

# A gate below the first is near 0, above the second near 1: the usual saturation thresholds.
SATURATION: Final = (0.1, 0.9)

# Largest magnitude accepted for an input, a weight or a state. The product of two such
# numbers, summed over any layer that fits in memory, is finite in float32 (3.4e38).
MAX_MAGNITUDE: Final = 1e15

# How closely two engines, or an engine and PyTorch, must agree at weights of scale 0.1.
TOLERANCE: Final[Mapping[np.dtype[np.floating], float]] = MappingProxyType(
    {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}
)

# The order in which each file format stacks its gates.
GATE_ORDERS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = _table(
    pytorch=_table(
        gru=("reset", "update", "candidate"),
        lstm=("input", "forget", "candidate", "output"),
        rnn=("hidden",),
    ),
    keras=_table(
        gru=("update", "reset", "candidate"),
        lstm=("input", "forget", "candidate", "output"),
        rnn=("hidden",),
    ),
    onnx=_table(
        gru=("update", "reset", "candidate"),
        lstm=("input", "output", "forget", "candidate"),
        rnn=("hidden",),
    ),
)

# Along which axis of a matrix the gates are stacked: rows (gate·unit, input), or columns, as Keras
# keeps the transposed matrix (input, gate·unit).
GATE_AXIS: Final[Mapping[str, int]] = _table(pytorch=0, keras=-1, onnx=0)

# The two biases of a gate: two arrays with names of their own; one row that holds all b_x and then
# all b_h; or one array of one row or two. Keras has two with reset_after alone; its layers for
# cuDNN join them as ONNX does.
BIAS_LAYOUT: Final[Mapping[str, str]] = _table(
    pytorch="apart", onnx="joined", keras="rows", cudnn="joined"
)


@dataclass(frozen=True)
class Notation:
    """Three independent choices that together make the equations of one source."""

    name: str
    placement: Placement  # where reset acts: after or before the product U_n h
    polarity: Polarity  # what update = 1 means: keep the old state, or write the candidate
    biases: BiasCount  # per gate: one, or one for the input and one for the state


PYTORCH: Final = Notation("PyTorch / Keras", "after", "keep", 2)
CHO: Final = Notation("Cho et al. 2014", "before", "keep", 1)
CHUNG: Final = Notation("Chung et al. 2014 / course notes", "before", "write", 1)
NOTATIONS: Final[Mapping[str, Notation]] = _table(pytorch=PYTORCH, cho=CHO, chung=CHUNG)


def track_kind(track: str, state_activation: str = "tanh") -> str:
    """The key of RANGES for a track: "gate", "state" (±1), or "cell", which has no bound."""
    if track in SIGMOID_TRACKS:
        return "gate"
    return "cell" if track == "cell" or not _within_one(state_activation) else "state"


def vector_kind(cell: str, name: str, placement: Placement, state_activation: str = "tanh") -> str:
    """The key of RANGES for a vector of gru_core.analysis.inside.vectors.

    Sums of several terms are unbounded; past 3 the tanh that reads them no longer changes to the
    eye, as with the LSTM's cell state. With an end beyond ±1 nothing is bounded.
    """
    unbounded = {("lstm", "kept"), ("lstm", "written")}
    if placement == "after":
        unbounded.add(("gru", "reset_hidden"))
    beyond = (cell, name) in unbounded or not _within_one(state_activation)
    return "cell" if beyond else "state"


def _within_one(state_activation: str) -> bool:
    return max(map(abs, limits_of(state_activation))) <= 1


def hard_slope(activation: str) -> float | None:
    """The slope of a hard sigmoid, by its name; None for another function."""
    end = end_of(activation)
    if end is None or end.family not in HARD_SLOPES:
        return None
    return end.parameters[0] if end.parameters else HARD_SLOPES[end.family]


def track_range(track: str, state_activation: str = "tanh") -> tuple[float, float]:
    """The fixed lower and upper limit for drawing a track."""
    return RANGES[track_kind(track, state_activation)]


def shown_update(update: Array, polarity: Polarity) -> Array:
    """The update gate as a notation shows it: itself under keep, 1 - update under write.

    update: any shape, values as the core computes them (keep). The hidden state is the same
    under both polarities, since the core computes it once.
    """
    return update if polarity == "keep" else 1 - update


def shown_sign(cell: str, gate: str | None, polarity: Polarity) -> int:
    """What a notation multiplies the weights of a gate by: -1 for the update gate under write.

    Since 1 - sigmoid(a) = sigmoid(-a), for the hard ones too, negating every weight and bias of the
    update gate is the whole difference between the polarities.
    """
    return -1 if (cell, gate, polarity) == ("gru", "update", "write") else 1


def notation_key(notation: Notation) -> str:
    """The short text of a notation: a name in NOTATIONS, or its three choices with dots between."""
    for key, known in NOTATIONS.items():
        if known == notation:
            return key
    return f"{notation.placement}.{notation.polarity}.{notation.biases}"


def notation_of(placement: Placement, polarity: Polarity, biases: BiasCount) -> Notation:
    """The notation with these choices, under its own name if it has one."""
    for known in NOTATIONS.values():
        if (known.placement, known.polarity, known.biases) == (placement, polarity, biases):
            return known
    return Notation("your own", placement, polarity, biases)


def parse_notation(key: str) -> Notation:
    """Read the text that notation_key writes. Errors: TextError."""
    if key in NOTATIONS:
        return NOTATIONS[key]
    for placement in PLACEMENTS:
        for polarity in POLARITIES:
            for biases in BIAS_COUNTS:
                if key == f"{placement}.{polarity}.{biases}":
                    return notation_of(placement, polarity, biases)
    raise TextError(
        "{key!r} is no notation; it needs one of {notations}, or three choices such as "
        "before.write.1.",
        key=key[:40],
        notations=", ".join(NOTATIONS),
    )


def gates_from_file(source: str, cell: Cell) -> tuple[int, ...]:
    """Where our gates stand in a file: `stacked[list(...)]` puts them in the order of GATES.

    stacked: (gate, ...) in the order of GATE_ORDERS[source][cell].
    """
    order = GATE_ORDERS[source][cell]
    return tuple(order.index(gate) for gate in GATES[cell])


def gates_apart(source: str, cell: Cell, stacked: Array) -> Array:
    """The gates of a file's array as (gate, unit, …), in the order of GATES.

    stacked: (gate·unit, …), or where GATE_AXIS says so (…, gate·unit).
    """
    rows = np.moveaxis(stacked, GATE_AXIS[source], 0)
    apart = rows.reshape(len(GATES[cell]), -1, *rows.shape[1:])
    return apart[list(gates_from_file(source, cell))]


def gates_together(source: str, cell: Cell, apart: Array) -> Array:
    """The inverse of gates_apart: (gate, unit, …) as a file of that format has it."""
    ordered = apart[np.argsort(gates_from_file(source, cell))]
    rows = ordered.reshape(-1, *ordered.shape[2:])
    return np.ascontiguousarray(np.moveaxis(rows, 0, GATE_AXIS[source]))


def cudnn_apart(cell: Cell, stacked: Array) -> Array:
    """The gates of a kernel that Keras keeps for cuDNN as (gate, unit, row), in the order of GATES.

    stacked: (row, gate·unit), each gate being (unit, row), flattened.
    Source: saving/legacy/hdf5_format.py of Keras 2.15.
    """
    blocks = np.split(stacked, len(GATES[cell]), axis=1)
    apart = np.stack([block.reshape(block.shape[::-1]) for block in blocks])
    return apart[list(gates_from_file("keras", cell))]


def biases_apart(source: str, cell: Cell, stored: Array) -> tuple[Array, ...]:
    """The biases of a file as (gate, unit) each, in the order of GATES: b_x, and b_h if it has two.

    stored: as BIAS_LAYOUT says, (2·gate·unit,), (2, gate·unit) or (gate·unit,).
    """
    two = stored.ndim == 2 or BIAS_LAYOUT[source] == "joined"
    rows = stored.reshape(2 if two else 1, len(GATES[cell]), -1)
    order = gates_from_file("keras" if source == "cudnn" else source, cell)
    return tuple(rows[:, list(order)])
