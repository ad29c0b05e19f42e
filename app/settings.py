"""Every setting of a Gatescope server: one table, read once, from the environment.

docs/settings.md says the same to people; a test holds both together.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A whole number within bounds, which whoever runs a server may choose."""

    variable: str
    default: int
    least: int
    most: int
    unit: str
    meaning: str

    def read(self, environment: Mapping[str, str]) -> int:
        """What the environment says; the default, with a warning, for what it cannot be."""
        text = environment.get(self.variable, str(self.default))
        if text.isascii() and text.isdigit() and self.least <= int(text[:9]) <= self.most:
            return int(text[:9])
        log.warning(
            "%s is %.20r; it needs a whole number of %s from %d to %d: %d is taken.",
            *(self.variable, text, self.unit, self.least, self.most, self.default),
        )
        return self.default


THREADS: Final = Entry(
    "OPENBLAS_NUM_THREADS",
    *(1, 1, 256),
    "threads",
    "Threads of NumPy's linear algebra in each run. Two wait for each other in a loop: beside "
    "other visitors a large run then takes ten times as long.",
)
CACHE: Final = Entry(
    "GATESCOPE_CACHE_MB",
    *(512, 64, 65_536),
    "megabytes",
    "Memory for what has been computed and may be wanted again, of all visitors together: "
    "runs, figures, memory maps, fixed points. Less means that more is computed anew.",
)
FILE: Final = Entry(
    "GATESCOPE_MAX_FILE_MB",
    *(32, 1, 512),
    "megabytes",
    "The largest file of weights that the command line reads; what is made of it is limited with "
    "it. A server takes Streamlit's `server.maxUploadSize` in its place.",
)
TABLE: Final = (CACHE, FILE, THREADS)

CACHE_MB: Final = CACHE.read(os.environ)


def settle() -> None:
    """Say how many threads NumPy has; to be called before NumPy is imported, which reads it."""
    os.environ[THREADS.variable] = str(THREADS.read(os.environ))


def read_files_up_to(megabytes: int) -> None:
    """Let files of weights be as large as uploads; before gru_core.formats.limits is imported."""
    os.environ[FILE.variable] = str(megabytes)
