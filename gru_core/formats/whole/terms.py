"""Why a model says what it says: the terms of one number of its prediction, in its last layer."""

from dataclasses import dataclass

import numpy as np

from gru_core.analysis.terms import Terms, multiplied
from gru_core.arrays import Array
from gru_core.formats.whole.continuing import Continued
from gru_core.formats.whole.pieces import Piece, Whole

# What leaves numbers as they are, or takes them from some steps: what is read is still a state.
_STATES = ("layer", "same", "last", "first", "ends", "mean", "max", "backward")


@dataclass(frozen=True, eq=False)
class HeadTerms:
    """One number of a prediction: function(sum of the terms). Compared by identity."""

    terms: Terms  # of kind unit, and bias_x for the bias
    total: float
    function: str  # what the sum goes through, one of FUNCTIONS; linear for nothing
    value: float  # as the model gives it
    of_states: bool  # whether the terms are of units of a recurrent layer
    reads: str  # the piece whose numbers they are


def head_terms(whole: Whole, made: Continued, step: int, number: int) -> HeadTerms | None:
    """The terms of a number of the prediction at a step; None where no linear layer makes it.

    step: ignored where the prediction has no steps. Float64.
    """
    last, functions = whole.output, list[str]()
    while last:
        piece = whole.piece(last)
        if piece.kind == "dense":
            return _of(whole, made, piece, functions, (step, number))
        if piece.kind not in ("function", "same"):
            return None
        functions += [piece.does] if piece.kind == "function" else []
        last = piece.reads[0]
    return None


def _of(
    whole: Whole, made: Continued, dense: Piece, functions: list[str], at: tuple[int, int]
) -> HeadTerms | None:
    step, number = at
    read, said = made.of(dense.reads[0]), made.of(whole.output)
    if read is None or said is None or len(functions) > 1:
        return None
    value = said[number] if said.ndim == 1 else said[min(step, len(said) - 1), number]
    x = read if read.ndim == 1 else read[min(step, len(read) - 1)]
    weight, one = dense.arrays["w"][number].astype(np.float64), x.astype(np.float64)
    kind, index = np.repeat(["unit"], len(one)), np.arange(len(one))
    if "b" in dense.arrays:
        weight = np.append(weight, np.float64(dense.arrays["b"][number]))
        one, kind = np.append(one, 1.0), np.append(kind, "bias_x")
        index = np.append(index, -1)
    terms = multiplied(kind, index, weight, one, _none(len(one)))
    function = functions[0] if functions else "linear"
    below = whole.piece(dense.reads[0])
    return HeadTerms(terms, terms.total, function, float(value), below.kind in _STATES, below.name)


def _none(count: int) -> Array:
    return np.full(count, np.nan)
