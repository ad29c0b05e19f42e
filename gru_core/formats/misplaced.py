"""What a reader says of a file that is not of its format: what the file is, if that can be seen."""

from gru_core.errors import FormatError, shown
from gru_core.formats import foreign
from gru_core.words import Said


def misplaced(data: bytes, name: str, needed: str) -> FormatError:
    """The error for a file that begins in another way. needed: the beginning looked for."""
    found = foreign.marked(data) or foreign.text(data)
    if found is None:
        advice = Said("it needs {needed}; save it again", needed=needed)
        found = foreign.Foreign("of another format", advice)
    return FormatError(
        "{name} is {kind}: {advice}.",
        name=shown(name),
        kind=found.kind,
        advice=found.advice,
    )
