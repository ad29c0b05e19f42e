"""What quantities, functions and cells are called: the terms of the field, the letters."""

from dataclasses import dataclass, replace

from gru_core import conventions
from gru_core.ends import PARAMETERS, end_of

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
        "the hard sigmoid, {alpha} a + 0.5",
        "hard sigmoid: {alpha} a + 0.5, cut off at 0 and at 1",
    ),
    "hard_sigmoid_sixth": Activation(
        "hard σ",
        "the hard sigmoid, a/6 + 0.5",
        "hard sigmoid: a/6 + 0.5, cut off at 0 and at 1",
    ),
    "tanh": Activation("tanh", "tanh", "tanh: squeezes every number between −1 and 1"),
    "relu": Activation("relu", "relu", "relu: makes every number below 0 a 0"),
    "relu6": Activation("relu6", "relu6", "relu6: makes every number below 0 a 0, above 6 a 6"),
    "elu": Activation("elu", "elu", "elu: makes every number a below 0 {alpha} (exp(a) − 1)"),
    "selu": Activation("selu", "selu", "selu: 1.0507 a; below 0 1.7581 (exp(a) − 1)"),
    "linear": Activation("linear", "linear", "linear: leaves every number as it is"),
    "softsign": Activation("softsign", "softsign", "softsign: a / (1 + |a|), between −1 and 1"),
    "softplus": Activation("softplus", "softplus", "softplus: ln(1 + exp(a)), always above 0"),
    "leaky_relu": Activation(
        "leaky relu", "leaky relu", "leaky relu: multiplies every number below 0 by {alpha}"
    ),
    "thresholded_relu": Activation(
        "thresholded relu",
        "thresholded relu",
        "thresholded relu: makes every number up to {alpha} a 0",
    ),
    "scaled_tanh": Activation(
        "scaled tanh",
        "scaled tanh",
        "scaled tanh: {alpha} tanh({beta} a), between −{alpha} and {alpha}",
    ),
    "affine": Activation("affine", "affine", "affine: {alpha} a + {beta}"),
}


def activation_named(name: str) -> Activation:
    """That of a name with its parameters, as gru_core.ends has it."""
    written = ACTIVATIONS[family_of(name)]
    numbers = parameters_of(name)
    return replace(
        written, name=written.name.format(**numbers), says=written.says.format(**numbers)
    )


def family_of(name: str) -> str:
    """The name without parameters."""
    end = end_of(name)
    assert end is not None, name
    return end.family


def parameters_of(name: str) -> dict[str, str]:
    """The numbers of a function as they are written, by the names of gru_core.ends.PARAMETERS."""
    end = end_of(name)
    assert end is not None, name
    numbers = (f"{one:.5g}".replace("-", "−") for one in end.parameters)
    return dict(zip(PARAMETERS, numbers, strict=False))


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
