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


def measured():
    """Numbers far from 0, brought near it, then convolved and pooled as of a sensor."""
    return keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.Rescaling(0.5, offset=1000.0),
            layers.Normalization(name="normalization"),
            layers.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.Conv1D(4, 4, strides=2, padding="same", groups=2, use_bias=False),
            layers.MaxPooling1D(2, strides=1, padding="same"),
            layers.BatchNormalization(scale=False),
            layers.LSTM(5, return_sequences=True, name="first"),
            layers.AveragePooling1D(3, strides=2, padding="same"),
            layers.LayerNormalization(center=False),
            layers.GRU(4, name="second"),
            layers.Dense(2),
        ]
    )


def valid_windows():
    given = keras.Input((None, 4))
    x = layers.Normalization(mean=[900.0, -3.0, 0.1, 5.0], variance=[2.0, 1.0, 0.0, 4.0])(given)
    x = layers.Conv1D(6, 3, activation="tanh")(x)
    x = layers.Rescaling([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])(layers.AveragePooling1D(2)(x))
    x = layers.GRU(5, return_sequences=True, name="first")(x)
    x = layers.Conv1D(3, 2, padding="same")(layers.LayerNormalization(center=False, scale=False)(x))
    x = layers.Normalization(axis=None, mean=0.5, variance=2.0, invert=True)(x)
    return keras.Model(given, layers.SimpleRNN(3, return_sequences=True, name="second")(x))


def there_and_back():
    given = keras.Input((9, 4))
    x = layers.RepeatVector(9)(layers.LSTM(3, name="first")(given))
    x = layers.LSTM(4, return_sequences=True, name="second")(x)
    return keras.Model(given, layers.Flatten()(layers.TimeDistributed(layers.Dense(4))(x)))


def models_in_a_model():
    words = keras.Input((None,), dtype="int32", name="words")
    inner = keras.Sequential(
        [
            keras.Input((None, 6)),
            layers.Dense(5, name="same_name"),
            layers.GRU(4, return_sequences=True, name="recurrent"),
        ],
        name="lower",
    )
    read = keras.Input((None, 4))
    deep = layers.Bidirectional(layers.LSTM(3), name="recurrent")(read)
    above = keras.Model(read, layers.Dense(3)(deep), name="upper")
    around = keras.Input((None, 6))
    both = keras.Model(around, above(layers.Dropout(0.1)(inner(around))), name="both")
    x = both(layers.Embedding(30, 6, mask_zero=True)(words))
    return keras.Model(words, layers.Dense(2)(x))


def masks_through_a_model():
    inner = keras.Sequential(
        [
            keras.Input((None, 6)),
            layers.LayerNormalization(),
            layers.GRU(4, return_sequences=True, name="gru"),
        ],
        name="inner",
    )
    words = keras.Input((None,), dtype="int32", name="words")
    x = inner(layers.Embedding(30, 6, mask_zero=True)(words))
    x = layers.LSTM(3, return_sequences=True, name="outer")(x)
    return keras.Model(words, layers.GlobalAveragePooling1D()(x))


def masks_end_at_windows():
    words = keras.Input((None,), dtype="int32", name="words")
    x = layers.Conv1D(5, 3, padding="same")(layers.Embedding(30, 6, mask_zero=True)(words))
    x = layers.LSTM(3, name="outer")(layers.MaxPooling1D(2)(x))
    return keras.Model(words, layers.Dense(2)(x))


def states_of_a_model():
    """An encoder that gives its states, and a decoder that takes them: both are models."""
    given = keras.Input((None, 4))
    _, h, c = layers.LSTM(5, return_state=True, name="lstm")(given)
    encoder = keras.Model(given, [h, c], name="encoder")
    read, first, cell = keras.Input((None, 4)), keras.Input((5,)), keras.Input((5,))
    x = layers.LSTM(5, return_sequences=True, name="lstm")(read, initial_state=[first, cell])
    decoder = keras.Model([read, first, cell], layers.Dense(2, name="dense")(x), name="decoder")
    x = keras.Input((None, 4))
    return keras.Model(x, decoder([x, *encoder(x)]))


def one_in_a_sequential():
    inner = keras.Sequential([layers.Dense(6), layers.GRU(4, return_sequences=True, name="gru")])
    return keras.Sequential([keras.Input((None, 4)), inner, layers.GRU(3), layers.Dense(2)])


def functions_between():
    given = keras.Input((None, 4))
    x = layers.ReLU(max_value=6)(layers.Rescaling(9.0)(layers.LeakyReLU(negative_slope=0.2)(given)))
    x = layers.LSTM(5, return_sequences=True, name="first")(layers.Dense(4, "swish")(x))
    x = layers.ELU(alpha=0.5)(layers.Dense(6, activation="leaky_relu")(x))
    x = layers.GRU(3, name="second")(layers.ReLU(negative_slope=0.1)(x))
    return keras.Model(given, layers.Dense(2, activation="relu6")(x))


MODELS = {
    one.__name__: one
    for one in (
        *(text_classifier, one_on_another, masked_numbers),
        *(side_by_side, encoder_and_decoder, from_the_end),
        *(measured, valid_windows, there_and_back, models_in_a_model),
        *(states_of_a_model, one_in_a_sequential),
        *(masks_through_a_model, masks_end_at_windows, functions_between),
    )
}
TOKENS = ("text_classifier", "one_on_another", "encoder_and_decoder", "models_in_a_model")
TOKENS += ("masks_through_a_model", "masks_end_at_windows")


def made(name):
    """A model with numbers of its own, and what it is given: (batch, step, …)."""
    rng, model = np.random.default_rng(0), MODELS[name]()
    for one in model.weights:
        if one.path.endswith("/count"):
            continue
        positive = "variance" in one.path
        one.assign(rng.uniform(0.5, 2, one.shape) if positive else 0.4 * rng.normal(size=one.shape))
        if one.path.endswith("normalization/mean"):
            one.assign(1000 + one)
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
    given = rng.integers(1, 30, (3, 9)) if name in TOKENS else rng.normal(size=(3, 9, 4))
    given = given.astype("int32" if name in TOKENS else "float32")
    given[0, 6:] = 0  # padding, where the model masks
    given[1, :2] = 0
    return model, given


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.sampled(4)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_and_the_prediction_are_those_of_keras(name, ending, tmp_path) -> None:
    model, given = made(name)
    path = Path(tmp_path) / f"model.{ending}"
    model.save(path)
    file = open_model(path)
    read = {entry.name: [] for entry in file.entries}
    for path_of, found in read.items():
        recorded(named(model, path_of), found)
    wanted = numbers(model(given))
    wanted = wanted.swapaxes(0, 1) if wanted.ndim == 3 else wanted
    steps_first = Given(given.swapaxes(0, 1), name in TOKENS)
    for entry in file.entries:
        arrays, _ = traced(file, entry, model_of(file, entry), {}, steps_first)
        np.testing.assert_allclose(arrays["prediction"], wanted, rtol=0, atol=CLOSE)
        (own,) = read[entry.name]
        np.testing.assert_allclose(arrays["x"], own.swapaxes(0, 1), rtol=0, atol=CLOSE)


def named(model, path):
    """A layer of the model, or of one in it."""
    outer, _, rest = path.partition("/")
    return named(model.get_layer(outer), rest) if rest else model.get_layer(outer)


def recorded(layer, found):
    """Keep what a layer is called with."""
    own = layer.call

    def call(sequences, *args, **options):
        found.append(numbers(sequences))
        return own(sequences, *args, **options)

    layer.call = call
