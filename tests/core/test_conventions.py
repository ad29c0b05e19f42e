"""The tables of conventions agree with each other and with the mathematics."""

import numpy as np
import pytest

from gru_core import conventions
from gru_core.conventions import (
    CELLS,
    GATE_ORDERS,
    GATES,
    STATES,
    TRACKS,
    Cell,
    biases_apart,
    gates_apart,
    gates_together,
)
from gru_core.run import run


def test_every_cell_has_gates_tracks_and_states() -> None:
    assert set(conventions.CELLS) == set(GATES) == set(TRACKS) == set(STATES)


@pytest.mark.parametrize("cell", conventions.CELLS)
def test_a_trace_records_the_gates_then_the_states(cell) -> None:
    states = tuple(reversed(STATES[cell]))
    assert TRACKS[cell] == tuple(gate for gate in GATES[cell] if gate not in states) + states


@pytest.mark.parametrize(
    ("track", "limits"),
    [("update", (0, 1)), ("candidate", (-1, 1)), ("hidden", (-1, 1)), ("cell", (-3, 3))],
)
def test_the_limits_of_a_track_follow_its_meaning(track, limits) -> None:
    assert conventions.track_range(track) == limits


def test_past_the_limit_of_a_cell_the_output_hardly_changes() -> None:
    assert np.tanh(conventions.RANGES["cell"][1]) > 0.995


def test_write_polarity_shows_one_minus_update_and_is_the_only_difference(gru, x) -> None:
    update = run(gru, x)["update"]
    np.testing.assert_array_equal(conventions.shown_update(update, "keep"), update)
    np.testing.assert_array_equal(conventions.shown_update(update, "write"), 1 - update)


def test_what_is_shown_under_write_polarity_is_the_gate_of_chung_et_al(gru, x) -> None:
    """Their z is ours with W_z, U_z, b_z, d_z negated, and h' = z n + (1 - z) h."""
    trace, h = run(gru, x), np.zeros(4)
    for t, now in enumerate(x):
        theirs = 1 / (1 + np.exp(gru.w_x[1] @ now + gru.w_h[1] @ h + gru.b_x[1] + gru.b_h[1]))
        h = theirs * trace["candidate"][t] + (1 - theirs) * h
        shown = conventions.shown_update(trace["update"][t], "write")
        np.testing.assert_allclose(shown, theirs, rtol=0, atol=1e-14)
        np.testing.assert_allclose(trace["hidden"][t], h, rtol=0, atol=1e-14)


@pytest.mark.parametrize("source", GATE_ORDERS)
@pytest.mark.parametrize("cell", conventions.CELLS)
def test_gates_from_a_file_come_out_in_our_order(source, cell) -> None:
    stacked = np.array(GATE_ORDERS[source][cell])
    assert tuple(stacked[list(conventions.gates_from_file(source, cell))]) == GATES[cell]


def test_the_published_orders_of_the_formats() -> None:
    assert GATE_ORDERS["keras"]["gru"] == ("update", "reset", "candidate")
    assert GATE_ORDERS["onnx"]["lstm"] == ("input", "output", "forget", "candidate")
    assert GATE_ORDERS["pytorch"]["lstm"] == ("input", "forget", "candidate", "output")


def test_the_three_notations_differ_as_published() -> None:
    choices = [(n.placement, n.polarity, n.biases) for n in conventions.NOTATIONS.values()]
    assert choices == [("after", "keep", 2), ("before", "keep", 1), ("before", "write", 1)]


# How files stack gates and biases ---------------------------------------------------------------


@pytest.mark.parametrize("source", ["pytorch", "keras", "onnx"])
@pytest.mark.parametrize("cell", CELLS)
def test_gates_put_together_come_apart_again(source: str, cell: Cell) -> None:
    apart = np.arange(float(len(GATES[cell]) * 2 * 3)).reshape(-1, 2, 3)
    stacked = gates_together(source, cell, apart)
    assert stacked.shape == ((3, len(apart) * 2) if source == "keras" else (len(apart) * 2, 3))
    np.testing.assert_array_equal(gates_apart(source, cell, stacked), apart)


def test_biases_are_one_row_two_rows_or_both_in_one() -> None:
    [one] = biases_apart("keras", "gru", np.arange(6.0))
    np.testing.assert_array_equal(one, [[2, 3], [0, 1], [4, 5]])  # the file has update first
    for source, shape in (("keras", (2, 6)), ("cudnn", (12,)), ("onnx", (12,))):
        b_x, b_h = biases_apart(source, "gru", np.arange(12.0).reshape(shape))
        np.testing.assert_array_equal(b_x, [[2, 3], [0, 1], [4, 5]])
        np.testing.assert_array_equal(b_h, [[8, 9], [6, 7], [10, 11]])
