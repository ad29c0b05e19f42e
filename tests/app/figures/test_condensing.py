"""What is drawn of large runs, against slow and plain references: blocks, peaks, windows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.condensing import (
    MOST_COLUMNS,
    MOST_EXACT,
    MOST_ROWS,
    WINDOW,
    Grid,
    as_bytes,
    cut,
    grid_of,
    peaks,
    too_large,
    window,
)
from app.screen.baseline import reader, scenes
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core import run
from gru_core.analysis.inside import inside, vectors
from gru_core.arrays import Array
from gru_core.conventions import CELLS, STATES, Cell
from gru_core.initialize import initialize

NUMBERS = st.floats(-4, 4, width=32)


def drawn(*shape: int, seed: int = 3) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@st.composite
def pictures(draw: Any) -> tuple[Grid, Array, list[int]]:
    """Numbers (row, column), a grid over them, and an order of the rows."""
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 30))
    grid = Grid(rows, columns, draw(st.integers(1, rows)), draw(st.integers(1, columns)))
    numbers = drawn(rows, columns, seed=draw(st.integers(0, 1000)))
    return grid, numbers, draw(st.permutations(range(rows)))


def blocks(grid: Grid, numbers: Array, order: Sequence[int]) -> list[list[Array]]:
    """The numbers of every block, cut out one by one."""
    sorted_rows = np.array([numbers[row] for row in order])
    return [
        [
            sorted_rows[top : top + grid.tall, left : left + grid.wide]
            for left in range(0, grid.columns, grid.wide)
        ]
        for top in range(0, grid.rows, grid.tall)
    ]


# Blocks ---------------------------------------------------------------------------------------


@given(pictures())
def test_a_cell_of_the_picture_is_the_mean_of_its_block(
    case: tuple[Grid, Array, list[int]],
) -> None:
    grid, numbers, order = case
    truth = [[block.astype(np.float64).mean() for block in row] for row in blocks(*case)]
    np.testing.assert_allclose(grid.mean(numbers, order), truth, atol=1e-6)


@given(pictures())
def test_no_cell_is_outside_of_what_its_block_holds(case: tuple[Grid, Array, list[int]]) -> None:
    grid, numbers, order = case
    means = grid.mean(numbers, order)
    for row, of_row in zip(means, blocks(*case), strict=True):
        for mean, block in zip(row, of_row, strict=True):
            assert block.min() - 1e-6 <= mean <= block.max() + 1e-6


@given(pictures())
def test_the_strongest_number_of_a_block_is_one_of_its_own(
    case: tuple[Grid, Array, list[int]],
) -> None:
    grid, numbers, _ = case
    in_order = blocks(grid, numbers, range(grid.rows))
    for row, of_row in zip(grid.strongest(numbers), in_order, strict=True):
        for strongest, block in zip(row, of_row, strict=True):
            assert strongest in block
            assert np.abs(block).max() == abs(strongest)


def test_a_pulse_in_a_long_silence_keeps_its_colour() -> None:
    x = np.zeros((1, 10_000))
    x[0, 7_777] = -1
    assert grid_of(1, 10_000).strongest(x).min() == -1


@given(st.integers(1, 600), st.integers(1, 12_000))
def test_a_grid_has_as_many_blocks_as_there_is_room_for(rows: int, columns: int) -> None:
    grid = grid_of(rows, columns)
    down, across = -(-rows // grid.tall), -(-columns // grid.wide)
    assert down <= MOST_ROWS
    assert across <= MOST_COLUMNS
    for count, size, most in ((rows, grid.tall, MOST_ROWS), (columns, grid.wide, MOST_COLUMNS)):
        assert size == 1 or -(-count // (size - 1)) > most, "a finer one would fit"
    assert grid.pools == (rows > MOST_ROWS or columns > MOST_COLUMNS)


# Peaks ----------------------------------------------------------------------------------------


@given(st.lists(NUMBERS, min_size=1, max_size=80), st.integers(3, 12))
def test_a_line_keeps_the_least_and_the_greatest_of_every_block_in_their_order(
    numbers: list[float], wide: int
) -> None:
    values = np.array(numbers, np.float32)
    found = peaks(values, wide).reshape(-1, 2)
    assert len(found) == -(-len(values) // wide)
    for at, pair in enumerate(found):
        block = list(values[at * wide : (at + 1) * wide])
        assert sorted(pair) == [min(block), max(block)]
        if min(block) != max(block):
            assert (pair[0] == min(block)) == (block.index(min(block)) < block.index(max(block)))


@given(st.integers(1, 60), st.integers(1, 9))
def test_many_lines_at_once_are_those_one_by_one(steps: int, wide: int) -> None:
    values = drawn(4, steps)
    for line, of_all in zip(values, peaks(values, wide), strict=True):
        np.testing.assert_array_equal(peaks(line, wide), of_all)


@pytest.mark.parametrize("wide", [1, 2])
def test_a_line_of_few_steps_stays_as_it_is(wide: int) -> None:
    np.testing.assert_array_equal(peaks(drawn(50), wide), drawn(50))


@given(NUMBERS, NUMBERS)
def test_a_greater_number_never_has_a_smaller_byte(one: float, other: float) -> None:
    low, high = as_bytes(np.array(sorted((one, other))), (-1, 1))
    assert low <= high


# Windows --------------------------------------------------------------------------------------


@given(st.data(), st.integers(1, 10_000))
def test_a_window_has_room_on_both_sides_of_the_cursor(data: Any, steps: int) -> None:
    step = data.draw(st.integers(0, steps - 1))
    first, end = window(step, steps)
    assert 0 <= first <= step < end <= steps
    assert end - first <= WINDOW
    assert step - first >= WINDOW // 4 or first == 0
    assert end - step > WINDOW // 4 or end == steps


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("first", "end"), [(0, 5), (3, 9), (8, 9), (0, 9)])
def test_a_piece_of_a_run_says_the_same_of_its_steps_as_the_whole(
    cell: Cell, first: int, end: int
) -> None:
    weights = initialize(cell, 2, 4, np.random.default_rng(1))
    states = tuple(drawn(4, seed=at).astype(float) for at in range(len(STATES[cell])))
    trace = run(weights, drawn(9, 2).astype(float), states)
    piece = cut(trace, first, end)
    for found, whole in (
        (piece, trace),
        (inside(weights, piece, 2), inside(weights, trace, 2)),
        (vectors(weights, piece), vectors(weights, trace)),
        (
            {name: piece.previous(name) for name in STATES[cell]},
            {name: trace.previous(name) for name in STATES[cell]},
        ),
    ):
        assert found.keys() == whole.keys()
        for name in whole:
            np.testing.assert_allclose(found[name], whole[name][first:end], atol=1e-15)


# What is small stays exact --------------------------------------------------------------------


@pytest.mark.parametrize("scene", list(scenes()))
@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
def test_no_prepared_scene_is_condensed(scene: str, alongside: str) -> None:
    assert not screen_of(Setting(scene=scene, alongside=alongside)).condensed  # type: ignore[arg-type]


def test_the_longest_word_is_not_condensed_and_the_largest_scenes_are() -> None:
    assert not too_large(reader().weights.units, 41)
    assert not too_large(MOST_EXACT // 100, 100)
    for units, steps in ((512, 10_000), (1, 10_000), (512, 40), (128, 500)):
        assert too_large(units, steps)
