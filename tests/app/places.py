"""Where something is held, as the stage says it: the fields of a place that is written as text."""

import re
from typing import Any

from gru_core.changes.interventions import Intervention
from gru_core.errors import GatescopeError


def at_of(place: Any) -> Any:
    """The fields of a place such as gru.update.3.4-9; what is none, as it is."""
    try:
        held = Intervention.parse(f"{place}_0.5")
    except GatescopeError:
        return turned_round(place)
    names = ("cell", "track", "unit", "first", "last")
    return {name: getattr(held, name) for name in names}


def turned_round(place: Any) -> Any:
    """The fields of a place whose last step comes before its first, which only a page can send."""
    found = re.fullmatch(r"(\w+)\.(\w+)\.(\d+)\.(\d+)-(\d+)", str(place))
    if found is None:
        return place
    cell, track, *numbers = found.groups()
    unit, first, last = map(int, numbers)
    return {"cell": cell, "track": track, "unit": unit, "first": first, "last": last}
