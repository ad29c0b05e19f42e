"""A loaded layer in its whole model: its true input, and on from its states to the prediction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np

from app.screen.at_hand import Loaded, content_of, feed_of, passed_over, provisional
from app.setting.model import AROUND, Model
from app.words.say import say
from gru_core.arrays import Array
from gru_core.errors import GatescopeError, TextError
from gru_core.formats.reads import Mask, Reads
from gru_core.formats.running import INITIAL_NAMES, Initials, Ready
from gru_core.formats.tracing import MASK
from gru_core.formats.whole.continuing import Place
from gru_core.formats.whole.loose import NOTHING_CHOSEN, Chosen
from gru_core.formats.whole.pieces import Piece, Whole
from gru_core.formats.whole.running import How, WholeRun, run_whole
from gru_core.formats.whole.tracing import (
    Given,
    input_width,
    model_of,
    readies,
    reads_input,
    starts_at_layer,
    zeros_of,
)
from gru_core.inputs.feed import GENERATORS, fed
from gru_core.inputs.sequences import Sequence
from gru_core.inputs.vocabulary import MAX_READ, Vocabulary
from gru_core.scenes.loaded import left_out

Ready_: TypeAlias = Callable[[str], Ready]  # a layer by its name


@dataclass(frozen=True, eq=False)
class Fed:
    """What a layer reads in its model, and the layer ready to be run on it."""

    sequence: Sequence  # at the steps that it reads
    ready: Ready
    place: Place
    labels: tuple[str, ...]  # of all steps, those that are passed over too
    left: tuple[int, ...] = ()  # the steps that are passed over, counted from 0
    made_of: int = 0  # how many steps the model makes these of; 0 where they are its own

    @property
    def mask(self) -> Mask:
        """The steps that are read, (step,)."""
        read = np.ones(len(self.labels), bool)
        read[list(self.left)] = False
        return read


def whole_of(loaded: Loaded) -> Whole | None:
    """The model around the chosen layer; None where nothing is known of it."""
    try:
        said = chosen_of(loaded.model) if loaded.file.loose is not None else NOTHING_CHOSEN
        return model_of(loaded.file, loaded.entry, said)
    except GatescopeError:  # a link may name what does not fit
        return None


def chosen_of(model: Model) -> Chosen:
    """What was said of how a file is put together."""
    answers = dict(model.answers)
    embedding, head, reads = (answers.get(name, "") for name in AROUND)
    return Chosen(embedding, head, reads)


def takes_tokens(loaded: Loaded) -> bool:
    """Whether the model has an embedding that takes tokens."""
    whole = whole_of(loaded)
    return whole is not None and whole.table is not None


def is_settled(loaded: Loaded) -> bool:
    """Whether the model itself says which steps count, and from which states its layer starts."""
    whole = whole_of(loaded)
    piece = None if whole is None else whole.of_layer(loaded.entry.name)
    if whole is None or piece is None or loaded.file.whole is None:
        return False
    if whole.table is not None:
        return loaded.model.source in ("text", "noise")
    return not reads_input(whole, piece)


def fed_in_model(loaded: Loaded, seed: int) -> Fed | None:
    """The layer in its model on the chosen input; None where it is known only by itself.

    Errors: TextError for a text that is not understood; those of fed and of run_whole.
    """
    whole = whole_of(loaded)
    piece = None if whole is None else whole.of_layer(loaded.entry.name)
    if whole is None or piece is None:
        return None
    sequence, tokens = _sequence(loaded, whole, piece, seed)
    values = sequence.x.astype(np.int64)[:, 0] if tokens else sequence.x
    given = Given(values[:, np.newaxis], tokens)
    own = starts_at_layer(whole, loaded.entry, given, loaded.file.entries)
    begin = loaded.entry.name if own else ""
    if not tokens and reads_input(whole, piece):
        begin = loaded.entry.name  # it is the same, and what is padding is asked as ever
    asked = provisional(loaded.entry, loaded.answers)
    ready = readies(loaded.file, loaded.entry, asked, bool(begin))
    mask = _mask(loaded.model, len(values))
    zeros = bool(piece.starts) and not begin and loaded.answers.get("start") == "zeros"
    initial = {loaded.entry.name: zeros_of(loaded.entry)} if zeros else {}
    ran = run_whole(whole, ready, given.values, How(begin, loaded.entry.name, initial, mask))
    return _fed(loaded, whole, ran, _Made(ready, sequence, piece))


def _mask(model: Model, steps: int) -> Mask | None:
    """The steps of a text or of numbers that count, (step, 1); None for all."""
    without = passed_over(model)
    if model.source in GENERATORS or not (model.length or without):
        return None
    mask = np.arange(steps) < (model.length or steps)
    mask[[at for at in without if at < steps]] = False
    return mask[:, np.newaxis]


class _Made(NamedTuple):
    ready: Ready_
    sequence: Sequence  # what the model is given
    piece: Piece  # the layer


def _fed(loaded: Loaded, whole: Whole, ran: WholeRun, made: _Made) -> Fed:
    ready, sequence, piece = made
    arrays = ran.layers[loaded.entry.name]
    one: Ready = ready(loaded.entry.name)
    x = arrays["x"][:, 0]
    channels = sequence.channels
    if len(channels) != x.shape[1]:
        channels = tuple(f"x{at + 1}" for at in range(x.shape[1]))
    kept = arrays[MASK][:, 0] if MASK in arrays else None
    labels, given = sequence.labels, len(sequence.labels)
    if len(x) == given:
        given = 0
    else:  # a convolution, pooling or a decoder between
        labels = tuple(str(at + 1) for at in range(len(x)))
    read = left_out(Sequence(x, labels, channels), np.ones(len(x), bool))
    left: tuple[int, ...] = ()
    if kept is not None and not kept.all():
        read, left = left_out(read, kept), tuple(np.flatnonzero(~kept).tolist())
    one = replace(one, reads=Reads(zeros=one.reads.zeros))
    if piece.starts:
        one = replace(one, initials=_initials(one, arrays))
    place = Place(whole, _with(ready, one), one.name, loaded.place[0], ran, kept)
    return Fed(read, one, place, labels, left, given)


def _with(ready: Ready_, one: Ready) -> Ready_:
    """The layers, this one as it is run on the stage."""
    return lambda name: one if name == one.name else ready(name)


def _initials(ready: Ready, arrays: Mapping[str, Array]) -> Initials:
    """The first states that the model has made."""
    ways = ("forward", "backward") if len(ready.directions[0]) == 2 else None
    found = []
    for at in range(len(ready.layers)):
        names = ways or tuple(
            way for way in ("forward", "backward") if f"layer{at}.{way}.h0" in arrays
        )
        found.append(
            tuple(
                tuple(
                    arrays[f"layer{at}.{way}.{state}"][0]
                    for state in INITIAL_NAMES
                    if f"layer{at}.{way}.{state}" in arrays
                )
                for way in names
            )
        )
    return tuple(found)


def _sequence(loaded: Loaded, whole: Whole, piece: Piece, seed: int) -> tuple[Sequence, bool]:
    """What the model is given, and whether that is tokens, (step, 1)."""
    model, table = loaded.model, whole.table
    inputs = loaded.entry.layers[0][0].w_x.shape[2]
    if table is not None and model.source == "text":
        rows, labels = _tokens(model, whole, len(table.arrays["w"]))
        return _of_tokens(rows, labels), True
    if table is not None and model.source == "noise":
        first = 1 if table.numbers.get("value") == 0 and len(table.arrays["w"]) > 1 else 0
        rng = np.random.default_rng(seed)
        drawn = rng.integers(first, len(table.arrays["w"]), model.steps).tolist()
        return _of_tokens(drawn, tuple(_named(whole, at) for at in drawn)), True
    if table is not None or reads_input(whole, piece):
        return fed(feed_of(model), inputs, seed), False
    width = input_width(whole, loaded.file.entries) or inputs
    return _numbers(model, width, inputs, seed), False


def _numbers(model: Model, width: int, inputs: int, seed: int) -> Sequence:
    """Numbers for the model, or for the layer where only that takes so many."""
    feed = feed_of(model)
    if feed.source == "numbers" and feed.numbers is not None and feed.numbers.shape[1] != width:
        return fed(feed, inputs, seed)
    return fed(feed, width, seed)


def _of_tokens(rows: list[int], labels: tuple[str, ...]) -> Sequence:
    return Sequence(np.array(rows, np.float64)[:, np.newaxis], labels, ("token",))


def _named(whole: Whole, token: int) -> str:
    return whole.vocabulary[token] if token < len(whole.vocabulary) else str(token)


def _tokens(model: Model, whole: Whole, count: int) -> tuple[list[int], tuple[str, ...]]:
    """The places of the tokens of a text, and a label for each. Errors: TextError."""
    known = content_of(model.vocabulary, "no_vocabulary")
    if isinstance(known, Vocabulary):
        return known.places(model.text)
    if whole.words is not None:
        return whole.words.places(model.text)
    said = model.text.replace(",", " ").split()
    wrong = next((one for one in said if not (one.isascii() and one.isdecimal())), None)
    if wrong is not None or not said or len(said) > MAX_READ:
        raise TextError(say("screen.around.no_words", last=count - 1))
    rows = [int(one[:10]) for one in said]
    return rows, tuple(map(str, rows))
