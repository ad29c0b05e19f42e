"""The command line on files that the frameworks saved gives what the frameworks give."""

import os

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gru_core.__main__ import main

pytestmark = pytest.mark.thorough

CLOSE = 1e-5
STEPS, BATCH = 12, 3


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def traced(file, x, *more) -> dict[str, np.ndarray]:
    """Every array of a trace that the command line makes."""
    np.save("x.npy", x)
    assert main(["trace", file, "--input", "x.npy", *more, "--out", "out.npz"]) == 0
    with np.load("out.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def saved(module, name) -> str:
    """The weights of a PyTorch module in a file of this name. Returns the name."""
    save = torch.save if name.endswith(".pt") else save_file
    save(module.state_dict(), name)
    return name


def inputs(*shape) -> np.ndarray:
    return np.random.default_rng(4).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_a_stack_of_pytorch_with_a_batch_and_initial_states(cell, both, make_oracle) -> None:
    module = make_oracle(cell, layers=2, both=both, dtype=torch.float32).module
    # Each format once: reading .pt takes a second, in which PyTorch itself has a look at it.
    file = saved(module, "model.pt" if cell == "gru" and both else "model.safetensors")
    x, rows = inputs(STEPS, BATCH, 3), 2 * (1 + both)
    states = [inputs(rows, BATCH, 5), inputs(rows, BATCH, 5)[::-1].copy()]
    more = []
    for option, state in zip(("--initial", "--initial-cell"), states, strict=True):
        np.save(f"{option[2:]}.npy", state)
        more += [option, f"{option[2:]}.npy"] if option == "--initial" or cell == "lstm" else []
    start = tuple(map(torch.from_numpy, states)) if cell == "lstm" else torch.from_numpy(states[0])
    with torch.no_grad():
        wanted, last = module(torch.from_numpy(x), start)
    arrays = traced(file, x, *more)
    np.testing.assert_allclose(arrays["output"], wanted.numpy(), rtol=0, atol=CLOSE)
    # PyTorch's last states: of a layer that reads from the end, those at step 0.
    hidden = (last[0] if cell == "lstm" else last).numpy()
    names = [f"layer{n}.{d}" for n in (0, 1) for d in ("forward", "backward")[: 1 + both]]
    for row, name in zip(hidden, names, strict=True):
        at = 0 if name.endswith("backward") else -1
        found = arrays[f"{name}.hidden"][at]
        np.testing.assert_allclose(found, row, rtol=0, atol=CLOSE)


def test_a_plain_rnn_of_relu_needs_to_be_told(make_oracle, capsys) -> None:
    module = make_oracle("rnn", dtype=torch.float32, nonlinearity="relu").module
    file = saved(module, "model.safetensors")
    x = inputs(STEPS, 3)
    with torch.no_grad():
        wanted = module(torch.from_numpy(x))[0].numpy()
    arrays = traced(file, x, "--set", "activation=relu")
    np.testing.assert_allclose(arrays["output"], wanted, rtol=0, atol=CLOSE)
    capsys.readouterr()
    status = main(["trace", file, "--input", "x.npy", "--out", "other.npz"])
    said = capsys.readouterr()
    # Either nothing is assumed, or it is said.
    assert (status == 2) == ("state_activation" in said.err)
    assert (status == 0) == ("assumed: state_activation=tanh" in said.out)


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras")


# Keras itself converts its variables in a way that NumPy gives notice of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("way", ["forward", "backward", "both ways"])
def test_a_gru_of_keras_with_its_hard_sigmoid(way, keras) -> None:
    keras.utils.set_random_seed(1)
    own = {"return_sequences": True, "recurrent_activation": "hard_sigmoid", "reset_after": False}
    layer = keras.layers.GRU(5, go_backwards=way == "backward", name="gru", **own)
    if way == "both ways":
        layer = keras.layers.Bidirectional(layer, name="gru")
    model = keras.Sequential([keras.Input((STEPS, 3)), layer])
    for variable in model.trainable_variables:
        variable.assign(0.1 * np.random.default_rng(2).normal(size=variable.shape))
    model.save("model.keras")
    x = inputs(STEPS, BATCH, 3)
    wanted = np.asarray(model(x.swapaxes(0, 1)).detach()).swapaxes(0, 1)
    found = traced("model.keras", x)["output"]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=CLOSE)
