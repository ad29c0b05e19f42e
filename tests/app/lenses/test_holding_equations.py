"""While something is held: every equation says so at its steps, and all their numbers agree.

The equation of what is held comes to what it would have been; every other one uses what it is.
"""

from typing import Any

import numpy as np
import pytest

from app.lenses.wiring import held_texts, inner, substeps
from app.messages.cell_numbers import inside_content, named
from app.screen.screen import Screen
from app.words.numbers import number
from gru_core.analysis.inside import inside
from gru_core.conventions import CHO, CHUNG, SIGMOID_TRACKS, TRACKS, Notation
from gru_core.scenes.own import Own
from tests.app.figures.test_equations import sides, worth
from tests.app.lensing import screen

OWN = Own(source="noise", steps=14, units=3)
FIRST, LAST = 4, 9  # of a span, counted from 0
PLACES = [(cell, track) for cell, tracks in TRACKS.items() for track in tracks]
CLOSE = 1e-12


def value_of(track: str) -> float:
    return 0.25 if track in SIGMOID_TRACKS else -0.5


def holding(cell: Any, track: str, unit: str, span: str, notation: Notation | None) -> Screen:
    held = f"{cell}.{track}.{unit}.{span}_{value_of(track)}"
    beside = "rnn" if cell == "rnn" else "lstm"
    return screen("cell", "", "", held, scene="own", own=OWN, cell=cell, alongside=beside,
                  notation=notation, unit=1)  # fmt: skip


def at(shown: Screen, unit: int, step: int) -> dict[str, Any]:
    """The numbers of the equations of one unit at one step, which the page has in 32 bits."""
    cell = shown.opened
    weights, trace = shown.situation.weights[cell], shown.traces[cell]
    numbers = named(shown, inside(weights, trace, unit, shown.notation.polarity))
    content = inside_content(shown, cell)
    row = content["units"].index(unit)
    for name, array in numbers.items():
        np.testing.assert_array_equal(content["series"][name][row], array.astype(np.float32))
    return {name: array[step] for name, array in numbers.items()}


def as_written(shown: Screen, track: str) -> float:
    """The value as the notation on screen has it."""
    writes = shown.notation.polarity == "write"
    return 1 - value_of(track) if writes and track == "update" else value_of(track)


@pytest.mark.sampled(24)
@pytest.mark.parametrize("notation", [None, CHO, CHUNG], ids=["own", "Cho", "Chung"])
@pytest.mark.parametrize("span", ["all", f"{FIRST}-{LAST}"])
@pytest.mark.parametrize("unit", ["all", "1"])
@pytest.mark.parametrize(("cell", "track"), PLACES)
def test_equations_say_what_is_held_where_it_is_and_their_numbers_agree(
    cell: Any, track: str, unit: str, span: str, notation: Notation | None
) -> None:
    shown = holding(cell, track, unit, span, notation)
    for seen, step in ((1, 0), (1, FIRST - 1), (1, FIRST), (1, LAST), (1, LAST + 1), (2, FIRST)):
        there = (span == "all" or FIRST <= step <= LAST) and unit in ("all", str(seen))
        given = at(shown, seen, step)
        for substep in substeps(shown):
            quantity = substep.quantity
            is_held = there and quantity == track
            assert given[f"{quantity}.held"] == is_held
            free = {quantity: given[f"{quantity}.free"]} if is_held else {}
            for line in substep.lines:
                lookup = given | free
                found = [worth(one, lookup) for nodes in line.numbers for one in sides(nodes)]
                np.testing.assert_allclose(found, found[-1], rtol=0, atol=CLOSE)
            assert found[-1] == pytest.approx(given[f"{quantity}.free"], abs=CLOSE)
            if is_held:
                assert given[quantity] == pytest.approx(as_written(shown, track), abs=CLOSE)
                assert abs(found[-1] - given[quantity]) > 1e-6, "free it is something else"
            else:
                assert given[quantity] == given[f"{quantity}.free"]


@pytest.mark.parametrize("notation", [None, CHUNG], ids=["own", "Chung"])
@pytest.mark.parametrize(("cell", "track"), PLACES)
def test_a_note_says_what_is_held_over_which_steps_and_at_which_value(
    cell: Any, track: str, notation: Notation | None
) -> None:
    for unit, who in (("all", "every unit"), ("1", "unit 2")):
        for span, steps in (("all", "steps 1 to 14"), (f"{FIRST}-{LAST}", "steps 5 to 10"),
                            (f"{LAST}", "step 10")):  # fmt: skip
            shown = holding(cell, track, unit, span, notation)
            [said] = held_texts(shown)
            assert said.endswith(f" of {who}, {steps}, held at {number(as_written(shown, track))}")
            assert inner(shown)["notes"][0] == f"{said}."


def test_of_two_that_hold_the_same_number_the_equation_has_the_last() -> None:
    held = "gru.update.all.all_0.25~gru.update.1.6-8_0.75"
    shown = screen("cell", "", "", held, scene="own", own=OWN)
    found = [at(shown, 1, step)["update"] for step in (5, 6, 8, 9)]
    assert found == [0.25, 0.75, 0.75, 0.25]
    assert len(held_texts(shown)) == 2
