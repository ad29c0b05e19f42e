"""How often a gate is all but 0 or all but 1 (Karpathy et al. 2015)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from gru_core.arrays import Array, read_only
from gru_core.conventions import POLARITIES, SATURATION, SIGMOID_TRACKS, Polarity
from gru_core.errors import unknown_name
from gru_core.trace import Trace


class Saturation(NamedTuple):
    """Shares of the steps, from 0 to 1, at which a gate of each unit is saturated."""

    left: Array  # (unit,): below the first of conventions.SATURATION, near 0
    right: Array  # (unit,): above the second, near 1


def saturation(trace: Trace, polarity: Polarity = "keep") -> Mapping[str, Saturation]:
    """The saturated shares of each sigmoid gate, in the order of the tracks; an RNN has none.

    Under the write polarity the GRU's update gate is shown as 1 - z, so its left and right change
    places. Errors: UnknownNameError for the polarity.
    """
    if polarity not in POLARITIES:
        raise unknown_name("polarity", polarity, POLARITIES)
    low, high = SATURATION
    found: dict[str, Saturation] = {}
    for name, gate in trace.items():
        if name not in SIGMOID_TRACKS:
            continue
        left, right = ((gate < low).mean(axis=0), (gate > high).mean(axis=0))
        if name == "update" and polarity == "write":
            left, right = right, left
        found[name] = Saturation(read_only(left), read_only(right))
    return MappingProxyType(found)
