"""Fields of JSON files: read strictly, with errors that name the field.

`where` is what an error begins with, such as `input.labels`; the caller knows the file. Every
function raises TextError: what was got, what is needed.
"""

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from gru_core.errors import GatescopeError, TextError

Pairs: TypeAlias = list[tuple[str, Any]]


def load(path: Path) -> object:
    """The content of a JSON file; a key given twice, NaN and infinity are refused."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=distinct(_twice), parse_constant=_not_finite)
    except FileNotFoundError:
        present = ", ".join(sorted(other.name for other in path.parent.glob("*.json"))) or "none"
        raise TextError(
            "{name} is not in {parent}; the JSON files there: {present}.",
            name=path.name,
            parent=path.parent,
            present=present,
        ) from None
    except UnicodeDecodeError as error:
        raise TextError(
            "{name}: is not UTF-8 text; save it as UTF-8.",
            name=path.name,
        ) from error
    except json.JSONDecodeError as error:
        raise TextError(
            "{name}: is not JSON: {msg} at line {lineno}, column {colno}.",
            name=path.name,
            msg=error.msg,
            lineno=error.lineno,
            colno=error.colno,
        ) from error
    except TextError as error:
        raise TextError(
            "{name}: {error}",
            name=path.name,
            error=error,
        ) from None


def distinct(refused: Callable[[str], GatescopeError]) -> Callable[[Pairs], dict[str, Any]]:
    """What makes an object of JSON from its pairs, and raises `refused(key)` for one given twice.

    Python's own takes the last of them without a word.
    """

    def made(pairs: Pairs) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise refused(key)
            found[key] = value
        return found

    return made


def _twice(key: str) -> TextError:
    return TextError(
        "the field {key!r} is given twice in one place; keep one of them.",
        key=key,
    )


def _not_finite(constant: str) -> NoReturn:
    raise TextError(
        "holds {constant}; it needs a finite number: replace it.",
        constant=constant,
    )


def record(
    where: str, value: object, required: Collection[str] = (), optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """An object with all required fields, perhaps optional ones, and no others."""
    if not isinstance(value, dict):
        raise TextError(
            "{where} is {kind}; it needs an object in braces.",
            where=where,
            kind=kind(value),
        )
    known = (*required, *optional)
    for name in value:
        if name not in known:
            raise TextError(
                "{where} has the field {name!r}; it can have: {known}.",
                where=where,
                name=name,
                known=", ".join(known),
            )
    missing = [name for name in required if name not in value]
    if missing:
        raise TextError(
            "{where} has no {missing}; it needs: {required}.",
            where=where,
            missing=", ".join(missing),
            required=", ".join(required),
        )
    return value


def text(where: str, value: object) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise TextError(
            "{where} is {kind}; it needs a text that is not blank.",
            where=where,
            kind=kind(value),
        )
    return value


def texts(where: str, value: object, count: int, each: str) -> tuple[str, ...]:
    """A list of texts, blank ones allowed, one for each step, unit or channel."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TextError(
            "{where} is {kind}; it needs a list of texts, one for each {each}.",
            where=where,
            kind=kind(value),
            each=each,
        )
    if len(value) != count:
        raise TextError(
            "{where} has {count} texts; it needs {needed}, one for each {each}.",
            where=where,
            count=len(value),
            needed=count,
            each=each,
        )
    return tuple(value)


def whole(where: str, value: object, low: int, high: int) -> int:
    """A whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TextError(
            "{where} is {kind}; it needs a whole number from {low} to {high}.",
            where=where,
            kind=kind(value),
            low=low,
            high=high,
        )
    return value


def positive(where: str, value: object) -> float:
    """A number above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise TextError(
            "{where} is {kind}; it needs a number above 0.",
            where=where,
            kind=kind(value),
        )
    return float(value)


def flag(where: str, value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise TextError(
            "{where} is {kind}; it needs true or false.",
            where=where,
            kind=kind(value),
        )
    return value


def choice(where: str, value: object, known: Collection[str]) -> str:
    """One of the known names."""
    if not isinstance(value, str) or value not in known:
        raise TextError(
            "{where} is {kind}; choose one of: {known}.",
            where=where,
            kind=kind(value),
            known=", ".join(known),
        )
    return value


def kind(value: object) -> str:
    """What an error calls the value: short ones themselves, long ones by their kind."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    if len(shown) <= 40:
        return shown
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a long text"}
    return names.get(type(value), "a long number")
