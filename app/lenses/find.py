"""Find: which units are on through a span of steps, which react to it, and where they are again."""

from collections.abc import Sequence

import numpy as np

from app.contract import FoundPlace, Sought
from app.figures import theme
from app.figures.found import OTHER, reaction_bars, together_lines
from app.lenses.base import Axis, Chart, Choice, Lens, View
from app.lenses.finding import (
    again,
    at_cursor,
    explained,
    inputs_around,
    inputs_read,
    track_symbol,
    units_on,
)
from app.lenses.naming import unit_name
from app.lenses.prepared import prepared
from app.lenses.question import question_of, questions
from app.screen.screen import Screen
from app.setting.question import Question
from app.words.names import CELL_NAMES
from app.words.say import say
from gru_core.analysis.patterns import Match, Pattern, matches, pattern, reaction
from gru_core.arrays import Array
from gru_core.conventions import STATES

MOST_BARS = 10
MOST_PLACES = 6
COLUMNS = ("inside", "outside", "difference", "on_throughout")


def view(screen: Screen) -> View:
    """The units of the chosen span in the opened cell, and the places where they are again."""
    asked, problems = question_of(screen)
    values, found = _found(screen, asked)
    listed = matches(found, MOST_PLACES)
    whole = found.span.length == len(values)
    charts = [_together(screen, asked, found, listed)] if len(found.units) else []
    charts += [] if whole else [_reaction(screen, asked, values, found)]
    return View(
        charts,
        choices=[
            Choice(str(one), f"{theme.QUANTITIES[one.track].name} {track_symbol(screen, one)}")
            for one in questions(asked, screen.opened)
        ],
        chosen=str(asked),
        asks=say("lenses.find.asks"),
        notes=[*([say("lenses.find.whole")] if whole else []), *explained(screen, asked, found)],
        words=[
            *problems,
            units_on(screen, asked, values, found),
            *again(screen, found, listed),
            *at_cursor(screen, found),
        ],
        offers=prepared(screen, asked),
        controls={"seeking": _controls(screen, asked, listed, len(found.units))},
    )


def _found(screen: Screen, asked: Question) -> tuple[Array, Pattern]:
    """The track as the notation shows it, (step, unit), and the units that are on in it."""
    cell = screen.opened
    trace, states = screen.traces[cell], STATES[cell]
    values = screen.shown_track(cell, asked.track, trace[asked.track])
    initial = trace.initial[states.index(asked.track)] if asked.track in states else None
    conditions = {"begins": asked.begins, "ends": asked.ends}
    return values, pattern(values, asked.span, asked.threshold, initial, **conditions)


def _reaction(screen: Screen, asked: Question, values: Array, found: Pattern) -> Chart:
    """The units whose values in the span differ most from those elsewhere."""
    reacted = reaction(values, found.span)
    units = reacted.ranked[:MOST_BARS].tolist()
    names = [unit_name(unit) for unit in units]
    difference, on = reacted.difference[units], np.isin(units, found.units)
    numbers = (reacted.inside[units], reacted.outside[units], difference, on.astype(np.float64))
    color = theme.QUANTITIES[asked.track].color
    return Chart(
        name="reaction",
        title=say("lenses.find.reaction", cell=CELL_NAMES[screen.opened]),
        symbol=track_symbol(screen, asked),
        figure=reaction_bars(names, difference, on, color),
        reads="down",
        corner="unit",
        rows=Axis("names", names, order=units, noun="units"),
        columns=Axis("names", [say(f"lenses.find.{name}") for name in COLUMNS], noun="quantities"),
        values=np.stack(numbers, axis=1),
        height=34 + 20 * len(names),
        key=[(color, "solid", say("lenses.find.on")), (OTHER, "solid", say("lenses.find.others"))],
    )


def _together(screen: Screen, asked: Question, found: Pattern, listed: Sequence[Match]) -> Chart:
    """How many of the units are on at each step, and through the best place around it."""
    color, count = theme.QUANTITIES[asked.track].color, len(found.units)
    alone, around = found.at_step / count, found.best_around / count
    length = found.span.length
    through, as_in = say("lenses.find.through", steps=length), say("lenses.find.as_in_the_span")
    names = (say("lenses.find.at_the_step"), through if length > 1 else as_in)
    places = [one.span for one in listed]
    return Chart(
        name="together",
        title=say("lenses.find.together", n=count),
        figure=together_lines(alone, around, found.span, places, screen.labels, color),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", names, noun="shares"),
        values=np.stack([alone, around], axis=1),
        height=130,
        key=[(OTHER, "dot", names[0]), (color, "solid", names[1])],
    )


def _controls(screen: Screen, asked: Question, listed: Sequence[Match], count: int) -> Sought:
    """What assets/stage/lens/seeking.js needs: the question, and the places to go to."""
    return {
        "track": asked.track,
        "first": asked.span.first,
        "last": asked.span.last,
        "threshold": asked.threshold,
        "begins": asked.begins,
        "ends": asked.ends,
        "count": count,
        "places": [_listed(screen, one) for one in listed],
    }


def _listed(screen: Screen, match: Match) -> FoundPlace:
    before, after = inputs_around(screen, match.span)
    return {
        "first": match.span.first,
        "last": match.span.last,
        "on": match.on,
        "others": match.others,
        "before": before,
        "read": inputs_read(screen, match.span.first, match.span.last + 1),
        "after": after,
    }


LENS = Lens(
    "find",
    view,
    follows=("step",),
)
