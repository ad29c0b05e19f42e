"""The step of a lesson beside the stage: its texts, with the numbers of the screen it is about."""

from dataclasses import replace
from functools import lru_cache
from math import isfinite

from app import contract
from app.learning.lessons import At, find, lessons, setting_at
from app.learning.steps import Check, Guess, Step
from app.screen.baseline import own_notation, scenes
from app.screen.screen import Screen, screen_of
from app.screen.telling import listener_of, series_of
from app.setting.setting import Setting
from app.words.stage import panel_words
from app.words.ties import tied
from gru_core.conventions import CELLS, TRACKS, notation_key, track_range
from gru_core.scenes.quoted import END, Quoted, Source
from gru_core.scenes.stories import filled

CHANGED = "try"  # before the source of a number: after what the step asks for


def lesson_told(key: str) -> contract.Lesson | None:
    """The step with this key; None where no lesson is open. Errors: TextError, RangeError."""
    at = find(key, scenes()) if key else None
    return _told(at.key) if at else None


@lru_cache(maxsize=512)
def _told(key: str) -> contract.Lesson:
    at = find(key, scenes())
    assert at is not None
    setting = setting_at(at, scenes())
    step, said = at.lesson.steps[at.step], _Said(at, setting)
    return {
        "key": at.key,
        "name": at.lesson.name,
        "title": at.lesson.title,
        "step": at.step + 1,
        "steps": len(at.lesson.steps),
        "text": said(step.text),
        "do": said(step.do),
        "check": _check(step.check) if step.check else None,
        "ask": _ask(step, said),
        "guess": _guess(step.guess, said) if step.guess else None,
        "reveal": said(step.reveal),
        "place": _place(step, setting),
        "look": at.lesson.look,
        "scene": setting.scene,
        "notation": notation_key(said.here.notation),
        "own": notation_key(own_notation(said.here.scene)),
        "given": {str(edit.target): edit.value for edit in setting.edits},
        "following": _following(at),
        "words": panel_words(),
    }


class _Said:
    """Fills the texts of a step."""

    def __init__(self, at: At, setting: Setting) -> None:
        self.step = at.lesson.steps[at.step]
        self.here = screen_of(setting)
        self.screens = {"": self.here}
        if any(source.change for source in self.step.numbers.values()):
            self.screens[CHANGED] = screen_of(self.step.play(setting))
        self.quoted = {change: _quoted(screen) for change, screen in self.screens.items()}

    def __call__(self, template: str) -> str:
        return tied(filled(template, lambda name: self.value(self.step.numbers[name])))

    def value(self, source: Source) -> float:
        plain = replace(source, change="")
        polarity = self.screens[source.change].notation.polarity
        return self.quoted[source.change].value(plain, polarity)


def _quoted(screen: Screen) -> Quoted:
    scene = screen.scene
    return Quoted(screen.situation, series=series_of(scene), listener=listener_of(scene))


def _place(step: Step, setting: Setting) -> str:
    """Where a step is done, or what it shows is seen."""
    play = step.play
    if play.edits:
        return str(play.edits[-1].target)
    if play.held:
        return "holding"
    if play.notation:
        return "notation"
    if play.view:
        return "views"
    return "cell" if setting.view == Setting().view else "" if step.check else "lens"


def _check(check: Check) -> contract.Goal:
    number: contract.NumberAt | None = None
    if check.number:
        at = check.number
        number = {"cell": at.cell, "track": at.track, "step": at.step, "unit": at.unit}
    return {
        "number": number,
        "low": check.low if isfinite(check.low) else None,
        "high": check.high if isfinite(check.high) else None,
        "edited": check.edited,
        "held": check.held,
        "step": check.step,
        "unit": check.unit,
        "view": check.view,
        "notation": check.notation,
    }


def _ask(step: Step, said: _Said) -> contract.Ask | None:
    if step.ask is None:
        return None
    return {
        "question": said(step.ask.question),
        "choices": [said(one) for one in step.ask.choices],
        "right": step.ask.right,
        "because": [said(one) for one in step.ask.because],
    }


def _guess(guess: Guess, said: _Said) -> contract.Guess:
    low, high = _ends(guess.number)
    return {
        "question": said(guess.question),
        "value": said.value(guess.number),
        "at": _guessed_at(guess.number, len(said.here.labels)),
        "near": guess.near,
        "low": low,
        "high": high,
    }


def _ends(source: Source) -> tuple[float, float] | tuple[None, None]:
    """Between what a number of a track lies, or what it lacks of 1; a sum may be any number."""
    match source.words:
        case (cell, track, _, _) | (cell, track, "complement", _, _):
            if track in dict(TRACKS).get(cell, ()):
                return track_range(track)
    return None, None


def _guessed_at(source: Source, steps: int) -> contract.GuessAt | None:
    """Where the cursor shows a number of a cell; None for what is of no single step and unit."""
    *_, step, unit = ("", "", *source.words)
    if source.words[0] not in CELLS or source.words[1] == "gradient" or not unit.isdigit():
        return None
    at = steps - 1 if step == END else int(step) if step.isdigit() else None
    return None if at is None else {"step": at, "unit": int(unit)}


def _following(at: At) -> contract.WayOn | None:
    """The lesson after this one, at its last step."""
    names = list(lessons(scenes()))
    after = names.index(at.lesson.name) + 1
    if at.step + 1 < len(at.lesson.steps) or after == len(names):
        return None
    lesson = lessons(scenes())[names[after]]
    return {"key": At(lesson, 0).key, "title": lesson.title}
