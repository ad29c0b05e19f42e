"""A layer in its model as something that many sequences are run through, one lot after another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.errors import FormatError, shown
from gru_core.formats.answers import answered
from gru_core.formats.many import LONGER, Run
from gru_core.formats.model import Answers, Entry, ModelFile
from gru_core.formats.onnx.beneath import is_above
from gru_core.formats.reads import Mask
from gru_core.formats.tracing import Arrays, trace_arrays
from gru_core.formats.whole.joins import MERGED
from gru_core.formats.whole.pieces import Whole
from gru_core.formats.whole.running import How, run_whole
from gru_core.formats.whole.tracing import (
    Given,
    arrays_of,
    readies,
    refuse_tokens,
    said_through,
    starts_at_layer,
    zeros_of,
)
from gru_core.inputs.many_texts import Encoded, as_places, encoded
from gru_core.inputs.vocabulary import Vocabulary

Values = npt.NDArray[Any]
PADDING: Final = "padding"  # the question that lengths answer
# What computes each step from that step alone: behind it a sequence ends where it ended before.
_BY_STEP: Final = (
    *("same", "table", "layer", "dense", "scale", "norm", "function", "clip", "leak", "masking"),
    *("join", "part", *MERGED),
)


@dataclass(frozen=True, eq=False)
class Way:
    """What stands between the sequences and a layer. Compared by identity."""

    file: ModelFile
    entry: Entry
    whole: Whole | None = None  # the model around it; None where nothing is known of that
    answers: Answers | None = None
    own: bool | None = None  # whether numbers are the layer's own input; None: the sizes tell


def without_padding(file: ModelFile, entry: Entry) -> tuple[ModelFile, Entry]:
    """The file where every sequence ends where it ends: which steps are padding is not asked."""
    one = replace(entry, asks=tuple(asked for asked in entry.asks if asked != PADDING))
    entries = tuple(one if other.name == entry.name else other for other in file.entries)
    return replace(file, entries=entries), one


def runner(way: Way, tokens: bool, width: int = 1) -> tuple[Run, list[str]]:
    """What runs sequences of one length through a layer, and what to say of that.

    tokens: whether they are tokens; else each step has so many numbers, `width`. Errors: those of
    answered; FormatError where the layer is not reached so.
    """
    file, entry, whole, answers = way.file, way.entry, way.whole, way.answers or {}
    if whole is None:
        if tokens:
            raise refuse_tokens(file, entry)
        if is_above(entry) and not way.own:
            raise FormatError(
                "What {name} reads in its model is not computed here: give what it reads itself, "
                "--layer-input.",
                name=shown(entry.name),
            )
        ready = answered(entry, answers)
        return lambda values, mask: trace_arrays(ready, values, mask=mask), []
    if tokens and whole.table is None:
        raise refuse_tokens(file, entry)
    sample = np.zeros((1, 1, width))
    begins = starts_at_layer(whole, entry, Given(sample, tokens, way.own), file.entries)
    layers = readies(file, entry, answers, begins)
    piece = whole.of_layer(entry.name)
    zeros = piece is not None and piece.starts and answers.get("start") == "zeros"
    initial = {entry.name: zeros_of(entry)} if zeros and not begins else {}
    begin = entry.name if begins else ""

    def run(values: Values, mask: Mask | None) -> Arrays:
        how = How(begin, entry.name, initial, mask)
        return arrays_of(run_whole(whole, layers, values, how), entry)

    return run, said_through(whole, entry, begins or tokens)


def longer(way: Way) -> float:
    """How much longer one sequence may be than another that runs with it, as many_gates has it.

    1 where something below the layer looks at other steps: at the last one, or several at a time.
    """
    if way.whole is None:
        return LONGER
    layer = way.whole.of_layer(way.entry.name)
    below = [one for one in way.whole.pieces[: way.whole.pieces.index(layer) + 1] if layer]
    return LONGER if all(one.kind in _BY_STEP and not one.starts for one in below) else 1.0


def input_size(entry: Entry) -> int:
    """How many numbers the lowest layer of an entry reads at a step."""
    size: int = entry.layers[0][0].w_x.shape[2]
    return size


def of_texts(way: Way, texts: Sequence[str], words: Vocabulary | None) -> tuple[Run, Encoded]:
    """What runs texts through a layer, and the texts as it takes them.

    Where the model has a table for tokens a word is its place there, and without words the texts
    are such places; else it is what the vocabulary has for it.
    Errors: those of runner; FormatError with neither table nor words; TextError or
    RangeError for a text that is not read.
    """
    table = None if way.whole is None else way.whole.table
    if table is not None:
        run, _ = runner(way, tokens=True)
        return run, encoded(texts, words) if words else as_places(texts, len(table.arrays["w"]))
    if words is None:
        raise refuse_tokens(way.file, way.entry)
    inputs = input_size(way.entry)
    run, _ = runner(way, tokens=False, width=inputs)
    return _in_words(run, words, inputs), encoded(texts, words)


def _in_words(run: Run, vocabulary: Vocabulary, inputs: int) -> Run:
    """The run of a layer that takes numbers on places in a vocabulary.

    Each is the vector that the vocabulary has for it, or a one at its place. inputs: of the layer.
    Errors: RangeError where the vocabulary does not fit it.
    """
    vocabulary.check_size(inputs)
    vectors = vocabulary.vectors

    def read(places: Values, mask: Mask | None) -> Arrays:
        return run(_one_hot(places, inputs) if vectors is None else vectors[places], mask)

    return read


def _one_hot(places: Values, inputs: int) -> Array:
    """A one for each place, (step, sequence, input)."""
    found: Array = (places[..., np.newaxis] == np.arange(inputs)).astype(np.float32)
    return found
