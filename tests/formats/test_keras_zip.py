"""`.keras` files: every layer is found, laid out and described; what is not computed is refused."""

import json

import ml_dtypes
import numpy as np
import pytest

from gru_core.errors import FormatError, NotFiniteError, ShapeError
from gru_core.formats.keras import archive as keras_zip
from tests.formats.keras_making import (
    arrays,
    check_arrays,
    keras,
    node,
    one,
    only,
    recurrent,
    refusal,
    sequential,
    variables,
    weights_h5,
    zipped,
)

PLAIN = {"gate_activation": "sigmoid", "state_activation": "tanh"}
FORWARD = {"backward": "false"}
TENSOR = {"class_name": "__keras_tensor__", "config": {"shape": [None, None, 3]}}


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("gru", PLAIN | FORWARD | {"reset_after": "true"}),
        ("lstm", PLAIN | FORWARD),
        ("rnn", {"state_activation": "tanh"} | FORWARD),
    ],
)
def test_every_number_is_at_its_gate_unit_and_input(cell: str, says: dict[str, str]) -> None:
    parts = arrays(cell)
    entry = only(one(cell, parts))
    check_arrays(entry, parts)
    assert (entry.name, entry.cell, dict(entry.says), entry.assumes) == ("enc", cell, says, {})
    assert (entry.stored, entry.biases, entry.reading_order) == (
        "float32",
        1 + (cell == "gru"),
        False,
    )


def test_the_format_names_the_version_of_keras() -> None:
    assert keras_zip.read(one(), "x").format == "Keras 3"
    assert keras_zip.read(one(version="2.15.0"), "x").format == "Keras 2"


def test_a_gru_that_resets_before_has_one_bias() -> None:
    parts = arrays(biases=1)
    entry = only(one(parts=parts, reset_after=False))
    check_arrays(entry, parts)
    assert (entry.says["reset_after"], entry.biases) == ("false", 1)


@pytest.mark.parametrize("after", [True, False])
def test_a_layer_without_bias_has_zeros(after: bool) -> None:
    parts = arrays(biases=0)
    entry = only(one(parts=parts, use_bias=False, reset_after=after))
    check_arrays(entry, parts)
    assert (entry.says["reset_after"], entry.biases) == (str(after).lower(), 0)


def test_going_backwards_leaves_the_output_as_read() -> None:
    entry = only(one(go_backwards=True))
    assert (entry.says["backward"], entry.reading_order) == ("true", True)


def bidirectional(mode: object = "concat", **inner: object) -> bytes:
    model = sequential(node("Bidirectional", name="bi", merge_mode=mode, layer=recurrent(**inner)))
    place = "layers/bidirectional/{}_layer/cell"
    return keras(
        model,
        variables(arrays(seed=1), place.format("forward"))
        | variables(arrays(seed=2), place.format("backward")),
    )


@pytest.mark.parametrize(
    ("mode", "merge"), [("concat", "concat"), ("sum", "sum"), ("ave", "mean"), ("mul", "product")]
)
def test_two_directions_are_merged_as_keras_does(mode: str, merge: str) -> None:
    entry = only(bidirectional(mode))
    assert (entry.name, entry.merge, entry.reading_order) == ("bi", merge, False)
    assert "backward" not in entry.says
    check_arrays(entry, arrays(seed=1), (0, 0))
    check_arrays(entry, arrays(seed=2), (0, 1))


def test_two_directions_that_stay_apart_are_refused() -> None:
    assert "bi has the merge_mode None, which leaves two sequences" in refusal(bidirectional(None))


def test_a_first_direction_that_goes_backwards_is_refused() -> None:
    assert "bi has a first layer that goes backwards" in refusal(bidirectional(go_backwards=True))


@pytest.mark.parametrize(
    ("setting", "answers", "said"),
    [
        ("activation", ("tanh", "relu"), "activation inside, ['relu', 'tanh']"),
        (
            "recurrent_activation",
            ("sigmoid", "hard_sigmoid"),
            "recurrent_activation inside, ['hard_sigmoid_sixth', 'sigmoid']",
        ),
    ],
)
def test_directions_of_different_settings_are_refused_by_the_setting(
    setting, answers, said
) -> None:
    first, last = answers
    layers = (recurrent(**{setting: first}), recurrent(go_backwards=True, **{setting: last}))
    bi = node("Bidirectional", name="bi", layer=layers[0], backward_layer=layers[1])
    place = "layers/bidirectional/{}_layer/cell"
    held = variables(arrays(), place.format("forward")) | variables(
        arrays(), place.format("backward")
    )
    assert f"bi has different {said}" in refusal(keras(sequential(bi), held))


def test_a_function_of_the_authors_own_is_named() -> None:
    own = {"module": "builtins", "class_name": "function", "config": "my>twice"}
    layer = recurrent(activation={**own, "registered_name": "function"})
    held = variables(arrays(), "layers/gru/cell")
    assert "has the activation 'my>twice'" in refusal(keras(sequential(layer), held))


def stacked(*classes: str, wrap: bool = False) -> bytes:
    cells = [
        {**recurrent(name=name), "class_name": one} for one, name in zip(classes, "za", strict=True)
    ]
    rnn = node("RNN", name="rnn", cell=node("StackedRNNCells", name="s", cells=cells))
    place = "layers/bidirectional/{}_layer" if wrap else "layers/rnn"
    held = {}
    for way in ("forward", "backward"):
        where = f"{place.format(way)}/cell/cells"
        held |= variables(arrays(), f"{where}/gru_cell")
        held |= variables(arrays(inputs=4, seed=1), f"{where}/gru_cell_1")
    return keras(sequential(node("Bidirectional", name="bi", layer=rnn) if wrap else rnn), held)


def test_stacked_cells_are_layers_in_the_order_of_the_config() -> None:
    entry = only(stacked("GRUCell", "GRUCell"))
    check_arrays(entry, arrays(), (0, 0))
    check_arrays(entry, arrays(inputs=4, seed=1), (1, 0))


def test_a_single_cell_is_a_layer() -> None:
    rnn = node("RNN", name="rnn", cell={**recurrent(), "class_name": "GRUCell"})
    check_arrays(only(keras(sequential(rnn), variables(arrays(), "layers/rnn/cell"))), arrays())


def test_a_cell_of_the_authors_own_is_refused() -> None:
    assert "rnn runs the cell 'MinimalRNNCell'" in refusal(stacked("GRUCell", "MinimalRNNCell"))


def test_a_stack_in_two_directions_is_refused() -> None:
    assert "bi joins the directions of a stack" in refusal(stacked("GRUCell", "GRUCell", wrap=True))


def test_models_in_models_give_paths_of_names() -> None:
    inner = sequential(recurrent(name="deep"), node("Dense", name="d"), name="inner")
    td = node("TimeDistributed", name="each", layer=recurrent(name="word"))
    held = variables(arrays(seed=1), "layers/sequential_1/layers/gru/cell")
    held |= variables(arrays(seed=2), "layers/time_distributed/layer/cell")
    first = sequential(node("Dense", name="none"), name="first")
    file = keras_zip.read(keras(sequential(first, inner, td), held), "x")
    assert [entry.name for entry in file.entries] == ["inner/deep", "each/word"]
    check_arrays(file.entries[0], arrays(seed=1))
    check_arrays(file.entries[1], arrays(seed=2))
    noted = ["once for each outer step" in " ".join(map(str, one.notes)) for one in file.entries]
    assert noted == [False, True]


def test_the_second_layer_of_a_class_has_a_number_whatever_its_name_is() -> None:
    held = variables(arrays(seed=1)) | variables(arrays(seed=2), "layers/gru_1/cell")
    model = sequential(recurrent(name="zoo"), node("Dropout", name="d"), recurrent(name="ant"))
    file = keras_zip.read(keras(model, held), "x")
    assert [entry.name for entry in file.entries] == ["zoo", "ant"]
    check_arrays(file.entries[1], arrays(seed=2))


def test_keras_2_13_counts_layers_with_weights_twice() -> None:
    root = "_layer_checkpoint_dependencies"
    held = variables(arrays(seed=1), f"{root}/gru/cell") | variables(
        arrays(seed=2), f"{root}/gru_2/cell"
    )
    model = sequential(recurrent(name="one"), recurrent(name="two"))
    file = keras_zip.read(keras(model, held, "2.13.1"), "x")
    check_arrays(file.entries[1], arrays(seed=2))


def test_a_layer_of_the_authors_own_is_stepped_over_unless_it_is_recurrent() -> None:
    own = {**node("Mine", name="mine", size=3), "module": "my.code", "registered_name": "My>Mine"}
    file = keras_zip.read(keras(sequential(own, recurrent()), variables(arrays())), "x")
    assert file.notes == ("Layers of the author's own are stepped over: mine.",)
    holding = {**own, "config": {"name": "mine", "layer": recurrent()}}
    model = sequential(holding, recurrent())
    assert "mine is a 'Mine', which is recurrent" in refusal(keras(model, variables(arrays())))


@pytest.mark.parametrize("field", ["module", "registered_name"])
def test_a_gru_of_the_authors_own_is_refused(field: str) -> None:
    own = {**recurrent(), field: "my.code"}
    assert "enc is a 'GRU' of the author's own" in refusal(
        keras(sequential(own), variables(arrays()))
    )


def test_a_model_without_its_layers_is_refused() -> None:
    model = {**node("Functional", units=3), "module": "keras"}
    assert "whose config does not list its layers" in refusal(keras(model, variables(arrays())))


def test_quantized_layers_are_refused() -> None:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}
    assert "enc is quantized ('int8')" in refusal(one(dtype=policy))


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"stateful": True}, "stateful"),
        ({"time_major": True}, "time_major"),
        ({"dtype": "mixed_float16"}, "float16"),
        ({"dtype": {"class_name": "DTypePolicy", "config": {"name": "bfloat16"}}}, "bfloat16"),
    ],
)
def test_what_keras_does_besides_is_noted(config: dict[str, object], word: str) -> None:
    (note,) = only(one(**config)).notes
    assert word in note


@pytest.mark.parametrize(
    "layer", [node("Masking", name="m"), node("Embedding", name="e", mask_zero=True)]
)
def test_masks_are_noted(layer: dict[str, object]) -> None:
    *_, note = only(keras(sequential(layer, recurrent()), variables(arrays()))).notes
    assert "padding" in note


@pytest.mark.parametrize(
    "calls",
    [
        [{"args": [TENSOR], "kwargs": {"initial_state": [TENSOR]}}],
        [[["x", 0, 0, {}], ["enc", 0, 1, {}]]],
        [[["x", 0, 0, {"initial_state": [["enc", 0, 1]]}]]],
    ],
)
def test_a_state_from_another_layer_is_noted(calls: list[object]) -> None:
    model = sequential({**recurrent(), "inbound_nodes": calls})
    (note,) = only(keras(model, variables(arrays()))).notes
    assert "comes from another layer" in note


def test_one_input_is_not_noted() -> None:
    call = {"args": [TENSOR], "kwargs": {"mask": None}}
    model = sequential({**recurrent(), "inbound_nodes": [call]})
    assert only(keras(model, variables(arrays()))).notes == ()


@pytest.mark.parametrize("kind", [np.float16, np.float64, ml_dtypes.bfloat16])
def test_numbers_of_other_precisions_are_read_exactly(kind: type) -> None:
    parts = {name: array.astype(kind) for name, array in arrays().items()}
    entry = only(one(parts=parts))
    wide = np.float64 if kind is np.float64 else np.float32
    check_arrays(entry, {name: array.astype(wide) for name, array in parts.items()})
    assert (entry.stored, entry.layers[0][0].w_x.dtype) == (np.dtype(kind).name, wide)


def test_a_layer_of_two_precisions_is_refused() -> None:
    parts = arrays()
    parts["bias"] = parts["bias"].astype(np.float64)
    assert "enc mixes layers/gru/cell/vars/0 float32" in refusal(one(parts=parts))


def test_whole_numbers_are_refused() -> None:
    parts = {name: array.astype(np.int8) for name, array in arrays().items()}
    assert "'layers/gru/cell/vars/0' holds int8" in refusal(one(parts=parts))


def test_a_number_that_is_none_is_named_with_its_place() -> None:
    parts = arrays()
    parts["recurrent_kernel"][2, 5] = np.nan
    with pytest.raises(NotFiniteError, match=r"^layers/gru/cell/vars/1\[2, 5\] is nan;"):
        only(one(parts=parts))


@pytest.mark.parametrize("part", ["kernel", "recurrent_kernel", "bias"])
def test_half_a_tensor_is_named_with_both_shapes(part: str) -> None:
    parts = arrays()
    parts[part] = parts[part][..., :6]
    with pytest.raises(ShapeError, match=r"^layers/gru/cell/vars/. has shape .*, 6\); enc \(GRU"):
        only(one(parts=parts))


@pytest.mark.parametrize("part", ["recurrent_kernel", "bias"])
def test_a_missing_tensor_is_named(part: str) -> None:
    parts = arrays()
    del parts[part]
    assert "enc" in refusal(one(parts=parts)) or "layers/gru/cell" in refusal(one(parts=parts))


def test_weights_of_another_model_are_refused() -> None:
    two = sequential(recurrent(name="a"), recurrent(name="b"))
    assert "The config has the layer b; the file has no weights of it" in refusal(
        keras(two, variables(arrays()))
    )
    held = variables(arrays()) | variables(arrays("lstm"), "layers/lstm/cell")
    assert "'layers/lstm/cell' that the config does not describe" in refusal(
        keras(sequential(recurrent()), held)
    )
    lstm = sequential(recurrent("lstm", name="a"))
    assert "a (LSTM, 4 units) needs (4, 16)" in refusal(
        keras(lstm, variables(arrays(), "layers/lstm/cell"))
    )


def test_two_layers_of_one_name_are_refused() -> None:
    held = variables(arrays()) | variables(arrays(), "layers/gru_1/cell")
    model = sequential(recurrent(name="a"), recurrent(name="a"))
    assert refusal(keras(model, held)) == "Two layers have the name 'a'; each needs its own."


def test_a_model_without_a_recurrent_layer_is_refused() -> None:
    assert "has no GRU, LSTM or SimpleRNN; it has 'Dense':" in refusal(
        keras(sequential(node("Dense", name="d")), {})
    )


@pytest.mark.parametrize("version", ["4.0.0", "", None, 3, "three"])
def test_an_unknown_version_is_refused(version: object) -> None:
    data = keras(sequential(recurrent()), variables(arrays()), version)
    assert refusal(data).startswith(f"The file is of Keras {version!r};")


@pytest.mark.parametrize("member", keras_zip.MEMBERS)
def test_a_missing_member_is_named(member: str) -> None:
    members = {
        "metadata.json": b'{"keras_version": "3.0.0"}',
        "config.json": json.dumps(sequential(recurrent())).encode(),
        "model.weights.h5": weights_h5(variables(arrays())),
    }
    del members[member]
    assert refusal(zipped(members)).startswith(f"'model.keras' has no {member};")


@pytest.mark.parametrize(
    ("field", "value"), [("units", 0), ("units", "4"), ("units", 10**9), ("use_bias", "yes")]
)
def test_a_field_of_the_wrong_kind_is_named(field: str, value: object) -> None:
    assert refusal(one(**{field: value})).startswith(f"enc.{field} is ")


def test_errors_are_ours() -> None:
    with pytest.raises(FormatError):
        keras_zip.read(b"", "empty.keras")
