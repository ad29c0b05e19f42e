"""Numbers as a picture of their colours: a PNG in an address of its own (data:), for a page."""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array

# The colours of the screen: for what is between 0 and 1, and for what is below and above 0.
SEQUENTIAL: Final = ("#00224e", "#575d6d", "#a59c74", "#fee838")
DIVERGING: Final = ("#0a4a86", "#7b9bbf", "#efeeea", "#cc8f73", "#943300")
MOST: Final = (512, 1200)  # rows and columns of a picture
_SHADES: Final = 256


@dataclass(frozen=True)
class Picture:
    """A picture, and how many numbers each place of it is the mean of."""

    address: str
    each: tuple[int, int]  # along rows and columns


def heatmap(numbers: Array, low: float, high: float, colours: Sequence[str]) -> Picture:
    """Numbers (row, column) in the colours from low to high; at most MOST of them, else means."""
    each = tuple(-(-size // most) for size, most in zip(numbers.shape, MOST, strict=True))
    means = _means(_means(numbers, each[0]).T, each[1]).T
    share = np.clip((means - low) / (high - low), 0, 1)
    return Picture(
        _png(np.rint(share * (_SHADES - 1)).astype(np.uint8), colours), (each[0], each[1])
    )


def gradient(colours: Sequence[str]) -> str:
    """All colours side by side, the lowest on the left: the address of the picture."""
    return _png(np.arange(_SHADES, dtype=np.uint8)[np.newaxis], colours)


def _means(numbers: Array, each: int) -> Array:
    """The means of so many rows together; the last ones may be fewer."""
    if each == 1:
        return numbers
    starts = np.arange(0, len(numbers), each)
    counts = np.diff(np.append(starts, len(numbers)))
    means: Array = np.add.reduceat(numbers, starts, axis=0) / counts[:, np.newaxis]
    return means


def _palette(colours: Sequence[str]) -> bytes:
    """So many shades from the first colour to the last, each of three bytes."""
    known = np.array([[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in colours])
    at = np.linspace(0, len(colours) - 1, _SHADES)
    shades = np.stack([np.interp(at, np.arange(len(colours)), known[:, i]) for i in range(3)], 1)
    return bytes(np.rint(shades).astype(np.uint8).tobytes())


def _png(shades: npt.NDArray[np.uint8], colours: Sequence[str]) -> str:
    """As PNG 1.2 has it: a palette, and one byte a place (https://www.w3.org/TR/png)."""
    height, width = shades.shape
    rows = np.pad(shades, ((0, 0), (1, 0)))  # each begins with its filter, which is none
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", _palette(colours)),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
