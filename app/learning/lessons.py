"""The lessons there are, and the screen that each of their steps is about."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from app.learning.reading import MOST_STEPS, read_lessons
from app.learning.steps import Lesson
from app.setting import link
from app.setting.setting import Setting
from app.words.say import say

FOLDER: Final = Path(__file__).parents[2] / "assets" / "lessons"
PARAMETER: Final = "lesson"


class At(NamedTuple):
    """A step of a lesson, counted from 0."""

    lesson: Lesson
    step: int

    @property
    def key(self) -> str:
        """How a link and an event name it."""
        return f"{self.lesson.name}.{self.step + 1}"


def lessons(scenes: Collection[str]) -> Mapping[str, Lesson]:
    """Every lesson by its name, in order, read once. Errors: GatescopeError."""
    return _read(tuple(scenes))


@lru_cache(maxsize=2)
def _read(scenes: tuple[str, ...]) -> Mapping[str, Lesson]:
    return read_lessons(FOLDER, scenes)


def find(key: str, scenes: Collection[str]) -> At | None:
    """The step with this key, of a name alone the first; None if there is none."""
    name, dot, number = key.partition(".")
    steps = {str(i + 1): i for i in range(MOST_STEPS)}
    lesson, step = lessons(scenes).get(name), steps.get(number if dot else "1", MOST_STEPS)
    return At(lesson, step) if lesson and step < len(lesson.steps) else None


def setting_at(at: At, scenes: Collection[str]) -> Setting:
    """The setting that a step is about: of the link opened last, with what was to be done since."""
    steps = at.lesson.steps
    first = max(i for i in range(at.step + 1) if steps[i].opens)
    query = dict(parse_qsl(steps[first].opens, keep_blank_values=True))
    setting, _ = link.decode(query, scenes)
    for step in steps[first : at.step]:
        setting = step.play(setting)
    return replace(setting, lesson=at.key)


def arrive(query: Mapping[str, str], scenes: Collection[str]) -> tuple[Setting, list[str]]:
    """The setting in a link, and a sentence for each part of it that was not understood.

    A link with nothing but the step of a lesson leads to the screen of that step; one with more
    says itself what is on show.
    """
    key = query.get(PARAMETER, "")
    at = find(key, scenes) if key else None
    if at and not any(name for name in query if name != PARAMETER and not foreign(name)):
        return setting_at(at, scenes), []
    setting, rejected = link.decode(query, scenes)
    if at or not key:
        return setting, rejected
    known = ", ".join(lessons(scenes))
    said = say("learning.lessons.unknown", name=link.shortened(key), known=known)
    return replace(setting, lesson=""), [*rejected, said]


def foreign(name: str) -> bool:
    """Whether a part of a link is of somebody else: of Streamlit, or of who has sent it."""
    return name.startswith(link.FOREIGN)
