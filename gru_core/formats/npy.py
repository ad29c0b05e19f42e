"""One array in NumPy's `.npy` layout, read without evaluating anything.

NumPy's own reader hands the header to Python's parser and may make objects; here the header has to
look as NumPy writes it for plain numbers, and the rest is bytes.
Layout: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import math
import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import DtypeError, FormatError, shown
from gru_core.formats import foreign

MAGIC: Final = b"\x93NUMPY"
MAX_HEADER: Final = 1000
MAX_AXES: Final = 8
_LENGTHS: Final = {1: 2, 2: 4, 3: 4}  # bytes that say how long the header is, by version
_HEADER: Final = re.compile(
    r"\{'descr': ('[^'\\]{1,40}'|\[.*\]), 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,15}, ?)*(?:\d{1,15})?)\),? ?\}\s*",
    re.ASCII,
)
_NUMBERS: Final = re.compile(r"[<>|=](f[248]|[iu][1248]|b1)", re.ASCII)
_KINDS: Final = {"O": "Python objects", "U": "texts", "S": "texts", "c": "complex numbers"}


def array(name: str, data: bytes) -> npt.NDArray[Any]:
    """The numbers of a `.npy` file; read-only, any shape, in the byte order of this machine.

    name: what errors call it. Errors: FormatError if it is damaged; DtypeError unless it holds
    floating-point numbers, whole numbers or booleans.
    """
    start, descr, fortran, shape = _header(name, data)
    dtype = _dtype(name, descr)
    needed, found = math.prod(shape) * dtype.itemsize, len(data) - start
    # The second: no bytes can be claimed to have any shape with a zero in it.
    if needed != found or math.prod(length or 1 for length in shape) > 2**48:
        raise FormatError(
            "{name} has {found:,} bytes of numbers; its shape {shape} of {dtype} needs "
            "{needed:,}: it is damaged: save it again with numpy.save.",
            name=name,
            found=found,
            shape=shape,
            dtype=dtype,
            needed=needed,
        )
    numbers = np.frombuffer(data, dtype, offset=start)
    ordered = numbers.reshape(shape, order="F" if fortran else "C")
    native = ordered.astype(dtype.newbyteorder("="), copy=False)
    native.flags.writeable = False
    return native


def _other(name: str, data: bytes) -> FormatError:
    """What is said of what is none of these files: what it is, if that can be seen."""
    if data.startswith(b"PK\x03\x04"):
        return FormatError(
            "{name} is a zip archive, as numpy.savez and torch.save write it; a .npy file of one "
            "array is needed: numpy.save('x.npy', x).",
            name=name,
        )
    if foreign.text(data) is not None:
        return FormatError(
            "{name} is a text, such as a CSV file; a .npy file is needed: "
            "numpy.save('x.npy', numpy.loadtxt('x.csv', delimiter=',')).",
            name=name,
        )
    return FormatError(
        "{name} does not begin as a .npy file does; it is damaged: save it again with numpy.save.",
        name=name,
    )


def _header(name: str, data: bytes) -> tuple[int, str, bool, tuple[int, ...]]:
    """Where the numbers begin, their kind as written, whether columns come first, the shape."""
    if data[:6] != MAGIC or len(data) < 12 or data[6] not in _LENGTHS:
        raise _other(name, data)
    begin = 8 + _LENGTHS[data[6]]
    size = int.from_bytes(data[8:begin], "little")
    text = data[begin : begin + min(size, MAX_HEADER)].decode("latin-1")
    whole = _HEADER.fullmatch(text) if size == len(text) else None
    if whole is None:
        raise FormatError(
            "{name} has a header that NumPy does not write; it is damaged: save it again with "
            "numpy.save.",
            name=name,
        )
    shape = tuple(int(length) for length in whole[3].replace(",", " ").split())
    if len(shape) > MAX_AXES:
        raise FormatError(
            "{name} has {count} axes; up to {max_axes} are read.",
            name=name,
            count=len(shape),
            max_axes=MAX_AXES,
        )
    return begin + size, whole[1], whole[2] == "True", shape


def _dtype(name: str, descr: str) -> np.dtype[Any]:
    plain = descr.strip("'")
    if not _NUMBERS.fullmatch(plain):
        kind = _KINDS.get(plain.lstrip("<>|=")[:1], shown(plain))
        raise DtypeError(
            "{name} holds {kind}; it needs floating-point numbers: convert it.",
            name=name,
            kind=kind,
        )
    return np.dtype(plain)
