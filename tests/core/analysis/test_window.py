"""Which part of a map is computed, and that large runs are analysed in little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import Trace, run
from gru_core.analysis.blend import kept_and_written
from gru_core.analysis.memory import (
    content_map,
    content_row,
    layer_map,
    layer_row,
    memory_map,
    memory_row,
)
from gru_core.analysis.window import Window, evenly
from gru_core.errors import RangeError, ShapeError
from gru_core.initialize import initialize


def a_gru(update, candidate=0.5) -> Trace:
    """A trace of these gates, (step, unit). Its hidden states are not looked at."""
    new, states = np.broadcast_to(candidate, update.shape), (np.zeros(update.shape[1]),)
    tracks = {"reset": update, "update": update, "candidate": new, "hidden": update}
    return Trace("gru", np.zeros((len(update), 1)), states, tracks)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300))
def test_an_even_window_ends_at_the_last_step_and_covers_all(steps, rows, columns) -> None:
    window = evenly(steps, rows, columns)
    assert (len(window.rows), len(window.edges) - 1) == (min(rows, steps), min(columns, steps))
    assert window.rows[-1] == steps - 1
    assert (window.edges[0], window.edges[-1]) == (0, steps)
    for gaps in (np.diff(window.rows), np.diff(window.edges)):
        assert not gaps.size or (gaps.min() >= 1 and np.ptp(gaps) <= 1)


@pytest.mark.parametrize(
    ("rows", "edges", "error", "says"),
    [
        ([], [0, 9], ShapeError, r"window.rows has shape \(0,\) and holds float64"),
        (np.array([], int), [0, 9], RangeError, "rows has no numbers; it needs rising steps"),
        ([0, 9], [0, 9], RangeError, "rows has 2 numbers from 0 to 9; .* from 0 to 8"),
        ([-1, 3], [0, 9], RangeError, "rows has 2 numbers from -1 to 3"),
        ([3, 3], [0, 9], RangeError, "needs rising steps .* leave out what is there twice"),
        ([0.5], [0, 9], ShapeError, "one axis of whole numbers"),
        ([[0]], [0, 9], ShapeError, r"window.rows has shape \(1, 1\)"),
        ([0], [0, 8], RangeError, "edges has 2 numbers from 0 to 8; .* from 0 to 9"),
        ([0], [1, 9], RangeError, "so that the blocks cover all steps once"),
        ([0], [0, 5, 5, 9], RangeError, "edges has 4 numbers"),
        ([0], [0], RangeError, "edges has 1 numbers from 0 to 0"),
    ],
)
def test_a_window_that_does_not_fit_is_refused(rows, edges, error, says) -> None:
    with pytest.raises(error, match=says):
        memory_map(a_gru(np.full((9, 1), 0.5)), 0, Window(rows, edges))


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
def test_an_even_window_needs_whole_numbers_of_at_least_one(count) -> None:
    for asked in ((count, 1, 1), (1, count, 1), (1, 1, count)):
        with pytest.raises(RangeError, match="needs a whole number of at least 1"):
            evenly(*asked)


# Size -----------------------------------------------------------------------------------------


def most_megabytes(work) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_no_analysis_of_256_units_and_1000_steps_takes_200_megabytes(cell) -> None:
    rng = np.random.default_rng(0)
    trace = run(initialize(cell, 8, 256, rng, "chrono"), rng.normal(size=(1000, 8)))
    works = {
        "kept_and_written": lambda: kept_and_written(trace),
        "memory_row": lambda: memory_row(trace, 999),
        "content_row": lambda: content_row(trace, 999),
        "memory_map": lambda: memory_map(trace, 7),
        "content_map": lambda: content_map(trace, 7),
        "layer_map": lambda: layer_map(trace),
        "layer_row": lambda: layer_row(trace, 999),
    }
    taken = {name: most_megabytes(work) for name, work in works.items()}
    assert max(taken.values()) < 30, taken


def test_ten_thousand_steps_are_analysed_through_a_window_and_refused_without() -> None:
    rng = np.random.default_rng(0)
    trace = a_gru(rng.uniform(0.5, 1, (10_000, 8)), rng.uniform(-1, 1, (10_000, 8)))
    with pytest.raises(RangeError, match=r"10,000 rows and 10,001 columns .* pass a window"):
        layer_map(trace)
    with pytest.raises(RangeError, match="100,010,000 numbers; 10,000,000 at most"):
        memory_map(trace, 0, evenly(10_000, 10_000, 10_000))
    window, taken = evenly(10_000, 300, 400), []
    found = []
    taken.append(most_megabytes(lambda: found.append(layer_map(trace, window))))
    taken.append(most_megabytes(lambda: found.append(memory_map(trace, 3, window))))
    assert max(taken) < 20, taken
    assert [array.shape for array in found] == [(300, 401)] * 2
    for array in found:
        np.testing.assert_allclose(array.sum(axis=1), 1, rtol=0, atol=1e-11)
    last = np.add.reduceat(layer_row(trace, 9_999)[1:], window.edges[:-1])
    np.testing.assert_allclose(found[0][-1, 1:], last, rtol=0, atol=1e-13)
