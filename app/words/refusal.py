"""What an error of the core says to a person: its template, with numbers as all others are."""

from string import Formatter
from typing import Any

import numpy as np

from app.words.numbers import number
from gru_core.errors import GatescopeError
from gru_core.words import Said


class _Written(Formatter):
    """Fills a template; a number that is not whole looks as it does everywhere on the page."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Said) and not format_spec:
            return self.vformat(value.template, (), value.fields)
        if isinstance(value, float | np.floating) and format_spec in ("", "g"):
            return number(float(value))
        written: str = super().format_field(value, format_spec)
        return written


_WRITTEN = _Written()


def refusal(error: Exception) -> str:
    """The sentence of an error. Any other exception says what it says of itself."""
    if isinstance(error, GatescopeError) and error.fields:
        return _WRITTEN.vformat(error.template, (), error.fields)
    return str(error)
