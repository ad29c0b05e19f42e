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
            f"{path.name} is not in {path.parent}; the JSON files there: {present}."
        ) from None
    except UnicodeDecodeError as error:
        raise TextError(f"{path.name}: is not UTF-8 text; save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise TextError(
            f"{path.name}: is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except TextError as error:
        raise TextError(f"{path.name}: {error}") from None


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
    return TextError(f"the field {key!r} is given twice in one place; keep one of them.")


def _not_finite(constant: str) -> NoReturn:
    raise TextError(f"holds {constant}; it needs a finite number: replace it.")


def record(
    where: str, value: object, required: Collection[str] = (), optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """An object with all required fields, perhaps optional ones, and no others."""
    if not isinstance(value, dict):
        raise TextError(f"{where} is {kind(value)}; it needs an object in braces.")
    known = (*required, *optional)
    for name in value:
        if name not in known:
            raise TextError(f"{where} has the field {name!r}; it can have: {', '.join(known)}.")
    missing = [name for name in required if name not in value]
    if missing:
        raise TextError(f"{where} has no {', '.join(missing)}; it needs: {', '.join(required)}.")
    return value


def text(where: str, value: object) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise TextError(f"{where} is {kind(value)}; it needs a text that is not blank.")
    return value


def texts(where: str, value: object, count: int, each: str) -> tuple[str, ...]:
    """A list of texts, blank ones allowed, one for each step, unit or channel."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TextError(f"{where} is {kind(value)}; it needs a list of texts, one for each {each}.")
    if len(value) != count:
        raise TextError(f"{where} has {len(value)} texts; it needs {count}, one for each {each}.")
    return tuple(value)


def whole(where: str, value: object, low: int, high: int) -> int:
    """A whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TextError(f"{where} is {kind(value)}; it needs a whole number from {low} to {high}.")
    return value


def positive(where: str, value: object) -> float:
    """A number above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise TextError(f"{where} is {kind(value)}; it needs a number above 0.")
    return float(value)


def flag(where: str, value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise TextError(f"{where} is {kind(value)}; it needs true or false.")
    return value


def choice(where: str, value: object, known: Collection[str]) -> str:
    """One of the known names."""
    if not isinstance(value, str) or value not in known:
        raise TextError(f"{where} is {kind(value)}; choose one of: {', '.join(known)}.")
    return value


def kind(value: object) -> str:
    """What an error calls the value: short ones themselves, long ones by their kind."""
    shown = json.dumps(value, ensure_ascii=False)
    if len(shown) <= 40:
        return shown
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a long text"}
    return names.get(type(value), "a long number")
