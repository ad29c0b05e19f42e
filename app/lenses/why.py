"""Why this number: the terms of a gate, candidate or state, and what the activation makes of it."""

import numpy as np

from app.figures import theme
from app.figures.terms import activation_curve, waterfall
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.naming import channel_name, subscript, unit_of
from app.screen.screen import Screen
from app.words.names import ACTIVATIONS, letter_of
from app.words.numbers import number
from gru_core.analysis import Contributions, Term, contributions, ranked
from gru_core.conventions import TRACKS, Cell

MOST_TERMS = 10
FIRST = {"gru": "update", "lstm": "forget", "rnn": "hidden"}
COLUMNS = ("weight", "value", "reset", "product")


def view(screen: Screen) -> View:
    """The terms of the chosen quantity at the cursor."""
    cell = screen.opened
    weights, trace = screen.situation.weights[cell], screen.traces[cell]
    choices = [Choice(track, _label(screen, cell, track)) for track in TRACKS[cell]]
    first = sorted(choices, key=lambda choice: choice.value != FIRST[cell])
    track, unit = chosen_of(screen.setting.of, first), unit_of(screen, weights.units)
    found = contributions(weights, trace, track, unit, screen.step, screen.notation.polarity)
    terms = ranked(found.terms, MOST_TERMS)
    symbol = letter_of(cell, track, screen.notation)
    charts = [_terms_chart(screen, found, terms, symbol)]
    if found.activation != "none":
        charts.append(_curve_chart(found, symbol, theme.QUANTITIES[track].color))
    return View(
        charts, choices, track, "Ask about", words=[_words(found, symbol, unit, screen.step)]
    )


def _label(screen: Screen, cell: Cell, track: str) -> str:
    return f"{theme.QUANTITIES[track].name} {letter_of(cell, track, screen.notation)}"


def _words(found: Contributions, symbol: str, unit: int, step: int) -> str:
    where = f"{symbol} of unit {unit + 1} at step {step + 1}"
    value, total = number(found.value), number(found.pre_activation)
    if found.activation == "none":
        if found.held:
            return f"{where} is held at {value}; free it would be {total}, the sum of these."
        return f"{where} is {value}, the sum of these."
    function, free = ACTIVATIONS[found.activation].symbol, number(found.free)
    slope = f"The slope there is {number(found.slope)}."
    if found.held:
        made = f"the terms sum to {total}, and free it would be {function}({total}) = {free}"
        return f"{where} is held at {value}: {made}. {slope}"
    return f"{where}: the terms sum to {total}, and {function}({total}) = {value}. {slope}"


def _terms_chart(
    screen: Screen, found: Contributions, terms: tuple[Term, ...], symbol: str
) -> Chart:
    names = [*(_name(screen, term) for term in terms), "sum"]
    products = [*(term.product for term in terms), found.pre_activation]
    rows = [
        *(_numbers(term) for term in terms),
        (np.nan, np.nan, np.nan, found.pre_activation),
    ]
    values = np.array(rows, dtype=np.float64)
    used = [i for i in range(len(COLUMNS)) if not np.isnan(values[:, i]).all()]
    return Chart(
        name="terms",
        title="The terms of",
        symbol=symbol,
        figure=waterfall(names, products),
        reads="down",
        corner="term",
        rows=Axis("names", names, plural="terms"),
        columns=Axis("names", [COLUMNS[i] for i in used], plural="factors"),
        values=values[:, used],
        height=34 + 20 * len(names),
    )


def _curve_chart(found: Contributions, symbol: str, color: str) -> Chart:
    """Where the sum falls. A held number is elsewhere: what is shown is what it would have been."""
    value = found.free if found.held else found.value
    figure = activation_curve(found.activation, found.pre_activation, value, color)
    said = f"{symbol} if it were free" if found.held else symbol
    name = ACTIVATIONS[found.activation].name
    return Chart(
        name="curve",
        title=f"Where the sum falls on {name}",
        figure=figure,
        reads="down",
        corner="quantity",
        rows=Axis("names", ["pre-activation", said, "slope"], plural="quantities"),
        columns=Axis("names", ["value"], plural="values"),
        values=np.array([[found.pre_activation], [value], [found.slope]]),
        height=130,
    )


def _numbers(term: Term) -> tuple[float, float, float, float]:
    weight, value, reset = (
        np.nan if number is None else number for number in (term.weight, term.value, term.reset)
    )
    return weight, value, reset, term.product


def _name(screen: Screen, term: Term) -> str:
    """What a term is of, as the equations write it."""
    if term.kind == "rest":
        return "1 other" if term.count == 1 else f"{term.count} others"
    if term.kind == "input":
        return channel_name(screen, term.index or 0)
    if term.kind == "unit":
        return f"h{subscript((term.index or 0) + 1)}"
    return {"bias_x": "bias b", "bias_h": "bias d"}.get(term.kind, term.kind)


LENS = Lens(
    "why this number",
    "The terms of one number, largest first",
    "A bar to the right pushes the sum up, one to the left pulls it down. Click any number of a "
    "gate, a candidate or a state to see what it is made of.",
    view,
    follows=("step", "unit"),
    tracks=True,
    equations=True,
)
