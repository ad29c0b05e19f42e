"""One cell of a scene as it ran: what every exported file is made of."""

import re
from dataclasses import dataclass
from typing import Final

from gru_core.conventions import Cell, Polarity
from gru_core.trace import Trace
from gru_core.weights import Weights

PREFIX: Final = "gatescope"
LONGEST_STEM: Final = 100  # characters


@dataclass(frozen=True, eq=False)
class CellRun:
    """One cell of a scene, edits and what was held included. Compared by identity."""

    stem: str  # what its files are called, less the ending
    scene: str  # the scene's name
    title: str  # and its title, both as whoever made it wrote them
    weights: Weights
    trace: Trace  # of these weights; it also has the input, the initial states and what was held
    labels: tuple[str, ...]  # a word for each step
    channels: tuple[str, ...]  # a word for each number of the input
    polarity: Polarity = "keep"  # of the update gate where people read it, in the CSV
    notes: tuple[str, ...] = ()  # what has to go with the numbers of somebody's own model

    @property
    def cell(self) -> Cell:
        """Which cell it is."""
        return self.weights.cell

    @property
    def counted(self) -> bool:
        """Whether the steps are called 1, 2, 3, … and nothing else."""
        return all(label == str(at) for at, label in enumerate(self.labels, start=1))


def stem_of(scene: str, cell: Cell, word: str | None = None) -> str:
    """What the files of a scene's cell are called: gatescope-pulse-gru, of safe characters only."""
    words = "-".join((PREFIX, scene, *([word] if word else []), cell)).lower()
    safe = re.sub(r"[^a-z0-9-]+", "_", words)
    return safe if len(safe) <= LONGEST_STEM else f"{safe[: LONGEST_STEM - len(cell) - 1]}-{cell}"
