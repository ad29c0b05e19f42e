"""The visitor's own model: which layer of which file is on the stage, and what it is fed with."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.compute import uploads
from app.compute.uploads import Upload
from gru_core.arrays import Array
from gru_core.conventions import TOLERANCE
from gru_core.errors import GatescopeError, TextError
from gru_core.formats.answers import NEEDED, Question, answered, assumed, questions
from gru_core.formats.checking import framework_of, taken_over
from gru_core.formats.child import check_safely
from gru_core.formats.model import ASKED, Entry, ModelFile
from gru_core.formats.running import Ready, run_ready
from gru_core.inputs.feed import GENERATORS, Feed, fed
from gru_core.inputs.sequences import Sequence
from gru_core.inputs.vocabulary import Vocabulary
from gru_core.run import run
from gru_core.scenes.files import Scene
from gru_core.scenes.loaded import model_scene

MOST_COMPARED = 200  # steps on which answers are compared


@dataclass(frozen=True)
class Model:
    """What is asked for. Files are named by their keys (app/compute/uploads.py), empty for none."""

    file: str = ""
    layer: str = ""  # as the file calls it; the first one if there is no such
    at: int = 0  # of a stack, the lowest being 0
    backward: bool = False  # of two directions
    answers: tuple[tuple[str, str], ...] = ()  # to what the file does not say
    source: str = "noise"  # one of gru_core.inputs.feed.FEEDS
    steps: int = 48  # of a generator
    text: str = ""
    vocabulary: str = ""
    numbers: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Of every file that is needed."""
        return tuple(key for key in (self.file, self.vocabulary, self.numbers) if key)

    def with_answer(self, setting: str, answer: str) -> "Model":
        """The same model with one question answered, or with an empty answer open again."""
        kept = tuple(one for one in self.answers if one[0] != setting)
        if not answer:
            return replace(self, answers=kept)
        return replace(self, answers=(*kept, (setting, answer)))

    def of_layer(self, layer: str) -> "Model":
        """Another layer of the file, from its lowest up, with nothing answered yet."""
        return replace(self, layer=layer, at=0, backward=False, answers=())


def upload_of(model: Model) -> Upload | None:
    """The file, if this server has it; None where none is open, or its page is gone."""
    found = uploads.find(model.file)
    return found if found is not None and isinstance(found.content, ModelFile) else None


def entry_of(model: Model) -> Entry | None:
    """The chosen layer of the file, if there is a file."""
    upload = upload_of(model)
    return None if upload is None else uploads.entry_of(upload, model.layer)


def provisional(entry: Entry, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, and the first one of each question that is open and not assumed.

    Not of one whose answer only the visitor's input knows: without it nothing is run.
    """
    known = {q.setting: q for q in questions(entry)}
    given = {setting: answer for setting, answer in answers.items() if setting in known}
    open_ones = (q for q in known.values() if q.assumed is None and q.setting not in given)
    open_ones = (q for q in open_ones if q.setting not in ASKED)
    return given | {q.setting: next(iter(q.answers)) for q in open_ones}


def ready_of(model: Model) -> Ready:
    """The chosen layer, ready to be run. Errors: GatescopeError where there is none."""
    entry = entry_of(model)
    if entry is None:
        if model.file:
            raise TextError("The model of this link is not here any more; open its file again.")
        raise TextError("No model is open yet; open a file of weights.")
    for question in questions(entry):
        if question.setting in ASKED and question.setting not in dict(model.answers):
            raise TextError(
                f"{entry.name} is not run: {NEEDED[question.setting]} above: "
                f"“{next(iter(question.answers.values()))}”."
            )
    return answered(entry, provisional(entry, dict(model.answers)))


def sequence_of(model: Model, ready: Ready, seed: int) -> Sequence:
    """What the model is fed with. Errors: those of gru_core.inputs.feed.fed."""
    return fed(_feed(model), ready.first.input_size, seed)


def scene_of(model: Model, seed: int) -> tuple[Scene, list[str]]:
    """The scene of a model, and what a visitor should know. Errors: GatescopeError."""
    ready = ready_of(model)
    entry = entry_of(model)
    assert entry is not None
    problems = _open_questions(entry, dict(model.answers))
    try:
        sequence = sequence_of(model, ready, seed)
        ready.reads.check(sequence.x.astype(ready.first.dtype), "the input")
    except GatescopeError as error:
        problems.append(f"{error} Until then noise stands here.")
        steps = model.steps if ready.reads.steps is None else min(model.steps, ready.reads.steps)
        sequence = fed(Feed("noise", steps), ready.first.input_size, seed)
    at, backward = place_of(model, entry)
    if len(ready.directions[at]) == 1:
        backward = ready.backward
    scene = model_scene(ready, sequence, at, backward, seed)
    return replace(scene, notes=_notes(model, entry)), problems


def _notes(model: Model, entry: Entry) -> tuple[str, ...]:
    """What trace says beside its numbers too: notes, what is assumed, and what was said."""
    upload, answers = upload_of(model), dict(model.answers)
    assert upload is not None
    assert isinstance(upload.content, ModelFile)
    guessed = assumed(entry, answers).items()
    said = [f"said: {setting}={answer}" for setting, answer in answers.items() if setting in ASKED]
    pairs = ", ".join(f"{setting}={answer}" for setting, answer in guessed)
    return (*upload.content.notes, *entry.notes, *([f"assumed: {pairs}"] if pairs else []), *said)


def place_of(model: Model, entry: Entry) -> tuple[int, bool]:
    """The layer of the stack that is shown, and whether it is the second of two directions.

    A link may ask for one that there is not: the highest layer, and the only direction.
    """
    at = min(model.at, len(entry.layers) - 1)
    return at, model.backward and len(entry.layers[at]) == 2


def _open_questions(entry: Entry, answers: Mapping[str, str]) -> list[str]:
    """A sentence for each question that only the visitor can answer."""
    return [
        f"The file does not say: {q.sentence} Shown is {next(iter(q.answers.values()))}; "
        "choose the answer above, where you see how much each changes h."
        for q in questions(entry)
        if q.assumed is None and q.setting not in answers and q.setting not in ASKED
    ]


def effect(model: Model, question: Question, seed: int) -> dict[str, float]:
    """By how much each answer would change h, at most, from what is shown now.

    On the first MOST_COMPARED steps of the layer on the stage. An answer that this cannot be said
    of is left out: with relu a state may grow past all numbers.
    """

    def hidden(other: Model) -> Array:
        return _hidden(scene_of(other, seed)[0])

    try:
        shown = hidden(model)
    except GatescopeError:
        return {}
    found = {}
    for answer in question.answers:
        with contextlib.suppress(GatescopeError):
            other = hidden(model.with_answer(question.setting, answer))
            found[answer] = float(np.abs(shown - other).max())
    return found


@dataclass(frozen=True)
class Check:
    """How far a layer is from what its own framework makes of the same file and input."""

    framework: str
    steps: int
    difference: float  # the largest of any number of h, of the whole layer's output
    close: float  # up to which two engines at this precision agree
    told: tuple[str, ...]  # sentences on what it has from our reading, or from an answer

    @property
    def agrees(self) -> bool:
        """Whether it is no more than rounding."""
        return self.difference <= self.close


def framework(upload: Upload) -> str | None:
    """Who can run this file as it is; None where nobody here can."""
    found: str | None = upload.kept("framework", lambda: framework_of(upload.data, upload.name))
    return found


def checked(model: Model, seed: int, begin: bool = True) -> Check | None:
    """The layer run by its own framework on what it is fed with here; None if not begun.

    The first time takes seconds: a process of its own loads the framework. begin: whether to wait
    for that. Errors: GatescopeError.
    """
    upload, entry = upload_of(model), entry_of(model)
    assert upload is not None
    assert entry is not None
    whole = replace(model, layer=entry.name, at=0, backward=False)

    def make() -> Check:
        ready = ready_of(model)
        x = sequence_of(model, ready, seed).x.astype(ready.first.dtype)
        settings = provisional(entry, dict(model.answers))
        other = check_safely(upload.data, upload.name, entry.name, x, settings)
        ours = run_ready(ready, x).output
        far = float(np.abs(np.asarray(other, np.float64) - ours).max())
        close = TOLERANCE[np.dtype(other.dtype)]
        who = framework(upload) or ""
        return Check(who, len(x), far, float(close), taken_over(who, entry, settings))

    key = ("check", whole, seed)
    found: Check | None = upload.known(key)
    if found is None and begin:
        made = make()  # not while the file is locked: its other pages would wait too
        found = upload.kept(key, lambda: made)
    return found


def _hidden(scene: Scene) -> Array:
    ((cell, weights),) = scene.weights.items()
    assert scene.sequence is not None
    initial: Any = scene.initials.get(cell)
    return run(weights, scene.sequence.x[:MOST_COMPARED], initial, exactly=True)["hidden"]


def _feed(model: Model) -> Feed:
    """Errors: TextError for a file that is not here any more."""
    if model.source in GENERATORS:
        return Feed(model.source, model.steps)
    if model.source == "text":
        vocabulary = _content(model.vocabulary, "vocabulary")
        known = vocabulary if isinstance(vocabulary, Vocabulary) else None
        return Feed("text", text=model.text, vocabulary=known)
    numbers = _content(model.numbers, "file of numbers")
    return numbers if isinstance(numbers, Feed) else Feed("numbers")


def _content(key: str, what: str) -> object:
    upload = uploads.find(key) if key else None
    if key and upload is None:
        raise TextError(f"The {what} of this link is not here any more; open it again.")
    return None if upload is None else upload.content
