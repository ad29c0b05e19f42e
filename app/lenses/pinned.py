"""A and B: what is on screen now, B, against a setting that was pinned before, A."""

from app.contract import Controls
from app.lenses.against import against
from app.lenses.base import Lens, View
from app.screen.screen import Screen, screen_of


def view(screen: Screen) -> View:
    """B against A, or how to pin an A."""
    pinned = screen.setting.pinned
    controls: Controls = {"pin": {"pinned": pinned is not None}}
    if pinned is None:
        return View([], words=["Nothing is pinned yet."], controls=controls)
    there = screen_of(pinned)
    charts, words = against(screen, there.traces, "A", "B")
    words += [f"In A: {problem}" for problem in there.problems]
    return View(charts, words=words, controls=controls)


LENS = Lens(
    "two settings, A and B",
    "Pin what is on screen as A, change things, and compare",
    "Pin the present as A, then change an input, a weight or a gate: that is B. One cursor runs "
    "through both; blue and orange show where B is below and above A.",
    view,
    follows=("unit",),
)
