"""What the gates and states of a `.keras` file end in: named as the core has it, or refused."""

import pytest

from tests.formats.keras_making import (
    arrays,
    keras,
    one,
    only,
    recurrent,
    refusal,
    sequential,
    variables,
)

FORWARD = {"backward": "false"}


@pytest.mark.parametrize(("version", "slope"), [("2.15.0", ""), ("3.0.0", "_sixth")])
def test_hard_sigmoid_is_that_of_the_version(version: str, slope: str) -> None:
    entry = only(one(version=version, recurrent_activation="hard_sigmoid"))
    assert entry.says["gate_activation"] == f"hard_sigmoid{slope}"
    # Only the old one would be run differently by the Keras of today.
    assert bool(entry.notes) == (not slope)


def test_an_activation_that_a_config_leaves_out_has_to_be_asked() -> None:
    layer = recurrent()
    for field in ("activation", "recurrent_activation", "reset_after"):
        del layer["config"][field]
    entry = only(keras(sequential(layer), variables(arrays())))
    assert dict(entry.says) == {"reset_after": "true"} | FORWARD  # as the shape of its bias proves


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *(
            (name, name)
            for name in ("relu", "relu6", "elu", "selu", "linear", "softsign", "softplus")
        ),
        ("sigmoid", "sigmoid"),
        (None, "linear"),
        ("leaky_relu", "leaky_relu(0.2)"),
        ("hard_sigmoid", "hard_sigmoid_sixth"),
        ({"class_name": "LeakyReLU", "config": {"negative_slope": 0.3}}, "leaky_relu(0.3)"),
        ({"class_name": "LeakyReLU", "config": {"alpha": 0.30000001192}}, "leaky_relu(0.3)"),
        ({"class_name": "LeakyReLU", "config": {"negative_slope": 0.01}}, "leaky_relu"),
        ({"class_name": "ELU", "config": {"alpha": 0.5}}, "elu(0.5)"),
    ],
)
def test_what_a_state_ends_in_is_said(value: object, said: str) -> None:
    assert only(one("rnn", activation=value)).says["state_activation"] == said


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("activation", "gelu", "'gelu'"),
        ("activation", {"class_name": "PReLU", "config": {}}, "'PReLU'"),
        ("activation", {"class_name": "ELU", "config": {"alpha": -1.0}}, "'ELU'"),
        ("activation", {"class_name": "ELU", "config": {"alpha": "a"}}, "'ELU'"),
        ("activation", {"class_name": "ELU", "module": "mine", "config": {}}, "'ELU'"),
        ("activation", {"class_name": "function", "config": "mine"}, "'mine'"),
        ("recurrent_activation", "tanh", "'tanh'"),
        ("recurrent_activation", None, "linear (None)"),
    ],
)
def test_another_activation_is_refused_by_name(field: str, value: object, shown: str) -> None:
    said = refusal(one(**{field: value}))
    assert said.startswith(f"enc has the {field} {shown};")
    about_gates = (
        "gates of sigmoid and hard_sigmoid are computed: what is told of a gate, such as how much "
        "it keeps, is true of these alone."
    )
    assert said.endswith(about_gates) == (field == "recurrent_activation")
