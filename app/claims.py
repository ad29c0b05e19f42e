"""What course notes say of the GRU, and for each claim the link that shows it with live numbers.

The numbers are those of the project's list of claims; what needs training is not here yet.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from gru_core.edits import Edit, format_edits
from gru_core.targets import Target

SHUT = -6.0  # an update bias with which a gate keeps a quarter of a percent


@dataclass(frozen=True)
class Claim:
    """One claim, what to look at, and the parameters of the screen that shows it."""

    number: int
    says: str
    look: str
    query: tuple[tuple[str, str], ...]

    @property
    def link(self) -> str:
        """The query of a link to the first page."""
        return urlencode(self.query)


def _claim(number: int, says: str, look: str, **query: str) -> Claim:
    return Claim(number, says, look, tuple(query.items()))


def _biases(units: int, value: float) -> str:
    edits = [Edit(Target("gru", "b_x", (1, unit)), value) for unit in range(units)]
    return format_edits(edits) + "~"


CLAIMS = (
    _claim(
        1,
        "The GRU was introduced in 2014 (Cho et al., Learning Phrase Representations using RNN "
        "Encoder–Decoder, EMNLP 2014). Notes that say 2016 are wrong.",
        "The equations as that paper has them: reset before the product, z keeps, one bias.",
        scene="book",
        notation="cho",
    ),
    _claim(
        2,
        "Two gates and one state, against the LSTM's three gates and two states.",
        "Both wirings below each other.",
        scene="pulse",
        view="wirings",
    ),
    _claim(
        3,
        "The reset gate scales the old state entry by entry: 0.6·0.2 = 0.12, 0.5·0.4 = 0.20, "
        "0.3·0.8 = 0.24.",
        "The candidate's equation of each of the three units at step 1.",
        scene="book",
        t="1",
        u="1",
    ),
    _claim(
        4,
        "With r = 0 the candidate ignores the past; with r = 1 all of the past enters it.",
        "r is held at 0 for every unit: the candidate is tanh of the input's part alone. Hold it "
        "at 1, and all of h enters.",
        scene="slate",
        t="7",
        u="1",
        view="holding",
        do="gru.reset.all.all_0.0",
    ),
    _claim(
        5,
        "The candidate is tanh(W·[r⊙h, x] + b), the reset before the product (Cho et al., most "
        "textbooks). PyTorch and cuDNN reset after it: not the same.",
        "The book's numbers with the reset after the product: the notes below the equations say "
        "by how much h changes.",
        scene="book",
        notation="pytorch",
    ),
    _claim(
        6,
        "z high means more of the present (Chung et al. 2014), or more of the past (Cho et al. "
        "2014, PyTorch, Keras, ONNX). Notes mix both.",
        "z written the other way round: its picture is inverted, and h is the same, bit for bit.",
        scene="pulse",
        notation="after.write.2",
        t="4",
        u="4",
    ),
    _claim(
        7,
        "The new state is a blend: each unit lies between its old value and its candidate, and "
        "with h₀ = 0 stays between −1 and 1.",
        "What was kept and what was written at every step; h is their sum.",
        scene="crowd",
        view="kept",
        u="26",
    ),
    _claim(
        8,
        "W·[h, x] on joined vectors is W x + U h.",
        "The equations with one product instead of two, and the same results.",
        scene="book",
        form="joined",
    ),
    _claim(
        9,
        "Three sets of weights: three times the parameters of a plain RNN; the LSTM has four.",
        "Parameters over the number of units.",
        scene="crowd",
        view="cost",
    ),
    _claim(
        10,
        "Fewer parameters, hence faster than an LSTM.",
        "The time of a step, measured on this server; sizes at which the GRU is not faster are "
        "marked.",
        scene="crowd",
        view="cost",
        of="time",
    ),
    _claim(
        11,
        "Because the state is a sum, gradients survive long spans; in a plain RNN they vanish.",
        "What is left of the gradient 99 steps back, for the three cells.",
        scene="crowd",
        view="gradients",
    ),
    _claim(
        12,
        "“Eliminates the vanishing gradient” is too strong: with z near 0 it vanishes too.",
        "A scene that held its pulse to the end, with every update bias at −6: nothing is left.",
        scene="pulse",
        view="gradients",
        e=_biases(4, SHUT),
    ),
    _claim(
        15,
        "The GRU exposes its whole state; the LSTM hides c behind an output gate.",
        "What the LSTM keeps and writes is c; h is what its output gate lets out.",
        scene="slate",
        cell="lstm",
        t="3",
        u="2",
    ),
    _claim(
        16,
        "z near 1 copies, near 0 overwrites; the time constant is −1/ln(keep), which 1/(1 − keep) "
        "only approximates.",
        "Unit 2 keeps half: its time constant is 1.44 steps, not 2.",
        scene="pulse",
        view="memory",
        t="8",
        u="2",
    ),
    _claim(
        17,
        "A GRU sees only the past; a bidirectional one runs a second layer from the end.",
        "The input of step 18 is changed: forward states before it stay as they are, backward ones "
        "move.",
        scene="cue",
        view="directions",
        e="x.17.0_-1.0~",
    ),
    _claim(
        18,
        "The update gate plays the part of the LSTM's input and forget gates, coupled: f = 1 − i.",
        "An LSTM with coupled gates: f + i = 1 at every step, and its c is the GRU's h.",
        scene="cue",
        cell="lstm",
        t="12",
        u="1",
    ),
)
