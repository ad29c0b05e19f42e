"""The cell over the steps: what the page is told, and h of the other way as PyTorch has it."""

from typing import Any

import numpy as np
import pytest

from app.words.numbers import number
from app.words.say import say
from gru_core.conventions import CELLS, CHO, CHUNG, PYTORCH, Cell
from gru_core.scenes.own import Own
from tests.app.lenses.test_lens_directions import by_torch
from tests.app.lensing import chart, looked, message_of, screen

EDIT = "gru.b_x.update.3_2.0"


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
    assert looked(shown).words[:-1] == [say("lenses.unrolled.lstm")]


def test_of_a_screen_too_large_to_be_sent_the_second_row_is_a_heatmap_only() -> None:
    shown = screen("unrolled", "both", scene="own", own=Own("noise", 1000, 32))
    assert shown.condensed
    assert message_of(shown)["unrolled"]["backward"] == ""
    assert looked(shown).words[2] == say("lenses.unrolled.large")
    assert [one.name for one in looked(shown).charts] == ["backward"]


def test_what_is_handed_on_is_said_of_the_cursors_box_in_every_notation() -> None:
    for notation in (PYTORCH, CHO, CHUNG):
        for step, ends in ((0, ("before the first step", 2)), (7, ("step 7,", 9))):
            shown = screen("unrolled", scene="pulse", step=step, unit=2, notation=notation)
            h = [0.0, *shown.traces["gru"]["hidden"][:, 2]]
            before, now = number(float(h[step])), number(float(h[step + 1]))
            said = looked(shown).words[1]
            assert f"At step {step + 1} the box has h = {before} of unit 3 from {ends[0]}" in said
            assert said.endswith(f"and hands h = {now} on to step {ends[1]}.")


def test_what_is_handed_on_follows_edits_and_ends_with_the_sequence() -> None:
    place: Any = {"scene": "pulse", "step": 19, "unit": 3}
    said = [looked(screen("unrolled", "", edits, **place)).words[1] for edits in ("", EDIT)]
    assert said[0] != said[1]
    shown = screen("unrolled", "", EDIT, **place)
    before, now = (number(float(shown.traces["gru"]["hidden"][at, 3])) for at in (18, 19))
    there = f"has h = {before} of unit 4 from step 19; with h = {now} the sequence ends."
    assert said[1] == f"At step 20 the box {there}"


def test_an_lstm_hands_on_both_of_its_states_and_a_single_step_none() -> None:
    shown = screen("unrolled", scene="pulse", cell="lstm", step=5, unit=1)
    c, h = (shown.traces["lstm"][one][4:6, 1] for one in ("cell", "hidden"))
    said = looked(shown).words[1]
    assert f"has c = {number(float(c[0]))} and h = {number(float(h[0]))} of unit 2 from" in said
    assert f"hands c = {number(float(c[1]))} and h = {number(float(h[1]))} on to step 7." in said
    one = screen("unrolled", scene="own", own=Own("noise", 1, 4))
    assert looked(one).words[1].startswith("At step 1, the only one, the box has h = 0 of unit 1")


def test_both_ways_say_what_the_other_layer_has_at_the_cursor() -> None:
    shown = screen("unrolled", "both", scene="cue", step=4, unit=1)
    backward = chart(shown, "backward").values[shown.orders["gru"].index(1), 4]
    assert number(float(backward)) in looked(shown).words[3]


def test_no_other_view_draws_it() -> None:
    assert message_of(screen("wirings"))["unrolled"] is None
