"""An error of the core is said with its numbers as all others are; everything else as it is."""

import pytest

from app.words.refusal import refusal
from gru_core.changes.interventions import Intervention
from gru_core.errors import GatescopeError, RangeError, ShapeError
from gru_core.words import Said


def test_a_number_of_an_error_looks_as_it_does_everywhere() -> None:
    error = RangeError(
        "{name} is {value:g}; {most:,} is the most.", name="h", value=1.25e-5, most=9999
    )
    assert refusal(error) == "h is 1.25\xa0·\xa010⁻⁵; 9,999 is the most."
    assert refusal(RangeError("{value} is too far.", value=-0.5)) == "−0.5 is too far."


def test_a_number_within_a_field_that_is_said_in_words_looks_so_too() -> None:
    where = Said("{track} is {value:g}", track="gru.hidden", value=1.25e-5)
    assert refusal(RangeError("{where}; use smaller weights.", where=where)) == (
        "gru.hidden is 1.25\xa0·\xa010⁻⁵; use smaller weights."
    )


def test_whole_numbers_shapes_and_quotes_stay_as_they_are() -> None:
    error = ShapeError("{shape} of {count}, {name!r}.", shape=(3, 2), count=6, name="x")
    assert refusal(error) == str(error) == "(3, 2) of 6, 'x'."


@pytest.mark.parametrize("error", [GatescopeError("{a} is no field."), KeyError("b")], ids=repr)
def test_what_has_no_fields_says_what_it_says(error: Exception) -> None:
    assert refusal(error) == str(error)


def test_what_cannot_be_held_is_said_in_the_numbers_of_the_page() -> None:
    with pytest.raises(GatescopeError) as raised:
        Intervention("gru", "update", 1.5)
    assert "1.5" in refusal(raised.value)
