"""Lambda layers of Keras models: refused with code in them, stepped over with a name."""

import pytest

from gru_core.errors import FormatError
from gru_core.formats.keras import archive as keras_zip
from tests.formats.keras_making import arrays, keras, node, recurrent, sequential, variables


@pytest.mark.parametrize(
    "config",
    [
        {"function": {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}},  # Keras 3
        {"function": ["4wEAAA==", None, None], "function_type": "lambda"},  # Keras 2
        {"function": ["4wEAAA==", None, None]},
        {"function": "4wEAAA==", "function_type": "lambda"},
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_a_lambda_layer_with_code_is_refused_wherever_it_is(config, deep: bool) -> None:
    layers = node("Lambda", name="secret", **config), recurrent()
    model = sequential(sequential(*layers, name="inner")) if deep else sequential(*layers)
    with pytest.raises(FormatError, match="'secret' is a Lambda layer with Python code in the"):
        keras_zip.read(keras(model, variables(arrays())), "x")


@pytest.mark.parametrize(
    "function",
    [
        {"module": "builtins", "class_name": "function", "config": "scaled"},  # Keras 3
        "scaled",  # Keras 2
    ],
)
def test_a_lambda_layer_that_names_a_function_is_stepped_over(function: object) -> None:
    model = sequential(node("Lambda", name="named", function=function), recurrent())
    file = keras_zip.read(keras(model, variables(arrays())), "x")
    assert file.notes == ("Lambda layers are stepped over: named.",)
