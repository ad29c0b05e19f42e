"""Whole Keras models, from tokens or numbers to the prediction: what Keras itself says."""

import os
from pathlib import Path

import numpy as np
import pytest

from gru_core.formats.opening import open_model
from gru_core.formats.whole.tracing import Given, model_of, traced

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")

CLOSE = 1e-6
layers = keras.layers


def text_classifier():
    given = keras.Input((None,), dtype="int32")
    x = layers.Embedding(30, 6, mask_zero=True)(given)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="first")(x)
    x = layers.GRU(4, name="second")(layers.Dropout(0.3)(x))
    x = layers.BatchNormalization()(layers.Dense(8, activation="relu")(x))
    return keras.Model(given, layers.Dense(3, activation="softmax")(x))


def one_on_another():
    return keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(30, 6),
            layers.GRU(5, return_sequences=True, name="first"),
            layers.GRU(5, return_sequences=True, name="second"),
            layers.TimeDistributed(layers.Dense(4)),
            layers.Activation("softmax"),
        ]
    )


def masked_numbers():
    given = keras.Input((None, 4))
    x = layers.Masking(0.0)(given)
    both = layers.Bidirectional(
        layers.GRU(5, return_sequences=True), merge_mode="sum", name="first"
    )
    x = layers.LayerNormalization()(both(x))
    x = layers.SimpleRNN(5, return_sequences=True, name="second")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(given, layers.Dense(1, activation="sigmoid")(x))


def side_by_side():
    given = keras.Input((None, 4))
    x = layers.Dense(7, activation="tanh")(given)
    first = layers.LSTM(5, return_sequences=True, name="first")(x)
    second = layers.LSTM(5, return_sequences=True, name="second")(first)
    x = layers.GlobalMaxPooling1D()(layers.Concatenate()([first, second]))
    return keras.Model(given, layers.Dense(2)(x))


def encoder_and_decoder():
    given = keras.Input((None,), dtype="int32")
    x = layers.Embedding(30, 6)(given)
    x, state, cell = layers.LSTM(5, return_sequences=True, return_state=True, name="first")(x)
    x = layers.LSTM(5, return_sequences=True, name="second")(x, initial_state=[state, cell])
    return keras.Model(given, layers.Dense(4)(x))


def from_the_end():
    given = keras.Input((None, 4))
    x = layers.LSTM(5, return_sequences=True, go_backwards=True, name="first")(given)
    x = layers.Bidirectional(layers.LSTM(3), name="second")(x)
    return keras.Model(given, layers.Dense(2)(x))


MODELS = {
    one.__name__: one
    for one in (
        *(text_classifier, one_on_another, masked_numbers),
        *(side_by_side, encoder_and_decoder, from_the_end),
    )
}
TOKENS = ("text_classifier", "one_on_another", "encoder_and_decoder")


def made(name):
    """A model with numbers of its own, and what it is given: (batch, step, …)."""
    rng, model = np.random.default_rng(0), MODELS[name]()
    for one in model.weights:
        positive = "variance" in one.path
        one.assign(rng.uniform(0.5, 2, one.shape) if positive else 0.4 * rng.normal(size=one.shape))
    given = rng.integers(1, 30, (3, 9)) if name in TOKENS else rng.normal(size=(3, 9, 4))
    given = given.astype("int32" if name in TOKENS else "float32")
    given[0, 6:] = 0  # padding, where the model masks
    given[1, :2] = 0
    return model, given


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_and_the_prediction_are_those_of_keras(name, ending, tmp_path) -> None:
    model, given = made(name)
    path = Path(tmp_path) / f"model.{ending}"
    model.save(path)
    file = open_model(path)
    wanted = numbers(model(given))
    wanted = wanted.swapaxes(0, 1) if wanted.ndim == 3 else wanted
    steps_first = Given(given.swapaxes(0, 1), name in TOKENS)
    for entry in file.entries:
        arrays, _ = traced(file, entry, model_of(file, entry), {}, steps_first)
        np.testing.assert_allclose(arrays["prediction"], wanted, rtol=0, atol=CLOSE)
        inner = model.get_layer(entry.name).input  # with its states and its mask, if it has any
        inner = inner[0] if isinstance(inner, list | tuple) else inner
        read = numbers(keras.Model(model.inputs, inner)(given))
        np.testing.assert_allclose(arrays["x"], read.swapaxes(0, 1), rtol=0, atol=CLOSE)
