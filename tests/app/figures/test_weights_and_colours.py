"""Weights are drawn where they belong; colours mean the same in light, dark and grey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures import theme
from app.figures.weights import gate_weights, segments
from app.words.names import letter_of
from gru_core.conventions import CELLS, GATES, TRACKS, Cell
from tests.app.drawing import (
    INPUTS,
    ORDER,
    UNITS,
    heat,
    weights_of,
)

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


# Colours --------------------------------------------------------------------------------------

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
SAME_HUE = 6.0  # degrees


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


def hue(color: str) -> float:
    """Degrees around the circle of CIE L*a*b*."""
    _, a, b = lab(color)
    return math.degrees(math.atan2(b, a)) % 360


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
    apart = [abs(hue(color) - hue(safe)) for safe in OKABE_ITO]
    assert grey or min(apart) < SAME_HUE


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
        symbols = [letter_of(cell, track) for track in TRACKS[cell]]
        assert len(set(symbols)) == len(symbols)


# Numbers and bounds ---------------------------------------------------------------------------


@given(largest=st.floats(0, 1e15), floor=st.sampled_from([0.1, 1.0]))
def test_a_bound_holds_the_largest_number_and_not_much_more(largest: float, floor: float) -> None:
    bound = theme.nice_bound(largest, floor)
    assert bound >= max(largest, floor) * (1 - 1e-9)
    assert bound <= 1.6 * max(largest, floor)
    assert theme.nice_bound(bound, floor) == bound
