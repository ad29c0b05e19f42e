"""The words of the browser side: they go to it with its first message (core/words.js there)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.words.say import Template, catalogue

STAGE: Final = "stage."  # of the catalogue
PANEL: Final = "lesson_panel."
QUIZ: Final = "quiz_page."
ROOMS: Final = (STAGE, PANEL, QUIZ)  # what browsers say themselves


def stage_words() -> Mapping[str, Template]:
    """Every template of the stage by its key, such as "tools.title"."""
    return words_of(STAGE)


def panel_words() -> Mapping[str, Template]:
    """Every template of the panel of a lesson."""
    return words_of(PANEL)


def quiz_words() -> Mapping[str, Template]:
    """Every template of the quiz's page."""
    return words_of(QUIZ)


@cache
def words_of(room: str) -> Mapping[str, Template]:
    """Every template of a room by its key there."""
    return {
        key.removeprefix(room): found for key, found in catalogue().items() if key.startswith(room)
    }
