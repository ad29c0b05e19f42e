"""Lambda layers: a model that carries Python code is refused, though nobody would run it here."""

from collections.abc import Mapping
from typing import Any, Final

from gru_core.errors import FormatError, shown
from gru_core.formats.keras.config import children

LAMBDA: Final = "Lambda"
_MARSHALLED: Final = "__lambda__"  # what Keras 3 calls a function that it saves as code


def check_no_code(model: Mapping[str, Any]) -> None:
    """Raise FormatError if a Lambda layer anywhere in a model holds code, and not only a name."""
    todo: list[Any] = [model]
    while todo:
        value = todo.pop()
        if isinstance(value, dict) and value.get("class_name") == LAMBDA:
            config = value.get("config")
            if isinstance(config, dict) and _is_code(config):
                raise FormatError(
                    "{get} is a Lambda layer with Python code in the file, which is not run: "
                    "where you trust it, load the model in Keras and save its weights alone, "
                    "as .weights.h5.",
                    get=shown(config.get("name", LAMBDA)),
                )
        todo.extend(children(value))


def _is_code(config: Mapping[str, Any]) -> bool:
    """Whether the function is saved itself: Keras 3 says so, Keras 1 and 2 make a list of it."""
    function = config.get("function")
    if isinstance(function, dict):
        return function.get("class_name") == _MARSHALLED
    return isinstance(function, list) or config.get("function_type") == "lambda"
