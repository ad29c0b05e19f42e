"""What a file of weights holds: its recurrent layers, what it says of them, what it leaves open.

A reader turns bytes into a ModelFile and computes nothing. `Entry.answered` makes an entry ready to
be run; whatever the file leaves open has to be answered there, or is assumed in the open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from gru_core.arrays import Array
from gru_core.conventions import Cell
from gru_core.ends import GATE_ENDS, STATE_ENDS, end_of, is_gate_end
from gru_core.formats.reads import ALL, Reads
from gru_core.formats.whole.pieces import Whole
from gru_core.run import Merge

if TYPE_CHECKING:
    from gru_core.formats.whole.loose import Loose

# What a file may or may not say of a layer, and the answers there are; all of them texts.
Answers: TypeAlias = Mapping[str, str]

# For each setting the answers that are offered, the commonest first; is_answer knows of more.
ANSWERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "gate_activation": GATE_ENDS,
        "state_activation": STATE_ENDS,
        "reset_after": ("true", "false"),
        "backward": ("false", "true"),
        "merge": ("concat", "sum", "mean", "product"),
        "padding": ("none", "zeros"),
        "start": ("zeros",),
    }
)
# What only somebody who knows the input can say: it is never assumed.
ASKED: Final = ("padding", "start")

# In every note on what stands before a layer in its model and is not computed.
TAKEN_FOR: Final = "are taken for what"


def is_answer(setting: str, answer: object) -> bool:
    """Whether a setting has this answer: functions of gru_core.ends may have parameters."""
    if setting == "state_activation":
        return end_of(answer) is not None
    if setting == "gate_activation":
        return is_gate_end(answer)
    return answer in ANSWERS[setting]


@dataclass(frozen=True, eq=False)
class Direction:
    """One layer in one direction, laid out as gru_core.weights has it. Compared by identity."""

    w_x: Array  # (gate, unit, input), the gates in the order of conventions.GATES[cell]
    w_h: Array  # (gate, unit, number), as many numbers as the hidden state has
    b_x: Array  # (gate, unit); zeros where the file has no bias
    b_h: Array  # (gate, unit); zeros where the file has one bias
    # Each (unit,), a projected hidden state (number,), as STATES[cell]; empty where the file has
    # none.
    initial: tuple[Array, ...] = ()
    # The same in the file's own shapes and order, as its framework takes them; empty where its
    # check needs none, and in another process.
    stacked: tuple[Array, ...] = ()
    w_p: Array | None = None  # (number, unit): of an LSTM whose hidden state is projected


@dataclass(frozen=True, eq=False)
class Entry:
    """One recurrent layer of a file, or the stack that its framework treats as one layer."""

    name: str  # as the file calls it
    cell: Cell
    layers: tuple[tuple[Direction, ...], ...]  # the lowest first; each has one direction or two
    biases: int = 2  # for each gate and unit: 0, 1 or 2
    merge: Merge = "concat"  # of the two directions
    reading_order: bool = False  # a backward layer's output is left as read, the last step first
    says: Answers = field(default_factory=dict)  # what the file says
    assumes: Answers = field(default_factory=dict)  # what its framework does if not told otherwise
    asks: tuple[str, ...] = ()  # those of ASKED that this layer needs answered
    reads: Reads = ALL  # what the model passes over of an input
    stored: str = "float32"  # how the numbers are kept in the file: float16, bfloat16, …
    notes: tuple[str, ...] = ()  # sentences a reader should know
    checked: tuple[str, ...] = ()  # sentences on what of the file a check runs, where that differs

    @property
    def before(self) -> tuple[str, ...]:
        """Those of its notes that say what stands before it and is not computed."""
        return tuple(note for note in self.notes if TAKEN_FOR in note)


@dataclass(frozen=True, eq=False)
class ModelFile:
    """Every recurrent layer of one file, and what is around them."""

    format: str  # "PyTorch state dict", "safetensors", "Keras 3", "ONNX", …
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    whole: Whole | None = None  # how the file says that its model is put together
    loose: "Loose | None" = None  # what may be around its layers, where it does not say
