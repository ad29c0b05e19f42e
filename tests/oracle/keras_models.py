"""Models that Keras itself builds, runs and saves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.formats.keras_making import arrays, legacy, named, node, recurrent, sequential

STEPS, INPUTS, UNITS = 9, 3, 5
SCALE = 0.1
EXTENSIONS = ("keras", "h5", "weights.h5")
MERGES = {"concat": "concat", "sum": "sum", "ave": "mean", "mul": "product"}
# Given the keras.layers, a layer that returns its whole sequence.
LAYERS: dict[str, Callable[[Any], Any]] = {
    "gru": lambda k: gru(k),
    "gru_before": lambda k: gru(k, reset_after=False),
    "gru_no_bias": lambda k: gru(k, use_bias=False),
    "gru_before_no_bias": lambda k: gru(k, reset_after=False, use_bias=False),
    "gru_hard": lambda k: gru(k, recurrent_activation="hard_sigmoid"),
    "gru_relu": lambda k: gru(k, activation="relu"),
    "gru_relu6": lambda k: gru(k, activation="relu6"),
    "gru_elu": lambda k: gru(k, activation="elu"),
    "gru_selu": lambda k: gru(k, activation="selu"),
    "gru_leaky": lambda k: gru(k, activation="leaky_relu"),
    "gru_leaky_layer": lambda k: gru(k, activation=k.LeakyReLU(negative_slope=0.1)),
    "lstm_softsign": lambda k: lstm(k, activation="softsign"),
    "lstm_linear": lambda k: lstm(k, activation=None),
    "lstm_softplus": lambda k: lstm(k, activation="softplus"),
    "rnn_sigmoid": lambda k: rnn(k, activation="sigmoid"),
    "rnn_hard": lambda k: rnn(k, activation="hard_sigmoid"),
    "gru_backwards": lambda k: gru(k, go_backwards=True),
    "gru_double": lambda k: gru(k, dtype="float64"),
    "lstm": lambda k: lstm(k),
    "lstm_no_bias": lambda k: lstm(k, use_bias=False),
    "lstm_hard": lambda k: lstm(k, recurrent_activation="hard_sigmoid", activation="relu"),
    "lstm_backwards": lambda k: lstm(k, go_backwards=True),
    "rnn": lambda k: rnn(k),
    "rnn_relu": lambda k: rnn(k, activation="relu"),
    "rnn_no_bias": lambda k: rnn(k, use_bias=False),
    "two_gru": lambda k: k.Bidirectional(gru(k)),
    **{
        f"two_{mode}": lambda k, mode=mode: k.Bidirectional(lstm(k), merge_mode=mode)
        for mode in MERGES
    },
    "two_rnn": lambda k: k.Bidirectional(rnn(k, activation="relu"), merge_mode="ave"),
    "two_unequal": lambda k: k.Bidirectional(
        gru(k, name="a"), backward_layer=gru(k, units=2, go_backwards=True, name="b")
    ),
    "cell": lambda k: k.RNN(k.LSTMCell(UNITS), return_sequences=True),
    "stack": lambda k: k.RNN(k.StackedRNNCells(cells(k)), return_sequences=True),
    "stack_backwards": lambda k: k.RNN(
        k.StackedRNNCells(cells(k)), return_sequences=True, go_backwards=True
    ),
    "each": lambda k: in_models(k),
}
# Made by hand, for Keras to load: the layout of Keras 2 and the config of today's.
LEGACY = {
    "legacy_gru": ("gru", {}),
    "legacy_before": ("gru", {"reset_after": False}),
    "legacy_lstm": ("lstm", {}),
    "legacy_rnn": ("rnn", {"activation": "relu"}),
    "legacy_two": ("gru", {}),
}


def gru(k: Any, **options: Any) -> Any:
    return k.GRU(**{"units": UNITS, "return_sequences": True, **options})


def lstm(k: Any, **options: Any) -> Any:
    return k.LSTM(UNITS, return_sequences=True, **options)


def rnn(k: Any, **options: Any) -> Any:
    return k.SimpleRNN(UNITS, return_sequences=True, **options)


def cells(k: Any) -> list[Any]:
    return [k.GRUCell(4), k.GRUCell(UNITS), k.GRUCell(2)]


def as_it_is(x: Any) -> Any:
    return x


def in_models(k: Any) -> Any:
    """A layer in a model in a model, beside a function that is not read."""
    import keras

    inner = keras.Sequential([k.Input((None, INPUTS)), gru(k, name="deep")], name="inner")
    return keras.Sequential([k.Lambda(as_it_is), inner], name="outer")


def legacy_file(cell: str, config: dict[str, Any], *, both: bool) -> bytes:
    """A model as Keras 2.2.4 wrote it, but for a version that Keras 3 would read in another way."""
    biases = 1 if config.get("reset_after") is False else None
    options: dict[str, Any] = {"inputs": INPUTS, "units": UNITS, "biases": biases}
    own = {"return_sequences": True, "dtype": "float32", **config}
    layer = recurrent(cell, units=UNITS, **own)
    weights = named(arrays(cell, **options), "enc/cell")
    if both:
        inner = recurrent(cell, name="x", units=UNITS, **own)
        # As from 2.12 on; without it Keras 3 does not find the class.
        inner |= {"module": "keras.layers", "registered_name": None}
        layer = node("Bidirectional", name="enc", layer=inner)
        weights = named(arrays(cell, **options), "enc/forward_x/cell")
        weights |= named(arrays(cell, seed=1, **options), "enc/backward_x/cell")
    shape = {"batch_input_shape": [None, None, INPUTS], "name": "in", "dtype": "float32"}
    model = sequential(node("InputLayer", **shape), layer)
    return legacy({"enc": weights}, model)


def write_all(folder: Path) -> None:
    """For each name of LAYERS a file of each of EXTENSIONS, and those of LEGACY.

    What Keras makes of them is in NAME.npz: x (step, input), y (step, feature).
    """
    import keras

    rng = np.random.default_rng(0)
    for name, make in LAYERS.items():
        model = keras.Sequential([keras.Input((None, INPUTS)), make(keras.layers)], name="model")
        new = [SCALE * rng.normal(size=one.shape) for one in model.get_weights()]
        model.set_weights(new)
        for extension in EXTENSIONS:
            save = model.save_weights if extension == "weights.h5" else model.save
            save(folder / f"{name}.{extension}")
        write(folder / f"{name}.npz", model, rng)
    for name, (cell, config) in LEGACY.items():
        path = folder / f"{name}.h5"
        path.write_bytes(legacy_file(cell, config, both=name.endswith("two")))
        write(folder / f"{name}.npz", keras.models.load_model(path, compile=False), rng)


def write(path: Path, model: Any, rng: np.random.Generator) -> None:
    """What a model makes of a sequence."""
    x = rng.normal(size=(STEPS, INPUTS))
    x = x.astype(model.dtype if model.dtype in ("float32", "float64") else "float32")
    y = model(x[np.newaxis])
    np.savez(path, x=x, y=y.detach().numpy()[0])
