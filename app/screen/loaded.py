"""The visitor's own model: its file with what was answered, as a scene; and its check."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.compute.runs import TOGETHER
from app.compute.store import Shelf, made_of
from app.compute.uploads import Upload, are_left
from app.compute.workshop import WORKSHOP, NotMadeError
from app.figures.condensing import too_large
from app.screen.around import Fed, fed_in_model, is_settled, whole_of
from app.screen.at_hand import Loaded, feed_of, find, passed_over, provisional
from app.setting.model import Model
from app.words.numbers import count
from app.words.refusal import refusal
from app.words.say import say
from gru_core.arrays import Array
from gru_core.conventions import TOLERANCE
from gru_core.errors import GatescopeError, RangeError, TextError
from gru_core.formats.answers import Question, answered, assumed, questions
from gru_core.formats.checking import framework_of, taken_over
from gru_core.formats.child import check_safely
from gru_core.formats.model import ASKED, Entry
from gru_core.formats.reads import Reads
from gru_core.formats.running import Ready, run_ready
from gru_core.formats.whole.continuing import Place
from gru_core.formats.whole.loose import before
from gru_core.inputs.feed import GENERATORS, Feed, fed
from gru_core.inputs.sequences import Sequence
from gru_core.run import run
from gru_core.scenes.loaded import masked_of, model_scene, read_alone
from gru_core.scenes.scene import Scene

MOST_COMPARED = 200  # steps on which answers are compared
MOST_UNITS = 256  # of a layer of which all answers are compared
COMMONEST = 3  # answers that are compared of a larger one

SMALL = 1000  # bytes of an answer in words, about


def canonical(model: Model) -> Model:
    """A model with its layer named in one way: empty for the first, and for no such."""
    loaded = find(model)
    if loaded is None:
        return model
    first = loaded.entry is loaded.file.entries[0]
    return replace(model, layer="" if first else loaded.entry.name)


def ready_of(loaded: Loaded) -> Ready:
    """The chosen layer, ready to be run. Errors: TextError where an answer is needed first."""
    entry, answers, length = loaded.entry, loaded.answers, _length(loaded.model)
    without = passed_over(loaded.model)
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


def sequence_of(model: Model, ready: Ready, seed: int) -> Sequence:
    """What the model is fed with. Errors: those of gru_core.inputs.feed.fed."""
    return fed(feed_of(model), ready.first.input_size, seed)


@dataclass(frozen=True)
class Unwanted:
    """Tells at any later time whether nobody has these files open any more."""

    keys: tuple[str, ...]

    def __call__(self) -> bool:
        """Whether nobody has."""
        return are_left(self.keys)


def is_long(loaded: Loaded) -> bool:
    """Whether a model takes long to run: by the layer, or by all of them if they are a whole."""
    try:
        feed = feed_of(loaded.model)
    except GatescopeError:  # noise is taken instead
        feed = Feed()
    steps = len(feed.text) if feed.source == "text" else feed.steps
    steps = len(feed.numbers) if feed.source == "numbers" and feed.numbers is not None else steps
    entries = [loaded.entry] if whole_of(loaded) is None else loaded.file.entries
    ways = (way for entry in entries for layer in entry.layers for way in layer)
    return steps * sum(len(way.w_h[0]) for way in ways) >= TOGETHER


def scene_of(loaded: Loaded, seed: int) -> tuple[Scene, list[str], Place | None]:
    """The scene of a model, what a visitor should know, and where it stands in its whole model.

    Errors: GatescopeError.
    """
    problems: list[str] = []
    found = _in_model(loaded, seed, problems)
    if found is None:
        scene, problems = _alone(loaded, seed)
        _check_drawn(scene)
        return scene, problems, None
    problems += _open_questions(loaded.entry, loaded.answers)
    if found.made_of:
        many = {"n": len(found.labels), "steps": found.made_of}
        problems.append(say("screen.loaded.other_steps", layer=loaded.entry.name, **many))
    if found.left:
        steps = len(found.left) + len(found.sequence.x)
        many = {"n": len(found.left), "first": found.left[0] + 1, "last": found.left[-1] + 1}
        problems.append(say("screen.loaded.passed_over", steps=steps, **many))
    at, backward = loaded.place
    if len(found.ready.directions[at]) == 1:
        backward = found.ready.backward
    left = masked_of(found.mask, found.labels, backward)
    read_before = _before(loaded)
    scene = model_scene(found.ready, found.sequence, at, backward, seed, left, read_before)
    _check_drawn(scene)
    return replace(scene, notes=(*_notes(loaded), *found.place.whole.notes)), problems, found.place


def _check_drawn(scene: Scene) -> None:
    """Raise RangeError for a projected layer whose numbers are too many to be sent one by one."""
    ((_, weights),) = scene.weights.items()
    assert scene.sequence is not None
    steps = len(scene.sequence.x)
    if weights.is_projected and too_large(weights.units, steps):
        units = count(weights.units, "unit")
        raise RangeError(say("screen.loaded.projected_large", units=units, steps=steps))


def _in_model(loaded: Loaded, seed: int, problems: list[str]) -> Fed | None:
    """The layer in its whole model; on tokens or noise where the chosen input does not do."""
    try:
        return fed_in_model(loaded, seed)
    except GatescopeError as error:
        if loaded.model.source == "noise":
            return None
        said = say("screen.loaded.noise_instead", error=refusal(error))
    try:
        found = fed_in_model(loaded.asking(replace(loaded.model, source="noise")), seed)
    except GatescopeError:
        return None
    problems += [said] if found is not None else []
    return found


def _alone(loaded: Loaded, seed: int) -> tuple[Scene, list[str]]:
    """A layer of which nothing is known but itself."""
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
    scene = model_scene(ready, sequence, at, backward, seed, before=_before(loaded))
    return replace(scene, notes=_notes(loaded)), problems


def _before(loaded: Loaded) -> tuple[str, ...]:
    """Sentences on what stands before the layer, or may, and is not computed."""
    loose, entry = loaded.file.loose, loaded.entry
    return (*entry.before, *(before(loose, entry) if loose is not None else ()))


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
    settled = ("padding",) if is_settled(loaded) else ()  # as the model itself says it
    said = [
        say("screen.loaded.said", setting=setting, answer=answer)
        for setting, answer in answers.items()
        if setting in ASKED and setting not in settled
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


_effects: Shelf[dict[str, float | None]] = Shelf("effects")


def effect(loaded: Loaded, question: Question, seed: int) -> dict[str, float | None]:
    """By how much each answer would change h, at most, from what is shown now.

    On the first MOST_COMPARED steps of the layer on the stage; of a large layer for the commonest
    answers alone. None where this cannot be said: with relu a state may grow past all numbers.
    """
    key = (loaded.model, question.setting, seed)
    try:
        with made_of(loaded.model.keys):
            return _effects.get(key, SMALL, lambda: _effect(*key, loaded))
    except NotMadeError:
        return {}


def _effect(model: Model, setting: str, seed: int, loaded: Loaded) -> dict[str, float | None]:
    """The same, in the process for what is large if the model is. Errors: NotMadeError."""
    if not (WORKSHOP.open and is_long(loaded)):
        return effect_here(loaded, setting, seed)
    given, gone = (model, setting, seed), Unwanted(model.keys)
    made: dict[str, float | None] = WORKSHOP.make("effect", *given, gone=gone, files=model.keys)
    return made


def effect_here(loaded: Loaded, setting: str, seed: int) -> dict[str, float | None]:
    """The same of the question of this setting, worked out in this process."""
    units = loaded.entry.layers[0][0].w_h.shape[2]
    asked = (one.answers for one in questions(loaded.entry) if one.setting == setting)
    tried = tuple(next(asked, ()))[: None if units <= MOST_UNITS else COMMONEST]
    found: dict[str, float | None] = dict.fromkeys(tried)

    def hidden(model: Model) -> Array:
        return _hidden(scene_of(loaded.asking(model), seed)[0])

    model = loaded.model
    try:
        now = hidden(model)
    except GatescopeError:
        return found
    for answer in tried:
        with contextlib.suppress(GatescopeError):
            other = hidden(model.with_answer(setting, answer))
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
    for that. Errors: GatescopeError; NotMadeError.
    """
    model = loaded.model
    key = (replace(model, layer=loaded.entry.name, at=0, backward=False), seed)
    found = _checks.find(key)
    if found is None and begin:
        with made_of(model.keys):
            found = _checks.get(key, SMALL, lambda: _check(loaded, seed))
    return found


def _check(loaded: Loaded, seed: int) -> Check:
    """The same, in the process for what is large if the model is."""
    if not (WORKSHOP.open and is_long(loaded)):
        return check_here(loaded, seed)
    model, gone = loaded.model, Unwanted(loaded.model.keys)
    made: Check = WORKSHOP.make("check", model, seed, gone=gone, files=model.keys)
    return made


def check_here(loaded: Loaded, seed: int) -> Check:
    """The same, worked out in this process. Errors: GatescopeError."""
    upload, entry = loaded.upload, loaded.entry
    found, asked = _in_model(loaded, seed, []), entry
    told: list[str] = []
    settings = provisional(entry, loaded.answers)
    if found is not None and "start" in entry.asks and settings.get("start") != "zeros":
        raise TextError(say("screen.loaded.start_not_checked", layer=entry.name))
    if found is not None:
        if "padding" in entry.asks:  # what the model leaves out is not there any more
            settings, asked = settings | {"padding": "none"}, replace(entry, asks=())
        ready, x = found.ready, found.sequence.x.astype(found.ready.first.dtype)
    else:
        ready = ready_of(loaded)
        told = [say("screen.loaded.check_without")] if ready.reads.without else told
        x = sequence_of(loaded.model, ready, seed).x.astype(ready.first.dtype)
        x = x[Reads(steps=ready.reads.steps, without=ready.reads.without).mask(x)]
        ready = replace(ready, reads=replace(ready.reads, without=()))
    other = check_safely(upload.data, upload.name, entry.name, x, settings)
    ours = run_ready(ready, x).output
    far = float(np.abs(np.asarray(other, np.float64) - ours).max())
    close = TOLERANCE[np.dtype(other.dtype)]
    who = framework(upload) or ""
    told = [*taken_over(who, asked, settings), *told]
    return Check(who, len(x), far, float(close), tuple(told))


def _hidden(scene: Scene) -> Array:
    ((cell, weights),) = scene.weights.items()
    assert scene.sequence is not None
    initial: Any = scene.initials.get(cell)
    return run(weights, scene.sequence.x[:MOST_COMPARED], initial, exactly=True)["hidden"]
