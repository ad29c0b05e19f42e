"""The exception tree is as drawn, and messages read as written."""

import ast
import inspect
from pathlib import Path

import pytest

from gru_core import errors
from gru_core.errors import (
    GatescopeError,
    ShapeError,
    TextError,
    UnknownNameError,
    shown,
    unknown_name,
)

ROOT = Path(__file__).parents[2]
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


def test_an_error_carries_its_sentence_as_a_template_with_named_fields() -> None:
    template = "{name} has {count:,} axes; it needs {needed}."
    error = ShapeError(template, name="x", count=1234, needed=2)
    assert str(error) == "x has 1,234 axes; it needs 2."
    assert error.template == template
    assert error.fields == {"name": "x", "count": 1234, "needed": 2}


def test_a_sentence_without_fields_is_taken_as_it_stands() -> None:
    assert str(TextError("{a} is no field here.")) == "{a} is no field here."


def test_every_error_of_the_core_is_a_whole_template() -> None:
    """A sentence that was put together beforehand could not be said in another language."""
    glued = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "gru_core").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {one.__name__ for one in CLASSES} | {"ComputedError"}
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
    ]
    assert glued == []
