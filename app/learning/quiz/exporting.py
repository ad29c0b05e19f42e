"""A quiz for courses: Moodle's GIFT, and CSV for spreadsheets.

GIFT: https://docs.moodle.org/en/GIFT_format. A number is {#value:tolerance}. What a reason says is
an answer's feedback; the link to the screen that proves it is feedback on the question, in HTML:
in plain text Moodle makes no link of it.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

from app.learning.quiz.questions import Drawn, Number
from app.words.say import say

MARKS: Final = re.compile(r"[\\~=#{}:]")  # what GIFT takes for its own unless a backslash is before
DECIMALS: Final = 9  # of an answer; a tolerance has far fewer
MOST_CHOICES: Final = 4  # columns of a table
BOM: Final = "﻿"  # by which Excel sees that a file is UTF-8


def gift(quiz: Sequence[Drawn], address: str) -> str:
    """A file for Moodle. address: of the first page, which links begin with."""
    head = "// Gatescope\n\n$CATEGORY: Gatescope\n\n"
    return head + "\n".join(_gift_of(one, address) for one in quiz)


def _gift_of(one: Drawn, address: str) -> str:
    """One question, and the blank line after it."""
    lines = [f"::{escaped(one.name)}::[plain]{escaped(one.text)} {{"]
    if isinstance(one.answers, Number):
        value = f"{_decimal(one.answers.value)}:{_decimal(one.answers.near)}"
        lines[0] += f"#{value}"
        told = f"{html.escape(one.answers.because)} {_proof(one, address)}"
    else:
        lines += [
            f"{'=' if choice.right else '~'}{_piece(choice.text)}#{_piece(choice.because)}"
            for choice in one.answers
        ]
        told = _proof(one, address)
    return "\n".join([*lines, f"####[html]{escaped(told)}", "}", ""])


def escaped(text: str) -> str:
    """A text in which GIFT finds no mark of its own, on one line: a blank one would end it."""
    return MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def _piece(text: str) -> str:
    """An answer or its feedback. What begins as a weight or a format does is said to be text."""
    return ("[plain]" if text.lstrip()[:1] in ("%", "[") else "") + escaped(text)


def _decimal(value: float) -> str:
    """A number without a power of ten, which GIFT does not have."""
    digits = f"{value:.{DECIMALS}f}"
    return digits.rstrip("0").rstrip(".")


def _proof(one: Drawn, address: str) -> str:
    """Where to see it, as HTML."""
    link = html.escape(f"{address}?{one.sight.link}")
    return say(
        "quiz.exporting.proof",
        look=html.escape(one.sight.look),
        link=f'<a href="{link}" target="_blank">{link}</a>',
    )


def table(quiz: Sequence[Drawn], address: str) -> str:
    """The same as CSV (RFC 4180), a row a question."""
    written = io.StringIO()
    rows = csv.writer(written)
    pairs = [
        name for at in range(1, MOST_CHOICES + 1) for name in (f"choice_{at}", f"because_{at}")
    ]
    rows.writerow(["name", "theme", "question", "answer", "tolerance", "because", "link", *pairs])
    for one in quiz:
        rows.writerow(_row(one, address))
    return BOM + written.getvalue()


def _row(one: Drawn, address: str) -> list[str]:
    link = f"{address}?{one.sight.link}"
    begin = [one.name, one.theme, one.text]
    if isinstance(one.answers, Number):
        answer = one.answers
        pairs = [""] * (2 * MOST_CHOICES)
        return [*begin, _decimal(answer.value), _decimal(answer.near), answer.because, link, *pairs]
    [right] = [choice for choice in one.answers if choice.right]
    pairs = [text for choice in one.answers for text in (choice.text, choice.because)]
    pairs += [""] * (2 * MOST_CHOICES - len(pairs))
    return [*begin, right.text, "", right.because, link, *pairs]


Written: TypeAlias = Callable[[Sequence[Drawn], str], str]
# Each file by its name: ending, type, what writes it.
FILES: Final[Mapping[str, tuple[str, str, Written]]] = MappingProxyType(
    {"gift": (".gift.txt", "text/plain", gift), "csv": (".csv", "text/csv", table)}
)
