"""The visitor's own model: its file with what was answered, as a scene; and its check."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.compute import uploads
from app.compute.store import Shelf, made_of
from app.compute.uploads import Upload
from app.setting.model import Model
from app.words.refusal import refusal
from app.words.say import say
from gru_core.arrays import Array
from gru_core.conventions import TOLERANCE
from gru_core.errors import GatescopeError, TextError
from gru_core.formats.answers import Question, answered, assumed, questions
from gru_core.formats.checking import framework_of, taken_over
from gru_core.formats.child import check_safely
from gru_core.formats.model import ASKED, Entry, ModelFile
from gru_core.formats.reads import Reads, steps_of
from gru_core.formats.running import Ready, run_ready
from gru_core.inputs.feed import GENERATORS, MAX_STEPS, Feed, fed
from gru_core.inputs.sequences import Sequence
from gru_core.inputs.vocabulary import Vocabulary
from gru_core.run import run
from gru_core.scenes.loaded import model_scene, read_alone
from gru_core.scenes.scene import Scene

MOST_COMPARED = 200  # steps on which answers are compared

SMALL = 1000  # bytes of an answer in words, about


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


def canonical(model: Model) -> Model:
    """A model with its layer named in one way: empty for the first, and for no such."""
    loaded = find(model)
    if loaded is None:
        return model
    first = loaded.entry is loaded.file.entries[0]
    return replace(model, layer="" if first else loaded.entry.name)


def provisional(entry: Entry, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, and the first one of each question that is open and not assumed.

    Not of one whose answer only the visitor's input knows: without it nothing is run.
    """
    known = {q.setting: q for q in questions(entry)}
    given = {setting: answer for setting, answer in answers.items() if setting in known}
    open_ones = (q for q in known.values() if q.assumed is None and q.setting not in given)
    open_ones = (q for q in open_ones if q.setting not in ASKED)
    return given | {q.setting: next(iter(q.answers)) for q in open_ones}


def ready_of(loaded: Loaded) -> Ready:
    """The chosen layer, ready to be run. Errors: TextError where an answer is needed first."""
    entry, answers, length = loaded.entry, loaded.answers, _length(loaded.model)
    without = _masked(loaded.model)
    if length or without:  # which say what is padding
        entry = replace(entry, asks=tuple(one for one in entry.asks if one != "padding"))
    for question in questions(entry):
        if question.setting in ASKED and question.setting not in answers:
            raise TextError(
                say(
                    f"screen.loaded.not_run_{question.setting}",
                    layer=entry.name,
                    answer=next(iter(question.answers.values())),
                )
            )
    ready = answered(entry, provisional(entry, answers))
    steps = ready.reads.steps
    if length:
        steps = length if steps is None else min(length, steps)
    return replace(ready, reads=replace(ready.reads, steps=steps, without=without))


def _length(model: Model) -> int:
    """How many steps of a text or of numbers count; 0 for all, as of what is drawn."""
    return 0 if model.source in GENERATORS else model.length


def _masked(model: Model) -> tuple[int, ...]:
    """The steps of a text or of numbers that are passed over besides, counted from 0."""
    return () if model.source in GENERATORS else steps_of(model.masked, MAX_STEPS)


def sequence_of(model: Model, ready: Ready, seed: int) -> Sequence:
    """What the model is fed with. Errors: those of gru_core.inputs.feed.fed."""
    return fed(_feed(model), ready.first.input_size, seed)


def scene_of(loaded: Loaded, seed: int) -> tuple[Scene, list[str]]:
    """The scene of a model, and what a visitor should know. Errors: GatescopeError."""
    model, ready = loaded.model, ready_of(loaded)
    problems = _open_questions(loaded.entry, loaded.answers)
    try:
        sequence = sequence_of(model, ready, seed)
        problems += _passed_over(ready, sequence)
        read_alone(ready, sequence)
    except GatescopeError as error:
        problems.append(say("screen.loaded.noise_instead", error=refusal(error)))
        sequence = fed(Feed("noise", model.steps), ready.first.input_size, seed)
        problems += _passed_over(ready, sequence)
    at, backward = loaded.place
    if len(ready.directions[at]) == 1:
        backward = ready.backward
    scene = model_scene(ready, sequence, at, backward, seed)
    return replace(scene, notes=_notes(loaded)), problems


def _passed_over(ready: Ready, sequence: Sequence) -> list[str]:
    """A sentence on the steps that the model leaves out, and which are not on the stage."""
    mask = ready.reads.mask(sequence.x.astype(ready.first.dtype))
    if mask.all() or not mask.any():
        return []
    at = np.flatnonzero(~mask) + 1
    many = {"n": len(at), "first": int(at[0]), "last": int(at[-1]), "steps": len(mask)}
    return [say("screen.loaded.passed_over", **many)]


def _notes(loaded: Loaded) -> tuple[str, ...]:
    """What trace says beside its numbers too: notes, what is assumed, and what was said."""
    entry, answers = loaded.entry, loaded.answers
    guessed = assumed(entry, answers).items()
    said = [
        say("screen.loaded.said", setting=setting, answer=answer)
        for setting, answer in answers.items()
        if setting in ASKED
    ]
    pairs = ", ".join(f"{setting}={answer}" for setting, answer in guessed)
    taken = [say("screen.loaded.assumed", pairs=pairs)] if pairs else []
    return (*loaded.file.notes, *entry.notes, *taken, *said)


def _open_questions(entry: Entry, answers: Mapping[str, str]) -> list[str]:
    """A sentence for each question that only the visitor can answer."""
    return [
        say("screen.loaded.open", question=q.sentence, answer=next(iter(q.answers.values())))
        for q in questions(entry)
        if q.assumed is None and q.setting not in answers and q.setting not in ASKED
    ]


def effect(loaded: Loaded, question: Question, seed: int) -> dict[str, float]:
    """By how much each answer would change h, at most, from what is shown now.

    On the first MOST_COMPARED steps of the layer on the stage. An answer that this cannot be said
    of is left out: with relu a state may grow past all numbers.
    """

    def hidden(model: Model) -> Array:
        return _hidden(scene_of(loaded.asking(model), seed)[0])

    model = loaded.model
    try:
        now = hidden(model)
    except GatescopeError:
        return {}
    found = {}
    for answer in question.answers:
        with contextlib.suppress(GatescopeError):
            other = hidden(model.with_answer(question.setting, answer))
            found[answer] = float(np.abs(now - other).max())
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


_frameworks: Shelf[str | None] = Shelf("frameworks")
_checks: Shelf[Check] = Shelf("checks")


def framework(upload: Upload) -> str | None:
    """Who can run this file as it is; None where nobody here can."""
    with made_of((upload.key,)):
        return _frameworks.get((upload.key,), SMALL, lambda: framework_of(upload.data, upload.name))


def checked(loaded: Loaded, seed: int, begin: bool = True) -> Check | None:
    """The layer run by its own framework on what it is fed with here; None if not begun.

    The first time takes seconds: a process of its own loads the framework. begin: whether to wait
    for that. Errors: GatescopeError.
    """
    model, upload, entry = loaded.model, loaded.upload, loaded.entry
    whole = replace(model, layer=entry.name, at=0, backward=False)

    def make() -> Check:
        ready = ready_of(loaded)
        x = sequence_of(model, ready, seed).x.astype(ready.first.dtype)
        told = [say("screen.loaded.check_without")] if ready.reads.without else []
        x = x[Reads(steps=ready.reads.steps, without=ready.reads.without).mask(x)]
        ready = replace(ready, reads=replace(ready.reads, without=()))
        settings = provisional(entry, loaded.answers)
        other = check_safely(upload.data, upload.name, entry.name, x, settings)
        ours = run_ready(ready, x).output
        far = float(np.abs(np.asarray(other, np.float64) - ours).max())
        close = TOLERANCE[np.dtype(other.dtype)]
        who = framework(upload) or ""
        told = [*taken_over(who, entry, settings), *told]
        return Check(who, len(x), far, float(close), tuple(told))

    key = (whole, seed)
    found = _checks.find(key)
    if found is None and begin:
        with made_of(model.keys):
            found = _checks.get(key, SMALL, make)
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
        vocabulary = _content(model.vocabulary, "no_vocabulary")
        known = vocabulary if isinstance(vocabulary, Vocabulary) else None
        return Feed("text", text=model.text, vocabulary=known)
    numbers = _content(model.numbers, "no_numbers")
    return numbers if isinstance(numbers, Feed) else Feed("numbers")


def _content(key: str, without: str) -> object:
    upload = uploads.find(key) if key else None
    if key and upload is None:
        raise TextError(say(f"screen.loaded.{without}"))
    return None if upload is None else upload.content
