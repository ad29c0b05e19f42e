"""Units are ordered by what they did, and gates measured by how open they were."""

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.behaviour import measured_gate, order_by_keep, order_by_peak
from gru_core.conventions import TRACKS
from gru_core.errors import UnknownNameError


def a_trace(cell, **tracks):
    zeros = np.zeros((3, 4))
    filled = {name: np.array(tracks.get(name, zeros), float) for name in TRACKS[cell]}
    states = (np.zeros(4),) * (2 if cell == "lstm" else 1)
    return Trace(cell, np.zeros((3, 1)), states, filled)


@pytest.mark.parametrize(("cell", "gate"), [("gru", "update"), ("lstm", "forget")])
def test_the_most_keeping_unit_comes_first_and_equals_stay_in_order(cell, gate) -> None:
    trace = a_trace(cell, **{gate: [[0.2, 0.9, 0.2, 0.5]] * 3})
    assert order_by_keep(trace).tolist() == [1, 3, 0, 2]


def test_the_earliest_peak_comes_first_whatever_its_sign() -> None:
    hidden = [[0.1, 0.0, 0.3, 0.0], [0.2, -0.9, 0.2, 0.0], [0.9, 0.1, -0.1, 0.1]]
    assert order_by_peak(a_trace("rnn", hidden=hidden)).tolist() == [2, 1, 0, 3]


def test_a_plain_rnn_has_no_gate_to_order_by(make_layer, x) -> None:
    with pytest.raises(UnknownNameError, match="choose one of: gru, lstm"):
        order_by_keep(run(make_layer("rnn"), x))


def test_a_gate_is_measured_over_all_steps_and_units() -> None:
    update = [[0.0, 0.2, 0.4, 0.6], [0.8, 1.0, 0.8, 0.6], [0.4, 0.2, 0.0, 1.0]]
    means = measured_gate(a_trace("gru", update=update, reset=np.ones((3, 4)), candidate=update))
    assert means == {"reset": 1.0, "update": pytest.approx(0.5)}


def test_only_sigmoid_gates_are_measured_and_a_plain_rnn_has_none() -> None:
    assert list(measured_gate(a_trace("lstm"))) == ["input", "forget", "output"]
    assert measured_gate(a_trace("rnn")) == {}
