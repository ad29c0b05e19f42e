"""What is asked of the view of many texts: an order of the units, and which of them are sought."""

import re
from dataclasses import dataclass
from typing import Final, cast

from gru_core.analysis.many import Key

ORDERS: Final[tuple[Key, ...]] = ("mean", "between", "unit")
ABOVE, BELOW = "above", "below"
USUAL: Final = 0.9  # near 1, as the view of saturation has it
EXAMPLE: Final = "mean.update.above.0.9"
_GRAMMAR: Final = re.compile(r"([a-z]+)(?:\.([a-z]+)\.(above|below)\.(-?\d{1,4}(?:\.\d{1,6})?))?")


@dataclass(frozen=True)
class Sifting:
    """In which order units are, and whose mean is above a number, or below it."""

    order: Key = ORDERS[0]
    track: str = ""  # empty for the usual one of the cell
    above: bool = True
    threshold: float = USUAL

    def __str__(self) -> str:
        """The text in a link."""
        if not self.track:
            return self.order
        end = ABOVE if self.above else BELOW
        return f"{self.order}.{self.track}.{end}.{self.threshold:.6g}"


def sifting_of(text: str) -> Sifting | None:
    """What a link says; None where it is not understood."""
    whole = _GRAMMAR.fullmatch(text)
    if whole is None or whole[1] not in ORDERS:
        return None
    order = cast("Key", whole[1])
    _, track, end, threshold = whole.groups()
    if track is None:
        return Sifting(order)
    return Sifting(order, track, end == ABOVE, float(threshold))
