"""What units did in a trace: orders in which to show them, and how open the gates were."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from gru_core.conventions import KEEP_GATE, SIGMOID_TRACKS
from gru_core.errors import unknown_name
from gru_core.trace import Trace


def order_by_keep(trace: Trace) -> npt.NDArray[np.intp]:
    """Units from the most to the least keeping: by the mean over steps of update (LSTM: forget).

    Returns (unit,); equal means stay in unit order.
    """
    if trace.cell not in KEEP_GATE:
        raise unknown_name("cell with a gate that keeps", trace.cell, KEEP_GATE)
    mean = trace[KEEP_GATE[trace.cell]].mean(axis=0)
    return np.argsort(-mean, kind="stable")


def order_by_peak(trace: Trace) -> npt.NDArray[np.intp]:
    """Units by the step at which their hidden state is largest in magnitude, earliest first.

    Returns (unit,); equal steps stay in unit order.
    """
    return np.argsort(np.abs(trace["hidden"]).argmax(axis=0), kind="stable")


def measured_gate(trace: Trace) -> Mapping[str, float]:
    """The mean of each sigmoid gate over all steps and units; a plain RNN has none.

    What initialize.expected_gate expects of the first step, as a run had it.
    """
    means = {name: float(trace[name].mean()) for name in trace if name in SIGMOID_TRACKS}
    return MappingProxyType(means)
