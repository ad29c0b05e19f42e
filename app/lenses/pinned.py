"""A and B: what is on screen now, B, against a setting that was pinned before, A."""

from app.contract import Controls
from app.lenses.against import against
from app.lenses.at_cursor import sentence_of
from app.lenses.base import Lens, Offer, View
from app.screen.pair import tries
from app.screen.screen import Screen, screen_of
from app.words.say import say


def view(screen: Screen) -> View:
    """B against A, or how to pin an A."""
    pinned = screen.setting.pinned
    controls: Controls = {"pin": {"pinned": pinned is not None}}
    if pinned is None:
        pair = "pair" if tries(screen.setting) else "pair_half"
        offers = [Offer("pair", say(f"lenses.pinned.{pair}"))]
        words = [say("lenses.pinned.nothing"), sentence_of(screen, screen.opened)]
        return View([], words=words, controls=controls, offers=offers)
    there = screen_of(pinned)
    charts, words = against(screen, there.traces, "A", "B")
    words += [say("lenses.pinned.problem", problem=problem) for problem in there.problems]
    return View(charts, words=words, controls=controls)


LENS = Lens(
    "pinned",
    view,
    follows=("step", "unit"),
)
