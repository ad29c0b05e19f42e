"""What a reader says of a file that is not of its format: what the file is, if that can be seen."""

from gru_core.errors import FormatError
from gru_core.formats import foreign
from gru_core.formats.foreign import Foreign


def misplaced(data: bytes, name: str, other: str) -> FormatError:
    """The error for a file that begins in another way.

    other: what is said where nothing can be seen, a whole template with {name}.
    """
    found = foreign.marked(data) or foreign.text(data) or Foreign(other)
    return found.error(name)
