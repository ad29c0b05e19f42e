"""Steps of an input that the model of a file passes over; what would be run otherwise is refused.

Masked steps repeat the state in Keras, and ONNX leaves out those after a fixed length. Neither is
done here: such steps are refused by name and never computed as if they were read.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.errors import RangeError


@dataclass(frozen=True)
class Reads:
    """Which steps those are."""

    # Whose every input is this number, as a Masking right before the layer has it; None for none.
    padding: float | None = None
    steps: int | None = None  # those after so many; None where all are read

    def check(self, x: Array, name: str = "x") -> None:
        """Raise RangeError for an input with such steps. x: (step, input); name: in errors."""
        masked = self.padded(x)
        if masked.size:
            raise RangeError(
                "Step {masked} of {name} is {padding:g} throughout, by which the model knows "
                "padding (Masking) and leaves it out; that is not done here: give the steps that "
                "it reads."
                if masked.size == 1
                else "Step {masked} and {more} more of {name} are {padding:g} throughout, by which "
                "the model knows padding (Masking) and leaves it out; that is not done here: give "
                "the steps that it reads.",
                masked=masked[0] + 1,
                more=masked.size - 1,
                name=name,
                padding=self.padding,
            )
        if self.steps is not None and len(x) > self.steps:
            raise RangeError(
                "{name} has {count} steps; the model reads the first {steps} of each sequence "
                "and no other: give up to {steps}.",
                name=name,
                count=len(x),
                steps=self.steps,
            )

    def padded(self, x: Array) -> npt.NDArray[np.intp]:
        """The steps of (step, input) that are padding, counted from 0."""
        if self.padding is None:
            return np.zeros(0, np.intp)
        return np.flatnonzero((x == x.dtype.type(self.padding)).all(axis=1))


ALL = Reads()
