"""A layer of a Keras model on the stage: what is said of its first state and masks holds there."""

import os

import numpy as np
import pytest

from app.compute import uploads
from app.messages import predictions
from app.screen.at_hand import find
from app.screen.loaded import checked
from app.screen.predicted import predicted
from app.screen.screen import Screen, screen_of
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.inputs.feed import Feed, fed

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
    pytest.mark.thorough,
]

CLOSE = 1e-6
FAR = 1e-2
layers = keras.layers


def opened(model, tmp_path, layer: str, **asked) -> Setting:
    """A model with numbers of its own on the stage."""
    rng = np.random.default_rng(1)
    for one in model.weights:
        if "seed" not in one.path:
            one.assign(rng.normal(size=one.shape) * 0.5)
    path = tmp_path / "model.keras"
    model.save(path)
    upload = uploads.model(path.read_bytes(), path.name)
    uploads.hold(upload, "page")
    return Setting(scene="model", model=Model(file=upload.key, layer=layer, **asked))


def hidden(screen: Screen) -> np.ndarray:
    (cell,) = screen.scene.weights
    return screen.traces[cell]["hidden"]


def numbers(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def drawn(screen: Screen) -> np.ndarray:
    """The tokens that were drawn for a screen, (batch, step)."""
    return np.array([[int(label) for label in screen.labels]])


@pytest.mark.parametrize("said", [(), (("start", "zeros"),)], ids=["unsaid", "zeros"])
def test_a_first_state_of_zeros_is_taken_where_it_is_said(tmp_path, said) -> None:
    given = keras.Input((None,))
    read = layers.Embedding(9, 3)(given)
    states, last = layers.GRU(4, return_sequences=True, return_state=True, name="enc")(read)
    decoder = layers.GRU(4, return_sequences=True, name="dec")
    made = decoder(states, initial_state=last)
    model = keras.Model(given, made)
    setting = opened(model, tmp_path, "dec", answers=said, steps=6)
    screen = screen_of(setting)
    tokens = drawn(screen)
    below = keras.Model(given, states)(tokens)
    wanted = decoder(below) if said else model(tokens)
    np.testing.assert_allclose(hidden(screen), numbers(wanted)[0], rtol=0, atol=CLOSE)
    assert np.abs(numbers(decoder(below)) - numbers(model(tokens))).max() > FAR
    assert ("said: start=zeros" in screen.scene.notes) == bool(said)
    if said:
        assert checked(find(setting.model), 0).agrees


def test_padding_that_the_model_itself_says_is_not_said_by_the_visitor(tmp_path) -> None:
    given = keras.Input((None,))
    read = layers.Embedding(9, 3, mask_zero=True)(given)
    model = keras.Model(given, layers.GRU(4, return_sequences=True, name="g")(read))
    answers = (("padding", "none"),)
    setting = opened(model, tmp_path, "g", answers=answers, source="text", text="3 0 5 1")
    screen = screen_of(setting)
    wanted = numbers(model(np.array([[3, 0, 5, 1]])))[0]
    np.testing.assert_allclose(hidden(screen), wanted[[0, 2, 3]], rtol=0, atol=CLOSE)
    assert not any("padding=" in note for note in screen.scene.notes)


TEXTS = {"none": "3 4 5 1", "first": "0 4 5 1", "last": "3 4 5 0", "between": "3 0 0 1"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("zeros", [False, True], ids=["kept", "zeros"])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
def test_what_the_last_output_is_at_a_masked_step(tmp_path, text, zeros, backward) -> None:
    """A layer with zero_output_for_mask gives zeros there, and they are what the head reads."""
    given = keras.Input((None,))
    read = layers.Embedding(9, 3, mask_zero=True)(given)
    options = {"go_backwards": backward, "zero_output_for_mask": zeros}
    made = layers.Dense(2)(layers.GRU(4, name="g", **options)(read))
    model = keras.Model(given, made)
    setting = opened(model, tmp_path, "g", source="text", text=text)
    tokens = np.array([[int(one) for one in text.split()]])
    found = predicted(screen_of(setting))
    if found.made.prefixes:  # at each step as if the input had ended there
        tokens = tokens[:, : np.flatnonzero(tokens[0])[-1] + 1]
    shown = found.values[-1] if found.values.ndim == 2 else found.values
    np.testing.assert_allclose(shown, numbers(model(tokens))[0], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("on_stage", ["f", "b"])
def test_a_backward_layer_beside_one_on_the_stage_is_joined_step_by_step(
    tmp_path, text, on_stage
) -> None:
    """Keras leaves what goes backwards in the order in which it was read."""
    given = keras.Input((None,))
    read = layers.Embedding(9, 3, mask_zero=True)(given)
    ahead = layers.GRU(4, name="f", return_sequences=True)(read)
    back = layers.GRU(4, name="b", return_sequences=True, go_backwards=True)(read)
    joined = layers.Concatenate()([ahead, back])
    model = keras.Model(given, layers.Dense(2)(joined))
    setting = opened(model, tmp_path, on_stage, source="text", text=text)
    tokens = np.array([[int(one) for one in text.split()]])
    found = predicted(screen_of(setting))
    if found is None:
        return  # nothing is said, and so nothing wrong
    read = tokens[0] > 0
    wanted = numbers(model(tokens))[0][read[::-1] if on_stage == "b" else read]
    np.testing.assert_allclose(found.values, wanted, rtol=0, atol=CLOSE)


def test_a_prediction_at_each_step_stands_at_the_step_that_it_is_of(tmp_path) -> None:
    """A layer that goes backwards is shown from its last step on, as Keras leaves its output."""
    given = keras.Input((None,))
    read = layers.Embedding(9, 3)(given)
    back = layers.GRU(4, name="b", return_sequences=True, go_backwards=True)(read)
    model = keras.Model(given, layers.Dense(2)(back))
    screen = screen_of(opened(model, tmp_path, "b", source="text", text="3 4 5 1"))
    assert tuple(screen.labels) == ("1", "5", "4", "3")
    wanted = numbers(model(np.array([[3, 4, 5, 1]])))[0]
    _, drawn = predictions.figure(screen)
    names = [int(one) for one in drawn[1]]
    np.testing.assert_allclose(drawn[0], wanted[:, names], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("layer", ["a", "b"])
def test_a_layer_further_up_reads_what_the_layers_below_give(tmp_path, layer) -> None:
    """The input that is drawn is the model's, which has other numbers at a step than the layer."""
    given = keras.Input((None, 3))
    below = layers.GRU(5, return_sequences=True, return_state=True, name="a")
    states, last = below(given)
    above = layers.GRU(5, return_sequences=True, name="b")(states, initial_state=last)
    screen = screen_of(opened(keras.Model(given, layers.Dense(2)(above)), tmp_path, layer, steps=6))
    assert screen.problems == ()
    x = fed(Feed("noise", 6), 3, 0).x.astype(np.float32)[np.newaxis]
    wanted = keras.Model(given, {"a": states, "b": above}[layer])(x)
    np.testing.assert_allclose(hidden(screen), numbers(wanted)[0], rtol=0, atol=CLOSE)
