"""What a claim is made of: its words, a verdict, and the screens that show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode

from gru_core.changes.targets import Target
from gru_core.situation import Edit, format_edits

Verdict: TypeAlias = Literal["true", "only if", "too strong", "wrong"]

# How each verdict begins the sentence that gives its reason.
LEADS: Final[Mapping[Verdict, str]] = {
    "true": "True.",
    "only if": "Only if",
    "too strong": "Too strong.",
    "wrong": "Wrong.",
}
SEE: Final = "See it"


@dataclass(frozen=True)
class Sight:
    """One screen that shows a claim: what its link is called, what to look at, and the link."""

    look: str
    query: tuple[tuple[str, str], ...]
    label: str = SEE

    @property
    def link(self) -> str:
        """The query of a link to the first page."""
        return urlencode(self.query)


@dataclass(frozen=True)
class Claim:
    """One claim, whether it is so and why, and the screens that show it."""

    number: int
    says: str
    verdict: Verdict
    why: str  # goes on from the verdict's lead
    sights: tuple[Sight, ...]

    @property
    def judged(self) -> str:
        """The verdict and its reason, as they are read."""
        return f"{LEADS[self.verdict]} {self.why}"


def see(look: str, *, label: str = SEE, **query: str) -> Sight:
    """A screen by the parameters of its link."""
    return Sight(look, tuple(query.items()), label)


def biases(cell: str, gate: str, units: range, value: float) -> str:
    """Edits of the biases b of some units of one gate."""
    edits = [Edit(Target.parse(f"{cell}.b_x.{gate}.{unit}"), value) for unit in units]
    return format_edits(edits) + "~"
