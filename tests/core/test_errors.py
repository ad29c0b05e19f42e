"""The exception tree is as drawn, and messages read as written."""

import inspect

import pytest

from gru_core import errors
from gru_core.errors import GatescopeError, UnknownNameError, shown, unknown_name

CLASSES = [
    value
    for _, value in inspect.getmembers(errors, inspect.isclass)
    if issubclass(value, GatescopeError)
]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_drawn_in_the_tree_and_is_a_value_error(error) -> None:
    assert error.__name__ in errors.__doc__
    assert issubclass(error, ValueError)


def test_an_unknown_name_is_also_a_key_error_and_prints_without_quotes() -> None:
    error = unknown_name("gate", "rest", ("reset", "update"))
    assert isinstance(error, KeyError)
    assert isinstance(error, UnknownNameError)
    assert str(error) == "gate 'rest' does not exist; choose one of: reset, update."


def test_a_long_text_is_quoted_in_short() -> None:
    assert len(shown("a" * 10_000)) < 100
