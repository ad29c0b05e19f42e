"""The JSON texts in Keras files: read strictly, and never deeper than they need to be."""

import json
from functools import partial
from typing import Any, NoReturn

from gru_core import fields
from gru_core.errors import FormatError, shown
from gru_core.formats import limits


def parsed(name: str, text: bytes | str) -> dict[str, Any]:
    """The object that a JSON text holds. name: what errors call the text. Errors: FormatError."""
    if len(text) > limits.MAX_JSON:
        raise FormatError(
            "{name} has {count:,.1f} MB; up to {max_json:,.0f} MB are read: save the recurrent "
            "layers alone.",
            name=name,
            count=len(text) / 1e6,
            max_json=limits.MAX_JSON / 1e6,
        )
    try:
        value = json.loads(
            text,
            object_pairs_hook=fields.distinct(partial(_twice, name)),
            parse_constant=partial(_not_finite, name),
        )
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:  # also for bytes that are no text
        raise FormatError(
            "{name} is not JSON ({error}); the file is damaged: save the model again.",
            name=name,
            error=error,
        ) from None
    if not isinstance(value, dict):
        raise FormatError(
            "{name} is not a JSON object in braces; the file is damaged: save the model again.",
            name=name,
        )
    _check_depth(name, value)
    return value


def _check_depth(name: str, value: object) -> None:
    level = [value]
    for _ in range(limits.MAX_DEPTH):
        level = [inner for outer in level for inner in children(outer)]
        if not level:
            return
    raise _too_deep(name)


def children(value: object) -> list[Any]:
    """What is directly inside of an object or a list; nothing is inside of anything else."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _twice(name: str, key: str) -> FormatError:
    return FormatError(
        "{name} has the field {key} twice in one place; the file is damaged: save the model again.",
        name=name,
        key=shown(key),
    )


def _not_finite(name: str, constant: str) -> NoReturn:
    raise FormatError(
        "{name} holds {constant}, which is no number; the file is damaged: save the model again.",
        name=name,
        constant=constant,
    )


def _too_deep(name: str) -> FormatError:
    return FormatError(
        "{name} is nested more than {max_depth} deep; the file is damaged: save the model again.",
        name=name,
        max_depth=limits.MAX_DEPTH,
    )
