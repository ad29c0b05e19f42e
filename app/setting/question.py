"""What is asked of the lens that finds units: a track, a span, a threshold; and its text."""

import re
from dataclasses import dataclass, replace

from gru_core.analysis.patterns import Span
from gru_core.conventions import track_kind

# The threshold of a state is that of LSTMVis; a gate above the other is more open than shut.
STATE_THRESHOLD, GATE_THRESHOLD = 0.3, 0.5
GRAMMAR = re.compile(r"([a-z]+)\.(\d+)-(\d+)\.(.*?)(?:\.(be?|e))?")
EXAMPLE = "hidden.5-12.0.3"


@dataclass(frozen=True)
class Question:
    """Which units are on through a span, and where else."""

    track: str
    span: Span
    threshold: float
    begins: bool = False  # only units that are not on just before
    ends: bool = False  # only units that are not on just after

    def __str__(self) -> str:
        """The text in a link, such as hidden.5-12.0.3.b; steps count from 1."""
        conditions = "b" * self.begins + "e" * self.ends
        asked = f"{self.track}.{self.span.first + 1}-{self.span.last + 1}.{self.threshold:.6g}"
        return f"{asked}.{conditions}" if conditions else asked

    def of(self, track: str) -> "Question":
        """This question of another track; a threshold nobody has chosen is that of its kind."""
        own = self.threshold == usual_threshold(self.track)
        return replace(
            self, track=track, threshold=usual_threshold(track) if own else self.threshold
        )


def usual_threshold(track: str) -> float:
    """Above which a track is on unless somebody says otherwise."""
    return GATE_THRESHOLD if track_kind(track) == "gate" else STATE_THRESHOLD
