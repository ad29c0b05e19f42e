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


TABLE: Final = (
    Entry(
        "GATESCOPE_CACHE_MB",
        *(512, 64, 65_536),
        "megabytes",
        "Memory for what has been computed and may be wanted again, of all visitors together: "
        "runs, figures, memory maps, fixed points. Less means that more is computed anew.",
    ),
)

(CACHE_MB,) = (entry.read(os.environ) for entry in TABLE)
