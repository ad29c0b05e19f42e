"""What the gates of an opened model do over many texts: run once, kept, told when it is there."""

from dataclasses import dataclass
from typing import Final

from app.compute.background import Later
from app.compute.runs import TOGETHER
from app.compute.store import Shelf, made_of
from app.compute.workshop import WORKSHOP, NotMadeError
from app.screen.around import whole_of
from app.screen.at_hand import Loaded, content_of, provisional
from app.screen.loaded import Unwanted
from app.setting.model import Model
from app.words.refusal import refusal
from app.words.say import say
from gru_core.errors import GatescopeError, TextError
from gru_core.formats.answers import questions
from gru_core.formats.many import Many, ManyGates, many_gates, units_run
from gru_core.formats.whole.many import Way, input_size, longer, of_texts, without_padding
from gru_core.inputs.tables.text_column import TextFile
from gru_core.inputs.vocabulary import Vocabulary

MOST_NUMBERS: Final = 20_000_000  # steps of all texts × units: some seconds of a processor
BYTES_OF_UNIT: Final = 8 * 5 * 6  # of what is kept: five numbers in 64 bits, of six tracks at most


@dataclass(frozen=True, eq=False)
class OverTexts:
    """What many texts came to, or why they did not. Compared by identity."""

    gates: ManyGates | None = None
    texts: int = 0  # that the file has
    words: int = 0
    unknown: int = 0
    marked: bool = False  # whether unknown words are read, as a token for such; else left out
    without: int = 0  # texts of which nothing is known, or no step counts
    cut: int = 0
    problem: str = ""


_kept: Shelf[OverTexts] = Shelf("over texts")
_later: Later[OverTexts] = Later(_kept, "running many texts")


def over_texts(loaded: Loaded) -> OverTexts | None:
    """What many texts come to; None where they are still run: whoever asks again gets it."""
    asked_for = loaded.model  # what the stage is fed with is no matter here
    model = Model(
        file=asked_for.file,
        layer=asked_for.layer,
        answers=asked_for.answers,
        vocabulary=asked_for.vocabulary,
        texts=asked_for.texts,
        column=asked_for.column,
    )
    asked = loaded.asking(model)
    size = BYTES_OF_UNIT * units_run(loaded.file, loaded.entry, in_model=False)
    try:
        with made_of(model.keys):
            return _later.ask((model,), size, lambda: _made(asked))
    except NotMadeError:
        return None


def _made(loaded: Loaded) -> OverTexts:
    """The same, in the process for what is large if it may be. Errors: NotMadeError."""
    file = content_of(loaded.model.texts, "no_texts")
    units = units_run(loaded.file, loaded.entry, in_model=True)
    # A step has a character at least, mostly several.
    long = isinstance(file, TextFile) and len(file.text) * units >= TOGETHER
    if not (WORKSHOP.open and long):
        return over_texts_here(loaded)
    keys = loaded.model.keys
    made: OverTexts = WORKSHOP.make("many", loaded.model, gone=Unwanted(keys), files=keys)
    return made


def over_texts_here(loaded: Loaded) -> OverTexts:
    """The same, worked out in this process."""
    try:
        return _run(loaded)
    except GatescopeError as error:
        return OverTexts(problem=refusal(error))


def _run(loaded: Loaded) -> OverTexts:
    file = content_of(loaded.model.texts, "no_texts")
    if not isinstance(file, TextFile):  # a link may name any file that is open
        raise TextError(say("screen.loaded.no_texts"))
    texts = file.texts(loaded.model.column)
    entry, answers = loaded.entry, provisional(loaded.entry, loaded.answers)
    whole = whole_of(loaded)
    known = content_of(loaded.model.vocabulary, "no_vocabulary")
    words = known if isinstance(known, Vocabulary) else None
    own = None
    if whole is not None and whole.table is not None:
        words = words or whole.words
    else:  # what the vocabulary has for a word is what the layer itself reads
        own = True
        _check_start(loaded)
        if words is None:
            raise TextError(say("screen.many.no_words", layer=entry.name))
    weights_file, entry = without_padding(loaded.file, entry)
    answers.pop("padding", None)  # each text ends where it ends
    way = Way(weights_file, entry, whole, answers, own=own)
    run, read = of_texts(way, texts.texts, words)
    many = Many(read.sequences, read.counts)
    units = units_run(weights_file, entry, whole is not None)
    made = many_gates(run, many, units, input_size(entry), MOST_NUMBERS, longer(way))
    return OverTexts(
        made,
        *(len(texts.texts), read.words, read.unknown, read.marked),
        read.without + made.without,
        read.cut,
    )


def _check_start(loaded: Loaded) -> None:
    """Raise TextError where the layer's first state is not known, and nobody has said one."""
    entry = loaded.entry
    if "start" not in entry.asks or "start" in loaded.answers:
        return
    asked = next(one for one in questions(entry) if one.setting == "start")
    answer = next(iter(asked.answers.values()))
    raise TextError(say("screen.loaded.not_run_start", layer=entry.name, answer=answer))
