"""Keras models that leave steps out, and those that give a layer its first state."""

import numpy as np
import pytest

from gru_core.errors import FormatError
from gru_core.formats import read
from gru_core.formats.answers import answered, questions
from gru_core.formats.keras.masks import of_model
from gru_core.formats.keras.notes import state_sources
from gru_core.formats.running import run_ready
from tests.formats.keras_making import (
    arrays,
    keras,
    legacy,
    named,
    node,
    recurrent,
    sequential,
    variables,
)

X = np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32)
GRU = arrays()


def tensor(name):
    """An output of a layer, as Keras 3 writes it."""
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def called(layer, *args, **kwargs):
    """A layer of a functional model of Keras 3."""
    calls = [{"args": list(args), "kwargs": kwargs}]
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": calls}


def called_of_old(layer, *tensors):
    """A layer of a functional model of Keras 1 and 2; each tensor is a name, or a whole list."""
    listed = [[one, 0, 0, {}] if isinstance(one, str) else one for one in tensors]
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": [listed]}


def functional(*layers):
    return node("Functional", name="model", layers=list(layers))


def masking(value=0.0, name="mask"):
    return node("Masking", name=name, mask_value=value)


def embedding(**config):
    return node("Embedding", **{"name": "emb", "input_dim": 9, "output_dim": 3, **config})


def given(name="in"):
    return {**node("InputLayer", name=name), "name": name, "inbound_nodes": []}


ENC = recurrent()
OLD = recurrent()
BOTH = node("Bidirectional", name="enc", merge_mode="concat", layer=recurrent(name="x"))
# For each way a model of Keras 3 with the layer enc, and the value that can be looked for.
MODELS = {
    "sequential": (sequential(masking(), ENC), 0.0),
    "another value": (sequential(masking(-1.5), ENC), -1.5),
    "behind dropout": (sequential(masking(3), node("Dropout", name="d", rate=0.5), ENC), 3.0),
    "not right before": (sequential(masking(), node("Dense", name="d", units=3), ENC), None),
    "embedding": (sequential(embedding(mask_zero=True), ENC), None),
    "functional": (
        functional(given(), called(masking(0.5), tensor("in")), called(ENC, tensor("mask"))),
        0.5,
    ),
    "given": (
        functional(
            given(),
            called(embedding(), tensor("in")),
            called(node("NotEqual", name="ne"), tensor("in"), 0),
            called(ENC, tensor("emb"), training=False, mask=tensor("ne")),
        ),
        None,
    ),
    "given third": (functional(given(), called(ENC, tensor("in"), None, tensor("ne"))), None),
    "in a model": (
        sequential(node("Sequential", name="inner", layers=[masking(7.0), ENC])),
        7.0,
    ),
    "around a model": (
        sequential(masking(), node("Sequential", name="inner", layers=[ENC])),
        None,
    ),
}
PLACE = {"in a model": "layers/sequential/layers/gru/cell"}
PLACE["around a model"] = PLACE["in a model"]


def opened(way):
    place = PLACE.get(way, "layers/gru/cell")
    return read(keras(MODELS[way][0], variables(GRU, place)), "a.keras").entries[0]


@pytest.mark.parametrize("way", MODELS)
def test_a_layer_whose_mask_is_known_passes_over_it_and_another_is_asked_of(way) -> None:
    entry, value = opened(way), MODELS[way][1]
    assert entry.reads.padding == value
    [note] = [note for note in entry.notes if "padding" in note]
    assert note.startswith("The model leaves out steps that are padding (")
    padded = X.copy()
    padded[3] = 0.0 if value is None else value
    if value is None:
        assert [q.setting for q in questions(entry) if q.assumed is None] == ["padding"]
        with pytest.raises(FormatError, match="is not run: its model leaves out steps that are"):
            answered(entry, {})
        whole = run_ready(answered(entry, {"padding": "none"}), padded)
        assert whole.read is None
        made = run_ready(answered(entry, {"padding": "zeros"}), padded)
    else:
        assert entry.asks == ()
        made = run_ready(answered(entry, {}), padded)
    assert made.read is not None
    assert made.read.tolist() == [True, True, True, False, True]
    without = run_ready(answered(entry, dict.fromkeys(entry.asks, "none")), padded[[0, 1, 2, 4]])
    np.testing.assert_array_equal(made.output[[0, 1, 2, 2, 4]], made.output)
    np.testing.assert_array_equal(made.output[[0, 1, 2, 4]], without.output)


def test_a_mask_of_its_own_comes_before_that_of_a_masking() -> None:
    model = functional(
        given(),
        called(masking(0.5), tensor("in")),
        called(ENC, tensor("mask"), mask=tensor("other")),
    )
    [entry] = read(keras(model, variables(GRU)), "a.keras").entries
    assert (entry.asks, entry.reads.padding) == (("padding",), None)


@pytest.mark.parametrize("way", MODELS)
def test_the_note_names_what_makes_the_mask_and_no_first_state(way) -> None:
    notes = " ".join(opened(way).notes)
    assert "before the first step" not in notes
    named_one = {
        "embedding": "Embedding 'emb' with mask_zero",
        "given": "a mask that 'enc' is given",
        "given third": "a mask that 'enc' is given",
    }
    assert named_one.get(way, "Masking 'mask'") in notes


def test_of_a_masked_layer_of_two_directions_the_mask_is_known_and_of_one_above_asked() -> None:
    top = recurrent(name="top", return_sequences=True)
    model = sequential(masking(), BOTH, top)
    held = variables(GRU, "layers/bidirectional/forward_layer/cell")
    held |= variables(arrays(seed=1), "layers/bidirectional/backward_layer/cell")
    held |= variables(arrays(inputs=8, seed=2), "layers/gru/cell")
    entries = read(keras(model, held), "a.keras").entries
    assert [(one.name, one.asks, one.reads.padding) for one in entries] == [
        ("enc", (), 0.0),
        ("top", ("padding",), None),
    ]


OLD_MODELS = {
    "sequential": (sequential(masking(2.0), OLD), 2.0),
    "only a list": (node("Sequential", layers=[]) | {"config": [masking(2.0), OLD]}, 2.0),
    "functional": (
        node(
            "Model",
            name="model",
            layers=[given(), called_of_old(masking(2.0), "in"), called_of_old(OLD, "mask")],
        ),
        2.0,
    ),
    "embedding": (sequential(embedding(mask_zero=True), OLD), None),
    "given": (
        node(
            "Model",
            name="model",
            layers=[given(), called_of_old(OLD, ["in", 0, 0, {"mask": ["ne", 0, 0]}])],
        ),
        None,
    ),
}


@pytest.mark.parametrize("version", ["2.11.0", "1.2.2"])
@pytest.mark.parametrize("way", OLD_MODELS)
def test_older_files_are_asked_of_too(way, version) -> None:
    model, value = OLD_MODELS[way]
    data = legacy({"enc": named(GRU, "enc")}, model, version)
    [entry] = read(data, "a.h5").entries
    assert (entry.asks, entry.reads.padding) == (("padding",) if value is None else (), value)
    assert "before the first step" not in " ".join(entry.notes)


STATED = called_of_old(OLD, "mask", "h")


@pytest.mark.parametrize("version", ["2.11.0", "1.2.2"])
def test_keras_before_3_masks_a_layer_with_a_first_state_too(version) -> None:
    model = node("Model", name="model", layers=[given(), given("h")])
    model["config"]["layers"] += [called_of_old(masking(2.0), "in"), STATED]
    [entry] = read(legacy({"enc": named(GRU, "enc")}, model, version), "a.h5").entries
    assert (entry.asks, entry.reads.padding) == ((), 2.0)


@pytest.mark.parametrize("between", [(), (node("Dense", name="d", units=3),)])
def test_keras_3_masks_it_only_where_its_call_says_so(between) -> None:
    below = [called(one, tensor("mask")) for one in between]
    read_ = tensor("d" if between else "mask")
    for options, asks, said in (
        ({}, (), "but not in this layer"),
        ({"mask": tensor("any")}, ("padding",), "the state goes past them"),
    ):
        layer = called(ENC, read_, initial_state=tensor("h"), **options)
        first = called(masking(0.5), tensor("in"))
        model = functional(given(), given("h"), first, *below, layer)
        [entry] = read(keras(model, variables(GRU)), "a.keras").entries
        assert (entry.asks, entry.reads.padding) == (asks, None)
        assert said in " ".join(entry.notes)


def test_models_without_a_mask_are_not_asked_of() -> None:
    plain = sequential(embedding(mask_zero=False), node("Dropout", name="d", rate=0.1), ENC)
    [entry] = read(keras(plain, variables(GRU)), "a.keras").entries
    assert (entry.asks, entry.reads.padding) == ((), None)
    assert "padding" not in " ".join(entry.notes)
    assert of_model(functional(called(ENC, tensor("in"), mask=None))).made_by == ()


# Where a layer starts -------------------------------------------------------------------------

STATES = {
    "kwarg": called(ENC, tensor("in"), initial_state=[tensor("h")]),
    "second": called(ENC, tensor("in"), tensor("h")),
    "listed": called(ENC, [tensor("in"), tensor("h")]),
    "old listed": called_of_old(ENC, "in", "h"),
    "old kwarg": called_of_old(ENC, ["in", 0, 0, {"initial_state": [["h", 0, 0]]}]),
    "old kwarg alone": called_of_old(ENC, ["in", 0, 0, {"initial_state": ["h", 0, 0]}]),
}


@pytest.mark.parametrize("way", STATES)
@pytest.mark.parametrize("computed", [False, True])
def test_a_first_state_from_an_input_is_noted_and_from_a_layer_asked_of(way, computed) -> None:
    source = called(node("Dense", name="h", units=4), tensor("in")) if computed else given("h")
    model = functional(given(), source, STATES[way])
    [entry] = read(keras(model, variables(GRU)), "a.keras").entries
    [note] = entry.notes
    if computed:
        assert note.startswith("In its model the state before the first step comes from another")
        with pytest.raises(FormatError, match="--set start=zeros"):
            answered(entry, {})
    else:
        assert note.startswith("In its model the state before the first step is an input (h)")
    assert entry.asks == (("start",) if computed else ())
    assert run_ready(answered(entry, dict.fromkeys(entry.asks, "zeros")), X).output.shape == (5, 4)


@pytest.mark.parametrize("calls", [None, [], [{}], [[]], [[["a", 0, 0, {}]]], {"a": 1}, [3], [[3]]])
def test_calls_of_any_form_are_read_without_a_state(calls) -> None:
    assert state_sources(calls) == ()
    assert of_model({"inbound_nodes": calls, "config": {"layers": [calls]}}).made_by == ()
