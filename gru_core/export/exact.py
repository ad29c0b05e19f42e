"""Numbers as text that reads back as the same number, in as few digits as that takes."""

import numpy as np

from gru_core.arrays import Array


def exact_texts(values: Array) -> list[str]:
    """A text for each number of a vector, in its own precision."""
    return list(map(str, values))  # of NumPy's own floats, which know how many digits they need


def exact_literals(values: Array) -> list[str]:
    """The same for a program that reads every text in 64 bits and then rounds to the precision."""
    texts = exact_texts(values)
    if values.dtype == np.float64:
        return texts
    read = np.array(texts, np.float64).astype(values.dtype)
    wide = map(repr, values.astype(np.float64).tolist())
    return [
        text if same else long for text, same, long in zip(texts, read == values, wide, strict=True)
    ]
