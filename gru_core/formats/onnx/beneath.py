"""What is said of a recurrent node above what is not followed."""

from dataclasses import replace
from typing import Final

from gru_core.errors import shown
from gru_core.formats import limits
from gru_core.formats.model import Entry
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, PASSING, Found, called
from gru_core.formats.whole.pieces import Whole
from gru_core.words import Said

_NOTE: Final = (
    "In its model {name} reads what {made} makes of the input, which is not computed here: the "
    "numbers given are taken for what the layer itself reads."
)
_PLAIN: Final = PASSING - {"Reshape"}  # which may put other numbers into a step


def noted(entry: Entry, found: Found, whole: Whole | None) -> Entry:
    """The entry with a note where what it reads is made of the input in a way not followed."""
    followed = whole is not None and whole.of_layer(entry.name) is not None
    made = "" if followed else _between(found)
    if not made:
        return entry
    note = Said(_NOTE, name=shown(entry.name), made=made)
    return replace(entry, notes=(*entry.notes, note))


def is_above(entry: Entry) -> bool:
    """Whether an entry has that note."""
    return computed(entry) is not entry


def computed(entry: Entry) -> Entry:
    """The entry without that note, once what it reads is computed after all."""
    said = _NOTE.rpartition("}")[2]  # notes come out of the reading process as texts alone
    notes = tuple(note for note in entry.notes if not note.endswith(said))
    return entry if notes == entry.notes else replace(entry, notes=notes)


def _between(found: Found) -> str:
    """What makes the node's input of other numbers; empty where it is an input of the model."""
    scope, name = found.scope, found.node.input[0]
    made = ""
    for _ in range(limits.MAX_DEPTH):
        source = scope.source(name)
        node = source.node
        if node is None:
            return source.scope.where if name in source.scope.inputs else ""
        made = called(node)
        if node.domain not in DEFAULT_DOMAIN or node.op_type not in _PLAIN or not node.input:
            return made
        scope, name = source.scope, node.input[0]
    return made
