"""The words of the browser side: they go to it with its first message (core/words.js there)."""

from collections.abc import Mapping
from functools import cache

from app.words.say import Template, catalogue

ROOM = "stage."  # of the catalogue


@cache
def stage_words() -> Mapping[str, Template]:
    """Every template of the stage by its key, such as "tools.title"."""
    return {
        key.removeprefix(ROOM): found for key, found in catalogue().items() if key.startswith(ROOM)
    }
