"""What one step does to one unit of a cell, in sentences: kept, written, and what comes of it."""

from app.lenses.naming import sentence, step_name, unit_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import joined, number, percent, whole
from app.words.say import Fields, say
from gru_core.analysis.blend import state_before
from gru_core.analysis.contributions import exposed
from gru_core.analysis.cost import multiply_adds_of
from gru_core.conventions import GATES, STATES, Cell


def sentence_of(screen: Screen, cell: Cell) -> str:
    """The step at the cursor in the cursor's unit, in the words of the notation.

    A state that is held has nothing of its old value, whatever the gates are.
    """
    where = place(screen, cell)
    unit, trace = unit_of(screen, screen.traces[cell].units), screen.traces[cell]
    states = [state for state in reversed(STATES[cell]) if unit < trace[state].shape[1]]
    held = [state for state in states if is_held(screen, cell, state)]
    if held:
        letter, value = letter_of(cell, held[0]), number(value_of(screen, cell, held[0]))
        return sentence(say("lenses.at_cursor.held", letter=letter, value=value, **where))
    if cell == "lstm":
        return _lstm(screen, where)
    hidden = number(value_of(screen, cell, "hidden"))
    if cell == "rnn":
        return sentence(say("lenses.at_cursor.rnn", hidden=hidden, **where))
    return _gru(screen, where, hidden)


def _gru(screen: Screen, where: Fields, hidden: str) -> str:
    z, polarity = value_of(screen, "gru", "update"), screen.notation.polarity
    symbol = letter_of("gru", "candidate", screen.notation)
    said: Fields = {"z": number(z), "hidden": hidden, **where}
    if z in (0, 1):
        copies = (z == 1) == (polarity == "keep")
        if copies:
            return say("lenses.at_cursor.gru_copies", **said)
        return say("lenses.at_cursor.gru_replaces", symbol=symbol, **said)
    return say(
        f"lenses.at_cursor.gru_{polarity}",
        share=percent(z),
        old=number(before(screen, "gru", "hidden")),
        symbol=symbol,
        new=number(value_of(screen, "gru", "candidate")),
        **said,
    )


def _lstm(screen: Screen, where: Fields) -> str:
    forget, added, out = (value_of(screen, "lstm", name) for name in ("forget", "input", "output"))
    weights, trace = screen.situation.weights["lstm"], screen.traces["lstm"]
    said: Fields = {
        "forget": number(forget),
        "kept": percent(forget),
        "old": number(before(screen, "lstm", "cell")),
        "input": number(added),
        "added": percent(added),
        "new": number(value_of(screen, "lstm", "candidate")),
        "memory": number(value_of(screen, "lstm", "cell")),
        "output": number(out),
        **where,
    }
    if weights.is_projected:
        let_out = float(exposed(weights, trace, screen.step)[unit_of(screen, trace.units)])
        return say("lenses.at_cursor.lstm_projected", let_out=number(let_out), **said)
    hidden = number(value_of(screen, "lstm", "hidden"))
    return say("lenses.at_cursor.lstm", hidden=hidden, **said)


def cost_of(screen: Screen, cell: Cell) -> str:
    """What the cursor's unit takes in one step, and the layer up to there, in multiply-adds.

    As many in every notation: one for each number of W, U and P, wherever the reset gate acts.
    """
    weights, steps = screen.situation.weights[cell], screen.step + 1
    inputs, units, gates = weights.input_size, weights.hidden_size, GATES[cell]
    kind = "cost_projected" if weights.is_projected else "cost"
    said = say(
        f"lenses.at_cursor.{kind}",
        own=whole(len(gates) * (inputs + units)),
        gates=joined([letter_of(cell, gate, screen.notation) for gate in gates]),
        sets=len(gates),
        inputs=inputs,
        units=units,
        total=whole(steps * multiply_adds_of(weights)),
        n=steps,
        **place(screen, cell),
    )
    return sentence(said)


def place(screen: Screen, cell: Cell) -> Fields:
    """Where the cursor is in a cell, as sentences name it."""
    return {
        "cell": CELL_NAMES[cell],
        "unit": unit_of(screen, screen.traces[cell].units) + 1,
        "step": step_name(screen, screen.step),
    }


def value_of(screen: Screen, cell: Cell, track: str) -> float:
    """A track at the cursor, as the notation shows it."""
    trace = screen.traces[cell]
    shown = screen.shown_track(cell, track, trace[track][screen.step])
    return float(shown[unit_of(screen, trace.units)])


def before(screen: Screen, cell: Cell, state: str) -> float:
    """A state before the step at the cursor."""
    trace = screen.traces[cell]
    return float(state_before(trace, screen.step, state)[unit_of(screen, trace.units)])


def is_held(screen: Screen, cell: Cell, track: str) -> bool:
    """Whether a track is held at the cursor."""
    unit, step = unit_of(screen, screen.traces[cell].units), screen.step
    return any(
        one.track == track
        and one.unit in (None, unit)
        and one.first <= step
        and (one.last is None or step <= one.last)
        for one in screen.situation.held(cell)
    )
