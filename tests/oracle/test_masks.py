"""Steps that a model passes over: every row of a padded batch is as its framework gives it."""

import os

import numpy as np
import pytest
import torch

from gru_core.conventions import STATES, TRACKS
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.checking import check
from gru_core.formats.model import Entry
from gru_core.formats.reads import mask_of_lengths
from gru_core.formats.tracing import trace_arrays
from tests.formats.torch_files import LAYERS, filled, saved

CLOSE = 1e-6
STEPS, BATCH, INPUTS, UNITS = 8, 5, 3, 4
LENGTHS = [8, 3, 1, 5, 7]
# By sequence which steps are read: all, at the start, at the end, with a gap, one, none.
MASK = np.array(
    [
        [1, 1, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 1, 1, 1],
        [0, 1, 1, 0, 0, 1, 0, 1],
        [0, 0, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ],
    np.bool_,
).T


def inputs(batch: int = BATCH, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(STEPS, batch, INPUTS)).astype(np.float32)


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", LAYERS)
def test_a_packed_batch_is_that_of_pytorch_in_every_row(cell, layers, both) -> None:
    module = LAYERS[cell](INPUTS, UNITS, layers, bidirectional=both)
    module = filled(module).eval()
    [entry] = read(saved(module.state_dict()), "a.pt").entries
    x, rows = inputs(), layers * (1 + both)
    start = np.random.default_rng(5).normal(size=(rows, BATCH, UNITS)).astype(np.float32)
    starts = [start, start[::-1].copy()][: len(STATES[cell])]
    held = tuple(map(torch.from_numpy, starts))
    with torch.no_grad():
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            torch.from_numpy(x), torch.tensor(LENGTHS), enforce_sorted=False
        )
        given, last = module(packed, held if cell == "lstm" else held[0])
        expected = torch.nn.utils.rnn.pad_packed_sequence(given)[0].numpy()
    mask = mask_of_lengths(LENGTHS, STEPS, BATCH)
    named = dict(zip(STATES[cell], starts, strict=True))
    made = trace_arrays(answered(entry, {}), x, named, mask)
    np.testing.assert_allclose(made["output"], expected, rtol=0, atol=CLOSE)
    np.testing.assert_array_equal(made["mask"], mask)
    ways = ("forward", "backward")[: 1 + both]
    hidden = (last[0] if cell == "lstm" else last).numpy()
    for row, name in enumerate((at, way) for at in range(layers) for way in ways):
        track = made[f"layer{name[0]}.{name[1]}.hidden"]
        np.testing.assert_allclose(
            track[0 if name[1] == "backward" else -1], hidden[row], rtol=0, atol=CLOSE
        )
    gates = [name for name in TRACKS[cell] if name not in STATES[cell]]
    for gate in gates:
        np.testing.assert_array_equal(np.isnan(made[f"layer0.forward.{gate}"]).all(-1), ~mask)


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras")


def layers_of(keras) -> dict[str, list]:
    """Layers by what is tried, the recurrent ones named a, b and so on."""
    k, more = keras.layers, {"return_sequences": True}
    return {
        "gru": [k.GRU(UNITS, name="a", **more)],
        "lstm": [k.LSTM(UNITS, name="a", **more)],
        "rnn": [k.SimpleRNN(UNITS, name="a", **more)],
        "last alone": [k.LSTM(UNITS, name="a")],
        "backwards": [k.GRU(UNITS, name="a", go_backwards=True, **more)],
        "zeros": [k.LSTM(UNITS, name="a", zero_output_for_mask=True, **more)],
        "before": [k.GRU(UNITS, name="a", reset_after=False, **more)],
        "cells": [k.RNN(k.StackedRNNCells([k.GRUCell(UNITS), k.GRUCell(6)]), name="a", **more)],
        **{
            mode: [k.Bidirectional(k.LSTM(UNITS, name="x", **more), name="a", merge_mode=mode)]
            for mode in ("concat", "sum", "ave", "mul")
        },
        "stacked": [
            k.Bidirectional(k.GRU(UNITS, name="x", **more), name="a"),
            k.Dropout(0.5),
            k.LSTM(UNITS, name="b", **more),
            k.Dense(6),
            k.GRU(UNITS, name="c", **more),
        ],
    }


NAMES = (
    *("gru", "lstm", "rnn", "last alone", "backwards", "zeros", "before", "cells"),
    *("concat", "sum", "ave", "mul", "stacked"),
)


def drawn(keras, model) -> None:
    rng = np.random.default_rng(2)
    for variable in model.trainable_variables:
        variable.assign(0.4 * rng.normal(size=variable.shape))


def through(keras, layers, x) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """For each recurrent layer its name, what it reads and what it gives, (step, batch, …)."""
    found, given = [], keras.ops.convert_to_tensor(x.swapaxes(0, 1))
    for layer in layers:
        made = layer(given)
        if layer.name in "abc":
            pair = [np.asarray(keras.ops.convert_to_numpy(one)) for one in (given, made)]
            found.append((layer.name, *(p.swapaxes(0, 1) if p.ndim == 3 else p for p in pair)))
        given = made
    return found


@pytest.mark.sampled(6)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("value", [0.0, -1.5])
@pytest.mark.parametrize("name", NAMES)
def test_masked_steps_are_those_of_keras(name, value, keras, tmp_path) -> None:
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Masking(value), *layers_of(keras)[name]]
    model = keras.Sequential([keras.Input((STEPS, INPUTS)), *layers])
    drawn(keras, model)
    model.save(tmp_path / "model.keras")
    data = (tmp_path / "model.keras").read_bytes()
    x = inputs(MASK.shape[1])
    x[~MASK] = value
    entries = {one.name: one for one in read(data, "model.keras").entries}
    for own, given, expected in through(keras, layers, x):
        entry: Entry = entries[own]
        known = own == "a"  # the Masking stands right before it
        assert (entry.asks, entry.reads.padding) == (((), value) if known else (("padding",), None))
        settings = {} if known else {"padding": "none"}
        mask = None if known else MASK
        read_ = x if known else given
        made = trace_arrays(answered(entry, settings), read_, None, mask)
        np.testing.assert_array_equal(made["mask"], MASK)
        output = made["output"] if expected.ndim == 3 else made["layer0.forward.hidden"][-1]
        np.testing.assert_allclose(output, expected, rtol=0, atol=CLOSE)
        assert np.isfinite(made["layer0.forward.hidden"] if name != "backwards" else output).all()
        if known and expected.ndim == 3:
            checked = check(data, "model.keras", own, read_[:, 3], settings)
            np.testing.assert_allclose(checked, expected[:, 3], rtol=0, atol=CLOSE)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_mask_of_an_embedding_is_what_the_visitor_says(keras, tmp_path) -> None:
    keras.utils.set_random_seed(1)
    k = keras.layers
    layers = [
        k.Embedding(9, INPUTS, mask_zero=True),
        k.Bidirectional(k.GRU(UNITS, return_sequences=True), name="a"),
        k.LSTM(UNITS, name="b", return_sequences=True),
    ]
    model = keras.Sequential([keras.Input((STEPS,), dtype="int32"), *layers])
    drawn(keras, model)
    model.save(tmp_path / "model.keras")
    tokens = np.random.default_rng(3).integers(1, 9, MASK.shape)
    tokens[~MASK] = 0
    file = read((tmp_path / "model.keras").read_bytes(), "model.keras")
    entries = {one.name: one for one in file.entries}
    for own, given, expected in through(keras, layers, tokens):
        ready = answered(entries[own], {"padding": "none"})
        made = trace_arrays(ready, given, None, MASK)["output"]
        np.testing.assert_allclose(made, expected, rtol=0, atol=CLOSE)
        whole = trace_arrays(ready, given)["output"]
        assert np.abs(whole - expected).max() > 1e-2  # without a mask it is another output
    # Where the vectors of padding are made zero, they are found.
    given = through(keras, layers, tokens)[0][1].copy()
    given[~MASK] = 0
    made = trace_arrays(answered(entries["a"], {"padding": "zeros"}), given)
    np.testing.assert_allclose(
        made["output"], through(keras, layers, tokens)[0][2], rtol=0, atol=CLOSE
    )
