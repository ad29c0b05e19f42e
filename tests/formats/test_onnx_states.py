"""What a node begins with and how long it runs: peepholes, lengths and initial states."""

import numpy as np
import pytest
from onnx import helper, numpy_helper

from gru_core.errors import FormatError
from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from tests.formats.onnx_making import (
    constant,
    direction,
    make_model,
    only,
    put_before,
    read,
)

PEEPHOLES = ("X", "W", "R", "B", "", "", "", "P")


def test_peepholes_are_refused_unless_all_are_zero() -> None:
    zeros = np.zeros((1, 15), np.float32)
    assert only(make_model("LSTM", inputs=PEEPHOLES, arrays={"P": zeros})).cell == "lstm"
    zeros[0, 7] = 0.1
    with pytest.raises(FormatError, match=r"LSTM 'one' has peephole weights \(input P, 'P'\)"):
        read(make_model("LSTM", inputs=PEEPHOLES, arrays={"P": zeros}))
    with pytest.raises(FormatError, match="peephole"):
        read(make_model("LSTM", inputs=PEEPHOLES))


LENGTHS = ("X", "W", "R", "B", "lens")


def test_lengths_from_outside_are_noted() -> None:
    assert only(make_model("GRU", inputs=LENGTHS)).notes == (
        "The lengths of the sequences are not fixed ('lens' is an input of the model): here each "
        "sequence is read whole, or as far as you say.",
    )


def test_fixed_lengths_end_the_sequence_if_equal_and_else_are_refused() -> None:
    same = {"lens": np.array([4, 4], np.int32)}
    entry = only(make_model("GRU", inputs=LENGTHS, arrays=same))
    assert entry.notes == ("The model reads the first 4 steps of each sequence.",)
    ready = answered(entry, {})
    assert run_ready(ready, np.ones((4, 3), np.float32)).output.shape == (4, 5)
    longer = run_ready(ready, np.ones((6, 3), np.float32))
    assert longer.read is not None
    assert longer.read.tolist() == [True] * 4 + [False] * 2
    assert (longer.output[4:] == 0).all()
    track = longer.layers[0]["forward"]
    np.testing.assert_array_equal(track["hidden"][4:], track["hidden"][[3, 3]])
    assert np.isnan(track["update"][4:]).all()
    mixed = {"lens": np.array([4, 2], np.int32)}
    with pytest.raises(FormatError, match="fixed lengths 2, 4; only whole sequences are read"):
        read(make_model("GRU", inputs=LENGTHS, arrays=mixed))


STARTS = ("X", "W", "R", "B", "", "h0", "c0")


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
def test_initial_states_are_those_of_each_direction(batch_first, batch) -> None:
    rng = np.random.default_rng(3)
    states = {name: rng.normal(size=(2, 1, 5)).astype(np.float32) for name in ("h0", "c0")}
    stored = {name: state.repeat(batch, 1) for name, state in states.items()}
    if batch_first:
        stored = {name: state.swapaxes(0, 1) for name, state in stored.items()}
    layout = {"layout": 1} if batch_first else {}
    model = make_model("LSTM", inputs=STARTS, arrays=stored, direction="bidirectional", **layout)
    entry = only(model)
    for at, one in enumerate(entry.layers[0]):
        np.testing.assert_array_equal(one.initial[0], states["h0"][at, 0])
        np.testing.assert_array_equal(one.initial[1], states["c0"][at, 0])
    shape = "The model gives it sequences as (batch, step, input)."
    assert entry.notes == ((shape,) if batch_first else ())


def test_a_missing_cell_state_is_zero_beside_a_given_hidden_one() -> None:
    h0 = np.ones((1, 1, 5), np.float32)
    one = direction(make_model("LSTM", inputs=STARTS[:6], arrays={"h0": h0}))
    assert [state.tolist() for state in one.initial] == [[1.0] * 5, [0.0] * 5]


def test_zeros_are_no_initial_state() -> None:
    zeros = {"h0": np.zeros((1, 1, 5), np.float32)}
    assert direction(make_model("GRU", inputs=STARTS[:6], arrays=zeros)).initial == ()


def test_initial_states_from_outside_are_noted() -> None:
    entry = only(make_model("LSTM", inputs=STARTS))
    assert entry.layers[0][0].initial == ()
    assert [note.split(" (")[0] for note in entry.notes] == [
        "Its initial hidden state is not in the file",
        "Its initial cell state is not in the file",
    ]


def test_initial_states_that_differ_along_the_batch_are_refused() -> None:
    rows = np.arange(10, dtype=np.float32).reshape(1, 2, 5)
    with pytest.raises(
        FormatError, match=r"'h0', an initial state .* differs along the batch of 2"
    ):
        read(make_model("GRU", inputs=STARTS[:6], arrays={"h0": rows}))
    short = np.ones((1, 1, 4), np.float32)
    with pytest.raises(FormatError, match=r"has shape \(1, 1, 4\); it needs \(1, 1, 5\)"):
        read(make_model("GRU", inputs=STARTS[:6], arrays={"h0": short}))


def filled(value):
    """What torch.onnx.export writes for zeros: the batch is taken from the shape of x."""
    return [
        helper.make_node("Shape", ["X"], ["shape"]),
        constant("one", [1]),
        helper.make_node("Gather", ["shape", "one"], ["batch"]),
        helper.make_node("Concat", ["one", "batch", "units"], ["size"], axis=0),
        helper.make_node(
            "ConstantOfShape",
            ["size"],
            ["full"],
            value=numpy_helper.from_array(np.array([value], np.float32)),
        ),
        helper.make_node("Identity", ["full"], ["start"]),
    ]


@pytest.mark.parametrize("value", [0.0, 0.25])
def test_a_state_full_of_one_number_is_read_though_its_batch_is_open(value) -> None:
    model = make_model("GRU", inputs=STARTS[:6], arrays={"units": np.array([5])})
    entry = only(put_before(model, 5, *filled(value)))
    assert entry.notes == ()
    assert [state.tolist() for state in entry.layers[0][0].initial] == (
        [[value] * 5] if value else []
    )


def test_a_learned_state_that_is_repeated_for_a_batch_is_read() -> None:
    start = np.random.default_rng(1).normal(size=(1, 1, 5)).astype(np.float32)
    model = make_model("GRU", inputs=STARTS[:6], arrays={"start": start})
    model.graph.initializer.append(numpy_helper.from_array(start, "start"))
    nodes = [*filled(0.0)[:4], helper.make_node("Expand", ["start", "size"], ["h"])]
    np.testing.assert_array_equal(direction(put_before(model, 5, *nodes)).initial[0], start[0, 0])
