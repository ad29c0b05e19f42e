"""Numbers in square brackets: JSON, and what NumPy and PyTorch print."""

import json
import re
from typing import Final, cast

from gru_core.errors import ShapeError, TextError, shown
from gru_core.inputs.tables.limits import check_height

Rows = list[list[str]]

_BEGINS = re.compile(r"\s*(?:\[|\{|(?:(?:np|numpy|torch)\.)?(?:array|tensor)\()")
_CALL = re.compile(
    r"(?:(?:np|numpy|torch)\.)?(?:array|tensor)\(\s*(\[.*\])\s*(?:,\s*dtype\s*=\s*[\w.'\"<>=]+\s*)?\)",
    re.DOTALL,
)
# How NumPy 2 writes a number inside a list: np.float64(0.5).
_SCALAR = re.compile(r"\b(?:np|numpy)\.u?(?:float|int)[0-9]+\(([^()]*)\)")
_LIST = re.compile(r"\[([^\[\]]*)\]")
# Not \s: spaces that group digits, as in 1 000, would come apart.
_SPACE = re.compile(r"[ \t\n]+")
_DEEPEST: Final = 2


class _Number(str):
    """A number as JSON has it; its digits are read with all others, in one place."""

    __slots__ = ()


def is_bracketed(text: str) -> bool:
    """Whether a text is to be read as brackets rather than as lines."""
    return _BEGINS.match(text) is not None


def bracketed(text: str) -> Rows:
    """The cells of a text in brackets; a flat list is a column, one number a row.

    Errors: TextError, ShapeError. Whether a cell is a number is not checked here.
    """
    text = text.strip()
    if "..." in text or "…" in text:
        raise TextError(
            "The text has dots between its numbers, where NumPy or another program left numbers "
            "out; all are needed: print it again, in NumPy after "
            "np.set_printoptions(threshold=10**9)."
        )
    if text[0] == "{":
        raise TextError(
            "The text is an object in braces; it needs a list of numbers or of rows: take it out."
        )
    body = _SCALAR.sub(r"\1", _inside_call(text))
    try:
        content = json.loads(body, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    except (json.JSONDecodeError, RecursionError):
        return _printed(body)
    return _listed(content)


def _inside_call(text: str) -> str:
    if text[0] == "[":
        return text
    if call := _CALL.fullmatch(text):
        return call[1]
    raise TextError(
        "{text} is not one whole array; it needs brackets, perhaps a dtype, and a closing "
        "parenthesis: copy all of it, and nothing else.",
        text=shown(text),
    )


def _listed(content: list[object]) -> Rows:
    """The rows of what JSON read."""
    check_height(len(content))
    nested = [isinstance(row, list) for row in content]
    if not any(nested):
        return [[_cell(value, i)] for i, value in enumerate(content)]
    if not all(nested):
        i = nested.index(not nested[0])
        one, other = ("a list", "no list") if nested[i] else ("no list", "a list")
        raise ShapeError(
            "Row {i} is {one} and row 1 is {other}; all rows need to be alike: put brackets "
            "around each, or around none.",
            i=i + 1,
            one=one,
            other=other,
        )
    return [
        [_cell(value, i) for value in cast("list[object]", row)] for i, row in enumerate(content)
    ]


def _cell(value: object, row: int) -> str:
    if isinstance(value, list | dict):
        raise ShapeError(
            "Row {row} holds a list; a row needs numbers only: give a list of rows."
            if isinstance(value, list)
            else "Row {row} holds an object; a row needs numbers only: give a list of rows.",
            row=row + 1,
        )
    # A text keeps its quotes: "1" is a text, and no number.
    return value if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _printed(text: str) -> Rows:
    """The rows of what print() shows: numbers with spaces, or commas, between them."""
    _check_brackets(text)
    if flat := _LIST.fullmatch(text):
        pieces = _pieces(flat[1])
        check_height(len(pieces))
        return [[piece] for piece in pieces]
    # Around each row its neighbours: the odd places hold the rows themselves.
    first, *between, last = (gap.strip(" \t\n") for gap in _LIST.split(text[1:-1])[::2])
    separator = between[0] if between else ""
    # Python allows a comma after the last row, too; no number can be missing there.
    allowed = (first == "", last in ("", ","), separator in ("", ","), len(set(between)) < 2)
    if not all(allowed):
        odd = next((gap for gap in (first, *between, last) if gap not in ("", ",")), ",")
        raise TextError(
            "{odd} stands around rows; between all of them it needs a comma, or between none, "
            "and nothing else: take it out.",
            odd=shown(odd),
        )
    return [_pieces(row) for row in _LIST.findall(text[1:-1])]


def _pieces(text: str) -> list[str]:
    text = text.strip(" \t\n")
    if not text:
        return []
    return text.split(",") if "," in text else _SPACE.split(text)


def _check_brackets(text: str) -> None:
    """Raise an error unless brackets pair, at most two deep, the outer pair around everything."""
    depth = 0
    for bracket in re.finditer(r"[\[\]]", text):
        depth += 1 if bracket[0] == "[" else -1
        if depth > _DEEPEST:
            raise ShapeError(
                "The brackets are nested three deep; rows of numbers need one pair around all and "
                "one around each row: take a part of the array."
            )
        if depth == 0 and bracket.end() < len(text):
            raise TextError(
                "{text} stands after the last bracket; one list is needed: take it out, or put "
                "brackets around everything.",
                text=shown(text[bracket.end() :].strip()),
            )
    if depth:
        raise TextError("A bracket is not closed; each [ needs its ]: copy all of the list.")
