"""How the result of a step follows each number it is made of: the derivatives beside the cells.

With c = U_n h + d_n, and h, c the states before the step, the derivatives of the new state with
respect to the pre-activation a of each gate are

    GRU   ∂h'/∂a_z = (h − n) z (1 − z)          ∂h'/∂a_n = (1 − z) (1 − n²)
          ∂h'/∂a_r = ∂h'/∂a_n · c r (1 − r)     reset after the product
    LSTM  ∂c'/∂a_i = g i (1 − i)    ∂c'/∂a_f = c f (1 − f)    ∂c'/∂a_g = i (1 − g²)
          ∂h'/∂c' = o (1 − tanh² c')              ∂h'/∂a_o = tanh(c') o (1 − o)
    RNN   ∂h'/∂a = 1 − h'²

all of them unit by unit; with another activation its slope is in the place of z (1 − z), or of
1 − n². Where the reset gate acts before the product it reaches every unit, by way
of U_n (r ⊙ h); `Slopes.through` has what that takes. Where an LSTM's hidden state is projected,
h' here is what each unit lets out, and `Slopes.projection` makes the hidden state of it. A number
that an intervention holds follows nothing: its derivatives are 0.
"""

from typing import NamedTuple

import numpy as np

from gru_core.analysis.inside import Given
from gru_core.arrays import Array
from gru_core.cells.activations import function_of, slope_at
from gru_core.conventions import STATES
from gru_core.weights import PROJECTION, GRUWeights, Weights


class Through(NamedTuple):
    """The derivatives of r ⊙ h where it enters the product U_n (r ⊙ h), each (row, unit)."""

    hidden: Array  # with respect to h: r
    reset: Array  # with respect to the pre-activation of r: h r (1 − r) of a sigmoid


class Slopes(NamedTuple):
    """Derivatives of a number of steps, unit by unit. Axes `state` follow conventions.STATES."""

    direct: Array  # (row, state, state, unit): new state by old state with every gate held
    gates: Array  # (row, state, gate, unit): new state by what the input adds to a gate
    product: Array  # (row, gate, unit): what the product U h is multiplied by; 0 with `through`
    through: Through | None = None  # a GRU whose reset acts before the product
    # (row, number, unit): a projected hidden state by what each unit lets out, which then stands in
    # the place of the hidden state in what is above
    projection: Array | None = None


def slopes_of(weights: Weights, given: Given) -> Slopes:
    """The derivatives of every row, in the dtype of what is given."""
    if isinstance(weights, GRUWeights):
        return _gru(weights, given)
    return _rnn(weights, given) if given.cell is None else _lstm(weights, given, given.cell)


def _gru(w: GRUWeights, given: Given) -> Slopes:
    reset, update, candidate = (given.tracks[name] for name in ("reset", "update", "candidate"))
    write, at = 1 - update, w.gates.index("candidate")
    by_gate: dict[str, Array] = {
        "candidate": _free(given, "candidate", write * slope_at(w.state_activation, candidate)),
        "update": _free(
            given, "update", (given.hidden - candidate) * slope_at(w.gate_activation, update)
        ),
        "reset": np.zeros_like(reset),
    }
    reset_slope = _free(given, "reset", slope_at(w.gate_activation, reset))
    product, through = np.ones((len(reset), len(w.gates), w.units), reset.dtype), None
    if w.reset_after:
        recurrent = given.hidden @ w.w_h[at].T + w.b_h[at]
        by_gate["reset"] = by_gate["candidate"] * recurrent * reset_slope
        product[:, at] = reset
    else:
        through = Through(reset, given.hidden * reset_slope)
        product[:, at] = 0
    gates = np.stack([_free(given, "hidden", by_gate[name]) for name in w.gates], axis=1)
    direct = _free(given, "hidden", update)[:, np.newaxis, np.newaxis]
    return Slopes(direct, gates[:, np.newaxis], product, through)


def _lstm(w: Weights, given: Given, before: Array) -> Slopes:
    tracks = given.tracks
    names = ("input", "forget", "candidate", "output")
    take, forget, candidate, output = (tracks[name] for name in names)
    squashed = function_of(w.state_activation)(tracks["cell"])
    projection = _projection(w, given)
    out = {} if projection is None else {"hidden": np.zeros(1, np.bool_)}  # held behind it
    given = given._replace(held={**given.held, **out})
    outward = _free(given, "hidden", let_out(w, output, tracks["cell"]))
    by_gate: dict[str, Array] = {
        "input": candidate * slope_at(w.gate_activation, take),
        "forget": before * slope_at(w.gate_activation, forget),
        "candidate": take * slope_at(w.state_activation, candidate),
        "output": np.zeros_like(output),
    }
    to_cell = {name: _free(given, "cell", _free(given, name, by_gate[name])) for name in by_gate}
    to_hidden: dict[str, Array] = {name: outward * slope for name, slope in to_cell.items()}
    by_output = _free(given, "output", squashed * slope_at(w.gate_activation, output))
    to_hidden["output"] = _free(given, "hidden", by_output)
    gates = np.stack(
        [np.stack([by[gate] for gate in w.gates], axis=1) for by in (to_hidden, to_cell)], axis=1
    )
    states = len(STATES["lstm"])
    direct: Array = np.zeros((len(forget), states, states, w.units), forget.dtype)
    hidden, cell = (STATES["lstm"].index(name) for name in ("hidden", "cell"))
    kept = _free(given, "cell", forget)
    direct[:, hidden, cell], direct[:, cell, cell] = outward * kept, kept
    return Slopes(direct, gates, np.ones_like(gates[:, 0]), projection=projection)


def _projection(w: Weights, given: Given) -> Array | None:
    """∂h/∂ what each unit lets out, (row, number, unit); None where that is h itself."""
    if not w.is_projected:
        return None
    w_p = w.arrays[PROJECTION]
    free = ~given.held["hidden"][:, :, np.newaxis] if "hidden" in given.held else True
    return np.broadcast_to(np.where(free, w_p, 0), (len(given.tracks["cell"]), *w_p.shape))


def let_out(weights: Weights, output: Array, cell: Array) -> Array:
    """∂h/∂c of one step of an LSTM, unit by unit, its output gate held: o (1 − tanh² c).

    Of a projected hidden state that of what each unit lets out.
    """
    squashed = function_of(weights.state_activation)(cell)
    return output * slope_at(weights.state_activation, squashed)


def _rnn(w: Weights, given: Given) -> Slopes:
    free = _free(given, "hidden", slope_at(w.state_activation, given.tracks["hidden"]))
    slope = free[:, np.newaxis, np.newaxis]
    return Slopes(np.zeros_like(slope), slope, np.ones_like(slope[:, 0]))


def _free(given: Given, track: str, slope: Array) -> Array:
    """The derivatives of a track, 0 where it is held. slope: (row, unit)."""
    return np.where(given.held[track], 0, slope) if track in given.held else slope
