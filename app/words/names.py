"""What quantities, functions and cells are called: the terms of the field, the letters."""

from dataclasses import dataclass

from gru_core import conventions

NAMES = {
    "reset": "reset gate",
    "update": "update gate",
    "candidate": "candidate",
    "hidden": "hidden state",
    "input": "input gate",
    "forget": "forget gate",
    "output": "output gate",
    "cell": "cell state",
    "x": "input",
}
SYMBOLS = {
    "reset": "r",
    "update": "z",
    "candidate": "n",
    "hidden": "h",
    "input": "i",
    "forget": "f",
    "output": "o",
    "cell": "c",
    "x": "x",
}


@dataclass(frozen=True)
class Activation:
    """How a function that a gate or a state ends in is written."""

    symbol: str  # as in the equations; σ for a sigmoid, whatever its kind
    name: str  # in a sentence
    says: str  # what it does to numbers


ACTIVATIONS = {
    "sigmoid": Activation("σ", "the sigmoid σ", "sigmoid: squeezes every number between 0 and 1"),
    "hard_sigmoid": Activation(
        "hard σ",
        "the hard sigmoid, 0.2 a + 0.5",
        "hard sigmoid: 0.2 a + 0.5, cut off at 0 and at 1",
    ),
    "hard_sigmoid_sixth": Activation(
        "hard σ",
        "the hard sigmoid, a/6 + 0.5",
        "hard sigmoid: a/6 + 0.5, cut off at 0 and at 1",
    ),
    "tanh": Activation("tanh", "tanh", "tanh: squeezes every number between −1 and 1"),
    "relu": Activation("relu", "relu", "relu: makes every number below 0 a 0"),
}

CANDIDATE_SYMBOL = {"gru": "n", "lstm": "g"}

CELL_NAMES = {"gru": "GRU", "lstm": "LSTM", "rnn": "plain RNN"}


def letter_of(cell: str, track: str, notation: conventions.Notation = conventions.PYTORCH) -> str:
    """The letter of a track in that cell's equations.

    The LSTM's candidate is g; the GRU's is n in PyTorch, and h with a tilde where the reset gate
    acts before the product, as in Cho et al. and the textbooks after them.
    """
    if track != "candidate":
        return SYMBOLS[track]
    if cell == "gru" and notation.placement == "before":
        return "h̃"
    return CANDIDATE_SYMBOL.get(cell, "n")
