"""A figure says what its trace says: each cell in its place, colours by meaning, never by data."""

import math
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import theme
from app.figures.heatmap import (
    MOST_TICKS,
    initial_strip,
    input_heatmap,
    step_ticks,
    ticks,
    track_heatmap,
)
from app.figures.prediction import prediction_lines
from app.figures.sequence import MOST_CHANNELS, unit_lines
from app.figures.weights import gate_weights, segments
from app.figures.written import memory_heatmap
from gru_core import Trace, run
from gru_core.conventions import CELLS, GATES, STATES, TRACKS, Cell, track_range
from gru_core.initialize import initialize
from gru_core.series import label as month_label
from gru_core.weights import Weights

STEPS, UNITS, INPUTS = 9, 5, 2
ORDER = (3, 0, 4, 1, 2)
LABELS = tuple("recurrent")
ALL_TRACKS = sorted({track for cell in CELLS for track in TRACKS[cell]})


def weights_of(cell: Cell, units: int = UNITS, inputs: int = INPUTS) -> Weights:
    """Weights without two equal numbers, so that any cell out of place is seen."""
    drawn = initialize(cell, inputs, units, np.random.default_rng(7))
    rng = np.random.default_rng(11)
    b_x, b_h = (rng.normal(size=drawn.b_x.shape) for _ in range(2))
    return replace(drawn, b_x=b_x, b_h=b_h)


def trace_of(cell: Cell, scale: float = 1.0, inputs: int = INPUTS, steps: int = STEPS) -> Trace:
    rng = np.random.default_rng(5)
    weights = weights_of(cell, inputs=inputs)
    states = tuple(rng.uniform(-1, 1, UNITS) for _ in STATES[cell])
    return run(weights, scale * rng.normal(size=(steps, inputs)), states)


def heat(figure: go.Figure) -> go.Heatmap:
    (trace,) = figure.data
    assert isinstance(trace, go.Heatmap)
    return trace


EVERY_TRACK = [(cell, track) for cell in CELLS for track in TRACKS[cell]]


# Heatmaps of tracks ---------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "track"), EVERY_TRACK)
def test_rows_are_units_in_order_from_the_top_and_columns_are_steps(cell: Cell, track: str) -> None:
    trace = trace_of(cell)
    figure = track_heatmap(trace[track], track, LABELS, ORDER)
    z = heat(figure).z
    assert z.shape == (UNITS, STEPS)
    for row, unit in enumerate(ORDER):
        np.testing.assert_array_equal(z[row], trace[track][:, unit].astype(np.float32))
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert (heat(figure).y0, heat(figure).dy) == (0, 1)
    assert top < 0 < UNITS - 1 < bottom


@pytest.mark.parametrize("track", ALL_TRACKS)
@pytest.mark.parametrize("scale", [0.0, 1e-6, 0.5, 50.0])
def test_colour_limits_come_from_the_meaning_and_not_from_the_data(
    track: str, scale: float
) -> None:
    values = scale * np.random.default_rng(0).normal(size=(STEPS, UNITS))
    drawn = heat(track_heatmap(values, track, LABELS, range(UNITS)))
    assert (drawn.zmin, drawn.zmax) == track_range(track)
    sequential = track in ("reset", "update", "input", "forget", "output")
    assert (drawn.zmin, drawn.zmax) == ((0, 1) if sequential else (-drawn.zmax, drawn.zmax))
    assert [color for _, color in drawn.colorscale] == list(
        theme.SEQUENTIAL if sequential else theme.DIVERGING
    )
    assert not drawn.showscale


@pytest.mark.parametrize("steps", [1, 9, 26, 27, 100, 500])
def test_each_label_stands_at_its_own_step(steps: int) -> None:
    labels = [f"s{step}" for step in range(1, steps + 1)]
    values = np.zeros((steps, 2))
    axis = track_heatmap(values, "hidden", labels, (0, 1)).layout.xaxis
    assert 1 <= len(axis.tickvals) <= 26
    assert list(axis.ticktext) == [f"s{at}" for at in axis.tickvals]
    assert axis.range == (0.5, steps + 0.5)
    if steps <= 26:
        assert list(axis.tickvals) == list(range(1, steps + 1))


@given(count=st.integers(1, 2000), most=st.integers(2, 40))
def test_labels_are_few_enough_start_at_the_first_and_are_evenly_spaced(
    count: int, most: int
) -> None:
    found = ticks([""] * count, most)
    assert found[0] == 0
    assert len(found) <= max(most, 1)
    assert all(0 <= at < count for at in found)
    gaps = np.diff(found[1:])
    assert len(set(gaps.tolist())) <= 1


VALUES = ("0.27", "0.91+", "−0.5", "0.27")
MONTHS = tuple(month_label(12 * 1997 + month) for month in range(36))


@pytest.mark.parametrize("labels", [VALUES, tuple("01101"), ("-1", "1", "-1"), ("1.5",)])
def test_labels_that_are_numbers_give_way_to_those_of_the_steps(labels: tuple[str, ...]) -> None:
    assert list(step_ticks(labels).values()) == [str(at + 1) for at in range(len(labels))]


@pytest.mark.parametrize(
    "labels",
    [tuple("recurrent"), ("·", "pulse", "·"), ("A", "1", "go"), ("1", "2", "3"), ("1", "26", "51"),
     ("Jan 1997",), MONTHS[:12], ("Jan", "Feb", "Jan")],
)  # fmt: skip
def test_words_and_counts_stay_what_they_are(labels: tuple[str, ...]) -> None:
    assert step_ticks(labels) == dict(enumerate(labels))


@pytest.mark.parametrize("first", [0, 1, 7])
def test_of_months_the_first_of_each_year_is_marked(first: int) -> None:
    labels = MONTHS[first:]
    found = step_ticks(labels)
    assert [labels[at] for at in found] == [label for label in labels if label[:3] == "Jan"]
    assert [f"Jan {text}" for text in found.values()] == [labels[at] for at in found]


def test_of_very_many_years_some_are_marked() -> None:
    labels = [month_label(12 * 1900 + month) for month in range(1200)]
    found = step_ticks(labels)
    assert 1 < len(found) <= MOST_TICKS
    assert all(labels[at] == f"Jan {text}" for at, text in found.items())


def test_every_plot_over_steps_has_the_same_ticks() -> None:
    trace = trace_of("gru", steps=len(MONTHS))
    for labels in (MONTHS, tuple(f"{step / 7:.2f}" for step in range(len(MONTHS)))):
        truth = trace["hidden"][:, 0]
        axes = [
            figure.layout.xaxis
            for figure in (
                track_heatmap(trace["hidden"], "hidden", labels, ORDER),
                input_heatmap(trace.x, labels, ("value", "cue"), 3.0),
                unit_lines(trace, 0, labels),
                prediction_lines(truth, {"gru": truth}, labels, "°C"),
            )
        ]
        wanted = step_ticks(labels)
        for axis in axes:
            assert list(axis.tickvals) == [at + 1 for at in wanted]
            assert list(axis.ticktext) == list(wanted.values())
        across = memory_heatmap(np.zeros((len(labels), len(labels) + 1)), labels, "h₀").layout.xaxis
        assert list(across.tickvals) == [1, *(at + 2 for at in wanted)]
        assert list(across.ticktext) == ["h₀", *wanted.values()]


def test_units_are_numbered_from_one_in_order_and_not_at_all_when_sorted() -> None:
    values = np.zeros((STEPS, UNITS))
    in_order = track_heatmap(values, "update", LABELS, range(UNITS)).layout.yaxis
    assert list(zip(in_order.tickvals, in_order.ticktext, strict=True)) == [
        (row, str(row + 1)) for row in range(UNITS)
    ]
    assert not track_heatmap(values, "update", LABELS, ORDER).layout.yaxis.ticktext


def test_plots_over_steps_share_their_margins_so_that_steps_line_up() -> None:
    trace = trace_of("gru")
    figures = [
        track_heatmap(trace["update"], "update", LABELS, ORDER),
        track_heatmap(trace["hidden"], "hidden", LABELS, ORDER),
        unit_lines(trace, 0, LABELS),
    ]
    assert len({(f.layout.margin.l, f.layout.margin.r) for f in figures}) == 1
    assert len({f.layout.xaxis.range for f in figures}) == 1


# The input and initial states -----------------------------------------------------------------


def test_the_input_has_channels_down_and_steps_across() -> None:
    x = trace_of("gru").x
    figure = input_heatmap(x, LABELS, ("value", "cue"), 3.0)
    np.testing.assert_array_equal(heat(figure).z, x.T.astype(np.float32))
    assert (heat(figure).zmin, heat(figure).zmax) == (-3, 3)
    assert list(figure.layout.yaxis.ticktext) == ["value", "cue"]
    assert list(figure.layout.xaxis.ticktext) == list(LABELS)


@pytest.mark.parametrize("state", ["hidden", "cell"])
def test_an_initial_state_is_one_column_in_the_order_of_the_rows(state: str) -> None:
    values = np.linspace(-0.8, 0.8, UNITS)
    drawn = heat(initial_strip(values, state, "h", ORDER))
    np.testing.assert_array_equal(drawn.z, values[list(ORDER)].astype(np.float32)[:, np.newaxis])
    assert (drawn.zmin, drawn.zmax) == track_range(state)


# Weights --------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [UNITS, 30])
@pytest.mark.parametrize(("cell", "gate"), [(cell, gate) for cell in CELLS for gate in GATES[cell]])
def test_a_column_of_a_gate_is_the_weight_its_segment_says(
    cell: Cell, gate: str, units: int
) -> None:
    weights = weights_of(cell, units)
    order = np.random.default_rng(2).permutation(units).tolist()
    z = heat(gate_weights(weights, gate, ("value", "cue"), order, 2.0)).z
    at, seen = weights.gates.index(gate), set()
    for segment in segments(weights):
        columns = range(segment.start, segment.start + segment.size)
        seen.update(columns)
        for row, unit in enumerate(order):
            mine = getattr(weights, segment.part)[at, unit]
            expected = {
                "w_x": lambda mine=mine: mine,
                "w_h": lambda mine=mine: mine[order],
                "b_x": lambda mine=mine: mine[np.newaxis],
                "b_h": lambda mine=mine: mine[np.newaxis],
            }[segment.part]()
            np.testing.assert_array_equal(z[row, columns], expected.astype(np.float32))
    assert seen == set(range(z.shape[1]))


@pytest.mark.parametrize("cell", CELLS)
def test_segments_cover_every_weight_of_a_gate_once(cell: Cell) -> None:
    weights = weights_of(cell)
    sizes = {segment.part: segment.size for segment in segments(weights)}
    assert sizes == {"w_x": INPUTS, "w_h": UNITS, "b_x": 1, "b_h": 1}
    assert UNITS * sum(sizes.values()) * len(weights.gates) == weights.parameter_count()


@pytest.mark.parametrize("cell", CELLS)
def test_with_one_bias_the_weights_have_no_column_d(cell: Cell) -> None:
    weights = weights_of(cell)
    gate = weights.gates[-1]
    both = gate_weights(weights, gate, ("value", "cue"), ORDER, 2.0)
    one = gate_weights(weights, gate, ("value", "cue"), ORDER, 2.0, biases=1)
    np.testing.assert_array_equal(heat(one).z, heat(both).z[:, :-1])
    assert list(one.layout.xaxis.ticktext) == [
        name for name in both.layout.xaxis.ticktext if name != "d"
    ]
    assert [segment.part for segment in segments(weights, 1)] == ["w_x", "w_h", "b_x"]


def test_columns_of_a_small_matrix_carry_their_names() -> None:
    weights = weights_of("gru")
    axis = gate_weights(weights, "update", ("value", "cue"), ORDER, 2.0).layout.xaxis
    name = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    by_part = {segment.part: segment.start + 1 for segment in segments(weights)}
    assert [name[by_part["w_h"] + at] for at in range(UNITS)] == ["h₄", "h₁", "h₅", "h₂", "h₃"]
    assert (name[by_part["b_x"]], name[by_part["b_h"]]) == ("b", "d")
    assert len({name[1], name[2]}) == 2
    assert list(axis.tickvals) == sorted(axis.tickvals)


def test_a_small_matrix_shows_its_numbers_and_a_large_one_does_not() -> None:
    small = heat(gate_weights(weights_of("gru"), "update", ("value", "cue"), ORDER, 2.0))
    for row, column in ((0, 0), (2, 4), (4, 8)):
        said = str(small.text[row][column]).replace("−", "-")
        assert float(said) == pytest.approx(float(small.z[row, column]), rel=5e-3)
    assert "-" not in "".join(cell for row in small.text for cell in row)
    large = heat(gate_weights(weights_of("gru", 30), "update", ("value", "cue"), range(30), 2.0))
    assert large.text is None
    assert large.texttemplate is None


def test_weight_colours_span_the_given_bound() -> None:
    drawn = heat(gate_weights(weights_of("gru"), "reset", ("value", "cue"), ORDER, 6.0))
    assert (drawn.zmin, drawn.zmax) == (-6, 6)
    assert [color for _, color in drawn.colorscale] == list(theme.DIVERGING)


# Lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("unit", [0, 3])
def test_lines_are_the_tracks_of_the_unit_and_the_input(cell: Cell, unit: int) -> None:
    trace = trace_of(cell)
    lines = {line.meta: line for line in unit_lines(trace, unit, LABELS).data}
    assert set(lines) == {f"{cell}.{track}" for track in trace} | {"x.0", "x.1"}
    for track in trace:
        line = lines[f"{cell}.{track}"]
        np.testing.assert_array_equal(line.y, trace[track][:, unit].astype(np.float32))
        assert line.line.color == theme.QUANTITIES[track].color
    for channel in range(INPUTS):
        y = lines[f"x.{channel}"].y
        np.testing.assert_array_equal(y, trace.x[:, channel].astype(np.float32))
    assert all(line.x.tolist() == list(range(1, STEPS + 1)) for line in lines.values())


def test_many_channels_are_not_drawn_as_lines() -> None:
    trace = trace_of("gru", inputs=MOST_CHANNELS + 1)
    metas = [line.meta for line in unit_lines(trace, 0, LABELS).data]
    assert metas == [f"gru.{track}" for track in TRACKS["gru"]]


@pytest.mark.parametrize("scale", [0.0, 0.1, 30.0])
@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_the_axis_of_the_lines_does_not_follow_the_data(cell: Cell, scale: float) -> None:
    axis = unit_lines(trace_of(cell, scale), 0, LABELS).layout.yaxis
    assert axis.range == (-1.06, 1.06)
    assert list(axis.tickvals) == [-1, 0, 1]
    assert list(axis.ticktext) == ["−1", "0", "1"]


# Same trace, same figure ----------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_trace_gives_the_same_json(cell: Cell) -> None:
    def drawn() -> list[str]:
        trace, weights = trace_of(cell), weights_of(cell)
        figures = [
            *(track_heatmap(trace[track], track, LABELS, ORDER) for track in trace),
            input_heatmap(trace.x, LABELS, ("a", "b"), 2.0),
            *(initial_strip(state, "hidden", "h", ORDER) for state in trace.initial),
            unit_lines(trace, 1, LABELS),
            *(gate_weights(weights, gate, ("a", "b"), ORDER, 2.0) for gate in weights.gates),
        ]
        return [figure.to_json() for figure in figures]

    assert drawn() == drawn()


def test_another_number_gives_another_json() -> None:
    trace = trace_of("gru")
    other = trace["update"].copy()
    other[4, 2] += 1e-3
    one = track_heatmap(trace["update"], "update", LABELS, ORDER)
    assert one.to_json() != track_heatmap(other, "update", LABELS, ORDER).to_json()


def test_drawing_leaves_the_trace_alone() -> None:
    trace = trace_of("gru")
    before = trace["update"].copy()
    track_heatmap(trace["update"], "update", LABELS, ORDER)
    np.testing.assert_array_equal(trace["update"], before)


# Colours --------------------------------------------------------------------------------------

OKABE_ITO = {
    *("#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"),
}


def lab(color: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a hex colour."""
    srgb = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in srgb]
    r, g, b = linear
    xyz = (
        (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
        0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
        (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lightness(stops: tuple[str, ...]) -> np.ndarray:
    return np.array([lab(stop)[0] for stop in stops])


def test_lightness_is_measured_right() -> None:
    assert lab("#ffffff")[0] == pytest.approx(100, abs=0.01)
    assert lab("#000000")[0] == pytest.approx(0, abs=0.01)
    assert lab("#777777")[0] == pytest.approx(50, abs=0.1)


def test_the_diverging_scale_darkens_evenly_away_from_its_middle_on_both_sides() -> None:
    light = lightness(theme.DIVERGING)
    middle = len(light) // 2
    assert len(light) % 2 == 1
    assert (np.diff(light[: middle + 1]) > 3).all()
    assert (np.diff(light[middle:]) < -3).all()
    # The two sides weigh nearly the same, so that neither sign looks much larger.
    np.testing.assert_allclose(light, light[::-1], atol=5)


def test_the_diverging_scale_is_blue_below_orange_above_and_neutral_at_zero() -> None:
    colours = [lab(stop) for stop in theme.DIVERGING]
    middle = len(colours) // 2
    assert math.hypot(*colours[middle][1:]) < 5
    assert all(b < -8 for _, _, b in colours[:middle])
    assert all(b > 8 for _, _, b in colours[middle + 1 :])
    for below, above in zip(colours[:middle], colours[: middle + 1 : -1], strict=False):
        assert math.dist(below, above) > 20


def test_the_sequential_scale_lightens_evenly() -> None:
    rises = np.diff(lightness(theme.SEQUENTIAL))
    assert (rises > 3).all()
    assert rises.max() < 2 * rises.min()


@pytest.mark.parametrize("stops", [theme.SEQUENTIAL, theme.DIVERGING])
def test_a_scale_is_evenly_spaced_from_0_to_1(stops: tuple[str, ...]) -> None:
    places = [place for place, _ in theme.colorscale(stops)]
    np.testing.assert_allclose(places, np.linspace(0, 1, len(stops)))


@pytest.mark.parametrize("name", list(theme.QUANTITIES))
def test_a_quantity_is_drawn_in_a_colour_safe_for_every_eye(name: str) -> None:
    color = theme.QUANTITIES[name].color
    grey = len({color[1:3], color[3:5], color[5:7]}) == 1
    assert grey or color in OKABE_ITO


@pytest.mark.parametrize("cell", CELLS)
def test_lines_of_one_plot_differ_in_colour_and_still_differ_printed_in_grey(cell: Cell) -> None:
    names = [*TRACKS[cell], "x"]
    looks = [theme.QUANTITIES[name] for name in names]
    for i, one in enumerate(looks):
        for other in looks[i + 1 :]:
            strokes = (one.dash, one.width) != (other.dash, other.width)
            assert (one.color, one.dash, one.width) != (other.color, other.dash, other.width)
            assert strokes or abs(lab(one.color)[0] - lab(other.color)[0]) > 10


def test_every_track_and_gate_has_a_name_and_a_symbol() -> None:
    used = {name for cell in CELLS for name in (*TRACKS[cell], *GATES[cell])}
    assert used <= set(theme.QUANTITIES)
    for cell in CELLS:
        symbols = [theme.symbol(cell, track) for track in TRACKS[cell]]
        assert len(set(symbols)) == len(symbols)


# Numbers and bounds ---------------------------------------------------------------------------


@given(largest=st.floats(0, 1e15), floor=st.sampled_from([0.1, 1.0]))
def test_a_bound_holds_the_largest_number_and_not_much_more(largest: float, floor: float) -> None:
    bound = theme.nice_bound(largest, floor)
    assert bound >= max(largest, floor) * (1 - 1e-9)
    assert bound <= 1.6 * max(largest, floor)
    assert theme.nice_bound(bound, floor) == bound


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (-0.5, "−0.5"), (12, "12"), (0, "0"), (-1e-7, "−1e−07")]
)
def test_a_number_is_written_to_three_figures_with_a_true_minus(value: float, text: str) -> None:
    assert theme.number(value) == text
