"""The text of an exported script: readable, complete by itself, and nobody else's code.

That it comes to the same trace is tested in tests/oracle.
"""

import ast
from dataclasses import replace

import pytest

from gru_core.conventions import CELLS
from gru_core.export.script import companions, script
from tests.core.exporting import exported

HOSTILE = (
    "'", '"', '"""', "\\", "\\'", "\n", "\r\nimport os", "]); import os #", "{x}", "%s", "\0",
    "\u2028import os", "\u202eso", "\ud800", "\x1b[2J", "__import__('os').system('true')", "é☃",
)  # fmt: skip


def assigned(text: str, name: str) -> object:
    """What the script sets a name to, where that is written out."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(name)


def shape(text: str) -> str:
    """The code of a script with every constant left out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = 0
    return ast.dump(tree)


def test_nothing_in_a_scene_gets_into_the_code() -> None:
    made = exported("book")
    plain = replace(made, labels=tuple("abcdef"), channels=("c",))
    for word in HOSTILE:
        hostile = replace(
            made, title=word, scene=word, stem=word, labels=(word,) * 6, channels=(word,)
        )
        text = script(hostile)
        assert shape(text) == shape(script(plain)), word
        assert assigned(text, "scene") == word
        assert assigned(text, "labels") == [word] * 6
        assert assigned(text, "channels") == [word]
        assert "\u202e" not in text
        comments = [line for line in text.splitlines() if line.startswith("#")]
        assert comments == [line for line in script(plain).splitlines() if line.startswith("#")]


def test_a_hostile_file_name_stays_a_name() -> None:
    made = exported("reader", "rnn")
    for word in HOSTILE:
        assert shape(script(replace(made, stem=word))) == shape(script(made)), word


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", ["elnino", "reader"])
def test_it_needs_torch_and_nothing_of_ours(name, cell) -> None:
    found = set()
    for node in ast.walk(ast.parse(script(exported(name, cell)))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
    files = {"pathlib", "numpy", "safetensors.torch"} if name == "reader" else set()
    assert found == {"torch"} | files


@pytest.mark.parametrize(
    ("name", "changes", "endings"),
    [
        ("pulse", {}, []),
        ("crowd", {}, [".safetensors"]),
        ("crowd", {"reset_after": False}, [".weights.npz"]),
        ("reader", {}, [".safetensors", ".npz"]),
    ],
)
def test_more_numbers_than_one_reads_are_in_files_that_it_names(name, changes, endings) -> None:
    made = exported(name, **changes)
    assert companions(made) == tuple(made.stem + ending for ending in endings)
    text = script(made)
    assert all(f"# Beside this script has to lie {name!r}." in text for name in companions(made))
    assert len(text) < 100_000


@pytest.mark.parametrize("name", ["pulse", "slate", "elnino", "crowd"])
def test_its_lines_are_short(name) -> None:
    text = script(exported(name, held="gru.update.all.2-9_0.5"))
    assert max(map(len, text.splitlines())) <= 100
    assert text.endswith(")\n")


def test_what_is_not_held_is_not_written_about() -> None:
    free, held = script(exported()), script(exported(held="gru.reset.1.3-end_1.0"))
    assert "hold" not in free
    assert '("reset", 1, 3, 19, 1.0),' in held
    assert "when nothing is held" in held


def test_a_cell_that_torch_has_no_layer_for_is_told_apart() -> None:
    text = script(exported(reset_after=False))
    assert "torch.nn.GRU(" not in text
    assert "# No layer of torch.nn computes the same. This GRU resets before the product" in text
    assert 'nonlinearity="relu"' in script(exported("crowd", "rnn", state_activation="relu"))
