"""Sentences stand in the catalogue alone: each is used, and none is written anywhere else."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from app import settings
from app.words import stage
from app.words.say import FORMS, catalogue, fields_of

ROOT = Path(__file__).parents[2]

# Data that is prose anyway, in files of its own.
APART = ("app/words", "app/setting/claims")
SOURCES = sorted(
    path.relative_to(ROOT)
    for path in ROOT.glob("app/**/*.py")
    if not any(path.is_relative_to(ROOT / one) for one in APART)
)
MOST_WORDS = 3  # of a name, a label or a key; a text of more is a sentence or a part of one
LETTER = re.compile(r"[^\W\d_]")
MARKUP = re.compile(r"<[^>]*>")
# How texts begin that are no sentences for people on a page, by the file that has them.
NO_SENTENCES: dict[str, tuple[str, ...]] = {
    "app/screen/plane.py": ("looking for fixed points",),  # the name of a thread
    "app/compute/workshop.py": ("import sys; ",),  # a program
    # For the browser.
    "app/controls/mount.py": ("\nexport default function",),
    "app/site/nginx.py": ("daemon off;", "    server {{", "upstream "),
    "app/site/asking.py": ("GET ",),
    "app/serving/bundle.py": ("// Gatescope's {name} in one file",),
    "app/serving/index.py": (
        "BACKEND_BASE_URL: ",
        "HOST_CONFIG: ",
        "<script>window.__streamlit = ",
    ),
    # For whoever runs a server: the log, and what docs/settings.md has too.
    "app/compute/timing.py": ("Measuring the cells has failed.",),
    "app/workshop.py": ("%s has needed too much memory.",),
    "app/settings.py": (
        *("%s is %.20r", "%s is %.60r", settings.REFUSED, settings.MISSING),
        *(entry.meaning for entry in (*settings.TABLE, *settings.TEXTS)),
        *(entry.needs for entry in settings.TEXTS if entry.needs.count(" ") > 2),
    ),
}
# Words of which one is chosen by how many there are.
AGREEING = ({"is", "are"}, {"was", "were"}, {"has", "have"}, {"it", "them"}, {"", "s"})


class Said(NamedTuple):
    """One call of say, as its source has it."""

    where: str
    pattern: re.Pattern[str]  # of the keys that it may have
    fields: frozenset[str]
    more: bool  # and fields that only the run knows


def is_say(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"


def calls(path: Path, source: str) -> Iterator[Said]:
    """Every call of say. Errors: AssertionError for a key that the source does not show."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not is_say(node):
            continue
        key, where = node.args[0], f"{path}:{node.lineno}"
        assert isinstance(key, ast.JoinedStr) or written(key), f"{where}: no key to be read"
        names = {one.arg for one in node.keywords}
        known = parts(key) if isinstance(key, ast.JoinedStr) else [written(key)]
        pattern = re.compile(".+".join(map(re.escape, known)))
        yield Said(where, pattern, frozenset(filter(None, names)), None in names)


def written(node: ast.AST) -> str:
    """A text that the source has as it is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def parts(node: ast.JoinedStr) -> list[str]:
    """What stands before, between and after the fields of an f-string."""
    found = [""]
    for one in node.values:
        if isinstance(one, ast.Constant):
            found[-1] += str(one.value)
        else:
            found.append("")
    return found


def fits(call: Said, key: str) -> bool:
    """Whether the call has this text and its fields."""
    wanted = fields_of(catalogue()[key])
    fields = call.fields <= wanted if call.more else call.fields == wanted
    return fields and call.pattern.fullmatch(key) is not None


@cache
def every_call() -> tuple[Said, ...]:
    """Those of the app, and of what words itself says."""
    every = [*SOURCES, *(path.relative_to(ROOT) for path in ROOT.glob("app/words/*.py"))]
    return tuple(one for path in every for one in calls(path, (ROOT / path).read_text("utf-8")))


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is only a text, or gives one to a __doc__."""
    given = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".__doc__")
    return given or isinstance(node, ast.Expr)


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a source, with its line, less docstrings and keys; fields are left out."""
    apart: set[ast.AST] = set()
    for node in ast.walk(tree):
        if is_docstring(node):
            apart.add(node.value)  # type: ignore[attr-defined]
        elif isinstance(node, ast.JoinedStr):
            apart.update(part for part in ast.walk(node) if written(part))
        elif isinstance(node, ast.Call) and is_say(node):
            apart.add(node.args[0])
    for node in ast.walk(tree):
        if node in apart:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, " … ".join(parts(node))
        elif written(node):
            yield node.lineno, written(node)  # type: ignore[attr-defined]


def reads_like_a_sentence(text: str) -> bool:
    bare = MARKUP.sub(" ", text).strip()
    words = [word for word in bare.split() if LETTER.search(word)]
    return len(words) > MOST_WORDS or (bare[:1].isupper() and bare.endswith("."))


def inline(path: Path, source: str) -> list[str]:
    """The sentences of a source, and what it says by how many there are."""
    tree, allowed = ast.parse(source), NO_SENTENCES.get(path.as_posix(), ())
    found = [
        f"{path}:{line}: {text}"
        for line, text in texts(tree)
        if reads_like_a_sentence(text) and not text.startswith(allowed)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp):
            one, other = written(node.body), written(node.orelse)
            pair = {one, other}
            ends = one and other and (one == f"{other}s" or other == f"{one}s")
            if ends or pair in AGREEING:
                found.append(f"{path}:{node.lineno}: {one} or {other}, by how many there are")
    return found


def test_what_is_said_is_written_with_these_fields() -> None:
    lost = [call for call in every_call() if not any(fits(call, key) for key in catalogue())]
    assert lost == []


def test_every_text_is_said_somewhere() -> None:
    ours = [key for key in catalogue() if not key.startswith(stage.ROOMS)]  # else: tests/js
    unsaid = [key for key in ours if not any(fits(call, key) for call in every_call())]
    assert unsaid == []


def test_a_template_has_names_for_its_fields_and_leaves_their_form_to_the_numbers() -> None:
    for key, template in catalogue().items():
        for text in [template] if isinstance(template, str) else template.values():
            for _, name, form, conversion in Formatter().parse(text):
                assert name is None or (name.isidentifier() and not form and not conversion), key
            assert text == text.strip() != "", key


def test_a_text_in_two_forms_has_both() -> None:
    assert all(isinstance(one, str) or one.keys() == FORMS for one in catalogue().values())
    assert [key for key in catalogue() if key.endswith(".one")] == []  # without its other form


def test_what_is_said_of_a_mouse_is_said_of_a_finger_beside_it() -> None:
    """In English, which other languages are written from; a list of gestures has both anyway."""
    of_a_mouse = {
        key
        for key, template in catalogue().items()
        if re.search(r"\b([Cc]lick|Point at|Hover)", str(template))
        and not key.startswith("stage.hands.")
    }
    assert {f"{key}_finger" for key in of_a_mouse} == {
        key for key in catalogue() if key.endswith("_finger")
    }


def test_a_room_has_no_sentence_of_its_own() -> None:
    found = [one for path in SOURCES for one in inline(path, (ROOT / path).read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("def f():\n    return 'Nothing is held.'", ["a.py:2: Nothing is held."]),
        ("said = f'With {a} units it is {b}'", ["a.py:1: With  …  units it is  … "]),
        ("said = f'{n} unit' + ('' if n == 1 else 's')", ["a.py:1:  or s, by how many there are"]),
        ("word = 'is' if n == 1 else 'are'", ["a.py:1: is or are, by how many there are"]),
        ("word = 'units' if n > 1 else 'unit'", ["a.py:1: units or unit, by how many there are"]),
        ("'''What a module is for, in a sentence.'''", []),
        ("say('lenses.memory.half', unit=1)", []),
        ("name = 'hidden state'", []),
    ],
)
def test_a_sentence_in_a_room_is_noticed(source: str, complaints: list[str]) -> None:
    assert inline(Path("a.py"), source) == complaints


def test_what_is_no_sentence_for_people_is_still_there() -> None:
    for name, known in NO_SENTENCES.items():
        found = [text for _, text in texts(ast.parse((ROOT / name).read_text(encoding="utf-8")))]
        assert all(any(text.startswith(one) for text in found) for one in known), name
