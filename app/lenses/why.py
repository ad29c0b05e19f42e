"""Why this number: the terms of a gate, candidate or state, and what the activation makes of it."""

import numpy as np

from app.figures import theme
from app.figures.terms import activation_curve, waterfall
from app.lenses.at_cursor import sentence_of, value_of
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.naming import channel_name, subscript, unit_of
from app.screen.predicted import Predicted, is_turned, predicted
from app.screen.screen import Screen
from app.words.names import activation_named, letter_of
from app.words.numbers import number, percent
from app.words.say import Fields, say
from gru_core.analysis import Contributions, Term, contributions, ranked
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.formats.whole.terms import HeadTerms, head_terms

MOST_TERMS = 10
PREDICTION = "prediction"
UPDATE = "update"
FIRST = {"gru": "update", "lstm": "forget", "rnn": "hidden"}
COLUMNS = ("weight", "value", "reset", "product")
BIASES = ("bias_x", "bias_h")


def view(screen: Screen) -> View:
    """The terms of the chosen quantity at the cursor."""
    cell = screen.opened
    weights, trace = screen.situation.weights[cell], screen.traces[cell]
    choices = [Choice(track, _label(screen, cell, track)) for track in TRACKS[cell]]
    said = _predicted(screen, cell)
    if said is not None:
        choices.append(Choice(PREDICTION, say("lenses.why.prediction")))
        if screen.setting.of == PREDICTION:
            return _of_prediction(screen, *said, choices)
    first = sorted(choices, key=lambda choice: choice.value != FIRST[cell])
    track, unit = chosen_of(screen.setting.of, first), unit_of(screen, weights.units)
    if track == "hidden" and unit >= weights.hidden_size:
        fewer = say("lenses.why.no_number", numbers=weights.hidden_size, number=unit + 1)
        return View([], choices, track, say("lenses.why.asks"), words=[fewer])
    found = contributions(weights, trace, track, unit, screen.step, screen.notation.polarity)
    terms = ranked(found.terms, MOST_TERMS)
    symbol = letter_of(cell, track, screen.notation)
    charts = [_terms_chart(screen, found, terms, symbol)]
    if found.activation != "none":
        charts.append(_curve_chart(found, symbol, theme.QUANTITIES[track].color))
    words = [_words(found, symbol, unit, screen.step), *_does(screen, cell, track)]
    return View(charts, choices, track, say("lenses.why.asks"), words=words)


def _predicted(screen: Screen, cell: Cell) -> tuple[Predicted, HeadTerms, int] | None:
    """The largest number of the model's prediction at the cursor, and its terms."""
    if cell not in screen.scene.weights:
        return None
    found = predicted(screen)
    if found is None:
        return None
    steps = len(screen.labels)
    step = steps - 1 - screen.step if is_turned(screen) else screen.step
    number_at = int(found.at(step).argmax())
    terms = head_terms(found.place.whole, found.made, step, number_at)
    return None if terms is None else (found, terms, number_at)


def _of_prediction(
    screen: Screen, said: Predicted, found: HeadTerms, at: int, choices: list[Choice]
) -> View:
    terms = ranked(found.terms, MOST_TERMS)
    total = number(found.total)
    fields: Fields = {
        "name": said.names[at],
        "value": number(found.value),
        "step": screen.step + 1,
        "total": total,
    }
    through = found.function != "linear"
    key = "predicted_through" if through else "predicted"
    words = [say(f"lenses.why.{key}", **fields | ({"function": found.function} if through else {}))]
    if not found.of_states:
        words.append(say("lenses.why.predicted_inner", reads=found.reads))
    chart = _chart(screen, terms, found.total, said.names[at])
    return View([chart], choices, PREDICTION, say("lenses.why.asks"), words=words)


def _label(screen: Screen, cell: Cell, track: str) -> str:
    return f"{theme.QUANTITIES[track].name} {letter_of(cell, track, screen.notation)}"


def _words(found: Contributions, symbol: str, unit: int, step: int) -> str:
    value, total = number(found.value), number(found.pre_activation)
    said: Fields = {"symbol": symbol, "unit": unit + 1, "step": step + 1, "value": value}
    if found.activation == "none":
        if found.held:
            return say("lenses.why.sum_held", total=total, **said)
        return say("lenses.why.sum", **said)
    said |= {
        "total": total,
        "function": activation_named(found.activation).symbol,
        "slope": number(found.slope),
    }
    if found.held:
        return say("lenses.why.held", free=number(found.free), **said)
    return say("lenses.why.made", **said)


def _does(screen: Screen, cell: Cell, track: str) -> list[str]:
    """What a gate or candidate of this value does in the cell; of a state how it came about."""
    if track in STATES[cell] or track == UPDATE:
        return [] if cell == "rnn" else [sentence_of(screen, cell)]
    value = value_of(screen, cell, track)
    said: Fields = {
        "symbol": letter_of(cell, track, screen.notation),
        "value": number(value),
        "share": percent(value),
    }
    if track != "candidate":
        where = f"_{screen.notation.placement}" if cell == "gru" else ""
        if track == "output":
            end = screen.situation.weights[cell].state_activation
            said["function"] = activation_named(end).symbol
        return [say(f"lenses.why.{cell}_{track}{where}", **said)]
    gate = "update" if cell == "gru" else "input"
    through = value_of(screen, cell, gate)
    if cell == "gru" and screen.notation.polarity == "keep":
        through = 1 - through
    return [say("lenses.why.candidate", symbol=said["symbol"], share=percent(through))]


def _terms_chart(
    screen: Screen, found: Contributions, terms: tuple[Term, ...], symbol: str
) -> Chart:
    return _chart(screen, terms, found.pre_activation, symbol)


def _chart(screen: Screen, terms: tuple[Term, ...], total: float, symbol: str) -> Chart:
    names = [*(_name(screen, term) for term in terms), say("lenses.why.total")]
    products = [*(term.product for term in terms), total]
    rows = [*(_numbers(term) for term in terms), (np.nan, np.nan, np.nan, total)]
    values = np.array(rows, dtype=np.float64)
    used = [i for i in range(len(COLUMNS)) if not np.isnan(values[:, i]).all()]
    return Chart(
        name="terms",
        title=say("lenses.why.title"),
        symbol=symbol,
        figure=waterfall(names, products),
        reads="down",
        corner="term",
        rows=Axis("names", names, noun="terms"),
        columns=Axis("names", [COLUMNS[i] for i in used], noun="factors"),
        values=values[:, used],
        height=34 + 20 * len(names),
    )


def _curve_chart(found: Contributions, symbol: str, color: str) -> Chart:
    """Where the sum falls. A held number is elsewhere: what is shown is what it would have been."""
    value = found.free if found.held else found.value
    figure = activation_curve(found.activation, found.pre_activation, value, color)
    said = say("lenses.why.if_free", symbol=symbol) if found.held else symbol
    names = [say("lenses.why.pre_activation"), said, say("lenses.why.slope")]
    function = activation_named(found.activation).name
    return Chart(
        name="curve",
        title=say("lenses.why.curve", function=function),
        figure=figure,
        reads="down",
        corner="quantity",
        rows=Axis("names", names, noun="quantities"),
        columns=Axis("names", ["value"], noun="values"),
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
        return say("lenses.why.others", n=term.count)
    if term.kind == "input":
        return channel_name(screen, term.index or 0)
    if term.kind == "unit":
        return f"h{subscript((term.index or 0) + 1)}"
    if term.kind == "exposed" and term.index is not None:  # of a projection
        return say("lenses.why.let_out", unit=term.index + 1)
    return say(f"lenses.why.{term.kind}") if term.kind in BIASES else term.kind


LENS = Lens(
    "why",
    view,
    follows=("step", "unit"),
    tracks=True,
    equations=True,
)
