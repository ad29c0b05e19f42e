"""What every letter of the equations and every term of the captions means: one sentence each.

Sentences hold for the notation they are asked for: what z does is its own in each polarity, and a
letter that a notation does not have is not explained.
"""

from dataclasses import dataclass
from functools import lru_cache

from app.words.names import activation_named, family_of, letter_of, parameters_of
from app.words.say import say
from gru_core.conventions import Cell, Notation

LSTM = ("input", "forget", "candidate", "output", "cell", "hidden")  # in the order they are met


@dataclass(frozen=True)
class Term:
    """One letter or word, and what it means."""

    symbol: str  # as the equations and captions have it; letters with a tilde are two characters
    says: str  # one plain sentence
    quantity: str = ""  # the track or x that it stands for


@lru_cache(maxsize=256)
def terms(
    cell: Cell,
    notation: Notation,
    gate_end: str = "sigmoid",
    state_end: str = "tanh",
    inner_bias: bool = True,
    projected: bool = False,
) -> tuple[Term, ...]:
    """Everything that the equations of a cell have, in the order in which it is met.

    gate_end, state_end: what gates and states end in, as gru_core.conventions names them.
    inner_bias: whether the GRU's candidate has a bias that the reset gate scales. projected:
    whether the LSTM's hidden state is projected.
    """
    hidden = {"hidden": say("words.terms.lstm.hidden_projected")} if projected else {}
    tracks = {
        "gru": _gru(notation),
        "lstm": {track: say(f"words.terms.lstm.{track}") for track in LSTM} | hidden,
        "rnn": {"hidden": say("words.terms.rnn.hidden")},
    }[cell]
    quantities = [
        Term("x", say("words.terms.x"), "x"),
        *(Term(letter_of(cell, name, notation), said, name) for name, said in tracks.items()),
    ]
    ends = [state_end] if cell == "rnn" else [gate_end, state_end]
    said = [
        Term(
            activation_named(end).symbol,
            say(f"words.terms.ends.{family_of(end)}", **parameters_of(end)),
        )
        for end in ends
    ]
    own = [Term("P", say("words.terms.weights.projection"))] if projected else []
    weights = [*_weights(cell, notation, inner_bias), *own]
    return (*quantities, *weights, *said, *_blend(cell, notation))


def meaning(cell: Cell, track: str, notation: Notation, *, projected: bool = False) -> str:
    """The sentence of one track, or of x."""
    known = terms(cell, notation, projected=projected)
    return next(one.says for one in known if one.quantity == track)


def _gru(notation: Notation) -> dict[str, str]:
    seen = "U h + d" if notation.biases == 2 else "U h"
    reset = say("words.terms.gru.reset_after", seen=seen)
    if notation.placement == "before":
        reset = say("words.terms.gru.reset_before")
    return {
        "reset": reset,
        "update": say(f"words.terms.gru.update_{notation.polarity}"),
        "candidate": say("words.terms.gru.candidate"),
        "hidden": say("words.terms.gru.hidden"),
    }


def _weights(cell: Cell, notation: Notation, inner_bias: bool) -> list[Term]:
    which = "alone" if cell == "rnn" else "each"
    found = [
        Term("W", say(f"words.terms.weights.input_{which}")),
        Term("U", say(f"words.terms.weights.state_{which}")),
    ]
    after = notation.placement == "after" and cell == "gru"
    if notation.biases == 2:
        found.append(Term("b", say("words.terms.biases.beside_input")))
        scaled = "scaled" if after else "plain"
        return [*found, Term("d", say(f"words.terms.biases.beside_state_{scaled}"))]
    found.append(Term("b", say("words.terms.biases.only")))
    if after and inner_bias:
        found.append(Term("d", say("words.terms.biases.candidate")))
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
        Term("⊙", say("words.terms.times")),
        Term("kept", say("words.terms.kept", keep=keep, state=state)),
        Term("written", say("words.terms.written", write=write, new=new)),
    ]
