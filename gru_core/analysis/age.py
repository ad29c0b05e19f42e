"""How long a unit remembers: the age of what it holds, and the half-life of what it keeps."""

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.analysis.blend import blend
from gru_core.arrays import Array, read_only
from gru_core.errors import RangeError
from gru_core.trace import Trace


def memory_age(trace: Trace) -> Array:
    """How many steps ago, on average, the content of each state was written, (step, unit).

    A = keep · (A of the step before + 1), from 0 at the initial state: for the GRU the mean of
    t - k under the weights of the memory map. For the LSTM it takes forget alone for keep, as if
    every step wrote what the gate makes room for. Float64. Errors: those of blend.
    """
    keep = blend(trace).keep
    ages = np.empty_like(keep)
    read, written = (keep[::-1], ages[::-1]) if trace.backward else (keep, ages)
    age = np.zeros(trace.units)
    for factor, now in zip(read, written, strict=True):
        np.multiply(factor, age + 1, out=now)
        age = now
    return read_only(ages)


def half_life(keep: npt.ArrayLike) -> Array:
    """After how many steps half of a content is left, at this keep factor: ln 2 / -ln keep.

    keep: any shape, from 0 to 1; 1 gives infinity (it never forgets), 0 gives 0. Float64.
    Errors: RangeError; NotFiniteError, ShapeError and DtypeError for what is not numbers.
    """
    return read_only(np.asarray(np.log(2) * time_constant(keep)))


def time_constant(keep: npt.ArrayLike) -> Array:
    """After how many steps 1/e of a content is left: -1 / ln keep; otherwise as half_life.

    1 / (1 - keep) approximates it for keep near 1; at keep = 0.5 that says 2 steps, not 1.44.
    """
    factors = checks.floats("keep", keep, np.dtype(np.float64))
    outside = factors[(factors < 0) | (factors > 1)]
    if outside.size:
        raise RangeError(
            "keep has {outside:g}; a gate that keeps is from 0 to 1: pass the gate, such as "
            "trace['update'], and not its pre-activation.",
            outside=outside[0],
        )
    with np.errstate(divide="ignore"):  # ln 0 and 1/0 are the infinities meant here
        return read_only(np.asarray(1 / np.abs(np.log(factors))))
