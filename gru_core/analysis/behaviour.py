"""What units did in a trace: orders in which to show them, and how open the gates were."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import KEEP_GATE, SIGMOID_TRACKS
from gru_core.errors import unknown_name
from gru_core.trace import Trace

Order: TypeAlias = npt.NDArray[np.intp]  # (unit,): the units from top to bottom

# Steps by which units are compared: more of them move no unit far, and at 512 units and 10,000
# steps take longer than all the rest.
MOST_COMPARED: Final = 500
# Units up to which neighbours are chosen among all orders of the tree: at most about 0.6 s of one
# core, and eight times that for twice as many.
MOST_ARRANGED: Final = 512
# Units with a mean correlation above this are one group.
GROUPED: Final = 0.5
# What being far apart by number adds at most to a distance, so that equal units stay in order.
TIE: Final = 1e-9


def order_by_keep(trace: Trace) -> Order:
    """Units from the most to the least keeping: by the mean over steps of update (LSTM: forget).

    Equal means stay in unit order. Errors: UnknownNameError for a cell without such a gate.
    """
    return np.argsort(-_keep(trace).mean(axis=0), kind="stable")


def half_lives(trace: Trace) -> Array:
    """After how many steps half of a unit's content was left, on average over the run, (unit,).

    What is kept over several steps is the product of their gates: ln 2 / mean(-ln keep), the
    half-life of the geometric mean of update (LSTM: forget). Infinite for a gate that is always 1,
    and 0 for one that is ever 0. Float64. Errors: UnknownNameError for a cell without such a gate.
    """
    with np.errstate(divide="ignore"):  # ln 0 and 1/0 are the infinities meant here
        rate = -np.log(_keep(trace)).mean(axis=0, dtype=np.float64)
        return read_only(np.log(2) / np.abs(rate))


def order_by_half_life(trace: Trace) -> Order:
    """Units from the longest to the shortest half-life (half_lives); equal ones in unit order.

    It differs from order_by_keep where a gate that mostly keeps is wiped now and then.
    """
    return np.argsort(-half_lives(trace), kind="stable")


class Similar(NamedTuple):
    """Units in an order in which neighbours move alike."""

    order: Order
    groups: int  # of units whose mean correlation with each other is above GROUPED


def similar(trace: Trace) -> Similar:
    """Hierarchical clustering of the hidden states, most alike next to each other.

    The distance of two units is 1 - r, the correlation of their states over the steps, or over
    MOST_COMPARED of them evenly apart. Units that never move are alike, and like no other. Average
    linkage (Sokal and Michener 1958); up to MOST_ARRANGED units the tree's branches are turned
    so that neighbours are nearest (Bar-Joseph, Gifford and Jaakkola 2001). Of both directions it is
    the one that begins with the lower unit.
    """
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage, optimal_leaf_ordering

    units = trace["hidden"].shape[1]
    if units == 1:
        return Similar(np.zeros(1, np.intp), 1)
    apart = _apart(trace["hidden"])
    tree = linkage(apart, "average")
    if units <= MOST_ARRANGED:
        tree = optimal_leaf_ordering(tree, apart)
    order = leaves_list(tree).astype(np.intp)
    groups = int(fcluster(tree, 1 - GROUPED, "distance").max())
    return Similar(order if order[0] < order[-1] else order[::-1], groups)


def order_by_similarity(trace: Trace) -> Order:
    """Units such that those that move alike are next to each other: the order of similar."""
    return similar(trace).order


def _apart(hidden: Array) -> Array:
    """1 - r of every two units, (pair,) as SciPy has pairs. hidden: (step, unit)."""
    steps, units = hidden.shape
    chosen = np.unique(np.linspace(0, steps - 1, min(steps, MOST_COMPARED)).astype(np.intp))
    states = hidden[chosen].astype(np.float64)
    still = np.ptp(states, axis=0) <= 4 * np.finfo(hidden.dtype).eps * np.abs(states).max(axis=0)
    states -= states.mean(axis=0)
    size = np.linalg.norm(states, axis=0)
    states[:, still] = 0
    states /= np.where(still, 1, size)
    alike = np.clip(states.T @ states, -1, 1)
    alike[np.ix_(still, still)] = 1
    first, other = np.triu_indices(units, 1)
    apart: Array = 1 - alike[first, other] + TIE / units * (other - first)
    return apart


def _keep(trace: Trace) -> Array:
    if trace.cell not in KEEP_GATE:
        raise unknown_name("cell with a gate that keeps", trace.cell, KEEP_GATE)
    return trace[KEEP_GATE[trace.cell]]


def order_by_peak(trace: Trace) -> Order:
    """Units by the step at which their hidden state is largest in magnitude, earliest first.

    Equal steps stay in unit order.
    """
    return np.argsort(np.abs(trace["hidden"]).argmax(axis=0), kind="stable")


def measured_gate(trace: Trace) -> Mapping[str, float]:
    """The mean of each sigmoid gate over all steps and units; a plain RNN has none.

    What initialize.expected_gate expects of the first step, as a run had it.
    """
    means = {name: float(trace[name].mean()) for name in trace if name in SIGMOID_TRACKS}
    return MappingProxyType(means)
