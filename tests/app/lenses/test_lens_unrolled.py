"""The cell over the steps: what the page is told, and h of the other way as PyTorch has it."""

import numpy as np
import pytest

from app.words.say import say
from gru_core.conventions import CELLS, Cell
from gru_core.scenes.own import Own
from tests.app.lenses.test_lens_directions import by_torch
from tests.app.lensing import chart, looked, message_of, screen


@pytest.mark.parametrize("cell", CELLS)
def test_the_states_of_the_second_row_are_those_of_pytorch(cell: Cell) -> None:
    alongside = "rnn" if cell == "rnn" else "lstm"
    shown = screen("unrolled", "both", "x.3.0_0.7", scene="cue", cell=cell, alongside=alongside)
    expected = by_torch(shown, cell, shown.situation.x, "backward")
    units = shown.traces[cell].units
    backward = chart(shown, "backward").values.T
    np.testing.assert_allclose(backward, expected[:, units:][:, shown.orders[cell]], atol=1e-12)
    told = message_of(shown)
    assert told["unrolled"]["backward"] == "lens.backward"
    assert told["unrolled"]["wiring"]["cell"] == cell


def test_read_one_way_there_is_the_picture_and_no_chart() -> None:
    shown = screen("unrolled", scene="pulse", cell="lstm")
    assert looked(shown).charts == []
    assert message_of(shown)["unrolled"]["backward"] == ""
    assert looked(shown).words == [say("lenses.unrolled.lstm")]


def test_of_a_screen_too_large_to_be_sent_the_second_row_is_a_heatmap_only() -> None:
    shown = screen("unrolled", "both", scene="own", own=Own("noise", 1000, 32))
    assert shown.condensed
    assert message_of(shown)["unrolled"]["backward"] == ""
    assert looked(shown).words[1] == say("lenses.unrolled.large")
    assert [one.name for one in looked(shown).charts] == ["backward"]


def test_no_other_view_draws_it() -> None:
    assert message_of(screen("wirings"))["unrolled"] is None
