"""Many edits in one piece of a link come back as they were, number by number."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.changes.blocks import MOST_IN_LIST, compact
from gru_core.situation import Edit, Target, parse_edits

STEMS = ("x", "gru.h0", "gru.w_x.update", "lstm.w_h.forget", "gru.b_x.reset")
changes = st.tuples(
    st.sampled_from(STEMS), st.integers(0, 5), st.integers(0, 5), st.sampled_from([0.0, 0.5, -1e-7])
)


def target(stem: str, row: int, column: int) -> Target:
    one = stem.endswith("h0") or ".b_" in stem
    return Target.parse(f"{stem}.{row}" if one else f"{stem}.{row}.{column}")


def filled(stem: str, rows: int, columns: int, value: float) -> list[tuple[Target, float]]:
    return [(target(stem, r, c), value) for r in range(rows) for c in range(columns)]


def read(pieces: list[str]) -> dict[Target, float]:
    parsed, rejected = parse_edits("~".join(pieces))
    assert rejected == []
    return {edit.target: edit.value for edit in parsed}  # the last one of a number wins


def test_a_block_is_its_numbers_row_by_row() -> None:
    assert parse_edits("x.2-3.0-1_1_2_3_-0.5~gru.b_x.update.1-2_4").edits == (
        Edit(Target.parse("x.2.0"), 1),
        Edit(Target.parse("x.2.1"), 2),
        Edit(Target.parse("x.3.0"), 3),
        Edit(Target.parse("x.3.1"), -0.5),
        Edit(Target.parse("gru.b_x.update.1"), 4),
        Edit(Target.parse("gru.b_x.update.2"), 4),
    )


@given(st.lists(changes, max_size=60))
def test_edits_survive_their_blocks_to_the_bit(many) -> None:
    wanted = {target(stem, row, column): value for stem, row, column, value in many}
    pieces = compact(wanted.items())
    found = read(pieces)
    assert found == wanted
    assert all(re.fullmatch(r"[A-Za-z0-9._-]*", piece) for piece in pieces)  # as URLs leave it
    single = "~".join(str(Edit(one, value)) for one, value in wanted.items())
    assert len("~".join(pieces)) <= len(single)


def test_random_numbers_keep_every_bit() -> None:
    rng = np.random.default_rng(3)
    wanted = {
        target("gru.w_h.update", r, c): float(rng.normal()) for r in range(9) for c in range(9)
    }
    pieces = compact(wanted.items())
    assert len(pieces) == 1
    assert read(pieces) == wanted


def test_a_filled_matrix_is_one_piece_and_an_identity_its_diagonal_more() -> None:
    assert compact(filled("gru.w_h.update", 32, 32, 0.5)) == ["gru.w_h.update.0-31.0-31_0.5"]
    identity = dict(filled("gru.w_h.update", 32, 32, 0.0))
    identity |= {target("gru.w_h.update", unit, unit): 1.0 for unit in range(32)}
    pieces = compact(identity.items())
    assert len(pieces) == 33
    assert read(pieces) == identity


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x.3-2.0_1", "ends before it begins"),
        ("x.0-1.0_1_2_3", "has 3 values for 2 numbers"),
        ("gru.w_h.update.0-99.0-99_0", "is of 10,000 numbers"),
        ("gru.w_h.forget.0-1.0_0", "GRU gate 'forget' does not exist"),
        ("gru.w_h.update.0-1_0", "has 2 indices; it needs 3"),
        ("x.0-1.0_1e999", "is inf"),
    ],
)
def test_a_block_that_is_none_is_refused_with_the_reason(text: str, says: str) -> None:
    parsed, [(piece, reason)] = parse_edits(text)
    assert parsed == ()
    assert piece == text
    assert re.search(says, reason)


def test_blocks_of_a_list_change_no_more_numbers_than_there_may_be() -> None:
    one = "gru.w_h.update.0-39.0-39_1"  # 1600
    parsed, rejected = parse_edits(f"{one}~{one}~x.0-1.0_1")
    assert len(parsed) == 1602 <= MOST_IN_LIST
    assert "there is room for 400" in rejected[0].reason
