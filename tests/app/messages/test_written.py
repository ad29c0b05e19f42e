"""What the browser asks is what the server reads: the text of one end, read by the other."""

import json
from typing import Any

import numpy as np
import pytest

from app.figures.weights import joined, segments
from app.session.events import handle
from app.setting.question import GRAMMAR
from app.setting.setting import History
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.conventions import GATES
from gru_core.weights import GRUWeights
from tests.app.node import told

STEPS = 10
SPANS = [(0, 9), (0, 4), (3, 3), (4, 9), (9, 9), (0, 0)]


def written(asked: list[list[Any]]) -> list[Any]:
    return told("written.js", json.dumps(asked).encode())


def held(at: dict[str, Any]) -> Intervention:
    """What the server makes of a place that the stage has sent."""
    outcome = handle(History(), {"kind": "hold", "at": at, "value": 0.5, "live": False})
    assert outcome.problem == ""
    [found] = outcome.history.present.interventions
    return found


@pytest.mark.parametrize("unit", [None, 2])
def test_what_is_held_is_read_as_it_was_chosen(unit: int | None) -> None:
    chosen = [
        {"cell": "gru", "track": "update", "all": unit is None, "first": first, "last": last}
        for first, last in SPANS
    ]
    sent = written([["placeOf", one, 2, STEPS] for one in chosen])
    for at, (first, last) in zip(map(held, sent), SPANS, strict=True):
        assert (at.name, at.unit, at.first) == ("gru.update", unit, first)
        assert (STEPS - 1 if at.last is None else at.last) == last


@pytest.mark.parametrize("open_end", [True, False])
def test_what_is_held_already_is_held_at_the_same_place(open_end: bool) -> None:
    """Else a place could stand in a link twice: once to step 10, once to the end."""
    chosen = {"cell": "lstm", "track": "cell", "all": False, "first": 4, "last": STEPS - 1}
    [at] = written([["placeOf", chosen, 7, STEPS, {"open": open_end}]])
    assert held(at).last == (None if open_end else STEPS - 1)


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_a_question_is_asked_as_a_link_has_it(first: int, last: int) -> None:
    for threshold in (0.0, 0.3, 1.25e-05, 0.123456):
        for begins in (False, True):
            for ends in (False, True):
                asked = {"first": first, "last": last, "threshold": threshold}
                asked |= {"track": "update", "begins": begins, "ends": ends}
                outcome = handle(History(), {"kind": "view", "asked": asked})
                assert outcome.problem == ""
                parts = GRAMMAR.fullmatch(outcome.history.present.of)
                assert parts is not None
                track, start, end, level, conditions = parts.groups(default="")
                assert (track, int(start) - 1, int(end) - 1) == ("update", first, last)
                assert float(level) == threshold
                assert ("b" in conditions, "e" in conditions) == (begins, ends)


@pytest.mark.parametrize(
    "change",
    [
        *({"track": "none"}, {"track": None}, {"first": -1}, {"last": "9"}, {"last": True}),
        *({"threshold": True}, {"threshold": "0.3"}, {"threshold": None}),
    ],
    ids=repr,
)
def test_a_question_that_is_none_changes_nothing(change: dict[str, Any]) -> None:
    asked: Any = {"track": "update", "first": 1, "last": 3, "threshold": 0.3}
    assert handle(History(), {"kind": "view", "asked": asked}).problem == ""
    for bad in (asked | change, [], "update.1-3.0.3", None):
        outcome = handle(History(), {"kind": "view", "asked": bad})
        assert outcome.problem == "That is no question that can be asked; ask again."
        assert outcome.history == History()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_a_cell_of_the_weights_is_the_number_that_is_drawn_there(order: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    shapes = [(3, 3, 2), (3, 3, 3), (3, 3), (3, 3)]
    weights = GRUWeights(*(rng.normal(size=shape) for shape in shapes))
    panel = {
        "cell": "gru",
        "order": order,
        "segments": [
            {"part": one.part, "start": one.start, "size": one.size} for one in segments(weights)
        ],
    }
    for gate in GATES["gru"]:
        drawn = joined(weights, gate, order)
        places = list(np.ndindex(drawn.shape))
        entry = {"kind": "weights", "panel": panel, "gate": gate}
        texts = written([["targetAt", entry, {"row": i, "column": j}] for i, j in places])
        for text, place in zip(texts, places, strict=True):
            target = Target.parse(text)
            assert getattr(weights, target.part)[target.index] == drawn[place]
