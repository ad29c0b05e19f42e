"""A figure says what its trace says: each cell in its place, colours by meaning, never by data."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures import theme
from app.figures.heatmap import (
    MOST_TICKS,
    heatmap,
    initial_strip,
    input_heatmap,
    step_ticks,
    ticks,
    track_heatmap,
)
from app.figures.prediction import number_lines, prediction_lines
from app.figures.sequence import MOST_CHANNELS, unit_lines
from app.figures.weights import gate_weights
from app.figures.written import memory_heatmap
from gru_core.conventions import CELLS, TRACKS, Cell, track_range
from gru_core.scenes.series import label as month_label
from tests.app.drawing import (
    ALL_TRACKS,
    EVERY_TRACK,
    INPUTS,
    LABELS,
    ORDER,
    STEPS,
    UNITS,
    heat,
    trace_of,
    weights_of,
)

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
                number_lines(np.column_stack((truth, -truth)), ("a", "b"), labels, (-2.0, 2.0)),
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
        return [figure.checked.to_json() for figure in figures]

    assert drawn() == drawn()


def test_another_number_gives_another_json() -> None:
    trace = trace_of("gru")
    other = trace["update"].copy()
    other[4, 2] += 1e-3
    one = track_heatmap(trace["update"], "update", LABELS, ORDER)
    assert one.checked.to_json() != track_heatmap(other, "update", LABELS, ORDER).checked.to_json()


def test_drawing_leaves_the_trace_alone() -> None:
    trace = trace_of("gru")
    before = trace["update"].copy()
    track_heatmap(trace["update"], "update", LABELS, ORDER)
    np.testing.assert_array_equal(trace["update"], before)


def test_no_name_that_a_visitor_has_given_is_a_link_in_a_label() -> None:
    """plotly.js makes markup of `<a href=…>` in a label; of what begins otherwise it makes text."""
    name = '<a href="https://elsewhere.example">x</a>'
    figure = heatmap(np.zeros((1, 1)), theme.DIVERGING, (-1, 1), [name], [name])
    for axis in ("xaxis", "yaxis"):
        (text,) = figure.fields[axis]["ticktext"]
        assert text.replace("\N{WORD JOINER}", "") == name
        assert not re.search(r"<[^\N{WORD JOINER}]", text)
