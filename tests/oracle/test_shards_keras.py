"""Weights that Keras itself has written in several files."""

import os

import numpy as np
import pytest

from gru_core.errors import FormatError
from gru_core.formats.answers import answered
from gru_core.formats.opening import open_model
from gru_core.formats.running import run_ready

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")
X = np.random.default_rng(3).normal(size=(6, 3)).astype(np.float32)


def keras_shards(folder, size):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    layers = [keras.layers.Input((None, 3)), keras.layers.GRU(40, name="gru")]
    model = keras.Sequential([*layers, keras.layers.Dense(100), keras.layers.Dense(20)])
    for one in model.weights:
        one.assign(np.random.default_rng(1).normal(size=one.shape) * 0.3)
    model.save_weights(folder / "a.weights.json", max_shard_size=size)
    return keras.Sequential(model.layers[:1])


def test_shards_of_keras_are_found_by_their_index(tmp_path) -> None:
    model = keras_shards(tmp_path, 3e-5)
    for path in (tmp_path, tmp_path / "a.weights.json"):
        [entry] = open_model(path).entries
        made = run_ready(answered(entry, {}), X).output[-1]
        np.testing.assert_allclose(made, model.predict(X[None], verbose=0)[0], atol=1e-6)
    note = open_model(tmp_path / "a_00000.weights.h5").notes[-1]
    assert "'a_00000.weights.h5' is one of several files" in note
    with pytest.raises(FormatError, match=r"one of several files of a model, and this one is not"):
        open_model(tmp_path / "a_00001.weights.h5")


def test_a_layer_in_several_shards_of_keras_is_refused(tmp_path) -> None:
    keras_shards(tmp_path, 1.9e-5)
    with pytest.raises(FormatError, match=r"stand in several files, 'a_00000.*model\.save\('model"):
        open_model(tmp_path)
    with pytest.raises(FormatError, match=r"one of several files of a model"):
        open_model(tmp_path / "a_00000.weights.h5")
