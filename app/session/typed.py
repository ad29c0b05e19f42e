"""A number of a visitor's, taken in: one finite number that is not absurdly large."""

from typing import Final

from app.setting.link import shortened
from app.words import numbers
from app.words.say import say
from gru_core.errors import GatescopeError

LARGEST_VALUE: Final = 10_000.0


def number(text: str) -> float:
    """A typed number. Raises GatescopeError for anything that is not one finite number."""
    plain = text.strip().replace("−", "-")
    if not plain:
        raise GatescopeError(say("session.events.nothing_typed"))
    try:
        value = float(plain.replace("_", "x"))
    except ValueError:
        said = "no_number_with_comma" if "," in plain else "no_number"
        raise GatescopeError(say(f"session.events.{said}", text=shortened(text))) from None
    if not abs(value) <= LARGEST_VALUE:  # NaN too
        raise GatescopeError(say("session.events.out_of_range", text=shortened(text)))
    return value


def checked(value: float) -> float:
    """The value itself if it is finite and not absurdly large; raises GatescopeError otherwise."""
    if abs(value) <= LARGEST_VALUE:  # false for NaN
        return float(value)
    if isinstance(value, float):
        raise GatescopeError(say("session.events.too_large", value=numbers.number(value)))
    raise GatescopeError(say("session.events.whole_too_large"))
