"""The tokens that a model is given: whole numbers, each the place of one in its vocabulary."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import DtypeError, EmptySequenceError, RangeError, ShapeError

Values = npt.NDArray[Any]
MAX_TOKENS: Final = 1_000_000  # steps × sequences


def tokens_of(given: npt.ArrayLike, count: int) -> Values:
    """Tokens, (step, batch), whole numbers below count.

    Errors: DtypeError, RangeError, ShapeError.
    """
    made = np.asarray(given)
    if made.dtype.kind == "f" and made.size and (made == np.rint(made)).all():
        made = made.astype(np.int64)
    if made.dtype.kind not in "iu":
        raise DtypeError(
            "the tokens are {dtype}; they need to be whole numbers, each the place of a token in "
            "the vocabulary.",
            dtype=made.dtype,
        )
    if made.ndim != 2:
        raise ShapeError(
            "the tokens have shape {shape}; they need (step) or (step, batch).", shape=made.shape
        )
    if made.size == 0:
        raise EmptySequenceError("There are no tokens; a run needs at least one.")
    if made.size > MAX_TOKENS:
        raise RangeError(
            "There are {count:,} tokens; up to {most:,} are run.", count=made.size, most=MAX_TOKENS
        )
    if made.min() < 0 or made.max() >= count:
        wrong = int(made.max() if made.max() >= count else made.min())
        raise RangeError(
            "token {wrong} does not exist: the embedding of the model has {count:,}, 0 to "
            "{last:,}.",
            wrong=wrong,
            count=count,
            last=count - 1,
        )
    return made.astype(np.int64)
