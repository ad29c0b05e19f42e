"""What a recurrent layer of Keras gives besides its sequence: its last output, and its states."""

from collections.abc import Iterator
from typing import Final

from gru_core.formats.keras.calls import Call
from gru_core.formats.model import Entry
from gru_core.formats.whole.pieces import Piece

_BOTH_STATES: Final = (
    ("forward", "backward"),
    (*("forward", "forward cell", "backward", "backward cell"),),
)


def end_of(call: Call, two: bool) -> Piece:
    """What a layer gives that does not give its whole sequence."""
    if call.config.get("zero_output_for_mask") is True and not two:  # at a masked step no state
        return Piece(f"{call.name}, last output", "last", (call.name,))
    return Piece(f"{call.name}, last states", "ends", (call.name,), does="both")


def states_of(entry: Entry, two: bool) -> Iterator[str]:
    """What the last states of a layer are, in the order in which Keras returns them."""
    lstm = entry.cell == "lstm"
    if two:
        yield from _BOTH_STATES[lstm]
        return
    # A layer of one direction may read backward.
    yield "both"
    if lstm:
        yield "both cell"
