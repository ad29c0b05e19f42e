"""An intervention says what it holds, survives a link, and is refused with the reason."""

import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.changes.interventions import (
    Intervention,
    check_intervention,
    format_interventions,
    held_by,
    limits,
    parse_interventions,
    shown_value,
)
from gru_core.conventions import CELLS, MAX_MAGNITUDE, TRACKS
from gru_core.errors import GatescopeError, NotFiniteError, RangeError, ShapeError, UnknownNameError

# Milliseconds say nothing beside a busy neighbour.
patient = settings(deadline=None)


@st.composite
def interventions(draw):
    cell = draw(st.sampled_from(CELLS))
    track = draw(st.sampled_from(TRACKS[cell]))
    first = draw(st.integers(0, 10**9 - 1))
    last = draw(st.none() | st.just(first) | st.integers(first, 10**9 - 1))
    unit = draw(st.none() | st.integers(0, 10**9 - 1))
    return Intervention(cell, track, draw(st.floats(*limits(cell, track))), unit, first, last)


@patient
@given(st.lists(interventions()))
def test_a_list_survives_its_text_to_the_bit(many) -> None:
    parsed, rejected = parse_interventions(format_interventions(many))
    assert parsed == tuple(many)
    assert [math.copysign(1, i.value) for i in parsed] == [math.copysign(1, i.value) for i in many]
    assert rejected == []


@patient
@given(st.lists(interventions()))
def test_the_text_uses_only_what_a_url_leaves_alone(many) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._~-]*", format_interventions(many))


@patient
@given(st.lists(interventions()))
def test_equal_interventions_have_equal_texts_and_others_other_ones(many) -> None:
    assert len(set(many)) == len({str(one) for one in many})


@patient
@given(st.text(alphabet="gru.pdate_~0123456789-lend", max_size=40) | st.text())
def test_no_piece_of_text_is_dropped_without_a_word(text) -> None:
    parsed, rejected = parse_interventions(text)
    assert len(parsed) + len(rejected) == (text.count("~") + 1 if text else 0)
    assert all(reason for _, reason in rejected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gru.update.3.4-9_1.0", Intervention("gru", "update", 1, unit=3, first=4, last=9)),
        ("gru.reset.all.all_0.0", Intervention("gru", "reset", 0)),
        ("lstm.cell.0.7_2.5", Intervention("lstm", "cell", 2.5, unit=0, first=7, last=7)),
        ("rnn.hidden.all.4-end_-0.25", Intervention("rnn", "hidden", -0.25, first=4)),
        ("gru.update.all.0-2_0.5", Intervention("gru", "update", 0.5, first=0, last=2)),
        ("gru.candidate.1.all_-1.0", Intervention("gru", "candidate", -1, unit=1)),
    ],
)
def test_each_part_of_the_text_stands_for_what_it_says(text, expected) -> None:
    assert Intervention.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("gru.update.3.4-4_1", "gru.update.3.4_1.0"),
        ("gru.update.3.0-end_1", "gru.update.3.all_1.0"),
        ("gru.update.3.all_-0.0", "gru.update.3.all_0.0"),
        ("gru.update.3.all_1e-3", "gru.update.3.all_0.001"),
    ],
)
def test_another_way_to_write_it_is_understood_and_written_back_in_one_way(text, same) -> None:
    assert str(Intervention.parse(text)) == same


def test_good_ones_are_kept_beside_refused_ones() -> None:
    parsed, rejected = parse_interventions("gru.reset.0.1_0~gru.forget.0.1_0~rnn.hidden.all.2_0.5")
    assert [str(one) for one in parsed] == ["gru.reset.0.1_0.0", "rnn.hidden.all.2_0.5"]
    assert rejected == [
        (
            "gru.forget.0.1_0",
            "GRU track 'forget' does not exist; choose one of: reset, update, candidate, hidden.",
        )
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"'' does not end in a value; write cell\.track\.unit\.steps_number, as in gru\."),
        ("gru.update.3.all", "does not end in a value"),
        ("gru.update.3.all_nan", "does not end in a value"),
        ("gru.update.3.all_0,5", "does not end in a value"),
        ("gru.update.3_1", "has 3 words before its value; it needs 4"),
        ("gru.update.3.4.5_1", "has 5 words before its value; it needs 4"),
        ("mgu.update.3.all_1", "cell 'mgu' does not exist; choose one of: gru, lstm, rnn"),
        ("rnn.update.3.all_1", "RNN track 'update' does not exist; choose one of: hidden"),
        ("gru.update.-1.all_1", "has '-1' as its unit; it needs a whole number from 0, or all"),
        ("gru.update.03.all_1", "has '03' as its unit"),
        ("gru.update.*.all_1", r"has '\*' as its unit"),
        ("gru.update.1234567890.all_1", "as its unit; it needs a whole number"),
        ("gru.update.3.4-_1", "has '4-' as its steps; it needs whole numbers from 0 as in 4-9, 4 "),
        ("gru.update.3.end_1", "has 'end' as its steps; .* or 4-end, or all"),
        ("gru.update.3.4--9_1", "has '4--9' as its steps"),
        ("gru.update.3.٣_1", "as its steps"),
        ("gru.update.3.9-4_1", "is held from step 10 to 5, counted from 1; .* swap them"),
        ("gru.update.3.all_1.5", "the value of gru.update is 1.5; what the sigmoid of a gate gives "
         "lies between 0 and 1: choose a number from there"),
        ("gru.hidden.3.all_1e20", r"the value of gru.hidden is 1e\+20; magnitudes up to 1e\+15"),
        ("gru.hidden.3.all_1e999", "the value of gru.hidden is inf; it needs a finite number"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_the_reason(text, says) -> None:
    with pytest.raises(GatescopeError, match=says):
        Intervention.parse(text)
    assert parse_interventions(f"{text}~").rejected[0].text == text


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"value": math.nan}, NotFiniteError, "the value of gru.update is nan"),
        ({"value": math.inf}, NotFiniteError, "the value of gru.update is inf"),
        ({"value": -1e-9}, RangeError, "the value of gru.update is -1e-09"),
        ({"value": 1 + 1e-15}, RangeError, "lies between 0 and 1"),
        ({"value": [0.5]}, ShapeError, r"has shape \(1,\); it needs one number"),
        ({"unit": -1}, RangeError, "unit of gru.update is -1; it needs a whole number"),
        ({"unit": 1.0}, RangeError, "unit of gru.update is 1.0"),
        ({"unit": True}, RangeError, "unit of gru.update is True"),
        ({"first": -1}, RangeError, "first step of gru.update is -1"),
        ({"first": None}, RangeError, "first step of gru.update is None"),
        ({"last": -1}, RangeError, "last step of gru.update is -1"),
        ({"first": 5, "last": 4}, RangeError, "from step 6 to 5, counted from 1"),
        ({"track": "cell"}, UnknownNameError, "GRU track 'cell' does not exist"),
        ({"cell": "GRU"}, UnknownNameError, "cell 'GRU' does not exist"),
    ],
)
def test_an_intervention_that_means_nothing_cannot_be_made(change, error, says) -> None:
    with pytest.raises(error, match=says):
        Intervention(**{"cell": "gru", "track": "update", "value": 0.5} | change)


@pytest.mark.parametrize(
    ("cell", "track", "expected"),
    [
        ("gru", "reset", (0, 1)),
        ("lstm", "output", (0, 1)),
        ("gru", "candidate", (-1, 1)),
        ("lstm", "cell", (-MAX_MAGNITUDE, MAX_MAGNITUDE)),
        ("rnn", "hidden", (-MAX_MAGNITUDE, MAX_MAGNITUDE)),
    ],
)
def test_both_limits_of_a_track_are_accepted(cell, track, expected) -> None:
    assert limits(cell, track) == expected
    assert [Intervention(cell, track, value).value for value in expected] == list(expected)


def test_the_update_gate_is_shown_as_its_complement_under_write_and_read_back() -> None:
    assert shown_value("gru", "update", 0.75, "write") == 0.25
    assert shown_value("gru", "update", 0.25, "write") == 0.75
    assert shown_value("gru", "update", 0.75, "keep") == 0.75
    for cell, track in (("gru", "reset"), ("gru", "hidden"), ("lstm", "forget")):
        assert shown_value(cell, track, 0.75, "write") == 0.75


def test_it_cannot_be_changed_and_can_be_pickled() -> None:
    one = Intervention("gru", "update", np.float32(0.5), unit=np.int64(3))
    assert pickle.loads(pickle.dumps(one)) == one == Intervention("gru", "update", 0.5, 3)
    assert (type(one.value), type(one.unit)) == (float, int)
    with pytest.raises(AttributeError):
        one.value = 1


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("lstm.cell.0.all_1", UnknownNameError, "cell to intervene in 'lstm' .* one of: gru, rnn"),
        (
            "gru.update.4.all_1",
            RangeError,
            r"gru\.update\.4\.all_1\.0 holds unit 5, counted from 1; the GRU has 4: use 1 to 4\.",
        ),
        (
            "gru.update.3.3-29_1",
            RangeError,
            "holds steps 4 to 30, counted from 1; the sequence has 20: use 1 to 20",
        ),
        ("gru.update.3.20_1", RangeError, "holds step 21, counted from 1; the sequence has 20"),
        ("gru.update.3.20-end_1", RangeError, "holds steps 21 to the end, counted from 1"),
        ("gru.update.3.19-20_1", RangeError, "holds steps 20 to 21, counted from 1"),
    ],
)
def test_what_has_no_place_in_a_scene_is_refused_with_the_sizes(
    make_layer, text, error, says
) -> None:
    layers = {"gru": make_layer("gru"), "rnn": make_layer("rnn")}
    with pytest.raises(error, match=says):
        check_intervention(Intervention.parse(text), layers, 20)


@pytest.mark.parametrize(
    "text", ["gru.update.3.0-19_1", "gru.update.3.19-end_1", "rnn.hidden.all.all_1"]
)
def test_what_just_fits_a_scene_is_let_through(make_layer, text) -> None:
    layers = {"gru": make_layer("gru"), "rnn": make_layer("rnn")}
    check_intervention(Intervention.parse(text), layers, 20)


def test_the_last_of_several_holds_a_number_and_both_ends_belong_to_the_span() -> None:
    held = [
        Intervention("gru", "update", 0.1, first=1, last=3),
        Intervention("gru", "reset", 0.2),
        Intervention("gru", "update", 0.3, unit=1, first=3),
    ]
    np.testing.assert_array_equal(
        held_by(held, "update", 5, 3),
        [[-1, -1, -1], [0, 0, 0], [0, 0, 0], [0, 2, 0], [-1, 2, -1]],
    )
    assert (held_by(held, "reset", 5, 3) == 1).all()
    assert (held_by(held, "hidden", 5, 3) == -1).all()


@patient
@given(interventions(), st.integers(0, 12), st.integers(1, 12))
def test_a_part_of_a_sequence_is_held_where_the_whole_is(one, first, length) -> None:
    small = Intervention(
        one.cell, one.track, one.value, None, one.first % 12,
        None if one.last is None else one.first % 12 + (one.last - one.first) % 12,
    )  # fmt: skip
    whole = held_by([small], small.track, 24, 1)[first : first + length]
    there = small.within(first, first + length)
    part = held_by([there] if there else [], small.track, length, 1)
    np.testing.assert_array_equal(part, whole)
    back = held_by([small.mirrored(24)], small.track, 24, 1)[::-1]
    np.testing.assert_array_equal(back, held_by([small], small.track, 24, 1))
