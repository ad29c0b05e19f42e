"""The counts of the view of costs are those of Keras' own layers."""

import os

import pytest

from app.lenses.cost import KERAS, KERAS_INPUTS, KERAS_UNITS
from gru_core.analysis.cost import parameters

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")


def test_keras_counts_the_parameters_of_its_layers_as_they_are_counted_here() -> None:
    layers = {
        "gru_after": keras.layers.GRU(KERAS_UNITS),
        "gru_before": keras.layers.GRU(KERAS_UNITS, reset_after=False),
        "lstm": keras.layers.LSTM(KERAS_UNITS),
        "rnn": keras.layers.SimpleRNN(KERAS_UNITS),
    }
    for layer in layers.values():
        layer.build((None, 20, KERAS_INPUTS))
    ours = {
        name: parameters(cell, KERAS_INPUTS, KERAS_UNITS, biases=biases)
        for name, (cell, biases) in KERAS.items()
    }
    assert ours == {name: layer.count_params() for name, layer in layers.items()}
