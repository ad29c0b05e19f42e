"""Every letter on screen is explained, once, and as the notation has it."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from app.figures.equations import Writer
from app.figures.nodes import Nodes
from app.words.terms import meaning, terms
from gru_core.conventions import CELLS, CHO, CHUNG, PYTORCH, TRACKS, Cell, Notation, notation_of

NOTATIONS = [
    notation_of(placement, polarity, biases)
    for placement, polarity, biases in product(("after", "before"), ("keep", "write"), (1, 2))  # type: ignore[arg-type]
]


def letters(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        yield from (node[key] for key in ("v", "f") if key in node)
        if node.get("o") == "⊙":
            yield "⊙"
        for inner in ("a", "p"):
            yield from letters(node.get(inner, []))


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("inner_bias", [False, True])
@pytest.mark.parametrize("notation", NOTATIONS, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_every_letter_of_the_equations_is_explained_once(
    cell: Cell, notation: Notation, inner_bias: bool, joined: bool
) -> None:
    inner_bias = inner_bias or notation.biases == 2
    steps = Writer(cell, notation, joined, inner_bias).substeps()
    rows = [row for step in steps for line in step.lines for row in (line.left, line.symbols)]
    there = {letter for row in rows for letter in letters(row)}
    explained = [one.symbol for one in terms(cell, notation, inner_bias=inner_bias)]
    assert len(set(explained)) == len(explained)
    assert there <= set(explained)
    assert set(explained) - there <= {"kept", "written", "U"}, "nothing else is explained"


@pytest.mark.parametrize("notation", NOTATIONS, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_a_meaning_is_one_plain_sentence(cell: Cell, notation: Notation) -> None:
    for one in terms(cell, notation):
        assert re.fullmatch(r"[A-Z][^.]*( 0\.\d[^.]*)?\.", one.says), one
    assert {one.quantity for one in terms(cell, notation)} == {"", "x", *TRACKS[cell]}


def test_what_z_does_is_said_in_its_own_polarity_and_never_that_it_opens() -> None:
    keeps, writes = (meaning("gru", "update", notation) for notation in (PYTORCH, CHUNG))
    assert "how much is kept: near 1 it keeps the old state" in keeps
    assert "how much is written: near 1 it writes the candidate" in writes
    for said in (keeps, writes):
        assert not re.search("open|shut|close", said)
    kept = {
        notation.name: next(one.says for one in terms("gru", notation) if one.symbol == "kept")
        for notation in (PYTORCH, CHO, CHUNG)
    }
    assert kept[PYTORCH.name] == kept[CHO.name]
    assert "z ⊙ h" in kept[CHO.name]
    assert "(1 − z) ⊙ h" in kept[CHUNG.name]


@pytest.mark.parametrize(("notation", "symbol"), [(PYTORCH, "n"), (CHO, "h̃"), (CHUNG, "h̃")])
def test_the_candidate_has_one_symbol_its_weights_too(notation: Any, symbol: str) -> None:
    writer = Writer("gru", notation)
    assert symbol in [one.symbol for one in terms("gru", notation)]
    for letter in "WUb":
        assert writer.weight(letter, "candidate")["s"] == symbol
    assert writer.letter("candidate")["v"] == symbol
