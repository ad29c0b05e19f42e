"""The opened cell unrolled: drawn at the steps around the cursor, as textbooks draw it.

What is in the picture the page has already; it follows the cursor, edits and drags by itself. Only
what is said of it and the states of a layer that reads from the end are of this lens.
"""

from app.lenses.base import Choice, Lens, View, chosen_of
from app.lenses.directions import backward_chart, notes_of, there
from app.lenses.naming import step_name, unit_of
from app.screen.screen import Screen
from app.screen.two_layers import both_ways
from app.words.names import letter_of
from app.words.numbers import joined, number
from app.words.say import Fields, say
from gru_core.analysis.blend import state_before
from gru_core.conventions import STATES

FORWARD, BOTH = "forward", "both"


def view(screen: Screen) -> View:
    """The picture, read from the first step on; or both ways, with the other layer's states."""
    choices = [Choice(name, say(f"lenses.unrolled.choices.{name}")) for name in (FORWARD, BOTH)]
    of = chosen_of(screen.setting.of, choices)
    words = [say(f"lenses.unrolled.{screen.opened}"), _handed_on(screen)]
    asks = say("lenses.unrolled.asks")
    if of == FORWARD:
        return View([], choices, of, asks, words=words, unrolled=True)
    layers = both_ways(screen, screen.situation.x)
    chart = backward_chart(screen, layers)
    large = screen.condensed  # of which the chart has some steps and units only
    words.append(say("lenses.unrolled.large") if large else say("lenses.unrolled.both"))
    words.append(there(screen, layers, of))
    notes, backward = notes_of(screen, of), "" if large else chart.name
    return View([chart], choices, of, asks, notes, words, unrolled=True, backward=backward)


def _handed_on(screen: Screen) -> str:
    """What comes from the step before the cursor's into its box, and what goes on to the next."""
    cell, step, last = screen.opened, screen.step, len(screen.labels) - 1
    trace = screen.traces[cell]
    unit = unit_of(screen, trace.units)
    states = [one for one in reversed(STATES[cell]) if unit < trace[one].shape[1]]

    def said(values: list[float]) -> str:
        named = zip(states, values, strict=True)
        return joined(
            [
                say("lenses.unrolled.state", letter=letter_of(cell, one), value=number(value))
                for one, value in named
            ]
        )

    places: Fields = {
        "step": step_name(screen, step),
        "unit": unit + 1,
        "before": said([float(state_before(trace, step, one)[unit]) for one in states]),
        "now": said([float(trace[one][step, unit]) for one in states]),
    }
    if last == 0:
        return say("lenses.unrolled.only", **places)
    if step == 0:
        return say("lenses.unrolled.start", later=step + 2, **places)
    if step == last:
        return say("lenses.unrolled.end", earlier=step, **places)
    return say("lenses.unrolled.middle", earlier=step, later=step + 2, **places)


LENS = Lens(
    "unrolled",
    view,
    follows=("step", "unit"),
)
