"""The units from top to bottom: by number, or by what they did before anything was edited."""

from typing import NamedTuple

from app.compute.runs import run_key, run_of
from app.compute.store import Shelf
from app.words.say import say
from gru_core.analysis.behaviour import order_by_half_life, order_by_keep, similar
from gru_core.conventions import KEEP_GATE, Cell
from gru_core.scenes.scene import Scene
from gru_core.situation import Situation
from gru_core.trace import Trace

MANY_UNITS = 12  # beyond, an order is offered


def offered(sort: str | None, situation: Situation) -> bool:
    """Whether there is something to choose: many units, or a link that has chosen for them."""
    many = any(weights.units > MANY_UNITS for weights in situation.weights.values())
    return many or sort is not None


class Sorted(NamedTuple):
    """The units of a cell from top to bottom, and why they are not in order of number."""

    order: tuple[int, ...]
    said: str = ""


_orders: Shelf[Sorted] = Shelf("orders")


def sort_of(sort: str | None, scene: Scene) -> str:
    """The order that was asked for, or the scene's own: the Reader's units come sorted."""
    return sort or ("behaviour" if scene.reads_words else "number")


def sorted_units(unedited: Situation, cell: Cell, sort: str) -> Sorted:
    """The units of one cell, by the run before any edit, so that no row moves while editing."""
    units = unedited.weights[cell].units
    by_number = tuple(range(units))
    if sort == "number":
        return Sorted(by_number)
    if sort in ("behaviour", "half-life") and cell not in KEEP_GATE:
        return Sorted(by_number, say("screen.ordering.no_gate"))
    if unedited.weights[cell].is_projected:
        return Sorted(by_number, say("screen.ordering.projected"))
    key = (sort, run_key(unedited, cell))
    return _orders.get(key, 8 * units, lambda: _sorted(run_of(unedited, cell), sort))


def _sorted(trace: Trace, sort: str) -> Sorted:
    if sort == "similarity":
        order, groups = similar(trace)
        return Sorted(tuple(order.tolist()), say("screen.ordering.by_similarity", n=groups))
    if sort == "half-life":
        by_half_life = order_by_half_life(trace).tolist()
        return Sorted(tuple(by_half_life), say("screen.ordering.by_half_life"))
    return Sorted(tuple(order_by_keep(trace).tolist()), say("screen.ordering.by_keeping"))
