"""Numbers in words: what both writers must say, and what no sentence may."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import numbers

CASES = json.loads((Path(__file__).parent / "numbers.json").read_text(encoding="utf-8"))
SHARES = st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True)


@pytest.mark.parametrize(
    ("writer", "value", "said"),
    [
        (writer, value, said)
        for writer in ("percent", "number", "brief", "steps")
        for value, said in CASES[writer]
    ],
)
def test_a_number_is_said_as_the_table_has_it(writer: str, value: float, said: str) -> None:
    assert getattr(numbers, writer)(value) == said


@given(SHARES)
def test_a_part_is_never_said_to_be_nothing_or_everything(share: float) -> None:
    said = numbers.percent(share)
    assert said not in ("0 %", "100 %")
    figures = float(said.removesuffix(" %").removeprefix("over ").removeprefix("under "))
    assert abs(figures - 100 * share) <= 0.5000001


@given(SHARES)
def test_a_gate_that_is_not_one_is_never_said_to_be(share: float) -> None:
    assert numbers.number(share) not in ("1", "0")
    assert numbers.number(-share) not in ("−1", "0")


def test_numbers_that_are_none_are_named() -> None:
    assert numbers.number(math.inf) == "∞"
    assert numbers.number(-math.inf) == "−∞"
    assert numbers.number(math.nan) == "not a number"
    assert numbers.steps(math.inf) == "infinitely many steps"


def test_a_gate_as_near_to_one_as_floats_go_is_told_from_one() -> None:
    assert numbers.number(1 - 1.5e-8) == "1 − 1.5 · 10⁻⁸"
    assert numbers.number(-1 + 1.5e-8) == "−1 + 1.5 · 10⁻⁸"


def test_what_rounding_leaves_of_a_sum_is_nothing() -> None:
    assert numbers.settled(0.1 + 0.2 - 0.3, 0.1, 0.2, -0.3) == 0
    assert numbers.settled(1e-9, 1.0, -1.0) == 1e-9
    assert numbers.settled(1e-22, 1e-22) == 1e-22


def test_words_are_counted_and_joined() -> None:
    assert numbers.count(1, "step") == "1 step"
    assert numbers.count(1200, "step") == "1,200 steps"
    assert numbers.count(2, "entry", "entries") == "2 entries"
    assert numbers.joined(["a"]) == "a"
    assert numbers.joined(["a", "b", "c"]) == "a, b and c"
