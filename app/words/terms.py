"""What every letter of the equations and every term of the captions means: one sentence each.

Sentences hold for the notation they are asked for: what z does is its own in each polarity, and a
letter that a notation does not have is not explained.
"""

from dataclasses import dataclass

from app.words.names import ACTIVATIONS, letter_of
from gru_core.conventions import Cell, Notation

LSTM = {
    "input": "The input gate, from 0 to 1: how much of the candidate g is added to the cell state.",
    "forget": "The forget gate, from 0 to 1: how much of the old cell state is kept.",
    "candidate": "The candidate: what the input gate may add to the cell state.",
    "output": "The output gate, from 0 to 1: how much of the cell state is let out as h.",
    "cell": "The cell state: the memory, which the gates keep, add to and let out.",
    "hidden": "The hidden state: what the output gate lets out of the cell state.",
}
TIMES = "Multiplies number by number: each unit's gate with that unit's number."


@dataclass(frozen=True)
class Term:
    """One letter or word, and what it means."""

    symbol: str  # as the equations and captions have it; letters with a tilde are two characters
    says: str  # one plain sentence
    quantity: str = ""  # the track or x that it stands for


def terms(
    cell: Cell,
    notation: Notation,
    gate_end: str = "sigmoid",
    state_end: str = "tanh",
    inner_bias: bool = True,
) -> tuple[Term, ...]:
    """Everything that the equations of a cell have, in the order in which it is met.

    gate_end, state_end: what gates and states end in, as gru_core.conventions names them.
    inner_bias: whether the GRU's candidate has a bias that the reset gate scales.
    """
    tracks = {"gru": _gru(notation), "lstm": LSTM, "rnn": {"hidden": RNN}}[cell]
    quantities = [
        Term("x", "The input: what is read at step t.", "x"),
        *(Term(letter_of(cell, name, notation), said, name) for name, said in tracks.items()),
    ]
    ends = [ACTIVATIONS[state_end]]
    if cell != "rnn":
        ends.insert(0, ACTIVATIONS[gate_end])
    said = [Term(end.symbol, f"{end.says[0].upper()}{end.says[1:]}.") for end in ends]
    return (*quantities, *_weights(cell, notation, inner_bias), *said, *_blend(cell, notation))


def meaning(cell: Cell, track: str, notation: Notation) -> str:
    """The sentence of one track, or of x."""
    return next(one.says for one in terms(cell, notation) if one.quantity == track)


RNN = "The hidden state: what the cell holds after step t, made anew at every step."


def _gru(notation: Notation) -> dict[str, str]:
    seen = "U h + d" if notation.biases == 2 else "U h"
    after = f"how much of what the old state says, {seen}, enters the candidate"
    before = "how much of each number of the old state the candidate gets to see"
    does = "kept: near 1 it keeps the old state, near 0 the candidate takes its place"
    if notation.polarity == "write":
        does = "written: near 1 it writes the candidate, near 0 it keeps the old state"
    lets = after if notation.placement == "after" else before
    return {
        "reset": f"The reset gate, from 0 to 1: {lets}.",
        "update": f"The update gate, from 0 to 1: how much is {does}.",
        "candidate": "The candidate: the new value that may be written into the state.",
        "hidden": "The hidden state: what the cell holds after step t, and all that it remembers.",
    }


def _weights(cell: Cell, notation: Notation, inner_bias: bool) -> list[Term]:
    at = "" if cell == "rnn" else ", one matrix for each gate and for the candidate"
    found = [
        Term("W", f"The weights of the input{at}."),
        Term("U", f"The weights of the state before{at}."),
    ]
    scaled = "; in the candidate the reset gate scales it" if cell == "gru" else ""
    after = notation.placement == "after" and cell == "gru"
    if notation.biases == 2:
        found.append(Term("b", "The bias beside the input: added whatever is read."))
        side = f"The bias beside the state before{scaled if after else ''}."
        return [*found, Term("d", side)]
    found.append(Term("b", "The bias: added whatever the input and the state are."))
    if after and inner_bias:
        found.append(Term("d", "The candidate's bias beside the state: the reset gate scales it."))
    return found


def _blend(cell: Cell, notation: Notation) -> list[Term]:
    if cell == "rnn":
        return []
    keep, write, state, new = "f", "i", "c", "g"
    if cell == "gru":
        new, state = letter_of(cell, "candidate", notation), "h"
        keep, write = "z", "(1 − z)"
        if notation.polarity == "write":
            keep, write = write, keep
    return [
        Term("⊙", TIMES),
        Term("kept", f"What is left of the old state: {keep} ⊙ {state} of the step before."),
        Term("written", f"What is new in the state: {write} ⊙ {new}."),
    ]
