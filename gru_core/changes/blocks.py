"""Many edits in one piece of a link: a block of one array, with one value or one for each number.

    gru.w_h.update.0-3.0-3_0.5     sixteen numbers, all 0.5
    x.2-4.0_1_0_-1                 three steps of an input, row by row

A range is first-last, both included; without one a piece is a single edit.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product, takewhile
from typing import Final, TypeAlias

from gru_core.changes.targets import AXES, Target
from gru_core.errors import RangeError, TextError, shown

MOST_IN_LIST: Final = 2_000  # numbers that one list of edits may change
Change: TypeAlias = tuple[Target, float]
_INDEX = r"(?:0|[1-9][0-9]{0,8})"
_RANGES = rf"{_INDEX}(?:-{_INDEX})?(?:\.{_INDEX}(?:-{_INDEX})?)*"
_PLACE = re.compile(rf"(?P<stem>[a-z0-9_.]+?)\.(?P<index>{_RANGES})")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?(e-?[0-9]{1,3})?")


def read_block(text: str) -> list[Change] | None:
    """The numbers of a block, row by row; None for a piece that is no block.

    Errors: TextError where there are neither one value nor as many as numbers, RangeError for a
    range that runs backwards or a block too large, and those of Target.parse.
    """
    piece = _split(text)
    if piece is None:
        return None
    (stem, ranges), values = piece
    count = 1
    for first, last in ranges:
        if last < first:
            raise RangeError(
                "{text} has a range that ends before it begins; turn it round.",
                text=shown(text),
            )
        count *= last - first + 1
    if count > MOST_IN_LIST:
        raise RangeError(
            "{text} is of {count:,} numbers; a link holds {most_in_list:,}.",
            text=shown(text),
            count=count,
            most_in_list=MOST_IN_LIST,
        )
    if len(values) not in (1, count):
        raise TextError(
            "{text} has {count} values for {numbers} numbers; give one, or one each.",
            text=shown(text),
            count=len(values),
            numbers=count,
        )
    spread = values * count if len(values) == 1 else values
    places = product(*(range(first, last + 1) for first, last in ranges))
    return [
        (Target.parse(f"{stem}.{'.'.join(map(str, place))}"), value)
        for place, value in zip(places, spread, strict=True)
    ]


_Split: TypeAlias = tuple[tuple[str, list[tuple[int, int]]], list[float]]


def _split(text: str) -> _Split | None:
    """((stem, ranges), values), or None where neither a range nor several values stand."""
    words = text.split("_")
    count = len(list(takewhile(_NUMBER.fullmatch, reversed(words))))
    place = _PLACE.fullmatch("_".join(words[: len(words) - count]))
    if not count or place is None or "-" not in place["index"]:
        return None
    values = [float(word) for word in words[-count:]]
    ends = [one.partition("-") for one in place["index"].split(".")]
    ranges = [(int(first), int(last or first)) for first, _, last in ends]
    return (place["stem"], ranges), values


def compact(changes: Iterable[Change]) -> list[str]:
    """Short pieces for many edits, each of its own number: blocks where they are shorter."""
    arrays: dict[str, dict[tuple[int, ...], float]] = defaultdict(dict)
    for target, value in changes:
        free = sum(axis != "gate" for axis in AXES[target.part])
        stem = str(target).rsplit(".", free)[0]
        arrays[stem][target.index[-free:]] = value
    return [piece for stem, numbers in arrays.items() for piece in _pieces(stem, numbers)]


def _pieces(stem: str, numbers: Mapping[tuple[int, ...], float]) -> list[str]:
    """One array's edits: as one box, in runs along its rows or its columns, or one by one."""
    ways = [
        [f"{stem}.{_index(place, place)}_{_text(value)}" for place, value in numbers.items()],
        list(_runs(stem, numbers, -1)),
        list(_runs(stem, numbers, 0)),
    ]
    box = _box(numbers)
    if len(numbers) == len(box):
        ways += [[_whole(stem, box, numbers)], _mostly(stem, box, numbers)]
    return min(ways, key=lambda way: sum(len(piece) + 1 for piece in way))


def _box(numbers: Mapping[tuple[int, ...], float]) -> list[tuple[int, ...]]:
    """Every place of the smallest block that holds them all, row by row."""
    axes = list(zip(*numbers, strict=True))
    ends = [(min(axis), max(axis)) for axis in axes]
    size = 1
    for first, last in ends:
        size *= last - first + 1
    if size > len(numbers):
        return []
    return list(product(*(range(first, last + 1) for first, last in ends)))


def _whole(
    stem: str, places: list[tuple[int, ...]], numbers: Mapping[tuple[int, ...], float]
) -> str:
    values = [_text(numbers[place]) for place in places]
    same = values[:1] if len(set(values)) == 1 else values
    return f"{stem}.{_index(places[0], places[-1])}_{'_'.join(same)}"


def _mostly(
    stem: str, places: list[tuple[int, ...]], numbers: Mapping[tuple[int, ...], float]
) -> list[str]:
    """One value for all, and after it those that are others."""
    ((usual, _),) = Counter(_text(numbers[place]) for place in places).most_common(1)
    others = [place for place in places if _text(numbers[place]) != usual]
    filled = f"{stem}.{_index(places[0], places[-1])}_{usual}"
    return [filled, *(f"{stem}.{_index(place, place)}_{_text(numbers[place])}" for place in others)]


def _runs(stem: str, numbers: Mapping[tuple[int, ...], float], axis: int) -> Iterator[str]:
    """Stretches of neighbours along an axis."""
    lines: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for place in numbers:
        rest = list(place)
        del rest[axis]
        lines[tuple(rest)].append(place)
    for places in lines.values():
        run: list[tuple[int, ...]] = []
        for place in sorted(places, key=lambda one: one[axis]):
            if run and place[axis] != run[-1][axis] + 1:
                yield _whole(stem, run, numbers)
                run = []
            run.append(place)
        yield _whole(stem, run, numbers)


def _index(first: tuple[int, ...], last: tuple[int, ...]) -> str:
    return ".".join(f"{a}" if a == b else f"{a}-{b}" for a, b in zip(first, last, strict=True))


def _text(value: float) -> str:
    return f"{value!r}".removesuffix(".0")
