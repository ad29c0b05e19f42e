"""How large a file of weights is read, and how its numbers are taken out of it."""

import logging
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core import checks, environment
from gru_core.arrays import Array
from gru_core.errors import FormatError, shown
from gru_core.words import Said

log: Final = logging.getLogger(__name__)

# Who runs Gatescope may set another limit, in megabytes; the rest of the limits goes with it.
SETTING: Final = "GATESCOPE_MAX_FILE_MB"
DEFAULT: Final = 32
HIGHEST: Final = 512
# How a sentence that names a limit says what raises it.
RAISED: Final = Said(
    "{setting} says another number (for a server, --server.maxUploadSize)", setting=SETTING
)


def megabytes(text: str) -> int:
    """What a setting says, a whole number up to HIGHEST; DEFAULT, with a warning, for another."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= HIGHEST:
        return int(text)
    log.warning(
        "%s is %s; it needs a whole number of megabytes from 1 to %d: %d is taken.",
        *(SETTING, shown(text), HIGHEST, DEFAULT),
    )
    return DEFAULT


MEGABYTES: Final = megabytes(environment.read(SETTING, str(DEFAULT)))
MAX_BYTES: Final = MEGABYTES * 1_000_000  # of a file
MAX_EXPANDED: Final = 2 * MAX_BYTES  # of all that is unpacked from it
MAX_TENSORS: Final = 10_000
MAX_LAYERS: Final = 64  # of one stack
MAX_UNITS: Final = 4096
MAX_JSON: Final = 4_000_000  # bytes of a header or a config
MAX_DEPTH: Final = 64  # of what is nested in it


def check_size(count: int) -> None:
    """Raise FormatError unless a file of so many bytes is read."""
    if count == 0:
        raise FormatError("The file is empty; it needs weights: save it again.")
    if count > MAX_BYTES:
        raise FormatError(
            "The file has {count:,.1f} MB; up to {max_bytes:,.0f} MB are read, unless {raised}: "
            "save the recurrent layers alone, or in half precision.",
            count=count / 1e6,
            max_bytes=MAX_BYTES / 1e6,
            raised=RAISED,
        )


def numbers(name: str, array: npt.NDArray[Any]) -> Array:
    """The numbers of a tensor in float32, or in float64 if it has that; read-only, any shape.

    name: of the tensor, as the file has it. Errors: FormatError; NotFiniteError and RangeError
    naming the tensor and the index.
    """
    if array.dtype.kind != "f" or array.dtype.itemsize not in (2, 4, 8):
        raise FormatError(
            "{name} holds {dtype}; weights are floating-point numbers of 16, 32 or 64 bits: "
            "convert it.",
            name=shown(name),
            dtype=array.dtype,
        )
    return checks.floats(
        name, array.astype(np.float64 if array.dtype.itemsize == 8 else np.float32)
    )
