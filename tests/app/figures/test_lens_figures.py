"""Figures of the lenses: the same figure each time, scales by meaning, each number in its place."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from app.figures import theme
from app.figures.against import OTHER, both_lines, difference_heatmap
from app.figures.figure import Figure
from app.figures.frame import frame, rule, steps_frame
from app.figures.gradient import LEAST, Line, gradient_lines
from app.figures.phase import BEHIND, MARKS, eigenvalue_plane, phase_portrait, square_width
from app.figures.saturated import saturation_points
from app.figures.terms import DOWN, TOTAL, UP, activation_curve, round_ticks, waterfall
from app.figures.written import KEPT, WRITTEN, age_heatmap, kept_and_written, memory_heatmap

RNG = np.random.default_rng(11)
LABELS = ["a", "b", "c", "d", "e"]
NAMES = ["x", "h₁", "h₂", "bias b", "sum"]
PRODUCTS = [-2.0, 1.5, 0.25, -0.5, -0.75]
KEEPING, WRITING = np.array([0.5, -0.2, 0.3, 0.0, 0.4]), np.array([0.1, 0.3, -0.6, 0.7, -0.1])
SHARES = {"update": (np.array([0.9, 0.1]), np.array([0.0, 0.6]))}
CURVES = {"GRU": np.array([1e-3, 1e-2, 0.1, 1.0, 2.0]), "RNN": np.array([0, 1e-20, 1e-9, 1e-4, 1])}
STYLES = [Line("#D55E00", "solid"), Line("#009E73", "dot", 3.0)]
GRID = np.linspace(-1, 1, 4)
MOVES = RNG.normal(size=(4, 4, 2))
WAY = RNG.uniform(-1, 1, (6, 2))
POINTS = {"stable": np.array([[0.5, 0.25]]), "saddle": np.array([[0.0, 0.1], [0.2, -0.3]])}
VALUES = [np.array([0.5 + 0.1j, 0.5 - 0.1j]), np.array([1.5 + 0j, -0.2 + 0j])]

FIGURES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "waterfall": (waterfall, (NAMES, PRODUCTS)),
    "sigmoid": (activation_curve, ("sigmoid", -1.5, 0.18, "#0072B2")),
    "tanh": (activation_curve, ("tanh", 9.0, 1.0, "#0072B2")),
    "kept": (
        kept_and_written,
        (KEEPING, WRITING, KEEPING + WRITING, LABELS, "hidden", (2 * KEEPING, 2 * WRITING)),
    ),
    "map": (memory_heatmap, (RNG.uniform(0, 1, (5, 6)), LABELS, "h₀")),
    "age": (age_heatmap, (RNG.uniform(0, 9, (3, 5)), LABELS, ["1", "2", "3"], 5.0)),
    "gradient": (gradient_lines, (CURVES, STYLES, LABELS)),
    "saturation": (saturation_points, (SHARES,)),
    "difference": (difference_heatmap, (RNG.normal(size=(3, 5)), LABELS, [])),
    "both": (both_lines, (KEEPING, WRITING, LABELS, "hidden")),
    "phase": (phase_portrait, (GRID, GRID, MOVES, WAY, POINTS)),
    "eigenvalues": (eigenvalue_plane, (VALUES, ["stable", "saddle"])),
}


def drawn(name: str, *inputs: Any) -> Figure:
    draw, own = FIGURES[name]
    found = draw(*(inputs or own))
    figure: Figure = found[0] if isinstance(found, tuple) else found
    return figure


def frozen(value: Any) -> Any:
    """A copy of which no array can be changed."""
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.flags.writeable = False
        return copy
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    return type(value)(map(frozen, value)) if type(value) in (list, tuple) else value


def between(axis: Any) -> tuple[float, float]:
    low, high = sorted(axis.range)
    return low, high


# Every figure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_input_makes_the_same_figure_and_is_left_as_it_was(name: str) -> None:
    first = drawn(name).checked.to_json()
    given = [frozen(value) for value in FIGURES[name][1]]
    assert drawn(name, *given).checked.to_json() == first
    for value, before in zip(given, FIGURES[name][1], strict=True):
        np.testing.assert_equal(value, before)


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_has_ends_and_ticks_between_them(name: str) -> None:
    layout = drawn(name).layout
    for axis in (layout.xaxis, layout.yaxis):
        low, high = between(axis)
        assert low < high
        assert len(axis.tickvals) == len(axis.ticktext)
        assert all(low <= at <= high for at in axis.tickvals)
        assert axis.fixedrange
        assert not axis.showgrid
    assert not layout.showlegend


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(
    ("name", "limits"), [("map", (0, 1)), ("difference", (-1, 1)), ("age", (0, 5))]
)
def test_colours_mean_the_same_whatever_is_on_the_screen(
    name: str, limits: tuple[float, float], scale: float
) -> None:
    values, *others = FIGURES[name][1]
    [trace] = drawn(name, scale * values, *others).data
    assert (trace.zmin, trace.zmax) == limits
    stops = theme.DIVERGING if name == "difference" else theme.SEQUENTIAL
    assert [color for _, color in trace.colorscale] == list(stops)
    ends = [at for at, _ in trace.colorscale]
    assert (ends[0], ends[-1]) == (0, 1)
    assert ends == sorted(ends)


# The waterfall --------------------------------------------------------------------------------


def test_each_bar_begins_where_the_last_one_ended_and_the_sum_begins_at_zero() -> None:
    bars, links, _ = drawn("waterfall").data
    assert list(links.x[::3]) == list(links.x[1::3]) == [-2.0, -0.5, -0.25, -0.75]
    assert list(bars.x) == PRODUCTS
    assert list(bars.base) == [0, -2.0, -0.5, -0.25, 0]
    assert list(bars.y) == [0, 1, 2, 3, 4]
    assert list(bars.marker.color) == [DOWN, UP, UP, DOWN, TOTAL]
    assert bars.base[3] + bars.x[3] == PRODUCTS[-1]


def test_the_bars_are_named_from_top_to_bottom_with_their_numbers_beside() -> None:
    figure = drawn("waterfall")
    layout, numbers = figure.layout, figure.data[-1]
    assert list(layout.yaxis.ticktext) == NAMES
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert [(y, text.strip()) for y, text in zip(numbers.y, numbers.text, strict=True)] == [
        *((0, "−2"), (1, "1.5"), (2, "0.25"), (3, "−0.5"), (4, "−0.75"))
    ]
    low, high = between(layout.xaxis)
    assert set(numbers.x) == {high}
    assert low < -2
    assert high > 0


def test_a_single_term_of_zero_still_has_a_plot() -> None:
    figure = waterfall(["bias b", "sum"], [0.0, 0.0])
    low, high = between(figure.layout.xaxis)
    assert low < 0 < high


@pytest.mark.parametrize(("low", "high"), [(-2.3, 0), (0, 0.004), (-1, 70), (0, 0), (-0.3, 0.31)])
def test_ticks_are_round_and_inside(low: float, high: float) -> None:
    found = round_ticks(low, high)
    assert found[0.0] == "0"
    assert list(found) == sorted(found)
    for at in found:
        assert low <= at <= high
        assert at == 0 or f"{abs(at):.0e}"[0] in "125"


# The activation -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "total", "value"), [("sigmoid", -1.5, 0.18), ("tanh", 9.0, 1.0)])
def test_the_curve_is_that_of_the_activation_with_the_point_on_it(
    name: str, total: float, value: float
) -> None:
    figure = drawn(name)
    curve, lines, dot = figure.data
    made = np.tanh(curve.x) if name == "tanh" else 1 / (1 + np.exp(-curve.x))
    np.testing.assert_allclose(curve.y, made, atol=1e-15)
    assert (dot.x[0], dot.y[0]) == (lines.x[1], lines.y[1]) == (total, value)
    low, high = between(figure.layout.xaxis)
    assert low < -abs(total) < abs(total) < high
    assert between(figure.layout.yaxis)[1] == 1.08


# Kept and written -----------------------------------------------------------------------------


def test_what_is_kept_and_what_is_written_have_the_colours_of_their_gates() -> None:
    kept, written, state, old, new = drawn("kept").data
    assert kept.marker.color == KEPT == theme.QUANTITIES["update"].color
    assert written.marker.color == WRITTEN == theme.QUANTITIES["candidate"].color
    assert state.line.color == theme.QUANTITIES["hidden"].color
    np.testing.assert_array_equal(kept.y, KEEPING)
    np.testing.assert_array_equal(written.y, WRITING)
    np.testing.assert_array_equal(state.y, KEEPING + WRITING)
    np.testing.assert_array_equal(old.y, 2 * KEEPING)
    np.testing.assert_array_equal(new.y, 2 * WRITING)
    assert (old.line.color, new.line.color) == (KEPT, WRITTEN)
    assert drawn("kept").layout.barmode == "relative"
    low, high = between(drawn("kept").layout.yaxis)
    assert low < -0.6 < 0.7 < high
    assert low == -high


def test_a_map_has_the_initial_state_first_and_steps_named_by_their_inputs() -> None:
    layout = drawn("map").layout
    assert list(layout.xaxis.ticktext) == ["h₀", *LABELS]
    assert list(layout.xaxis.tickvals) == [1, 2, 3, 4, 5, 6]
    assert list(layout.yaxis.ticktext) == LABELS
    np.testing.assert_array_equal(drawn("map").data[0].z, FIGURES["map"][1][0].astype(np.float32))


def test_a_small_share_is_told_from_none() -> None:
    """The colours of a map climb as the root of the share, those of an age evenly."""
    one, other = (drawn(name).data[0].colorscale for name in ("map", "age"))
    for (at, color), (evenly, same) in zip(one, other, strict=True):
        assert (at, color) == (pytest.approx(evenly**2), same)


def test_an_age_beyond_the_scale_has_its_last_colour() -> None:
    ages = np.array([[0.5, 4.0, 5.0, 6.0, np.inf]])
    [trace] = age_heatmap(ages, LABELS, ["1"], 5.0).data
    assert trace.z.tolist() == [[0.5, 4, 5, 5, 5]]


# Gradients ------------------------------------------------------------------------------------


def test_a_logarithm_is_drawn_of_what_has_one() -> None:
    """Zero, and what float64 has no digits of 1 left for, end their line."""
    gru, rnn = drawn("gradient").data
    np.testing.assert_allclose(gru.y, np.log10(CURVES["GRU"]))
    np.testing.assert_array_equal(np.isnan(rnn.y), [True, True, False, False, False])
    np.testing.assert_allclose(rnn.y[2:], [-9, -4, 0])
    assert not rnn.connectgaps
    assert [(line.line.color, line.line.dash, line.line.width) for line in (gru, rnn)] == [
        tuple(style) for style in STYLES
    ]
    low, high = between(drawn("gradient").layout.yaxis)
    assert low < -9 < np.log10(2) < high
    axis = drawn("gradient").layout.yaxis
    ticks = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    assert ticks[0.0] == "1"
    assert len(ticks) <= 5


@pytest.mark.parametrize("values", [[0.0] * 5, [1.0] * 5, [1e-300] * 5, [1e30] * 5, [2.0] * 5])
def test_curves_of_any_size_have_an_axis_with_one_on_it(values: list[float]) -> None:
    figure = gradient_lines({"GRU": np.array(values)}, STYLES[:1], LABELS)
    low, high = between(figure.layout.yaxis)
    assert LEAST - 1 < low <= 0 < high
    assert 0.0 in figure.layout.yaxis.tickvals
    assert len(figure.layout.yaxis.tickvals) <= 6


# Points ---------------------------------------------------------------------------------------


def test_a_gate_is_further_right_the_more_it_is_near_one_and_higher_the_more_near_zero() -> None:
    [points] = drawn("saturation").data
    left, right = SHARES["update"]
    np.testing.assert_array_equal(points.x, right)
    np.testing.assert_array_equal(points.y, left)
    assert points.marker.color == theme.QUANTITIES["update"].color


def test_three_gates_can_be_told_apart_without_their_colours() -> None:
    shares = dict.fromkeys(("input", "forget", "output"), SHARES["update"])
    marks = [trace.marker.symbol for trace in saturation_points(shares).data]
    assert len(set(marks)) == 3


def test_a_mark_of_several_units_is_larger_than_that_of_one() -> None:
    left, right = np.array([0.5, 0.0, 0.5, 0.5]), np.array([0.25, 1.0, 0.25, 0.0])
    [points] = saturation_points({"update": (left, right)}).data
    two, one, again, alone = points.marker.size
    assert two == again > one == alone
    many = saturation_points({"update": (np.zeros(256), np.ones(256))}).data[0].marker.size
    assert two < many.max() <= 30


@pytest.mark.parametrize("size", [0.0, 0.01, 1.0, 50.0])
def test_arrows_are_as_long_as_they_can_be_without_meeting(size: float) -> None:
    figure, share = phase_portrait(GRID, GRID, size * MOVES, WAY, {})
    gap, arrows = GRID[1] - GRID[0], figure.data[0]
    ends = np.stack([arrows.x, arrows.y], axis=1).reshape(16, 6, 2)
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    assert lengths.max() <= 0.9 * gap + 1e-12
    assert share == 1 or lengths.max() == pytest.approx(0.9 * gap)
    np.testing.assert_allclose(ends[:, 1] - ends[:, 0], share * size * MOVES.reshape(-1, 2))
    np.testing.assert_allclose(ends[:, 0], [(x, y) for x in GRID for y in GRID])


def test_fixed_points_have_the_marks_of_their_kinds_behind_the_way() -> None:
    arrows, way, *points = drawn("phase").data
    assert {trace.meta for trace in (arrows, *points)} == {BEHIND}
    assert way.meta is None
    np.testing.assert_array_equal(np.stack([way.x, way.y], axis=1), WAY)
    for trace, (kind, states) in zip(points, POINTS.items(), strict=True):
        assert (trace.marker.symbol, trace.marker.color) == tuple(MARKS[kind].values())
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), states)


def test_eigenvalues_stand_around_the_unit_circle_all_inside() -> None:
    figure = eigenvalue_plane([*VALUES, np.array([7.0 - 2j])], ["stable", "saddle", "unstable"])
    [circle] = [one for one in figure.layout.shapes if one.type == "circle"]
    assert (circle.x0, circle.y0, circle.x1, circle.y1) == (-1, -1, 1, 1)
    low, high = between(figure.layout.xaxis)
    assert low < -7
    assert high > 7
    assert (low, high) == between(figure.layout.yaxis)
    room = figure.layout.margin
    assert square_width(figure, 300) - room.l - room.r == 300 - room.t - room.b
    np.testing.assert_array_equal(figure.data[1].x, [1.5, -0.2])
    assert figure.data[2].marker.symbol == MARKS["unstable"]["symbol"]


# Lines of two runs, and the frame -------------------------------------------------------------


def test_the_other_run_is_grey_and_dashed_below_the_present_one() -> None:
    other, now = drawn("both").data
    np.testing.assert_array_equal(now.y, KEEPING)
    np.testing.assert_array_equal(other.y, WRITING)
    assert (other.line.color, other.line.dash) == (OTHER, "dash")
    assert (now.line.color, now.line.dash) == (theme.QUANTITIES["hidden"].color, "solid")


def test_steps_are_named_by_their_inputs_where_they_are() -> None:
    axis = steps_frame(LABELS, (0, 1), {0.0: "0"})["xaxis"]
    assert dict(zip(axis["tickvals"], axis["ticktext"], strict=True)) == dict(enumerate(LABELS, 1))
    assert axis["range"] == [0.5, 5.5]


def test_a_rule_crosses_the_plot_at_one_value_and_a_log_axis_is_told_powers() -> None:
    line = rule("y", 0.5)
    assert (line["y0"], line["y1"], line["xref"], line["x0"], line["x1"]) == (
        *(0.5, 0.5, "x domain", 0, 1),
    )
    assert rule("x", 0.5)["yref"] == "y domain"
    layout = frame((0, 1), (-2, 1), {}, {-2.0: "0.01", 0.0: "1"}, log=True)
    assert layout["yaxis"]["type"] == "log"
    assert layout["yaxis"]["tickvals"] == [0.01, 1.0]
