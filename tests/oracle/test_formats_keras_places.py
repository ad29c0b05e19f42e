"""What stands around a layer of a Keras model and changes its numbers, or is said where it does."""

import os
from pathlib import Path

import numpy as np
import pytest

from gru_core.__main__ import main
from gru_core.errors import FormatError
from gru_core.formats.answers import answered
from gru_core.formats.opening import open_model
from gru_core.formats.running import run_ready
from gru_core.formats.whole.tracing import Given, model_of, traced

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
    pytest.mark.thorough,
]

CLOSE = 1e-6
FAR = 1e-2  # what another reading would be off by, at least
TOKENS = np.array([[3, 5, 0, 2, 0, 0], [0, 4, 1, 1, 2, 0]])
X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype(np.float32)
layers = keras.layers


def saved(model, tmp_path):
    """A model with numbers of its own, in a file, and what is read of it."""
    rng = np.random.default_rng(1)
    for one in model.weights:
        if "seed" not in one.path:
            one.assign(np.abs(rng.normal(size=one.shape)) * rng.choice([-1, 1], one.shape) * 0.5)
        if "variance" in one.path:
            one.assign(np.abs(one) + 0.3)
    path = Path(tmp_path) / "model.keras"
    model.save(path)
    return path, open_model(path)


def numbers(tensor):
    """As Keras has it; steps first, where there are any."""
    found = keras.ops.convert_to_numpy(tensor)
    return found.swapaxes(0, 1) if found.ndim == 3 else found


def ran(file, name, given, answers=None, *, tokens=False):
    entry = next(one for one in file.entries if one.name == name)
    values = Given(given.swapaxes(0, 1), tokens)
    return traced(file, entry, model_of(file, entry), answers or {}, values)[0]


def near(made, wanted) -> None:
    np.testing.assert_allclose(made, wanted, rtol=0, atol=CLOSE)


# A mask and a first state ---------------------------------------------------------------------


def gru(read, **states):
    """A layer that gives its state to another."""
    _, *made = layers.GRU(4, return_state=True, name="enc")(read)
    return layers.GRU(4, return_sequences=True, name="dec")(read, initial_state=made[0], **states)


def lstm(read):
    _, *made = layers.LSTM(4, return_state=True, name="enc")(read)
    return layers.LSTM(4, return_sequences=True, name="dec")(read, initial_state=made)


@pytest.mark.parametrize("kind", [gru, lstm])
def test_keras_3_applies_no_mask_to_a_layer_with_a_first_state(kind, tmp_path) -> None:
    given = keras.Input((6,))
    decoded = kind(layers.Embedding(7, 3, mask_zero=True)(given))
    above = layers.GRU(3, return_sequences=True, name="above")(decoded)
    pooled = layers.GlobalAveragePooling1D()(above)
    model = keras.Model(given, layers.Dense(2)(pooled))
    _, file = saved(model, tmp_path)
    wanted = keras.Model(given, [decoded, above, model.output])(TOKENS)
    entries = {one.name: one for one in file.entries}
    assert "padding" not in entries["dec"].asks
    notes = {name: " ".join(one.notes) for name, one in entries.items()}
    assert "but not in this layer: Keras 3 applies no mask" in notes["dec"]
    assert "Keras 3 applies no mask" not in notes["enc"] + notes["above"]
    near(ran(file, "dec", TOKENS, tokens=True)["output"], numbers(wanted[0]))
    made = ran(file, "above", TOKENS, tokens=True)  # which has the mask all the same
    assert not made["mask"].all()
    near(made["output"], numbers(wanted[1]))
    near(made["prediction"], numbers(wanted[2]))


def test_a_mask_that_the_call_names_is_applied_beside_a_first_state(tmp_path) -> None:
    given = keras.Input((6,))
    table = layers.Embedding(7, 3, mask_zero=True)
    decoded = gru(table(given), mask=table.compute_mask(given))
    _, file = saved(keras.Model(given, decoded), tmp_path)
    made = ran(file, "dec", TOKENS, tokens=True)
    assert not made["mask"].all()
    near(made["output"], numbers(keras.Model(given, decoded)(TOKENS)))


def test_a_masking_before_a_layer_with_a_state_of_its_own_leaves_no_step_out(tmp_path) -> None:
    given, state = keras.Input((6, 3)), keras.Input((4,))
    read = layers.GRU(4, return_sequences=True, name="g")(
        layers.Masking()(given), initial_state=state
    )
    model = keras.Model([given, state], read)
    _, file = saved(model, tmp_path)
    (entry,) = file.entries
    assert (entry.asks, entry.reads.padding) == ((), None)
    x = X.copy()
    x[:, 3:] = 0
    wanted = numbers(model([x, np.zeros((2, 4))]))
    near(run_ready(answered(entry, {}), x[0]).output, wanted[:, 0])


@pytest.mark.parametrize("backwards", [False, True])
def test_zeros_are_what_is_given_of_a_masked_last_step(backwards, tmp_path) -> None:
    given = keras.Input((6,))
    read = layers.Embedding(7, 3, mask_zero=True)(given)
    last, state = layers.GRU(
        *(4,), name="g", zero_output_for_mask=True, return_state=True, go_backwards=backwards
    )(read)
    joined = layers.Concatenate()([layers.Dense(2)(last), state])
    model = keras.Model(given, joined)
    _, file = saved(model, tmp_path)
    near(ran(file, "g", TOKENS, tokens=True)["prediction"], numbers(model(TOKENS)))


# What a layer reads ---------------------------------------------------------------------------


def nested():
    apart = mixing()
    inner = keras.Sequential([keras.Input((6, 3)), apart], name="between")
    return keras.Sequential([keras.Input((6, 3)), inner, recurrent()])


def recurrent():
    return layers.GRU(4, return_sequences=True, name="g")


def mixing():
    return layers.EinsumDense("abc,cd->abd", output_shape=(None, 3))


def between(layer):
    layer.name = "between"
    return keras.Sequential([keras.Input((6, 3)), layer, layers.Dropout(0.1), recurrent()])


def differing():
    given = keras.Input((6, 3))
    looked = layers.Attention(name="between")([given, layers.Dense(3)(given)])
    return keras.Model(given, recurrent()(looked))


NOT_FOLLOWED = {
    "a sum over any axes": lambda: between(mixing()),
    "a slope for each step": lambda: between(layers.PReLU()),
    "batch norm of the steps": lambda: between(layers.BatchNormalization(axis=1)),
    "attention": differing,
    "a model": nested,
}


@pytest.mark.parametrize("kind", NOT_FOLLOWED)
def test_a_layer_above_what_is_not_followed_says_that_it_reads_the_input(
    kind, tmp_path, capsys, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, file = saved(NOT_FOLLOWED[kind](), tmp_path)
    note = (
        "In its model 'g' reads what 'between' makes of the input, which is not computed here: "
        "the numbers given are taken for what 'g' itself reads."
    )
    np.save("x.npy", X[0])
    assert note in file.entries[-1].notes
    for command in (["inspect"], ["inspect", "--json"]):
        assert main([*command, str(path)]) == 0
        assert note in capsys.readouterr().out
    assert main(["trace", str(path), "--input", "x.npy", "--out", "out.npz"]) == 0
    assert note in capsys.readouterr().out
    assert f"note: {note}" in np.load("out.npz")["notes"].tolist()


def test_layers_that_read_the_input_or_what_is_followed_have_no_such_note(tmp_path) -> None:
    given = keras.Input((6, 3))
    first = layers.GRU(3, return_sequences=True, name="first")(layers.Dropout(0.1)(given))
    model = keras.Model(given, recurrent()(layers.Dense(2)(first)))
    inner = keras.Sequential([keras.Input((6, 3)), layers.Masking(), recurrent()], name="inner")
    for one in (model, keras.Sequential([keras.Input((6, 3)), inner])):
        _, file = saved(one, tmp_path)
        assert "reads what" not in " ".join(note for entry in file.entries for note in entry.notes)


@pytest.mark.parametrize("kind", ["Add", "Concatenate", "Multiply"])
def test_a_layer_is_put_together_with_the_input_of_its_model(kind, tmp_path) -> None:
    given = keras.Input((None, 3))
    first = layers.GRU(3, return_sequences=True, name="first")(given)
    joined = getattr(layers, kind)()([given, first])
    model = keras.Model(given, layers.Dense(2)(recurrent()(joined)))
    _, file = saved(model, tmp_path)
    for name in ("first", "g"):
        made = ran(file, name, X)
        near(made["output"], numbers(keras.Model(given, model.get_layer(name).output)(X)))
        near(made["prediction"], numbers(model(X)))


# Where a layer starts -------------------------------------------------------------------------


def test_a_first_state_is_that_of_the_model_unless_zeros_are_asked_for(
    tmp_path, capsys, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = keras.Input((6, 3))
    read, *states = layers.LSTM(4, return_sequences=True, return_state=True, name="enc")(given)
    decoder = layers.LSTM(4, return_sequences=True, name="dec")
    model = keras.Model(given, decoder(read, initial_state=states))
    path, file = saved(model, tmp_path)
    entry = file.entries[1]
    assert "not known here" not in " ".join(entry.notes)
    assert main(["inspect", str(path)]) == 0
    told = capsys.readouterr().out
    assert "(enc). So it does here, unless" in told
    assert "open:" not in told
    near(ran(file, "dec", X)["output"], numbers(model(X)))
    zeros = numbers(decoder(keras.Model(given, read)(X)))
    assert np.abs(zeros - numbers(model(X))).max() > FAR
    near(ran(file, "dec", X, {"start": "zeros"})["output"], zeros)
    with pytest.raises(FormatError, match="start=zeros"):
        answered(entry, {})  # by itself, it has to be said


def test_a_layer_that_is_called_twice_says_so(tmp_path) -> None:
    given = keras.Input((None, 3))
    shared = layers.GRU(3, return_sequences=True, name="g")
    _, file = saved(keras.Model(given, shared(shared(given))), tmp_path)
    [entry] = file.entries
    said = "'g' is called 2 times: what is shown is one call, and the numbers given are taken for"
    assert said in " ".join(entry.before)


def test_a_layer_of_a_model_that_is_called_twice_says_so(tmp_path) -> None:
    inner = keras.Input((None, 3))
    model = keras.Model(inner, recurrent()(inner), name="inner")
    given = keras.Input((None, 3))
    joined = layers.Concatenate()([model(given), model(given)])
    _, file = saved(keras.Model(given, joined), tmp_path)
    assert "'inner/g' is called 2 times" in " ".join(file.entries[0].before)
