"""Numbers as text that reads back as the same number, in as few digits as that takes."""

from gru_core.arrays import Array


def exact_texts(values: Array) -> list[str]:
    """A text for each number of a vector, in its own precision."""
    return list(map(str, values))  # of NumPy's own floats, which know how many digits they need
