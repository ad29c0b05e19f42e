"""The plane of states: every arrow is a step of the core, and a fixed point stays where it is."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.figures.figure import Figure
from app.figures.phase import BEHIND, MARKS
from app.lenses.fixed_point_words import about_marks, about_memory, magnitude, said_kinds
from app.lenses.phase import GRID
from app.screen.screen import Screen
from gru_core import run
from gru_core.arrays import Array
from gru_core.conventions import CELLS, CHO
from gru_core.phase import FixedPoint
from gru_core.scenes.own import Own
from tests.app.lensing import asked, chart, looked, screen

PAIR = Own(source="noise", steps=14, units=2)
EDITS = "gru.w_h.candidate.0.0_2.5~gru.w_h.candidate.1.0_0.5~gru.h0.0_0.4~gru.h0.1_-0.3"


def beside(cell: str) -> Any:
    return "lstm" if cell == "gru" else cell


def pair(of: str = "unit2", edits: str = EDITS, **setting: Any) -> Screen:
    """Two units: the plane is all there is of a hidden state."""
    return screen("phase", of, edits, **{"scene": "own", "own": PAIR, "unit": 0, **setting})


def stepped(shown: Screen, state: Array) -> Array:
    """Where one step with the input at the cursor takes a state, (entry,)."""
    cell = shown.opened
    parts = tuple(np.split(state, 2)) if cell == "lstm" else (state,)
    trace = run(shown.situation.weights[cell], shown.situation.x[[shown.step]], parts)
    return np.concatenate([trace[name][0] for name in ("hidden", "cell")[: len(parts)]])


def marked(shown: Screen) -> dict[str, Array]:
    """The fixed points drawn, by kind, (point, 2)."""
    found = {}
    for trace in chart(shown, "portrait").figure.data[2:]:
        kinds = [kind for kind in MARKS if MARKS[kind]["color"] == trace.marker.color]
        found[kinds[0]] = np.stack([trace.x, trace.y], axis=1)
    return found


# The way of the run ---------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("unit", "of"), [(0, "unit2"), (1, "unit1"), (1, "unit3"), (2, "unit1")])
def test_of_two_units_the_way_is_their_hidden_states_the_initial_one_first(
    cell: Any, unit: int, of: str
) -> None:
    shown = screen("phase", of, scene="cue", unit=unit, cell=cell, alongside=beside(cell))
    trace, found = shown.traces[cell], chart(shown, "portrait")
    both = [unit, int(of.removeprefix("unit")) - 1]
    states = np.vstack([trace.initial[0], trace["hidden"]])[:, both]
    np.testing.assert_array_equal(found.values, states)
    line = found.figure.data[1]
    np.testing.assert_array_equal(np.stack([line.x, line.y], axis=1), states)
    subscripts = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    assert found.columns.names == tuple(f"h{unit + 1}".translate(subscripts) for unit in both)


def test_the_principal_components_keep_the_distances_that_they_can_and_say_how_many() -> None:
    """Of two units both together are all of it."""
    shown = pair("components")
    way, trace = chart(shown, "portrait").values, shown.traces["gru"]
    states = np.vstack([trace.initial[0], trace["hidden"]])
    gaps = [np.linalg.norm(np.diff(points, axis=0), axis=1) for points in (way, states)]
    np.testing.assert_allclose(*gaps, atol=1e-12)
    spread = way - way.mean(axis=0)
    shares = (spread**2).sum(axis=0) / (spread**2).sum()
    assert shares[0] > shares[1]
    said = f"hold {100 * shares[0]:.0f}\xa0% and {100 * shares[1]:.0f}\xa0% of the variance of h."
    assert any(note.endswith(said) for note in looked(shown).notes)


# The arrows -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["gru", "rnn"])
@pytest.mark.parametrize("notation", [None, CHO])
def test_every_arrow_points_where_one_step_takes_the_state(cell: Any, notation: Any) -> None:
    shown = pair(step=5, cell=cell, alongside=beside(cell), notation=notation)
    found = chart(shown, "portrait")
    arrows = found.figure.data[0]
    ends = np.stack([arrows.x, arrows.y], axis=1).reshape(GRID**2, 6, 2)
    starts, tips = ends[:, 0], ends[:, 1]
    assert np.isnan(ends[:, 5]).all(), "a gap after each arrow"
    moves = np.array([stepped(shown, state) - state for state in starts])
    longest = np.linalg.norm(moves, axis=1).argmax()
    share = float(np.linalg.norm(tips - starts, axis=1)[longest] / np.linalg.norm(moves[longest]))
    np.testing.assert_allclose(tips - starts, share * moves, atol=1e-12)
    np.testing.assert_array_equal(np.unique(starts[:, 0]), np.linspace(-1, 1, GRID))
    said = [note for note in looked(shown).notes if "rrow" in note]
    assert said == [
        "Each arrow is one step long."
        if share == 1
        else f"Arrows are drawn at {round(100 * share)}\xa0% of their length."
    ]


def test_the_input_at_the_cursor_is_held() -> None:
    arrows = [chart(pair(step=step), "portrait").figure.data[0].x for step in (2, 9)]
    assert not np.array_equal(*arrows, equal_nan=True)


# Fixed points ---------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", [None, CHO])
@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_a_fixed_point_stays_however_often_the_cell_is_run(cell: Any, notation: Any) -> None:
    edits = EDITS if cell == "gru" else "rnn.w_h.hidden.0.0_2.5~rnn.w_h.hidden.1.1_1.5"
    shown = pair(edits=edits, step=3, cell=cell, alongside=beside(cell), notation=notation)
    points = marked(shown)
    assert points["stable"].size
    held = np.repeat(shown.situation.x[[3]], 200, axis=0)
    for kind, states in points.items():
        for state in states:
            np.testing.assert_allclose(stepped(shown, state), state, atol=1e-10)
            if kind == "stable":
                nudged = state + 1e-4
                later = run(shown.situation.weights[cell], held, nudged)["hidden"][-1]
                np.testing.assert_allclose(later, state, atol=1e-6)


def test_between_two_memories_there_is_a_saddle() -> None:
    """A unit that feeds itself has two stable states and one between them that decides."""
    edits = "rnn.w_h.hidden.0.0_2.5~rnn.w_h.hidden.0.1_0~rnn.w_h.hidden.1.0_0~x.3.0_0"
    shown = pair(edits=edits, step=3, cell="rnn", alongside="rnn")
    points = marked(shown)
    assert {kind: len(states) for kind, states in points.items()} == {"stable": 2, "saddle": 1}
    low, high = sorted(points["stable"][:, 0])
    assert low < points["saddle"][0, 0] < high
    said, _ = looked(shown).words
    assert "3 fixed points were found" in said
    size = r"largest \|eigenvalue\|"
    assert re.search(rf": 2 stable, {size} [^;]+; 1 saddle, {size} \S+\.$", said)
    assert (
        looked(shown)
        .notes[0]
        .startswith("Which of the 2 stable ones a state comes to can be a memory")
    )
    looks = [(look, name) for _, look, name in chart(shown, "portrait").key]
    assert looks == [
        *(("solid", "the run"), ("circle", "stable fixed point"), ("diamond", "saddle fixed point"))
    ]


@pytest.mark.parametrize(
    ("radii", "said"),
    [
        ([0.5], "stable, largest |eigenvalue| 0.5"),
        ([0.5, 0.5], "2 stable, largest |eigenvalue| 0.5"),
        ([0.9993, 0.5], "2 stable, largest |eigenvalue| 0.5 and 0.9993"),
        ([0.25, 0.75, 0.5, 0.5], "4 stable, largest |eigenvalue| 0.25 to 0.75"),
        (
            [0.5, 2, 3],
            "1 stable, largest |eigenvalue| 0.5; 2 unstable, largest |eigenvalue| 2 and 3",
        ),
        ([0.5, 1, 1], "1 stable, largest |eigenvalue| 0.5; 2 neutral, largest |eigenvalue| 1"),
    ],
)
def test_fixed_points_of_a_kind_are_counted(radii: list[float], said: str) -> None:
    points = [FixedPoint(np.zeros(1), np.array([radius + 0j]), 0.0) for radius in radii]
    assert said_kinds(points) == said


@pytest.mark.parametrize(
    ("radius", "said"),
    [
        *(
            (0.881, "0.881"),
            (0.9993, "0.9993"),
            (0.99951, "0.9995"),
            (1.0004, "1.0004"),
            (0.994, "0.994"),
        ),
        *((0.9999966789, "0.999997"), (0.9999999999, "0.9999999999"), (1.0094, "1.01")),
        *((1.0, "1"), (1 - 1e-13, "1"), (0.0, "0")),
    ],
)
def test_a_magnitude_that_is_not_one_does_not_read_as_one(radius: float, said: str) -> None:
    assert magnitude(radius) == said


@pytest.mark.parametrize(
    ("radii", "said"),
    [
        (
            [0.5, 2.0],
            "One stable point alone is no memory: states that come to it forget their way.",
        ),
        ([0.5, 0.6], "Which of the 2 stable ones a state comes to can be a memory of what came be"),
        ([2.0, 1.0], ""),
        ([], ""),
    ],
)
def test_a_memory_needs_two_stable_points(radii: list[float], said: str) -> None:
    points = [FixedPoint(np.zeros(1), np.array([radius + 0j]), 0.0) for radius in radii]
    assert about_memory(points).startswith(said)
    assert bool(about_memory(points)) == bool(said)


def test_what_an_eigenvalue_means_is_said_where_there_are_some() -> None:
    notes = looked(pair(edits=EDITS, step=3)).notes
    assert sum(note.startswith("By its eigenvalues one step multiplies") for note in notes) == 1


def test_fixed_points_that_lie_on_each_other_are_said_to() -> None:
    figure = Figure(layout={"xaxis": {"range": [-1, 1]}, "yaxis": {"range": [2, -2]}})
    points = np.array([[0.0, 0.0], [0.05, 0.1], [0.5, 0.0]])
    note = "Marks of some fixed points lie on each other; the eigenvalues list every point."
    assert about_marks({"stable": points[:1], "saddle": points[1:]}, figure) == note
    assert about_marks({"stable": points[1:]}, figure) == about_marks({}, figure) == ""


@pytest.mark.parametrize("cell", CELLS)
def test_the_eigenvalues_are_those_of_the_steps_around_the_point(cell: Any) -> None:
    """Against differences of the core's own steps."""
    shown = pair(edits=EDITS, step=3, cell=cell, alongside=beside(cell))
    sheet = chart(shown, "eigenvalues")
    entries = 4 if cell == "lstm" else 2
    first = sheet.values[:entries]
    assert re.fullmatch(r"point 1 \(\w+\), eigenvalue 1", sheet.rows.names[0])
    found = first[:, 0] + 1j * first[:, 1]
    np.testing.assert_allclose(np.abs(found), first[:, 2])
    assert (np.diff(first[:, 2]) <= 1e-12).all()
    state = settled(shown, entries)
    tiny = 1e-6 * np.eye(entries)
    columns = [(stepped(shown, state + d) - stepped(shown, state - d)) / 2e-6 for d in tiny]
    truth = np.linalg.eigvals(np.stack(columns, axis=1))
    order = [np.lexsort((-values.imag, -values.real)) for values in (found, truth)]
    np.testing.assert_allclose(found[order[0]], truth[order[1]], atol=1e-6)
    assert magnitude(first[0, 2]) in looked(shown).words[0].split(" stable, ")[1].split(";")[0]
    plane = chart(shown, "eigenvalues").figure.data[0]
    np.testing.assert_array_equal(np.stack([plane.x, plane.y], axis=1), first[:, :2])


def settled(shown: Screen, entries: int) -> Array:
    """Where the first stable point of the sheet is, found by running on."""
    state = np.zeros(entries)
    if shown.opened != "lstm":
        state = marked(shown)["stable"][0]
    for _ in range(5000):
        state = stepped(shown, state)
    return state


# What is not drawn ----------------------------------------------------------------------------


@pytest.mark.parametrize("units", [1, 257])
def test_a_plane_needs_two_units_and_no_more_than_can_be_drawn(units: int) -> None:
    own = replace(PAIR, units=units)
    view = looked(screen("phase", scene="own", own=own))
    assert view.words == [f"A plane is drawn for 2 to 256 units, not {units}."]
    assert (list(view.charts), list(view.choices)) == ([], [])


def test_a_layer_too_large_to_be_searched_is_drawn_without_fixed_points_and_says_so() -> None:
    view = looked(screen("phase", scene="reader"))
    assert [one.name for one in view.charts] == ["portrait"]
    assert view.words[0].startswith("The GRU has 256 units; fixed points are looked for in layers")


# Axes -----------------------------------------------------------------------------------------


def test_every_other_unit_can_be_drawn_against_that_of_the_cursor() -> None:
    assert asked(screen("phase", scene="pulse", unit=2)) == [
        *("components", "unit1", "unit2", "unit4")
    ]
    assert asked(pair("")) == ["unit2", "components"], "of two units the pair comes first"
    assert looked(pair("unit1")).chosen == "unit2", "a unit against itself is no plane"


@pytest.mark.parametrize(
    ("cell", "own", "said"),
    [
        ("gru", PAIR, ""),
        ("lstm", PAIR, "The cell states are held at their values at the cursor."),
        ("lstm", replace(PAIR, units=3), "All other units are held at their values at the cursor."),
    ],
)
def test_what_is_not_on_the_axes_is_said_to_be_held(cell: Any, own: Own, said: str) -> None:
    notes = looked(screen("phase", "unit2", scene="own", own=own, unit=0, cell=cell)).notes
    assert [note for note in notes if "at the cursor" in note] == ([said] if said else [])


def test_only_steps_of_the_run_can_be_pointed_at() -> None:
    """The stage takes one row of the table for each point that is not behind."""
    shown = pair()
    before = [trace for trace in chart(shown, "portrait").figure.data if trace.meta != BEHIND]
    assert [len(trace.x) for trace in before] == [len(shown.labels) + 1]
