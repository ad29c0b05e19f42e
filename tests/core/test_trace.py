"""A trace answers by name, cannot be written, and knows what came before each step."""

import copy
import pickle

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.conventions import TRACKS
from gru_core.errors import ShapeError, UnknownNameError
from gru_core.run import run_backward


def test_a_trace_is_a_mapping_of_its_tracks(layer, x) -> None:
    trace = run(layer, x)
    assert tuple(trace) == TRACKS[layer.cell]
    assert len(trace) == len(TRACKS[layer.cell])
    assert (trace.steps, trace.units, trace.dtype) == (7, 4, np.float64)
    assert all(track.shape == (7, 4) and track.flags.c_contiguous for track in trace.values())


def test_a_missing_track_is_answered_with_those_that_exist(gru, x) -> None:
    trace = run(gru, x)
    with pytest.raises(UnknownNameError) as caught:
        trace["forget"]
    assert str(caught.value) == (
        "GRU track 'forget' does not exist; choose one of: reset, update, candidate, hidden."
    )
    assert "forget" not in trace
    assert trace.get("forget") is None


@pytest.mark.parametrize(
    "remake", [lambda t: t, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_nothing_in_a_trace_can_be_written(layer, x, remake) -> None:
    trace = remake(run(layer, x))
    for array in (*trace.values(), trace.x, *trace.initial, trace.previous("hidden")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        trace.tracks["hidden"] = trace.x


def test_a_trace_does_not_follow_the_callers_array(gru, x) -> None:
    trace = run(gru, x)
    x[:] = 0
    assert trace.x.any()


def test_previous_is_the_state_each_step_started_from(layer, x, start) -> None:
    trace = run(layer, x, start)
    for name, first in zip(("hidden", "cell"), start, strict=False):
        np.testing.assert_array_equal(trace.previous(name)[0], first)
        np.testing.assert_array_equal(trace.previous(name)[1:], trace[name][:-1])


def test_a_backward_trace_started_each_step_from_the_one_after(layer, x, start) -> None:
    trace = run_backward(layer, x, start)
    np.testing.assert_array_equal(trace.previous()[-1], start[0])
    np.testing.assert_array_equal(trace.previous()[:-1], trace["hidden"][1:])


def test_previous_refuses_what_is_not_a_state(gru, x) -> None:
    with pytest.raises(UnknownNameError, match=r"state of the GRU 'update' .* one of: hidden"):
        run(gru, x).previous("update")


def test_a_trace_with_tracks_of_another_cell_cannot_be_made(gru, x) -> None:
    trace = run(gru, x)
    with pytest.raises(ShapeError, match="a trace of the RNN got the tracks reset, update"):
        Trace("rnn", trace.x, trace.initial, trace.tracks)
