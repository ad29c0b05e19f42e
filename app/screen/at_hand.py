"""The visitor's own model with its file at hand, what was said of it, and what it is fed with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.compute import uploads
from app.compute.uploads import Upload
from app.setting.model import AROUND, Model
from app.words.say import say
from gru_core.errors import TextError
from gru_core.formats.answers import questions
from gru_core.formats.model import ASKED, Entry, ModelFile
from gru_core.formats.reads import steps_of
from gru_core.inputs.feed import GENERATORS, MAX_STEPS, Feed
from gru_core.inputs.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model of a link with its file at hand: found once for a screen, and handed on."""

    model: Model
    upload: Upload
    entry: Entry  # the chosen layer of the file

    @property
    def file(self) -> ModelFile:
        """What the file holds."""
        assert isinstance(self.upload.content, ModelFile)
        return self.upload.content

    @property
    def answers(self) -> dict[str, str]:
        """What has been said of what the file leaves open."""
        return dict(self.model.answers)

    def asking(self, model: Model) -> "Loaded":
        """This layer of this file, asked for otherwise: with other answers, or another input."""
        return replace(self, model=model)

    @property
    def place(self) -> tuple[int, bool]:
        """The layer of the stack that is shown, and whether it is the second of two directions.

        A link may ask for one that there is not: the highest layer, and the only direction.
        """
        at = min(self.model.at, len(self.entry.layers) - 1)
        return at, self.model.backward and len(self.entry.layers[at]) == 2


def find(model: Model) -> Loaded | None:
    """The model with its file, if this server has it; None where none is open, or it is gone."""
    upload = uploads.find(model.file)
    if upload is None or not isinstance(upload.content, ModelFile):
        return None
    return Loaded(model, upload, uploads.entry_of(upload, model.layer))


def in_place_of(before: Model, file: str) -> Model:
    """The model of another file, by its key: asked for as the one before where it has that layer.

    So two checkpoints of one model are compared on the same layer and input.
    """
    plain, was = Model(file=file, steps=before.steps), find(before)
    there = find(replace(plain, layer=was.entry.name)) if was else None
    if was is None or there is None or not _alike(was.entry, there.entry):
        return plain
    known = {question.setting for question in questions(there.entry)} | set(AROUND)
    answers = tuple((setting, said) for setting, said in before.answers if setting in known)
    return replace(before, file=file, layer=there.entry.name, answers=answers)


def _alike(one: Entry, other: Entry) -> bool:
    """Whether two layers are of one kind and size."""
    first, second = (
        [[(d.w_x.shape, d.w_h.shape) for d in layer] for layer in e.layers] for e in (one, other)
    )
    return one.cell == other.cell and first == second


def provisional(entry: Entry, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, and the first one of each question that is open and not assumed.

    Not of one whose answer only the visitor's input knows: without it nothing is run.
    """
    known = {q.setting: q for q in questions(entry)}
    given = {setting: answer for setting, answer in answers.items() if setting in known}
    open_ones = (q for q in known.values() if q.assumed is None and q.setting not in given)
    open_ones = (q for q in open_ones if q.setting not in ASKED)
    return given | {q.setting: next(iter(q.answers)) for q in open_ones}


def passed_over(model: Model) -> tuple[int, ...]:
    """The steps of a text or of numbers that are passed over besides, counted from 0."""
    return () if model.source in GENERATORS else steps_of(model.masked, MAX_STEPS)


def feed_of(model: Model) -> Feed:
    """What the model is fed with. Errors: TextError for a file that is not here any more."""
    if model.source in GENERATORS:
        return Feed(model.source, model.steps)
    if model.source == "text":
        vocabulary = content_of(model.vocabulary, "no_vocabulary")
        known = vocabulary if isinstance(vocabulary, Vocabulary) else None
        return Feed("text", text=model.text, vocabulary=known)
    numbers = content_of(model.numbers, "no_numbers")
    return numbers if isinstance(numbers, Feed) else Feed("numbers")


def content_of(key: str, without: str) -> object:
    """What the file of a key holds, None for no key. Errors: TextError if it is gone."""
    upload = uploads.find(key) if key else None
    if key and upload is None:
        raise TextError(say(f"screen.loaded.{without}"))
    return None if upload is None else upload.content
