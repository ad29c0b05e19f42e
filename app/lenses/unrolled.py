"""The opened cell unrolled: drawn at the steps around the cursor, as textbooks draw it.

What is in the picture the page has already; it follows the cursor, edits and drags by itself. Only
the states of a layer that reads from the end are of this lens.
"""

from app.lenses.base import Choice, Lens, View, chosen_of
from app.lenses.directions import backward_chart, notes_of
from app.screen.screen import Screen
from app.screen.two_layers import both_ways
from app.words.say import say

FORWARD, BOTH = "forward", "both"


def view(screen: Screen) -> View:
    """The picture, read from the first step on; or both ways, with the other layer's states."""
    choices = [Choice(name, say(f"lenses.unrolled.choices.{name}")) for name in (FORWARD, BOTH)]
    of = chosen_of(screen.setting.of, choices)
    words = [say(f"lenses.unrolled.{screen.opened}")]
    asks = say("lenses.unrolled.asks")
    if of == FORWARD:
        return View([], choices, of, asks, words=words, unrolled=True)
    chart = backward_chart(screen, both_ways(screen, screen.situation.x))
    large = screen.condensed  # of which the chart has some steps and units only
    words.append(say("lenses.unrolled.large") if large else say("lenses.unrolled.both"))
    notes, backward = notes_of(screen, of), "" if large else chart.name
    return View([chart], choices, of, asks, notes, words, unrolled=True, backward=backward)


LENS = Lens(
    "unrolled",
    view,
)
