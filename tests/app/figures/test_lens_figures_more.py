"""Figures of two layers and of costs: each number in its place, and the same figure each time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.figures import theme
from app.figures.directions import layer_heatmap, moved_heatmap, parted
from app.figures.figure import Figure
from app.figures.gradient import Line
from app.figures.sizes import count_bars, ratio_lines, size_lines

LABELS = ["a", "b", "c", "d"]
ROWS = ["1", "2", "3"]
STATES = np.random.default_rng(3).uniform(-1, 1, (3, 4))
MOVED = np.array([[0.0, 1.0, 0.01, 1e-9], [0.0, 0.5, 2.0, 0.0], [1e-4, 1e-6, 9.9e-7, 0.0]])
SIZES = (8, 16, 32)
COUNTS: dict[Any, list[float]] = {"gru": [300, 900, 3000], "rnn": [100, 300, 1000]}
STYLES = [Line("#CC79A7", "solid"), Line("#E69F00", "dash")]
RATIOS = {"one": [0.9, 1.0, 1.4], "other": [1.2, 0.5, 1.3]}
SIDES = ("above", "below")

BAND = 1.1
FIGURES: dict[str, tuple[Callable[..., Figure], tuple[Any, ...]]] = {
    "layer": (layer_heatmap, (STATES, "hidden", LABELS, ROWS)),
    "moved": (moved_heatmap, (MOVED, LABELS, ROWS)),
    "sizes": (size_lines, (SIZES, COUNTS, SIZES, 12)),
    "ratios": (ratio_lines, (SIZES, RATIOS, STYLES, SIZES, 12, SIDES, BAND)),
    "bars": (count_bars, (["one", "two"], [1000, 4_323_600], ["#009E73", "#D55E00"])),
}


def frozen(value: Any) -> Any:
    """A copy that cannot be changed where it is an array, to be told from the original after."""
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.flags.writeable = False
        return copy
    return {k: list(v) for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_input_makes_the_same_figure_and_is_left_as_it_was(name: str) -> None:
    draw, inputs = FIGURES[name]
    first = draw(*map(frozen, inputs)).checked.to_json()
    given = [frozen(value) for value in inputs]
    assert draw(*given).checked.to_json() == first
    for value, before in zip(given, inputs, strict=True):
        np.testing.assert_equal(value, before)


def range_of(axis: Any) -> tuple[float, float]:
    low, high = sorted(axis.range)
    return low, high


# Two layers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("track", "times", "limits"),
    [("hidden", 1.0, (-1, 1)), ("hidden", 2.0, (-2, 2)), ("update", 1.0, (0, 1))],
)
def test_a_layer_is_coloured_by_its_meaning(
    track: str, times: float, limits: tuple[float, float]
) -> None:
    [drawn] = layer_heatmap(100 * STATES, track, LABELS, ROWS, times).data
    assert (drawn.zmin, drawn.zmax) == limits
    np.testing.assert_array_equal(drawn.z, (100 * STATES).astype(np.float32))
    stops = theme.SEQUENTIAL if track == "update" else theme.DIVERGING
    assert [color for _, color in drawn.colorscale] == list(stops)


def test_what_has_moved_is_drawn_by_powers_of_ten_from_a_millionth() -> None:
    [drawn] = moved_heatmap(MOVED, LABELS, ROWS).data
    np.testing.assert_array_equal(np.isnan(drawn.z), MOVED < 1e-6)
    np.testing.assert_allclose(drawn.z[0, 1:3], [0, -2], atol=1e-6)
    assert drawn.z[2, 1] == -6
    assert (drawn.zmin, drawn.zmax) == (-6, 0)


def test_two_layers_are_parted_above_the_first_row_of_the_second() -> None:
    figure = parted(layer_heatmap(STATES, "hidden", LABELS, []), 2, [])
    [line] = figure.layout.shapes
    assert (line.y0, line.y1) == (1.5, 1.5)
    assert figure.layout.yaxis.ticktext == ()


@pytest.mark.parametrize(
    ("units", "first", "second"),
    [
        (3, [1, 2, 3], [1, 2, 3]),
        (7, [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7]),
        (10, [1, 5], [1, 5, 10]),
        (32, [1, 10, 20], [1, 10, 20, 30]),
        (60, [1, 20, 40], [1, 20, 40, 60]),
        (99, [1, 50], [1, 50]),
    ],
)
def test_the_first_and_round_rows_of_two_layers_are_named(
    units: int, first: list[int], second: list[int]
) -> None:
    """The last of the first layer would touch the first of the second."""
    names = [f"{way}{unit}" for way in "→←" for unit in range(1, units + 1)]
    states = np.zeros((2 * units, 4))
    axis = parted(layer_heatmap(states, "hidden", LABELS, names), units, names).layout.yaxis
    assert list(axis.ticktext) == [
        *(f"→{unit}" for unit in first),
        *(f"←{unit}" for unit in second),
    ]
    assert [names[at] for at in axis.tickvals] == list(axis.ticktext)


# Costs ----------------------------------------------------------------------------------------


def test_every_point_stands_at_its_size_and_count() -> None:
    figure = size_lines(SIZES, COUNTS, SIZES, 12)
    for line, counts in zip(figure.data, COUNTS.values(), strict=True):
        np.testing.assert_allclose(2 ** np.array(line.x), SIZES)
        np.testing.assert_allclose(10 ** np.array(line.y), counts)
        (left, right), (low, high) = (
            range_of(axis) for axis in (figure.layout.xaxis, figure.layout.yaxis)
        )
        assert left < min(line.x) < max(line.x) < right
        assert low < min(line.y) < max(line.y) < high
    ticks = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert ticks == {2.0: "100", 3.0: "1,000"}


def test_only_the_first_line_is_asked_for_the_nearest_point() -> None:
    """The stage takes one row of the table for each of its points."""
    for figure in (size_lines(*FIGURES["sizes"][1]), ratio_lines(*FIGURES["ratios"][1])):
        first, *others = figure.data
        assert first.meta != "behind"
        assert {line.meta for line in others} == {"behind"}


@pytest.mark.parametrize("here", [1, 12, 512])
def test_the_size_on_screen_is_marked_inside_the_axis(here: int) -> None:
    figure = size_lines(SIZES, COUNTS, SIZES, here)
    [line], [words] = figure.layout.shapes, figure.layout.annotations
    left, right = range_of(figure.layout.xaxis)
    assert line.x0 == line.x1 == words.x == np.log2(here)
    assert left < line.x0 < right
    assert words.text == f"{here} here"


def test_a_ratio_below_the_band_is_a_cross_and_one_within_it_open() -> None:
    figure = ratio_lines(SIZES, RATIOS, STYLES, SIZES, 12, SIDES, BAND)
    for line, ratios in zip(figure.data, RATIOS.values(), strict=True):
        for mark, ratio in zip(line.marker.symbol, ratios, strict=True):
            within = 1 / BAND <= ratio <= BAND
            assert mark == ("circle-open" if within else "circle" if ratio > 1 else "x"), ratio
    assert [line.line.dash for line in figure.data] == ["solid", "dash"]
    low, high = range_of(figure.layout.yaxis)
    assert low < 0.5 < 1.4 < high
    assert "1" in figure.layout.yaxis.ticktext
    sides = {words.text: words.yanchor for words in figure.layout.annotations[1:]}
    assert sides == {"above": "bottom", "below": "top"}


@pytest.mark.parametrize("largest", [1.01, 3.0, 9.7, 60.0])
def test_ratios_have_few_ticks_that_lie_on_the_axis(largest: float) -> None:
    axis = ratio_lines(
        SIZES, {"one": [0.5, 1, largest]}, STYLES[:1], SIZES, 8, SIDES, BAND
    ).layout.yaxis
    low, high = range_of(axis)
    assert 1.0 in axis.tickvals
    assert 2 <= len(axis.tickvals) <= 7
    assert all(low <= at <= high for at in axis.tickvals)


def test_a_bar_is_as_long_as_its_count_and_says_it_in_full() -> None:
    figure = count_bars(["one", "two"], [1000, 4_323_600], ["#009E73", "#D55E00"])
    [bars] = figure.data
    assert list(bars.x) == [1000, 4_323_600]
    said = {words.y: words.text for words in figure.layout.annotations}
    assert said == {0: "1,000", 1: "4,323,600"}
    named = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert named == {0: "one", 1: "two"}
