"""What the controls above the stage report is taken for what they can say, or not at all.

Streamlit hands on whatever a browser claims: text for a number, the place of an option that does
not exist, no number at all. Then the page is broken until it is loaded anew, and each such run
fills the log. A control whose claim cannot be is as it was at first.
"""

from collections.abc import Callable
from functools import wraps
from math import isfinite
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import WStates

NUMBERS = {"int_value", "double_value"}  # a field of whole numbers says that it has the other kind


def mistrust() -> None:
    """From now on a control of this process has no value that it cannot have. To be called once."""
    read: Callable[[WStates, str], Any] = WStates.__getitem__

    @wraps(read)
    def mistrusting(self: WStates, key: str) -> Any:
        claimed = getattr(self.states.get(key), "value", None)
        if not isinstance(claimed, WidgetState):
            return read(self, key)
        known = self.widget_metadata.get(key)
        kinds = {claimed.WhichOneof("value"), known.value_type} if known is not None else set()
        if len(kinds) > 1 and kinds != NUMBERS:
            raise KeyError(key)
        if not _can_be(claimed):
            raise KeyError(key)
        try:
            return read(self, key)
        except Exception as error:  # whatever a reader of Streamlit makes of it
            raise KeyError(key) from error

    WStates.__getitem__ = mistrusting  # type: ignore[method-assign]


def _can_be(claimed: WidgetState) -> bool:
    """No option stands before the first, and no control has what is no number."""
    if claimed.WhichOneof("value") == "int_value":
        return claimed.int_value >= 0
    if claimed.WhichOneof("value") == "double_value":
        return isfinite(claimed.double_value)
    return all(map(isfinite, claimed.double_array_value.data))
