"""What is chosen in the stage's own lists: read, and made a setting."""

from dataclasses import replace
from typing import Any

from app.screen.baseline import baseline_of, own_notation, titles
from app.setting.setting import ALONGSIDE, MATCH, SORT, Setting
from app.words.say import say
from gru_core.conventions import (
    PLACEMENTS,
    POLARITIES,
    Notation,
    notation_of,
    parse_notation,
)
from gru_core.engines import ENGINES
from gru_core.errors import GatescopeError

# The three choices that make up a notation.
PIECES: dict[str, tuple[Any, ...]] = {
    "placement": PLACEMENTS,
    "polarity": POLARITIES,
    "biases": (2, 1),
}
NAMED: dict[str, tuple[str, ...]] = {
    "alongside": ALONGSIDE,
    "match": MATCH,
    "engine": tuple(ENGINES),
    "sort": SORT,
}


def choose(setting: Setting, name: object, value: object) -> Setting:
    """The setting with one choice of a list changed.

    Errors: GatescopeError for a list that there is not, or for what it does not offer.
    """
    if not isinstance(name, str) or not isinstance(value, str):
        raise GatescopeError(say("session.events.unknown"))
    if name == "scene" and value in titles():
        return setting.with_choice("scene", value)
    if name == "notation":
        return _written(setting, parse_notation(value))
    if value in NAMED.get(name, ()):
        return setting.with_choice(name, value)
    for one in PIECES.get(name, ()):
        if str(one) == value:
            there = replace(notation_in(setting), **{name: one})
            return _written(setting, notation_of(there.placement, there.polarity, there.biases))
    raise GatescopeError(say("session.events.unknown"))


def notation_in(setting: Setting) -> Notation:
    """The notation in force: the scene's own where nobody has chosen."""
    return setting.notation or own_notation(baseline_of(setting).scene)


def _written(setting: Setting, notation: Notation) -> Setting:
    """In a notation; links leave out the scene's own."""
    own = own_notation(baseline_of(setting).scene)
    return setting.with_choice("notation", None if notation == own else notation)
