"""A pasted matrix becomes edits, one a number; one that does not fit changes nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.controls.matrix import arrays, pasted, shape_of
from app.screen.baseline import baseline_of
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.conventions import CHUNG
from gru_core.errors import GatescopeError
from gru_core.situation import array_of
from tests.app.visiting import Visit

SETTING = Setting(scene="cue")
BASE = baseline_of(SETTING).base
PLACES = list(arrays(BASE))


def edited(text: str, place: Any, setting: Setting = SETTING) -> Setting:
    return setting.with_edits(pasted(text, setting, BASE, place))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "-".join(map(str, place)))
def test_every_array_takes_a_matrix_of_its_shape(place: Any) -> None:
    shape = shape_of(BASE, place)
    values = np.arange(1.0, 1 + np.prod(shape)).reshape(shape) / 8
    after = screen_of(edited(repr(values), place))
    assert after.problems == ()
    first = after.edits[0].target
    array = array_of(after.situation, first)
    gate = place[2]
    np.testing.assert_array_equal(array if gate is None else array[gate], values)


def test_a_row_from_a_spreadsheet_is_a_bias() -> None:
    after = edited("1e-3\t2\t−3", ("gru", "b_x", 1))
    assert [(str(edit.target), edit.value) for edit in after.edits] == [
        ("gru.b_x.update.0", 0.001),
        ("gru.b_x.update.1", 2.0),
        ("gru.b_x.update.2", -3.0),
    ]


def test_under_the_write_polarity_a_matrix_of_the_update_gate_is_that_notation_s() -> None:
    write = Setting(scene="cue", notation=CHUNG)
    after = edited("1 2 3", ("gru", "b_x", 1), write)
    assert [edit.value for edit in after.edits] == [-1.0, -2.0, -3.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2\n3 4", "The matrix has 2 rows and 2 columns; GRU: update gate U (from h) needs 3"),
        ("1 2 3\n4 x 6\n7 8 9", "Row 2, column 2"),
        ("1,2,3\n4,,6\n7,8,9", "Row 2, column 2"),
        ("1 2 3\n4 nan 6\n7 8 9", "Row 2, column 2"),
        ("1 2 3\n4 5\n7 8 9", "Row 2 has 2 numbers"),
        ("", "There is no text"),
    ],
)
def test_what_is_no_such_matrix_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(GatescopeError) as refused:
        edited(text, ("gru", "w_h", 1))
    assert said in str(refused.value)


def test_numbers_that_are_what_they_were_are_no_edits(visit: Callable[..., Visit]) -> None:
    here = visit()
    values = [[0.0]] * 20
    values[3], values[12], values[5] = [1.0], [-1.0], [0.25]
    here.page.text_area(key="matrix_text").set_value("\n".join(str(row[0]) for row in values))
    (use,) = [one for one in here.page.button if one.label == "use this matrix"]
    use.click()
    here.look()
    assert here.edits == {"x.5.0": 0.25}


def test_what_is_refused_is_said_where_it_was_pasted(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.text_area(key="matrix_text").set_value("hello, 3")
    (use,) = [one for one in here.page.button if one.label == "use this matrix"]
    use.click()
    here.look()
    assert here.edits == {}
    assert any("hello" in text.value for text in here.page.markdown)


def test_a_matrix_of_too_many_numbers_is_refused() -> None:
    setting = Setting(scene="reader")
    base = baseline_of(setting).base
    text = "\n".join(" ".join("0" * 256) for _ in range(256))
    with pytest.raises(GatescopeError, match="The matrix has 65,536 numbers; 2,000 can be changed"):
        pasted(text, setting, base, ("gru", "w_h", 0))
