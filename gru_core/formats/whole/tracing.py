"""A layer of a file in its whole model: from tokens or numbers to gates and the prediction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.conventions import STATES
from gru_core.errors import FormatError, GatescopeError, shown
from gru_core.formats.answers import answered, settings_of
from gru_core.formats.model import Answers, Entry, ModelFile
from gru_core.formats.running import Ready
from gru_core.formats.tracing import MASK, Arrays
from gru_core.formats.whole.loose import NOTHING_CHOSEN, Chosen, reading, refused_tokens
from gru_core.formats.whole.pieces import INPUT, Piece, Whole
from gru_core.formats.whole.running import How, Masks, WholeRun, run_whole
from gru_core.words import Said

PREDICTION: Final = "prediction"
TOKENS: Final = "tokens"
_FLAT: Final = ("same", "masking")
# What leaves as many numbers at a step as it reads.
_OF_ONE_WIDTH: Final = ("scale", "norm", "leak", "pool", "stretch", "pad", "crop")
_THROUGH: Final = (
    "note: the input is that of the model; {name} reads what {names} makes of it. If it is what "
    "{name} reads itself, say --layer-input.",
    "note: the input is that of the model; {name} reads what {names} make of it. If it is what "
    "{name} reads itself, say --layer-input.",
)
_STEPS: Final = (
    "note: {name} reads 1 step, which the model makes of the {steps} that it is given.",
    "note: {name} reads {n} steps, which the model makes of the {steps} that it is given.",
)


@dataclass(frozen=True, eq=False)
class Given:
    """What a model, or one of its layers, is given. Compared by identity."""

    values: npt.NDArray[Any]  # tokens (step, batch), or numbers (step, batch, input)
    tokens: bool = False
    own: bool | None = None  # whether the numbers are the layer's own input; None: the sizes tell
    initial: Mapping[str, npt.ArrayLike] = field(default_factory=dict)
    mask: Masks | None = None  # (step, batch)


def model_of(file: ModelFile, entry: Entry, chosen: Chosen = NOTHING_CHOSEN) -> Whole | None:
    """The model around a layer; None where nothing of it is known.

    Errors: those of reading; FormatError for what is said of a file that leaves nothing open.
    """
    if file.loose is None and chosen != NOTHING_CHOSEN:
        raise FormatError(
            "The file leaves no embedding and no head open: leave out --embedding, --head, "
            "--head-reads and --below."
        )
    if file.whole is not None:
        return None if file.whole.of_layer(entry.name) is None else file.whole
    if file.loose is None:
        return None
    return reading(file.loose, entry, file.entries, chosen)


def starts_at_layer(whole: Whole, entry: Entry, given: Given, entries: Iterable[Entry]) -> bool:
    """Whether numbers are what the layer itself reads, and not what the model is given.

    entries: of the file.
    """
    if given.tokens:
        return False
    if given.own is not None:
        return given.own
    if whole.table is not None:
        return True
    width, layer = input_width(whole, entries), entry.layers[0][0].w_x.shape[2]
    wide = given.values.shape[-1]
    return wide == layer and width not in (None, wide)


def input_width(whole: Whole, entries: Iterable[Entry]) -> int | None:
    """How many numbers the model is given at a step; None where the pieces do not say.

    entries: of the file.
    """
    layers = {one.name: one.layers[0][0].w_x.shape[2] for one in entries}
    names = {INPUT}
    for piece in whole.pieces:
        if not names & set(piece.reads):
            continue
        if piece.kind in _FLAT:
            names.add(piece.name)
        elif piece.kind == "layer" and piece.does in layers:
            return int(layers[piece.does])
        elif piece.kind == "dense":
            return int(piece.arrays["w"].shape[1])
        elif piece.kind == "conv":
            return int(piece.arrays["w"].shape[1] * piece.numbers.get("groups", 1))
        elif piece.kind == "unconv":
            return int(piece.arrays["w"].shape[1])
        elif piece.kind in ("scale", "norm", "leak") and len(piece.arrays["w"]) > 1:
            return len(piece.arrays["w"])
        elif piece.kind in _OF_ONE_WIDTH:
            names.add(piece.name)
    return None


def reads_input(whole: Whole, piece: Piece) -> bool:
    """Whether a layer reads what the model is given, with nothing computed in between."""
    name = piece.reads[0]
    while name != INPUT:
        below = whole.piece(name)
        if below.kind not in _FLAT:
            return False
        name = below.reads[0]
    return True


def readies(
    file: ModelFile, entry: Entry, answers: Answers, at_layer: bool
) -> Callable[[str], Ready]:
    """Every layer of a model ready to be run, by its name.

    at_layer: whether the layer is given its own input; else the model itself says which steps it
    passes over, and from which states it starts. Errors: those of answered.
    """
    entries = {one.name: one for one in file.entries}

    def ready(name: str) -> Ready:
        one = entries[name]
        own = one.name == entry.name
        given = answers if own else _fitting(one, answers)
        if file.whole is None or (own and at_layer):
            return answered(one, given)
        piece = file.whole.of_layer(name)
        settled = ("padding", "start") if piece is not None and piece.starts else ("padding",)
        asks = tuple(setting for setting in one.asks if setting not in settled)
        given = {key: value for key, value in given.items() if key not in settled}
        made = answered(replace(one, asks=asks), given)
        return replace(made, reads=replace(made.reads, padding=None))

    return ready


def _fitting(entry: Entry, answers: Answers) -> Answers:
    """Those answers that another layer leaves open too."""
    known = settings_of(entry)
    return {key: value for key, value in answers.items() if key in known and key not in entry.says}


def traced(
    file: ModelFile, entry: Entry, whole: Whole, answers: Answers, given: Given
) -> tuple[Arrays, list[str]]:
    """Every array of a layer in its model by its name, and what to say of them.

    As trace_arrays with a batch has them; besides prediction, (step, batch, number) or (batch,
    number), and tokens, (step, batch). Errors: those of run_whole.
    """
    begin = entry.name if starts_at_layer(whole, entry, given, file.entries) else ""
    ready = readies(file, entry, answers, bool(begin))
    piece = whole.of_layer(entry.name)
    initial = given.initial
    if not begin and piece is not None and piece.starts and answers.get("start") == "zeros":
        initial = {**zeros_of(entry), **initial}
    how = How(begin, "", {entry.name: initial}, given.mask)
    said: list[str] = []
    try:
        ran = run_whole(whole, ready, given.values, how)
    except GatescopeError as error:
        ran = run_whole(whole, ready, given.values, replace(how, upto=entry.name))
        said.append(Said("note: there is no prediction: {error}", error=error))
    arrays = arrays_of(ran, entry)
    if given.tokens:
        arrays[TOKENS] = given.values
    if whole.output in ran.values and whole.output:
        arrays[PREDICTION] = ran.values[whole.output]
    said += said_through(whole, entry, bool(begin) or given.tokens)
    steps, own = len(given.values), len(arrays["x"])
    if steps != own:
        said.append(Said(_STEPS[own > 1], name=shown(entry.name), n=own, steps=steps))
    return arrays, said


def arrays_of(ran: WholeRun, entry: Entry) -> Arrays:
    """What a run of a model leaves of one layer. Errors: FormatError where it was not reached."""
    if entry.name not in ran.layers:
        raise FormatError(
            "What {name} reads is not known from the input of the model: give what it reads "
            "itself, --layer-input.",
            name=shown(entry.name),
        )
    return dict(ran.layers[entry.name])


def said_through(whole: Whole, entry: Entry, own: bool) -> list[str]:
    """A note where numbers are not what the layer itself reads. own: they are, or are tokens."""
    piece = whole.of_layer(entry.name)
    if own or piece is None or reads_input(whole, piece):
        return []
    between = _between(whole, piece)
    names = ", ".join(map(shown, between))
    return [Said(_THROUGH[len(between) > 1], name=shown(entry.name), names=names)]


def zeros_of(entry: Entry) -> dict[str, npt.NDArray[Any]]:
    """The first states of a layer as zeros, each (layer·direction, unit)."""
    flat = [one for layer in entry.layers for one in layer]
    sizes = {"hidden": flat[0].w_h.shape[2], "cell": flat[0].w_h.shape[1]}
    return {name: np.zeros((len(flat), sizes[name])) for name in STATES[entry.cell]}


def _between(whole: Whole, piece: Piece) -> list[str]:
    """The names of the pieces that a layer's input comes from, the first first."""
    found, names = [], [piece.reads[0]]
    while names:
        name = names.pop()
        if name != INPUT and name not in found:
            found.append(name)
            names += whole.piece(name).reads
    return found[::-1]


def without_batch(arrays: Mapping[str, npt.NDArray[Any]]) -> Arrays:
    """The arrays of one sequence without their axis batch."""
    last = (MASK, TOKENS)
    return {name: array.take(0, axis=-1 if name in last else -2) for name, array in arrays.items()}


def refuse_tokens(file: ModelFile, entry: Entry) -> FormatError:
    """What is said where tokens are given and nothing is known to read them."""
    if file.loose is not None:
        return refused_tokens(file.loose, entry)
    return FormatError(
        "No way is known here from tokens to {name}: there is no embedding before it, or something "
        "between the two is not computed. Give as numbers what {name} itself reads, --input.",
        name=shown(entry.name),
    )


def said_of_model(whole: Whole) -> Iterable[str]:
    """What is to be known of a model around a layer."""
    return whole.notes
