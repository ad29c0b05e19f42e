"""What belongs to a number stays on its line: 50 %, 0.59 °C, 3.2 · 10⁻⁵ have no-break spaces.

app.words.numbers and assets/stage/core/format.js write them; `tied` is for what stands in a text.
"""

import re
from typing import Final

TIE: Final = "\N{NO-BREAK SPACE}"
# Before a unit, and around the dot of a power of ten; a brace ends the field of a template.
PARTS: Final = re.compile(
    r"(?<=[\d}]) (?=[%°])|(?<=\d) (?=· 10[⁻⁰¹²³⁴-⁹])|(?<=\d ·) (?=10[⁻⁰¹²³⁴-⁹])"
)


def tied(text: str) -> str:
    """A text, or a template, in which no number is parted from what belongs to it."""
    return PARTS.sub(TIE, text)
