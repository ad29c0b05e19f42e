"""First weights for a layer, drawn from a generator."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array
from gru_core.cells.activations import sigmoid
from gru_core.conventions import GATES, KEEP_GATE, SIGMOID_TRACKS, Cell
from gru_core.errors import RangeError, unknown_name
from gru_core.weights import WEIGHTS, Weights
from gru_core.words import Said

Scheme: TypeAlias = Literal["xavier", "zeros", "orthogonal", "chrono"]
Draw: TypeAlias = Callable[[np.random.Generator, tuple[int, int, int]], Array]

SCHEMES: Final[tuple[Scheme, ...]] = ("xavier", "zeros", "orthogonal", "chrono")


def initialize(
    cell: Cell,
    input_size: int,
    units: int,
    rng: np.random.Generator,
    scheme: Scheme = "xavier",
    *,
    max_time: float = 100.0,
    dtype: npt.DTypeLike = np.float64,
) -> Weights:
    """Weights of one layer; biases are zero but for chrono, matrices drawn gate by gate.

    scheme: zeros; xavier (Glorot & Bengio 2010, uniform); orthogonal, w_h by Saxe et al. 2014
    and w_x xavier; chrono, xavier with the biases of Tallec & Ollivier 2018 for memories of up
    to max_time steps. The same generator state gives the same weights.
    """
    if cell not in WEIGHTS:
        raise unknown_name("cell", cell, WEIGHTS)
    if scheme not in SCHEMES:
        raise unknown_name("initialization", scheme, SCHEMES)
    inputs, size = checks.whole("input_size", input_size, 1), checks.whole("units", units, 1)
    gates = len(GATES[cell])
    draw_x, draw_h = _DRAWS[scheme]
    w_x, w_h = draw_x(rng, (gates, size, inputs)), draw_h(rng, (gates, size, size))
    zeros = np.zeros((gates, size))
    b_x = _chrono(cell, size, rng, max_time) if scheme == "chrono" else zeros
    return WEIGHTS[cell](w_x, w_h, b_x, zeros).astype(dtype)


def _zeros(_rng: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    return np.zeros(shape)


def _xavier(rng: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """Uniform within sqrt(6 / (fan in + fan out)) of each gate's own matrix."""
    bound = np.sqrt(6 / (shape[1] + shape[2]))
    return rng.uniform(-bound, bound, shape)


def _orthogonal(rng: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """A rotation for each gate, uniformly distributed: QR with the signs of R made positive."""
    q, r = np.linalg.qr(rng.normal(size=shape))
    signs = np.sign(np.diagonal(r, axis1=1, axis2=2))
    rotations: Array = q * signs[:, np.newaxis, :]
    return rotations


def _chrono(cell: Cell, units: int, rng: np.random.Generator, max_time: float) -> Array:
    """The sums of the two biases, (gate, unit): keep ln U(1, max_time - 1), LSTM input its minus.

    Time constants are then spread uniformly from 1 to max_time steps.
    """
    if cell == "rnn":
        raise unknown_name("cell with a gate for chrono initialization", cell, ("gru", "lstm"))
    _check_max_time(max_time)
    biases = np.zeros((len(GATES[cell]), units))
    keep = np.log(rng.uniform(1, max_time - 1, units))
    if cell == "gru":
        biases[GATES[cell].index("update")] = keep
    else:
        biases[GATES[cell].index("forget")] = keep
        biases[GATES[cell].index("input")] = -keep
    return biases


def expected_gate(
    cell: Cell,
    scheme: Scheme = "xavier",
    *,
    max_time: float = 100.0,
    biases: Mapping[str, float] = MappingProxyType({}),
) -> Mapping[str, float]:
    """The mean of each sigmoid gate over draws of a layer, at zero state and zero input.

    A gate is then σ(b), b being the sum of its two biases. Where b = 0 it is 0.5, and its mean is
    0.5 for any other input too: a weight is as likely as its negative, and σ(a) + σ(-a) = 1.
    Chrono draws b = ln u, u from U(1, T - 1) with T = max_time: σ(b) = u / (1 + u), the mean of
    which is 1 - ln(T / 2) / (T - 2). That is the keeping gate; the LSTM's input gate, σ(-b), has
    the rest.
    biases: sums of the two biases, by gate, in place of the scheme's. Returns the sigmoid gates in
    the order of GATES[cell]; the RNN has none. Errors: UnknownNameError, RangeError.
    """
    if cell not in GATES:
        raise unknown_name("cell", cell, GATES)
    if scheme not in SCHEMES:
        raise unknown_name("initialization", scheme, SCHEMES)
    expected = {gate: 0.5 for gate in GATES[cell] if gate in SIGMOID_TRACKS}
    if scheme == "chrono" and cell in KEEP_GATE:
        _check_max_time(max_time)
        written = float(np.log1p((max_time - 2) / 2) / (max_time - 2))
        expected[KEEP_GATE[cell]] = 1 - written
        if "input" in expected:
            expected["input"] = written
    for gate, bias in biases.items():
        if gate not in expected:
            raise unknown_name(
                Said("sigmoid gate of the {cell}", cell=cell.upper()), gate, expected
            )
        expected[gate] = float(sigmoid(checks.floats(f"the bias of {gate}", bias)))
    return MappingProxyType(expected)


def _check_max_time(max_time: float) -> None:
    if not 2 < max_time < np.inf:
        raise RangeError(
            "max_time is {max_time}; chrono needs a finite number of steps above 2.",
            max_time=max_time,
        )


# How each scheme draws w_x and w_h.
_DRAWS: Mapping[Scheme, tuple[Draw, Draw]] = MappingProxyType(
    {
        "xavier": (_xavier, _xavier),
        "zeros": (_zeros, _zeros),
        "orthogonal": (_xavier, _orthogonal),
        "chrono": (_xavier, _xavier),
    }
)
