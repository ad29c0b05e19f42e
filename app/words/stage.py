"""The words of the browser side: they go to it with its first message (core/words.js there)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.words.say import Template, catalogue

STAGE: Final = "stage."  # of the catalogue
PANEL: Final = "lesson_panel."
QUIZ: Final = "quiz_page."
PREDICT: Final = "predict."  # comes with the module that says it
ROOMS: Final = (STAGE, PANEL, QUIZ, PREDICT)  # what browsers say themselves


def stage_words() -> Mapping[str, Template]:
    """Every template of the stage by its key, such as "tools.title"."""
    return words_of(STAGE)


def panel_words() -> Mapping[str, Template]:
    """Every template of the panel of a lesson."""
    return words_of(PANEL)


def quiz_words() -> Mapping[str, Template]:
    """Every template of the quiz's page."""
    return words_of(QUIZ)


def predict_words() -> Mapping[str, Template]:
    """Every template of what is fetched to predict, such as "asking.reveal"."""
    return words_of(PREDICT)


@cache
def words_of(room: str) -> Mapping[str, Template]:
    """Every template of a room by its key there."""
    return {
        key.removeprefix(room): found for key, found in catalogue().items() if key.startswith(room)
    }
