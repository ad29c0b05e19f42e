"""Lambda layers of Keras models: stepped over, whether they hold code or a name."""

import pytest

from gru_core.formats.keras import archive as keras_zip
from tests.formats.keras_making import arrays, keras, node, recurrent, sequential, variables


@pytest.mark.parametrize(
    "config",
    [
        {"function": {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}},  # Keras 3
        {"function": ["4wEAAA==", None, None], "function_type": "lambda"},  # Keras 2
        {"function": ["4wEAAA==", None, None]},
        {"function": "4wEAAA==", "function_type": "lambda"},
        {"function": {"module": "builtins", "class_name": "function", "config": "scaled"}},
        {"function": "scaled"},
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_a_lambda_layer_is_stepped_over_wherever_it_is(config, deep: bool) -> None:
    layers = node("Lambda", name="secret", **config), recurrent()
    model = sequential(sequential(*layers, name="inner")) if deep else sequential(*layers)
    place = "layers/sequential/layers/gru/cell" if deep else "layers/gru/cell"
    file = keras_zip.read(keras(model, variables(arrays(), place)), "x")
    assert len(file.entries) == 1
    assert file.notes == ("Lambda layers are stepped over, neither read nor run: secret.",)
