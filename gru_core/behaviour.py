"""Orders in which to show units, by what they did in a trace."""

import numpy as np
import numpy.typing as npt

from gru_core.conventions import KEEP_GATE
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
