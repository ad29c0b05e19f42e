"""The plane of states: what is held there, what comes later, what is kept, and which axes."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import app.screen.plane as kept
from app.compute.background import Later, Soon
from app.compute.store import STORE, Shelf, Store
from app.lenses.phase import GRID
from app.screen.plane import Found
from app.screen.screen import Screen
from gru_core import run
from gru_core.arrays import Array
from gru_core.conventions import CELLS, STATES
from tests.app.lenses.test_lens_phase import EDITS, PAIR, beside, marked
from tests.app.lensing import chart, looked, message_of, screen
from tests.app.visiting import Visit

SEARCHED = "fixed points are being looked for …"


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Store:
    """No search has been made yet."""
    points: Shelf[Found] = Shelf("fixed points", Store(STORE.most))
    monkeypatch.setattr(kept, "_points", points)
    monkeypatch.setattr(kept, "_principal", Shelf("planes", Store(STORE.most)))
    monkeypatch.setattr(kept, "_searches", Later(points, "testing"))
    return points.store


def holding(held: str, step: int = 3, **setting: Any) -> Screen:
    """Two units, and something held."""
    cell = setting.get("cell", "gru")
    about = {"scene": "own", "own": PAIR, "unit": 0, "alongside": beside(cell), "step": step}
    return screen("phase", "unit2", EDITS, held, **(about | setting))


def stepped(shown: Screen, state: Array) -> Array:
    """Where the step at the cursor takes a state, (entry,), with what is held there."""
    cell = shown.opened
    names = STATES[cell]
    here = [one.within(shown.step, shown.step + 1) for one in shown.situation.held(cell)]
    trace = run(
        shown.situation.weights[cell],
        shown.situation.x[[shown.step]],
        tuple(np.split(state, len(names))),
        interventions=[one for one in here if one is not None],
    )
    return np.concatenate([trace[name][0] for name in names])


def arrows(shown: Screen) -> tuple[Array, Array]:
    """Where they start, (arrow, 2), and the directions in which they point, of any length."""
    drawn = chart(shown, "portrait").figure.data[0]
    ends = np.stack([drawn.x, drawn.y], axis=1).reshape(GRID**2, 6, 2)
    return ends[:, 0], ends[:, 1] - ends[:, 0]


# Held -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [
        "gru.update.all.all_0.5",
        "gru.reset.1.2-5_0.0",
        "gru.candidate.0.3_0.9",
        "gru.hidden.1.0-end_0.25",
        "gru.update.all.all_0.5~gru.update.0.3-4_0.9",
    ],
)
def test_arrows_and_fixed_points_are_those_of_the_cell_as_it_is_held(held: str) -> None:
    shown = holding(held)
    starts, moves = arrows(shown)
    truth = np.array([stepped(shown, state) - state for state in starts])
    longest = np.linalg.norm(truth, axis=1).argmax()
    share = np.linalg.norm(moves[longest]) / np.linalg.norm(truth[longest])
    np.testing.assert_allclose(moves, share * truth, atol=1e-12)
    points = marked(shown)
    assert points
    for states in points.values():
        for state in states:
            np.testing.assert_allclose(stepped(shown, state), state, atol=1e-10)
    said = "Arrows and fixed points are of the cell as it is held at step 4."
    assert said in looked(shown).notes


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ("lstm", "lstm.forget.0.all_0.9"),
        ("lstm", "lstm.hidden.1.3_0.5"),
        ("rnn", "rnn.hidden.1.all_0.5"),
    ],
)
def test_in_the_other_cells_too(cell: str, held: str) -> None:
    shown, free = holding(held, cell=cell), holding("", cell=cell)
    assert chart(shown, "eigenvalues").values.tolist() != chart(free, "eigenvalues").values.tolist()
    assert "fixed point was found" in looked(shown).words[0]


def test_outside_its_span_nothing_is_held_and_the_page_says_so() -> None:
    shown, free = holding("gru.update.all.2-4_0.5", step=7), holding("", step=7)
    for ours, its in zip(arrows(shown), arrows(free), strict=True):
        np.testing.assert_array_equal(ours, its)
    said = "Nothing is held at step 8: arrows and fixed points are of the free cell."
    assert said in looked(shown).notes
    assert not any("held at step" in note for note in looked(free).notes)
    other = looked(holding("gru.update.all.all_0.5", cell="lstm"))
    assert not any("as it is held" in note for note in other.notes)


def test_arrows_of_a_held_state_lead_to_its_value() -> None:
    shown = holding("gru.hidden.1.all_0.25")
    starts, moves = arrows(shown)
    upward = 0.25 - starts[:, 1]
    np.testing.assert_array_equal(np.sign(np.round(moves[:, 1], 12)), np.sign(np.round(upward, 12)))
    for points in marked(shown).values():
        np.testing.assert_array_equal(points[:, 1], 0.25)


def test_where_every_state_stays_no_point_is_picked_out() -> None:
    shown = holding("gru.update.all.all_1.0")
    view = looked(shown)
    assert [one.name for one in view.charts] == ["portrait"]
    assert view.words[:-1] == [
        "Every unit of the GRU is held where it only keeps: whatever it has stays, so that no "
        "single state is a fixed point; hold its gates elsewhere."
    ]
    assert not arrows(shown)[1].any()


# Later ----------------------------------------------------------------------------------------


def test_arrows_are_there_before_fixed_points_are_found(
    nothing_kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited, found = threading.Event(), kept.fixed_points

    def slow(*about: Any, **more: Any) -> Any:
        assert waited.wait(30)
        return found(*about, **more)

    monkeypatch.setattr(kept, "fixed_points", slow)
    monkeypatch.setattr("app.compute.background.PATIENCE", 0.01)
    shown = holding("")
    first = looked(shown)
    assert [one.name for one in first.charts] == ["portrait"]
    assert first.words[:1] == [f"With the input of step 4 held, {SEARCHED}"]
    assert message_of(shown)["waiting"]
    waited.set()
    end = time.monotonic() + 30
    while looked(shown).waiting and time.monotonic() < end:
        time.sleep(0.01)
    then = looked(shown)
    assert [one.name for one in then.charts] == ["portrait", "eigenvalues"]
    assert "found from" in then.words[0]
    np.testing.assert_array_equal(arrows(shown)[1], arrows(holding(""))[1])


def test_what_a_search_needs_is_fetched_for_whoever_opens_the_page(
    visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    soon = Soon(done.set, seconds=0.01)
    monkeypatch.setattr(kept, "LIBRARY", soon)
    visit(scene="pulse")
    assert done.wait(30)


# Kept -----------------------------------------------------------------------------------------


def test_a_screen_seen_before_searches_and_decomposes_nothing(
    nothing_kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"scene": "own", "own": replace(PAIR, units=3), "step": 2}
    before = looked(screen("phase", "components", **about))
    for name in ("fixed_points", "components"):
        monkeypatch.setattr(kept, name, None)
    again = looked(screen("phase", "components", **about))
    assert again.words == before.words
    for one, other in zip(before.charts, again.charts, strict=True):
        assert one.figure.checked == other.figure.checked
    looked(screen("phase", "unit2", **about))  # other axes: the points are the same


@pytest.mark.parametrize(
    "change",
    [
        {"step": 5},
        {"edits": "gru.w_h.update.0.0_0.5"},
        {"edits": "x.9.0_0.5"},
        {"held": "gru.update.0.2_0.5"},
        {"engine": "torch"},
        {"cell": "lstm"},
    ],
)
def test_what_changes_the_points_or_their_starts_is_searched_anew(
    nothing_kept: Store, change: dict[str, Any]
) -> None:
    about: dict[str, Any] = {"scene": "own", "own": PAIR, "step": 2}
    looked(screen("phase", "unit2", **about))
    assert len(nothing_kept) == 1
    looked(screen("phase", "unit2", **(about | change)))
    assert len(nothing_kept) == 2


def test_steps_of_equal_input_are_searched_once(nothing_kept: Store) -> None:
    edits = "x.2.0_0.5~x.6.0_0.5"
    for step in (2, 6):
        looked(screen("phase", "unit2", edits, scene="own", own=PAIR, step=step))
    assert len(nothing_kept) == 1


# Axes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_the_unit_of_the_cursor_is_drawn_against_its_neighbour_and_the_page_says_so(
    cell: str,
) -> None:
    for unit, chosen, said in (
        (2, "unit4", "The cursor is at unit 3 itself, which is drawn against unit 4."),
        (3, "unit3", "The cursor is at unit 4 itself, which is drawn against unit 3."),
    ):
        shown = screen("phase", f"unit{unit + 1}", scene="pulse", unit=unit, cell=cell,
                       alongside=beside(cell))  # fmt: skip
        view = looked(shown)
        assert view.chosen == chosen
        assert view.words[1:-1] == [said]
        names = chart(shown, "portrait").columns.names
        assert names == (f"h{'₁₂₃₄'[unit]}", f"h{'₁₂₃₄'[int(chosen[-1]) - 1]}")
    back = looked(
        screen("phase", "unit3", scene="pulse", unit=0, cell=cell, alongside=beside(cell))
    )
    assert (back.chosen, len(back.words)) == ("unit3", 2), "moved on, the pair is what was chosen"


def test_of_two_units_there_is_nothing_to_say() -> None:
    view = looked(screen("phase", "unit1", scene="own", own=PAIR, unit=0))
    assert (view.chosen, len(view.words)) == ("unit2", 2)


def test_a_unit_that_is_not_there_is_named() -> None:
    view = looked(screen("phase", "unit9", scene="pulse", unit=0))
    assert view.chosen == "components"
    assert view.words[1:-1] == ["There is no unit 9 to draw: this layer has 4."]
    assert len(looked(screen("phase", "nonsense", scene="pulse", unit=0)).words) == 2
