"""The exception tree is as drawn, and messages read as written."""

import ast
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

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
from gru_core.formats import foreign
from gru_core.formats.answers import NEEDED
from gru_core.formats.onnx.wire import DAMAGED

ROOT = Path(__file__).parents[2]
CLASSES = [
    value
    for _, value in inspect.getmembers(errors, inspect.isclass)
    if issubclass(value, GatescopeError)
]
RAISED = {one.__name__ for one in CLASSES} | {"ComputedError"}
PLACED = re.compile(r"\{\w+\}: \{error\}")
# Where Python and HTML are written, not prose.
PYTHON = ("script.py", "script_cells.py", "script_numbers.py", "script_step.py", "report.py")
MOST_WORDS = 3  # of a name that is made of others: the value of {name}
VERBS = {"is", "are", "was", "were", "has", "have", "had", "does", "do", "needs", "need", "holds"}
# Words of which one is chosen by how many there are.
AGREEING = ({"is", "are"}, {"was", "were"}, {"has", "have"}, {"", "s"}, {"", "es"}, {"a", "an"})


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


def glued(path: Path, source: str) -> list[str]:
    """Where a source puts pieces of prose together, wherever they go: to an error, into a note.

    A TypeError is said to who writes the code, and in any words.
    """
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    apart = {inner for one in calls if called(one) == "TypeError" for inner in ast.walk(one)}
    lines = {
        node.lineno
        for node in ast.walk(tree)
        if node not in apart
        if reads_like_prose(pieces_of(node)) or by_number(node) or raised_in_pieces(node)
    }
    return [f"{path}:{line}" for line in sorted(lines)]


def by_number(node: ast.AST) -> bool:
    """Whether a word is chosen by how many there are."""
    return isinstance(node, ast.IfExp) and {text(node.body), text(node.orelse)} in AGREEING


def raised_in_pieces(node: ast.AST) -> bool:
    """Whether an error is made of an f-string, or of a template whose words are all in fields."""
    if not isinstance(node, ast.Call) or called(node) not in RAISED or not node.args:
        return False
    return isinstance(node.args[0], ast.JoinedStr) or only_fields(text(node.args[0]))


def pieces_of(node: ast.AST) -> list[str]:
    """The texts that a node joins to others: those of an f-string, a sum, a format."""
    if isinstance(node, ast.JoinedStr):
        return [text(one) for one in node.values if text(one)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult | ast.Mod):
        return [one for one in map(text, (node.left, node.right)) if one]
    if isinstance(node, ast.AugAssign):
        return [text(node.value)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "join":  # its parts, where they stand there one by one
            return [
                one for part in node.args for one in map(text, getattr(part, "elts", ())) if one
            ]
        if node.func.attr == "format":
            return [text(node.func.value)]
    return []


def text(node: ast.AST) -> str:
    """A text that the source has as it is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def reads_like_prose(pieces: list[str]) -> bool:
    """Several words, which a name may have, or one that makes a clause of them."""
    words = [word for one in pieces for word in one.split() if any(map(str.isalpha, word))]
    return len(words) > MOST_WORDS or not VERBS.isdisjoint(words)


def only_fields(template: str) -> bool:
    """Whether the words of a sentence are all in its fields; a place before a sentence may be."""
    if "{" not in template or PLACED.fullmatch(template):
        return False
    return not any(letter.isalpha() for part in Formatter().parse(template) for letter in part[0])


def test_every_sentence_of_the_core_is_a_whole_template() -> None:
    """One that was put together beforehand could not be said in another language."""
    found = [
        one
        for path in sorted((ROOT / "gru_core").rglob("*.py"))
        if path.name not in PYTHON
        for one in glued(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    ]
    assert found == []


def makers(trees: Iterable[ast.AST]) -> set[str]:
    """Functions that make an error of what they are given; what a thing is called is no clause."""
    found = {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and text_of(node.returns) in RAISED
    }
    return found - {"unknown_name"}


def text_of(node: ast.AST | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def handed_over(tree: ast.AST, known: set[str]) -> list[int]:
    """Where a clause, and no whole sentence, is given to what makes an error of it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        node.lineno
        for node in calls
        if (called(node) or getattr(node.func, "attr", "")) in known
        for one in map(text, [*node.args, *(keyword.value for keyword in node.keywords)])
        if len(one.split()) > MOST_WORDS and not one.endswith(".")
    ]


def test_no_clause_is_handed_over_to_what_makes_an_error() -> None:
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "gru_core").rglob("*.py"))
    }
    known = makers(trees.values())
    assert {"damaged", "misplaced", "error"} <= known
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in trees.items()
        for line in handed_over(tree, known)
    ]
    assert found == []


def test_a_clause_that_is_handed_over_is_noticed() -> None:
    tree = ast.parse("raise damaged(name, 'it ends in the middle'); raise damaged(name, 'cut')")
    assert handed_over(tree, {"damaged"}) == [1]


def test_what_is_said_by_a_table_are_whole_sentences() -> None:
    templates = [
        *NEEDED.values(),
        *DAMAGED.values(),
        *(row[-1].template for row in (*foreign._MARKS, *foreign._NAMES, *foreign._MEMBERS)),
        *(one.template for one in vars(foreign).values() if isinstance(one, foreign.Foreign)),
    ]
    assert len(templates) > 40
    for one in templates:
        assert one.startswith("{name} is ")
        assert one.endswith(".")


@pytest.mark.parametrize(
    "source",
    [
        "raise ShapeError(f'{name} is empty')",
        "left_out(f'{place} is {cell}')",
        "above = f'the header has {needed}'",
        "note = f'Lambda layers are stepped over: {names}.'",
        "said = first + '; nothing is guessed.'",
        "reason += ', perhaps for want of memory'",
        "said = 'In its model it comes from {}.'.format(layer)",
        "said = 'The file has %s.' % names",
        "said = '; '.join(['it has no graph', f'layer {n}'])",
        "verb = 'are' if more else 'is'",
        """plural = f'row{"s" if n > 1 else ""}'""",
        "raise FormatError('{what}; {why}', what='it is empty', why='fill it')",
    ],
)
def test_a_sentence_put_together_is_noticed(source: str) -> None:
    assert len(glued(Path("a.py"), source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "raise ShapeError('{name} is empty; {needed} are needed.', name=name, needed=3)",
        "note = Said('Lambda layers are stepped over: {names}.', names=', '.join(names))",
        "raise unknown_name(f'state of the {cell}', state, known)",
        "name = f'{cell}.{track}'",
        "raise TypeError(f'{name} cannot be recorded so')",
    ],
)
def test_templates_and_names_are_taken(source: str) -> None:
    assert glued(Path("a.py"), source) == []
