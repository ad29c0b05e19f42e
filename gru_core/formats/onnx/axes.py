"""What the axes of a value in an ONNX graph are, by letters.

S steps, B sequences, D directions, F the numbers of a step, 1 an axis of size 1; T sequences and
steps as one axis, U steps and sequences, as a head may have them that is called once for all.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple


class NotFollowedError(Exception):
    """An operator that is not followed, or not in this form."""


@dataclass(frozen=True)
class Value:
    """A value that is known. Its piece is (step, batch, feature), whatever its axes are here."""

    piece: str
    axes: str
    ways: int = 1  # directions whose numbers stand side by side in the piece
    tokens: bool = False
    apart: str = ""  # of T and U the tensor in which the two were axes of their own


TOGETHER: Final = {"BS": "T", "SB": "U"}


def unsqueezed(x: Value, axes: list[int]) -> Value:
    """With axes of size 1 at these places; the first of them is that of the sequences."""
    whole = len(x.axes) + len(axes)
    places, rest = {at % whole for at in axes}, iter(x.axes)
    made = "".join("1" if at in places else next(rest) for at in range(whole))
    return replace(x, axes=made if "B" in made else made.replace("1", "B", 1))


def squeezed(x: Value, axes: list[int]) -> Value:
    """Without these axes. Errors: NotFollowedError for one that is not of size 1 for sure."""
    places = {at % len(x.axes) for at in axes}
    for at in places:
        one = x.axes[at]
        if not (one == "1" or (one == "D" and x.ways == 1)):
            raise NotFollowedError
    return replace(x, axes="".join(c for at, c in enumerate(x.axes) if at not in places))


class _Axis(NamedTuple):
    label: str
    size: int


def regrouped(x: Value, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """The axes after a Reshape; empty for one that does more than put axes together."""
    if len(before) != len(x.axes):
        return ""
    axes = [_Axis(label, size) for label, size in zip(x.axes, before, strict=True)]
    made, left = "", axes
    for size in after:
        taken = ""
        product = 1
        while left and (product < size or (not taken and product == size == left[0].size)):
            taken += left[0].label
            product *= left[0].size
            left = left[1:]
        if product != size:
            return ""
        named = taken.replace("1", "") or "1"
        if x.ways == 1 and len(named) > 1:
            named = named.replace("D", "")
        if named == "DF":
            named = "F"
        named = TOGETHER.get(named, named)
        if len(named) > 1:
            return ""
        made += named
    rest = "".join(one.label for one in left)
    one_way = rest.replace("1", "").replace("D", "" if x.ways == 1 else "D")
    return "" if one_way else made


def parted(
    axes: str, before: tuple[int, ...], apart: tuple[int, ...], after: tuple[int, ...]
) -> str:
    """The axes after a Reshape that puts steps and sequences apart again; empty for another.

    before: the shape, of these axes, T or U and F; apart: that of the tensor with two of them.
    """
    two = {one: both for both, one in TOGETHER.items()}.get(axes[:1], "")
    return f"{two}F" if two and axes[1:] == "F" and (*apart[:2], before[-1]) == after else ""


def with_batch(axes: str) -> str:
    """Axes in which that of the sequences is named, where an axis of size 1 takes its place."""
    return axes if "B" in axes else axes.replace("1", "B", 1)
