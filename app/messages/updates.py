"""The least that brings a browser up to date with a screen: whole figures, changes, or colours.

A change that fits is sent exactly. A large one (an input moves every number of both cells) would
take longer on the way than a hand waits: then colours are sent for all, and the numbers of one unit
in full. The stage asks for those of another unit when somebody looks at it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from app.contract import ExactRows, Included, Placed
from app.messages.colours import colour_bytes
from app.messages.parts import Order, Part

LARGEST_EXACT = 48_000  # bytes of all changed numbers together


class Sent(NamedTuple):
    """What is remembered of a part that the browser has."""

    digest: str
    frame: str
    full: str  # the digest of the last numbers that it has in full
    numbers: np.ndarray | None  # those
    sorted: Order | None = None  # and how they are sorted, where they may come in another order

    @property
    def coarse(self) -> bool:
        """Whether the browser has colours, and the numbers of some units only."""
        return self.digest != self.full


Had = Mapping[str, Sent]


def updates(
    present: Iterable[Part],
    had: Had,
    unit: int,
    looked: int | None = None,
    wholes: Collection[str] = (),
) -> tuple[dict[str, Included], dict[str, Sent]]:
    """What to send, by part, and what the browser has after it.

    unit: whose numbers are sent in any case. looked: another one whose numbers are wanted.
    wholes: parts of which every number is wanted.
    """
    parts = list(present)
    changes = {part.name: bits for part in parts if (bits := _change(part, had)) is not None}
    exact = [bits for bits in changes.values() if bits.dtype == np.uint32]
    coarse = sum(map(size_of, exact)) > LARGEST_EXACT
    included: dict[str, Included] = {}
    sent: dict[str, Sent] = {}
    for part in parts:
        name, before = part.name, had.get(part.name)
        if before is not None and before.digest == part.digest:
            sent[name] = before
            if before.coarse and name in wholes:
                sent[name] = Sent(part.digest, part.frame, part.digest, part.numbers)
                included[name] = {"over": before.full, "change": _bits(part, before)}
            elif before.coarse and looked is not None:
                included[name] = _rows(part, looked)
        elif before is not None and coarse and _is_coarse(changes.get(name)):
            sent[name] = before._replace(digest=part.digest)
            included[name] = {"colours": _colours(part), **_rows(part, unit)}
        else:
            sent[name] = Sent(part.digest, part.frame, part.digest, part.numbers, part.sorted)
            if before is not None and name in changes:
                included[name] = {"over": before.full, "change": changes[name]}
            else:
                included[name] = _placed(part, before) or part.whole()
    return included, sent


def _placed(part: Part, before: Sent | None) -> Placed | None:
    """What says that the numbers are those of before in another order, if they are."""
    if before is None or before.sorted is None:
        return None
    return part.placed(before.sorted, before.full)


def _is_coarse(change: np.ndarray | None) -> bool:
    """Whether this is a change that is sent as colours where changes are sent so."""
    return change is not None and change.dtype == np.uint32 and bool(change.any())


def size_of(change: np.ndarray) -> int:
    """About how many bytes a change takes when packed: leading zero bytes cost nothing.

    change: the exclusive or of old and new numbers, uint32.
    """
    return sum(int(np.count_nonzero(change >= 1 << bits)) for bits in (0, 8, 16, 24))


def coarse_size(units: int, steps: int) -> int:
    """About how many bytes the colours of one track take, with one unit in full."""
    return int(0.9 * units * steps) + 4 * steps


def _change(part: Part, had: Had) -> np.ndarray | None:
    """The changed bits of a part's numbers over those the browser has in full, if it has any.

    The exclusive or of both as 32-bit patterns: mostly zeros where numbers moved little, and exact.
    Of bytes, which are as few as can be, the difference (0 to 255).
    """
    before = had.get(part.name)
    if before is None or before.digest == part.digest or before.frame != part.frame:
        return None
    new, old = part.numbers, before.numbers
    if new is None or old is None or new.shape != old.shape:
        return None
    if new.dtype == np.uint8:
        return np.asarray(new - old)
    return _bits(part, before)


def _bits(part: Part, before: Sent) -> np.ndarray:
    assert part.numbers is not None
    assert before.numbers is not None
    change: np.ndarray = part.numbers.view(np.uint32) ^ before.numbers.view(np.uint32)
    return change


def _colours(part: Part) -> np.ndarray:
    """(step, row): along the steps neighbours differ least."""
    assert part.numbers is not None
    return colour_bytes(part.numbers.T, part.track)


def _rows(part: Part, unit: int) -> ExactRows:
    """The numbers of one unit in full; none where the layer has no such unit."""
    assert part.numbers is not None
    rows = [part.order.index(unit)] if unit in part.order else []
    return {"rows": rows, "numbers": part.numbers[rows]}
