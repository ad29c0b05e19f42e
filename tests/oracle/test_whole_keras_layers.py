"""Keras layers between recurrent ones, one after the other: each computed as Keras computes it."""

import os
from pathlib import Path

import numpy as np
import pytest

from gru_core.formats import npz
from gru_core.formats.opening import open_model
from gru_core.formats.whole.tracing import Given, model_of, traced

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")

CLOSE = 2e-6
STEPS, INPUTS = 12, 4
layers = keras.layers


def one_after_another(*between):
    """Layers in a row, between two recurrent ones whose input has fixed steps."""

    def make(x):
        for one in between:
            x = one()(x)
        return x

    return make


def in_two(way):
    """A layer that puts two values together."""

    def make(x):
        other = layers.Dense(INPUTS, activation="tanh")(x)
        return way()([x, other])

    return make


def called_twice(x):
    dense, norm = layers.Dense(INPUTS, name="shared"), layers.LayerNormalization()
    once = dense(x)
    return layers.Add()([norm(once), dense(layers.ReLU()(norm(dense(once))))])


def called_before_what_it_reads(x):
    """The first call of a shared layer reads what stands behind a layer of its second."""
    shared = layers.Conv1D(INPUTS, 3, padding="same", activation="tanh")
    return shared(layers.Activation("gelu")(shared(shared(x))))


def line(kind, *args, **options):
    return one_after_another(lambda: getattr(layers, kind)(*args, **options))


FUNCTIONS = ["gelu", "mish", "celu", "hard_silu", "hard_tanh", "log_sigmoid", "tanh_shrink"]
FUNCTIONS += ["soft_shrink", "hard_shrink", "squareplus", "softmax", "silu", "selu"]
BETWEEN = {
    **{name: line("Activation", name) for name in FUNCTIONS},
    "in a dense layer": line("Dense", 5, activation="gelu"),
    "leaky relu": line("LeakyReLU", negative_slope=0.3),
    "prelu of a feature": line("PReLU", shared_axes=[1]),
    "relu with an end": line("ReLU", max_value=6),
    "reshape": line("Reshape", (6, 8)),
    "reshape to as many steps": line("Reshape", (-1, 2)),
    "reshape to as many numbers": line("Reshape", (24, -1)),
    "reshape and back": one_after_another(
        lambda: layers.Reshape((48,)), lambda: layers.Reshape((4, 12))
    ),
    "flat numbers to steps": one_after_another(
        layers.Flatten, lambda: layers.Dense(18, activation="mish"), lambda: layers.Reshape((6, 3))
    ),
    "the same again": one_after_another(
        layers.GlobalAveragePooling1D,
        lambda: layers.PReLU(),
        lambda: layers.RepeatVector(5),
    ),
    "up": line("UpSampling1D", 3),
    "zeros": line("ZeroPadding1D", (2, 1)),
    "zeros at both ends": line("ZeroPadding1D", 2),
    "cut": line("Cropping1D", (3, 1)),
    "cut at both ends": line("Cropping1D", 2),
    "deep": line("DepthwiseConv1D", 3, depth_multiplier=2, activation="relu"),
    "deep and wide": line("DepthwiseConv1D", 3, padding="same", strides=2, use_bias=False),
    "deep and far": line("DepthwiseConv1D", 3, dilation_rate=2),
    "separable": line("SeparableConv1D", 5, 3, depth_multiplier=2),
    "separable and wide": line("SeparableConv1D", 5, 4, strides=2, padding="same"),
    "separable and plain": line("SeparableConv1D", 5, 2, use_bias=False, activation="tanh"),
    **{
        f"transposed {size} {stride} {padding} {dilation}": line(
            "Conv1DTranspose", 5, size, strides=stride, padding=padding, dilation_rate=dilation
        )
        for padding in ("valid", "same")
        for size, stride, dilation in (
            *((3, 1, 1), (4, 1, 1), (4, 2, 1), (6, 2, 1)),
            *((3, 3, 1), (3, 1, 2), (5, 3, 1), (2, 2, 1)),
        )
    },
    "transposed with a function": line("Conv1DTranspose", 5, 4, strides=2, activation="elu"),
    "shorter than its stride": line("Conv1DTranspose", 5, 2, strides=3),
    **{
        name: in_two(getattr(layers, name))
        for name in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate")
    },
    "called twice": called_twice,
    "called before": called_before_what_it_reads,
    "a function at each step": one_after_another(
        lambda: layers.TimeDistributed(layers.LeakyReLU(negative_slope=0.2)),
        lambda: layers.TimeDistributed(layers.Activation("gelu")),
    ),
}


def made(between):
    given = keras.Input((STEPS, INPUTS))
    x = layers.GRU(INPUTS, return_sequences=True, name="first")(given)
    x = layers.LSTM(3, name="second")(BETWEEN[between](x))
    model = keras.Model(given, layers.Dense(2)(x))
    rng = np.random.default_rng(0)
    for one in model.weights:
        one.assign(0.7 * rng.normal(size=one.shape))
    return model, 2 * rng.normal(size=(3, STEPS, INPUTS)).astype("float32")


def prediction(file, given):
    entry = file.entries[0]
    whole = model_of(file, entry)
    assert whole is not None
    arrays, _ = traced(file, entry, whole, {}, Given(given.swapaxes(0, 1)))
    return arrays["prediction"]


@pytest.mark.sampled(12)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", BETWEEN)
def test_a_layer_between_is_computed_as_keras_does_it(name, ending, tmp_path) -> None:
    model, given = made(name)
    path = Path(tmp_path) / f"model.{ending}"
    model.save(path)
    file = open_model(path)
    wanted = keras.ops.convert_to_numpy(model(given))
    np.testing.assert_allclose(prediction(file, given), wanted, rtol=0, atol=CLOSE)
    # So does our own file.
    again = npz.parse(npz.write(file), "a.npz")
    np.testing.assert_array_equal(prediction(again, given), prediction(file, given))


NOT_KNOWN = {
    "prelu of a step": line("PReLU"),
    "steps and numbers exchanged": line("Permute", (2, 1)),
    "an odd reshape": one_after_another(
        lambda: layers.Reshape((6, 2, 4)), lambda: layers.Reshape((6, 8))
    ),
    "attention": lambda x: layers.Attention()([x, x]),
    "transposed with a hole": line("Conv1DTranspose", 5, 3, strides=2, output_padding=1),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", NOT_KNOWN)
def test_what_is_not_known_leaves_no_prediction(name, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(BETWEEN, name, NOT_KNOWN[name])
    model, given = made(name)
    path = Path(tmp_path) / "model.keras"
    model.save(path)
    file = open_model(path)
    whole = model_of(file, file.entries[0])
    assert whole is not None
    assert (whole.output, whole.of_layer("second")) == ("", None)
    assert model(given).shape == (3, 2)


MASKED = {
    **{name: BETWEEN[name] for name in BETWEEN if name[0].isupper()},
    "softmax of a layer": line("Softmax"),
    "a part that is not masked": lambda x: layers.Multiply()([x, layers.Cropping1D(0)(x)]),
    "largest of one that is not": lambda x: layers.Maximum()([x, layers.Cropping1D(0)(x)]),
    "mean": line("GlobalAveragePooling1D"),
    "all in a row": line("Flatten"),
    "reshape": BETWEEN["reshape"],
    "up": BETWEEN["up"],
}
COMPUTED = ("Add", "Average", "Subtract", "Concatenate", "mean", "all in a row", "reshape", "up")


@pytest.mark.sampled(4)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", MASKED)
def test_masked_steps_are_as_keras_has_them_or_nothing_is_said(name, tmp_path) -> None:
    given = keras.Input((STEPS,), dtype="int32")
    x = layers.Embedding(9, INPUTS, mask_zero=True)(given)
    x = MASKED[name](layers.GRU(INPUTS, return_sequences=True, name="first")(x))
    model = keras.Model(given, layers.Dense(2)(x))
    rng = np.random.default_rng(0)
    for one in model.weights:
        one.assign(0.7 * rng.normal(size=one.shape))
    tokens = rng.integers(1, 9, (3, STEPS))
    tokens[0, 7:] = 0
    path = Path(tmp_path) / "model.keras"
    model.save(path)
    file = open_model(path)
    whole = model_of(file, file.entries[0])
    arrays, _ = traced(file, file.entries[0], whole, {}, Given(tokens.T, tokens=True))
    assert ("prediction" in arrays) is (name in COMPUTED)
    if name in COMPUTED:
        wanted = keras.ops.convert_to_numpy(model(tokens.astype("int32")))
        wanted = wanted.swapaxes(0, 1) if wanted.ndim == 3 else wanted
        np.testing.assert_allclose(arrays["prediction"], wanted, rtol=0, atol=CLOSE)
