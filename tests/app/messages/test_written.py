"""What the browser asks is what the server reads: the text of one end, read by the other."""

import json
from typing import Any

import numpy as np
import pytest

from app.figures.weights import joined, segments
from app.lenses.question import GRAMMAR, Question
from gru_core.analysis.patterns import Span
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.conventions import GATES
from gru_core.weights import GRUWeights
from tests.app.node import told

STEPS = 10
SPANS = [(0, 9), (0, 4), (3, 3), (4, 9), (9, 9), (0, 0)]


def written(asked: list[list[Any]]) -> list[str]:
    return told("written.js", json.dumps(asked).encode())


@pytest.mark.parametrize("unit", [None, 2])
def test_what_is_held_is_read_as_it_was_chosen(unit: int | None) -> None:
    chosen = [
        {"cell": "gru", "track": "update", "all": unit is None, "first": first, "last": last}
        for first, last in SPANS
    ]
    texts = written([["placeText", one, 2, STEPS] for one in chosen])
    for text, (first, last) in zip(texts, SPANS, strict=True):
        held = Intervention.parse(f"{text}_0.5")
        assert (held.name, held.unit, held.first) == ("gru.update", unit, first)
        assert (STEPS - 1 if held.last is None else held.last) == last


def test_a_place_that_is_read_is_written_the_same() -> None:
    """Else a place could stand in a link twice."""
    chosen = {"cell": "lstm", "track": "cell", "all": False}
    asked = [
        ["placeText", {**chosen, "first": first, "last": last}, 7, STEPS] for first, last in SPANS
    ]
    for text in written(asked):
        assert Intervention.parse(f"{text}_0.5").place == text


def test_a_question_is_written_as_the_server_writes_it() -> None:
    questions = [
        Question("update", Span(first, last), threshold, begins, ends)
        for first, last in SPANS
        for threshold in (0.0, 0.3, 1.25e-05, 0.123456)
        for begins in (False, True)
        for ends in (False, True)
    ]
    asked = [
        {
            "track": one.track,
            "first": one.span.first,
            "last": one.span.last,
            "threshold": one.threshold,
            "begins": one.begins,
            "ends": one.ends,
        }
        for one in questions
    ]
    texts = written([["questionText", one] for one in asked])
    for text, question in zip(texts, questions, strict=True):
        parts = GRAMMAR.fullmatch(text)
        assert parts is not None
        track, first, last, threshold, conditions = parts.groups(default="")
        assert (
            Question(
                track,
                Span(int(first) - 1, int(last) - 1),
                float(threshold),
                "b" in conditions,
                "e" in conditions,
            )
            == question
        )


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
