"""Numbers in words: what both writers must say, and what no sentence may."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import numbers
from app.words.say import catalogue, say
from app.words.ties import tied

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
    assert said not in ("0\xa0%", "100\xa0%")
    figures = float(said.removesuffix("\xa0%").removeprefix("over ").removeprefix("under "))
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
    assert numbers.number(1 - 1.5e-8) == "1\xa0−\xa01.5\xa0·\xa010⁻⁸"
    assert numbers.number(-1 + 1.5e-8) == "−1\xa0+\xa01.5\xa0·\xa010⁻⁸"


def test_a_half_life_is_said_in_words_from_none_to_forever() -> None:
    """The second is that of a gate of 1 − 9e-14, in the scene “binary”."""
    said = [numbers.half_life(value) for value in (0, 7_406_067_340_647, 20.55, math.inf)]
    assert said[0] == "0 steps: all is replaced"
    assert said[1:3] == ["over a million steps", "20.6 steps"]
    assert said[3] == "infinite: never forgets"


def test_numpys_numbers_are_said_as_pythons_are() -> None:
    assert numbers.number(np.float32(0.25)) == "0.25"  # type: ignore[arg-type]
    assert numbers.percent(np.float32(0.25)) == "25\xa0%"  # type: ignore[arg-type]


def test_no_number_is_parted_from_what_belongs_to_it() -> None:
    said = tied("2 · 10⁻⁵ of 3 · 4, 50 % and 0.59 °C of 2 steps, {share} %")
    assert said == "2\xa0·\xa010⁻⁵ of 3 · 4, 50\xa0% and 0.59\xa0°C of 2 steps, {share}\xa0%"


def test_the_catalogue_has_its_numbers_tied() -> None:
    assert say("words.numbers.under_percent") == "under 0.01\xa0%"
    for entry in catalogue().values():
        for text in [entry] if isinstance(entry, str) else entry.values():
            assert tied(text) == text


def test_words_are_counted_and_joined() -> None:
    assert numbers.count(1, "step") == "1 step"
    assert numbers.count(1200, "step") == "1,200 steps"
    with pytest.raises(KeyError, match="entry"):
        numbers.count(2, "entry")
    assert numbers.joined(["a"]) == "a"
    assert numbers.joined(["a", "b", "c"]) == "a, b and c"
