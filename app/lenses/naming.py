"""What places are called in a lens: inputs, steps, units, as equations and sentences name them."""

import re
from typing import Final

from app.screen.screen import Screen
from app.words.say import say

# A word, and no name such as z, r_t, x₂ or weight_ih_l0. assets/stage/core/format.js has the same.
WORD: Final = re.compile(r"[a-z]{2,}(?![\w₀-₉])")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def sentence(text: str) -> str:
    """A text with a capital letter first; a name at its beginning stays as it is written."""
    return text[0].upper() + text[1:] if WORD.match(text) else text


def subscript(number: int) -> str:
    """A number as it stands below a letter."""
    return str(number).translate(SUBSCRIPTS)


def channel_name(screen: Screen, channel: int) -> str:
    """An input as an equation names it: x, x₂, or x with the name it has, if it alone has it."""
    name, number = screen.channels[channel], subscript(channel + 1)
    if len(screen.channels) == 1:
        return "x"
    if name.lstrip("x") == str(channel + 1):
        return f"x{number}"
    return f"x {name}" if screen.channels.count(name) == 1 else f"x{number} {name}"


def step_name(screen: Screen, step: int) -> str:
    """A step in words, with the name of its input if it has one."""
    label = screen.labels[step]
    if label == str(step + 1):
        return say("lenses.naming.step", step=step + 1)
    return say("lenses.naming.step_read", step=step + 1, label=label)


def unit_name(unit: int) -> str:
    """A unit in words."""
    return say("lenses.naming.unit", unit=unit + 1)


def unit_of(screen: Screen, units: int) -> int:
    """The cursor's unit, or the last one of a smaller layer."""
    return min(screen.unit, units - 1)
