"""Files of PyTorch run as PyTorch runs them, and the framework itself proves it."""

import itertools

import numpy as np
import pytest
import safetensors.torch
import torch

from gru_core.conventions import STATES, TOLERANCE
from gru_core.errors import FormatError, ShapeError, UnknownNameError
from gru_core.formats.answers import answered
from gru_core.formats.pytorch import check
from gru_core.formats.pytorch import file as pytorch
from gru_core.formats.running import initials_of, run_ready
from gru_core.formats.safetensors import file as safetensors_file
from gru_core.formats.tracing import trace_arrays
from gru_core.run import run_layers
from gru_core.weights import PARTS, WEIGHTS
from tests.formats.torch_files import CELLS, LAYERS, filled, legacy, saved

STEPS, INPUTS, UNITS = 60, 3, 5
READERS = {
    "pt": (saved, pytorch.read),
    "safetensors": (safetensors.torch.save, safetensors_file.read),
}


def sequence(dtype=np.float64, inputs=INPUTS):
    return np.random.default_rng(1).normal(scale=3, size=(STEPS, inputs)).astype(dtype)


def output(module, x, states=None):
    with torch.inference_mode():
        return module(torch.as_tensor(x), states)[0].numpy()


def stack(entry):
    """The layers as run_layers takes them."""
    made = [
        tuple(WEIGHTS[entry.cell](d.w_x, d.w_h, d.b_x, d.b_h) for d in pair)
        for pair in entry.layers
    ]
    return [pair if len(pair) > 1 else pair[0] for pair in made]


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("cell", "layers", "both", "bias"),
    list(itertools.product(LAYERS, [1, 2], [False, True], [True, False])),
)
def test_every_layer_runs_as_in_torch(cell, layers, both, bias, dtype, kind) -> None:
    options = {"num_layers": layers, "bidirectional": both, "bias": bias, "dtype": dtype}
    module = filled(LAYERS[cell](INPUTS, UNITS, **options))
    write, read = READERS[kind]
    [entry] = read(write(module.state_dict()), "model").entries
    assert (entry.cell, entry.biases) == (cell, 2 * bias)
    x = sequence(str(dtype).removeprefix("torch."))
    ours, theirs = run_layers(stack(entry), x).output, output(module, x)
    tolerance = TOLERANCE[theirs.dtype]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
    assert np.abs(theirs).max() > 1000 * tolerance


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_any_two_gates_in_the_wrong_order_would_be_noticed(cell) -> None:
    """Where it is hardest to see: in the second layer, without biases, in float32."""
    module = filled(LAYERS[cell](INPUTS, UNITS, num_layers=2, bias=False))
    low, high = stack(pytorch.read(saved(module.state_dict()), "model").entries[0])
    theirs = output(module, sequence(np.float32))
    gates = range(len(high.gates))
    for first, second in itertools.combinations(gates, 2):
        order = [{first: second, second: first}.get(gate, gate) for gate in gates]
        wrong = WEIGHTS[cell](*(getattr(high, part)[order] for part in PARTS))
        ours = run_layers([low, wrong], sequence(np.float32)).output
        assert np.abs(ours - theirs).max() > 10 * TOLERANCE[theirs.dtype]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("cell", LAYERS)
def test_half_precision_runs_as_its_numbers_do_in_float32(cell, dtype) -> None:
    module = filled(LAYERS[cell](INPUTS, UNITS)).to(dtype)
    [entry] = pytorch.read(saved(module.state_dict()), "model").entries
    ours = run_layers(stack(entry), sequence(np.float32)).output
    theirs = output(module.float(), sequence(np.float32))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_runs_as_in_torch(cell) -> None:
    module = filled(CELLS[cell](INPUTS, UNITS, dtype=torch.float64))
    [entry] = pytorch.read(saved(module.state_dict()), "model").entries
    state, hidden = None, []
    with torch.inference_mode():
        for step in torch.as_tensor(sequence()):
            state = module(step, state)
            hidden.append((state[0] if cell == "lstm" else state).numpy())
    ours = run_layers(stack(entry), sequence()).output
    np.testing.assert_allclose(ours, hidden, rtol=0, atol=1e-12)


def model():
    """Layers of every kind, in float64."""
    layers = {
        "gru": torch.nn.GRU(INPUTS, UNITS, 2, bidirectional=True),
        "lstm": torch.nn.LSTM(INPUTS, UNITS, 2, bias=False),
        "rnn": torch.nn.RNN(INPUTS, UNITS, nonlinearity="relu"),
        "gru_cell": torch.nn.GRUCell(INPUTS, UNITS),
        "lstm_cell": torch.nn.LSTMCell(INPUTS, UNITS),
        "rnn_cell": torch.nn.RNNCell(INPUTS, UNITS, nonlinearity="relu"),
    }
    return filled(torch.nn.ModuleDict(layers)).double()


@pytest.mark.parametrize("write", [saved, legacy, safetensors.torch.save])
@pytest.mark.parametrize("name", ["gru", "lstm", "rnn", "gru_cell", "lstm_cell", "rnn_cell"])
def test_torch_itself_proves_a_file_right(name, write) -> None:
    data = write(model().state_dict())
    read = safetensors_file.read if write is safetensors.torch.save else pytorch.read
    entry = next(entry for entry in read(data, "a.pt").entries if entry.name == name)
    answers = {"state_activation": "relu"} if entry.cell == "rnn" else {}
    ready = answered(entry, answers)
    count = sum(len(layer) for layer in entry.layers)
    states = np.random.default_rng(2).normal(size=(2, count, UNITS))[: len(STATES[entry.cell])]
    given = dict(zip(STATES[entry.cell], states, strict=True))
    ours = run_ready(ready, sequence(), initials_of(ready, given)).output
    theirs = check.check_against_torch(data, "a.pt", name, sequence(), tuple(states), **answers)
    assert theirs.shape == (STEPS, UNITS * len(entry.layers[-1]))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    zeros = check.check_against_torch(data, "a.pt", name, sequence(), **answers)
    np.testing.assert_allclose(run_ready(ready, sequence()).output, zeros, rtol=0, atol=1e-12)


def test_the_proof_is_what_torch_gives() -> None:
    """And so it owes nothing to how we order gates."""
    made = model()
    states = {"epoch": 1, "a": {"net": made.state_dict()}, "b": {"net": model().state_dict()}}
    theirs = check.check_against_torch(saved(states), "a.pt", "a.net.lstm", sequence())
    np.testing.assert_array_equal(theirs, output(made["lstm"], sequence()))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_the_proof_of_half_precision_is_in_float32(dtype) -> None:
    module = filled(torch.nn.GRU(INPUTS, UNITS)).to(dtype)
    data = saved(module.state_dict())
    theirs = check.check_against_torch(data, "a.pt", "(top)", sequence())
    [entry] = pytorch.read(data, "a.pt").entries
    ours = run_ready(answered(entry, {}), sequence()).output
    assert theirs.dtype == ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_what_cannot_be_proven_is_refused() -> None:
    data = saved(model().state_dict())

    def checked(name="gru", x=None, initial=None, data=data, **more):
        x = sequence() if x is None else x
        return check.check_against_torch(data, "a.pt", name, x, initial, **more)

    with pytest.raises(
        UnknownNameError, match=r"layer 'decoder' does not exist; choose one of: gr"
    ):
        checked("decoder")
    with pytest.raises(ShapeError, match="these weights take 3 inputs"):
        checked(x=sequence(inputs=4))
    with pytest.raises(ShapeError, match=r"it needs hidden, of \[\(4, 5\)\]"):
        checked(initial=np.zeros((2, UNITS)))
    with pytest.raises(ShapeError, match=r"it needs hidden, cell, of \[\(2, 5\), \(2, 5\)\]"):
        checked("lstm", initial=np.zeros((2, UNITS)))
    with pytest.raises(UnknownNameError, match=r"torch\.nn\.GRU has tanh alone, and not 'relu'"):
        checked(state_activation="relu")
    with pytest.raises(FormatError, match=r"does not end in its directory|cannot be opened"):
        checked(data=data[:-100])


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_a_batch_runs_as_in_torch(cell) -> None:
    module = filled(LAYERS[cell](INPUTS, UNITS, 2, bidirectional=True, dtype=torch.float64))
    [entry] = pytorch.read(saved(module.state_dict()), "model").entries
    x = np.random.default_rng(1).normal(size=(STEPS, 20, INPUTS))
    made = trace_arrays(answered(entry, {}), x)
    np.testing.assert_allclose(made["output"], output(module, x), rtol=0, atol=1e-12)
    lengths = np.random.default_rng(2).integers(1, STEPS, 20)
    mask = np.arange(STEPS)[:, np.newaxis] < lengths
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.as_tensor(x), lengths, enforce_sorted=False
    )
    with torch.inference_mode():
        theirs, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], total_length=STEPS)
    made = trace_arrays(answered(entry, {}), x, None, mask)
    np.testing.assert_allclose(made["output"], theirs.numpy(), rtol=0, atol=1e-12)


def test_a_large_batch_in_float32_is_that_of_torch_in_every_row() -> None:
    module = filled(torch.nn.LSTM(INPUTS, 16, 2, bidirectional=True))
    [entry] = pytorch.read(saved(module.state_dict()), "model").entries
    x = np.random.default_rng(1).normal(size=(30, 64, INPUTS)).astype(np.float32)
    made = trace_arrays(answered(entry, {}), x)
    np.testing.assert_allclose(made["output"], output(module, x), rtol=0, atol=1e-6)
    cell = {
        name: made[f"layer1.{name}.output"] * np.tanh(made[f"layer1.{name}.cell"])
        for name in ("forward", "backward")
    }
    rows = np.concatenate((cell["forward"], cell["backward"]), axis=-1)
    np.testing.assert_allclose(rows, output(module, x), rtol=0, atol=1e-6)
    lengths = np.random.default_rng(2).integers(1, 31, 64)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.as_tensor(x), lengths, enforce_sorted=False
    )
    with torch.inference_mode():
        theirs, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], total_length=30)
    made = trace_arrays(answered(entry, {}), x, None, np.arange(30)[:, np.newaxis] < lengths)
    np.testing.assert_allclose(made["output"], theirs.numpy(), rtol=0, atol=1e-6)
