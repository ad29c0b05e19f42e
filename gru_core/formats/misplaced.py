"""What a reader says of a file that is not of its format: what the file is, if that can be seen."""

from gru_core.errors import FormatError, shown
from gru_core.formats import foreign


def misplaced(data: bytes, name: str, needed: str) -> FormatError:
    """The error for a file that begins in another way. needed: the beginning looked for."""
    found = foreign.marked(data) or foreign.text(data)
    if found is None:
        found = foreign.Foreign("of another format", f"it needs {needed}; save it again")
    return FormatError(
        "{name} is {kind}: {advice}.",
        name=shown(name),
        kind=found.kind,
        advice=found.advice,
    )
