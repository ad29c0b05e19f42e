"""The counts of the view of costs are those of Keras' own layers."""

import json
import os
import subprocess
import sys

from app.lenses.cost import KERAS, KERAS_INPUTS, KERAS_UNITS
from gru_core.analysis.cost import parameters

COUNTED = """
import json, sys
import keras
units, inputs = map(int, sys.argv[1:])
layers = {
    "gru_after": keras.layers.GRU(units),
    "gru_before": keras.layers.GRU(units, reset_after=False),
    "lstm": keras.layers.LSTM(units),
    "rnn": keras.layers.SimpleRNN(units),
}
for layer in layers.values():
    layer.build((None, 20, inputs))
print(json.dumps({name: layer.count_params() for name, layer in layers.items()}))
"""


def test_keras_counts_the_parameters_of_its_layers_as_they_are_counted_here() -> None:
    made = subprocess.run(
        [sys.executable, "-c", COUNTED, str(KERAS_UNITS), str(KERAS_INPUTS)],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        check=True,
        text=True,
    )
    theirs = json.loads(made.stdout.splitlines()[-1])
    ours = {
        name: parameters(cell, KERAS_INPUTS, KERAS_UNITS, biases=biases)
        for name, (cell, biases) in KERAS.items()
    }
    assert ours == theirs
