"""HDF5 files of Keras: whole models of Keras 1, 2 and 3, and weights without a config."""

import h5py
import numpy as np
import pytest

from gru_core.errors import FormatError, GatescopeError
from gru_core.formats.answers import answered, questions
from gru_core.formats.keras import h5 as keras_h5
from gru_core.formats.model import Entry, ModelFile
from tests.formats.keras_making import (
    Arrays,
    arrays,
    check_arrays,
    hdf5,
    legacy,
    named,
    node,
    recurrent,
    sequential,
    variables,
    weights_h5,
)


def read(data: bytes) -> ModelFile:
    return keras_h5.read(data, "model.h5")


def only(data: bytes) -> Entry:
    (entry,) = read(data).entries
    return entry


def refusal(data: bytes) -> str:
    with pytest.raises(GatescopeError) as caught:
        read(data)
    return str(caught.value)


def asked(entry: Entry) -> dict[str, str | None]:
    """What the file leaves open, with what its framework does if not told otherwise."""
    return {question.setting: question.assumed for question in questions(entry)}


def for_cudnn(parts: Arrays) -> Arrays:
    """The same layer as Keras 2 kept those that ran on cuDNN only.

    Each gate's kernel is transposed, flattened and cut to the old shape again (keras 2.15,
    saving/legacy/hdf5_format.py, `_convert_rnn_weights`).
    """
    gates = parts["kernel"].shape[1] // len(parts["recurrent_kernel"])
    made = {
        name: np.hstack([one.T.reshape(one.shape) for one in np.hsplit(parts[name], gates)])
        for name in ("kernel", "recurrent_kernel")
    }
    return made | {"bias": parts["bias"].ravel()}


def of_keras_1(cell: str, parts: Arrays, name: str) -> Arrays:
    """The same layer as Keras 1 kept it: every gate on its own."""
    letters = {"gru": "zrh", "lstm": "ifco"}[cell]
    kinds = {"kernel": "W", "recurrent_kernel": "U", "bias": "b"}
    return {
        f"{name}_{kinds[part]}_{letter}": block
        for part, array in parts.items()
        for letter, block in zip(letters, np.split(array, len(letters), axis=-1), strict=True)
    }


class TestWholeModels:
    @pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
    @pytest.mark.parametrize("path", ["enc/some_cell", "enc"])  # from 2.3 on, and before
    def test_every_number_is_at_its_gate_unit_and_input(self, cell: str, path: str) -> None:
        model = sequential(recurrent(cell))
        entry = only(legacy({"enc": named(arrays(cell), path)}, model))
        check_arrays(entry, arrays(cell))
        assert (entry.name, asked(entry)) == ("enc", {})

    def test_the_format_names_the_version(self) -> None:
        data = legacy({"enc": named(arrays())}, sequential(recurrent()), "3.15.1")
        assert read(data).format == "Keras 3 HDF5"

    @pytest.mark.parametrize(
        ("version", "slope"), [("1.2.2", ""), ("2.2.4-tf", ""), ("3.1.0", "_sixth")]
    )
    def test_hard_sigmoid_is_that_of_the_version(self, version: str, slope: str) -> None:
        model = sequential(recurrent(recurrent_activation="hard_sigmoid"))
        entry = only(legacy({"enc": named(arrays())}, model, version))
        assert entry.says["gate_activation"] == f"hard_sigmoid{slope}"

    def test_before_reset_after_there_was_only_before(self) -> None:
        layer = recurrent()
        del layer["config"]["reset_after"]
        entry = only(legacy({"enc": named(arrays(biases=1))}, sequential(layer), "2.0.6"))
        assert entry.says["reset_after"] == "false"

    def test_a_sequential_was_a_list_of_layers(self) -> None:
        model = node("Sequential") | {"config": [recurrent()]}
        check_arrays(only(legacy({"enc": named(arrays())}, model, "2.2.0")), arrays())

    @pytest.mark.parametrize("cell", ["gru", "lstm"])
    def test_keras_1_keeps_each_gate_on_its_own(self, cell: str) -> None:
        parts = arrays(cell, biases=1)
        old = {"name": "enc", "output_dim": 4, "activation": "tanh", "inner_activation": "sigmoid"}
        model = sequential(node(recurrent(cell)["class_name"], **old))
        entry = only(legacy({"enc": of_keras_1(cell, parts, "enc")}, model, None))
        check_arrays(entry, parts)
        assert asked(entry) == {}

    def test_a_gate_of_keras_1_that_is_missing_is_refused(self) -> None:
        old = {"name": "enc", "output_dim": 4, "activation": "tanh", "inner_activation": "sigmoid"}
        held = of_keras_1("gru", arrays(biases=1), "enc")
        del held["enc_W_r"]
        assert "enc has 2 gates with shapes [(3, 4)]" in refusal(
            legacy({"enc": held}, sequential(node("GRU", **old)), None)
        )

    @pytest.mark.parametrize("cell", ["gru", "lstm"])
    def test_layers_for_cudnn_are_laid_out_as_others(self, cell: str) -> None:
        parts = arrays(cell, biases=2)
        layer = node(f"CuDNN{cell.upper()}", name="enc", units=4)
        entry = only(legacy({"enc": named(for_cudnn(parts), "enc")}, sequential(layer)))
        check_arrays(entry, parts)
        assert (asked(entry), entry.biases) == ({}, 2)

    @pytest.mark.parametrize("names", [("inner", "inner"), ("forward_inner", "backward_inner")])
    def test_the_directions_are_told_by_their_names(self, names: tuple[str, str]) -> None:
        layer = node("Bidirectional", name="bi", layer=recurrent(name=names[0]))
        if names[0] != names[1]:
            last = recurrent(name=names[1], go_backwards=True)
            layer["config"]["backward_layer"] = last
        weights = named(arrays(seed=1), "bi/forward_inner/cell")
        weights |= named(arrays(seed=2), "bi/backward_inner/cell_1")
        entry = only(legacy({"bi": weights}, sequential(layer)))
        check_arrays(entry, arrays(seed=1), (0, 0))
        check_arrays(entry, arrays(seed=2), (0, 1))

    @pytest.mark.parametrize("path", ["sub/{}", "{}"])  # Keras 3, and Keras 2
    def test_layers_of_a_model_in_the_model_are_told_by_their_names(self, path: str) -> None:
        sub = sequential(recurrent(name="a"), recurrent(name="b"), name="sub")
        weights = named(arrays(seed=1), path.format("b")) | named(arrays(seed=2), path.format("a"))
        file = read(legacy({"sub": weights}, sequential(sub)))
        assert [entry.name for entry in file.entries] == ["sub/a", "sub/b"]
        check_arrays(file.entries[0], arrays(seed=2))
        check_arrays(file.entries[1], arrays(seed=1))

    def test_names_that_do_not_tell_layers_apart_are_refused(self) -> None:
        sub = sequential(recurrent(name="a"), recurrent(name="b"), name="sub")
        weights = named(arrays(seed=1), "x") | named(arrays(seed=2), "y")
        assert "is not clear from the names" in refusal(legacy({"sub": weights}, sequential(sub)))

    def test_one_set_of_weights_is_not_two_layers(self) -> None:
        sub = sequential(recurrent(name="a"), recurrent(name="b"), name="sub")
        assert "is not clear" in refusal(legacy({"sub": named(arrays(), "x")}, sequential(sub)))

    def test_weights_and_config_of_different_models_are_refused(self) -> None:
        model = sequential(recurrent())
        assert "has the layer enc; the file has no weights of it" in refusal(
            legacy({"other": named(arrays())}, model)
        )
        both = {"enc": named(arrays()), "more": named(arrays(), "more")}
        assert "'model_weights/more/more' that the config does not" in refusal(legacy(both, model))
        two = named(arrays()) | {"enc/gru_cell/kernel_0:0": arrays()["kernel"]}
        with pytest.raises(GatescopeError):
            read(legacy({"enc": two | {"enc/x/recurrent_kernel:0": arrays()["kernel"]}}, model))

    def test_a_convolution_is_not_taken_for_a_layer_of_ours(self) -> None:
        conv = node("ConvLSTM2D", name="conv", filters=2, recurrent_activation="hard_sigmoid")
        weights = {
            f"conv/{n}:0": np.ones((1, 1, 1, 8), "f") for n in ("kernel", "recurrent_kernel")
        }
        file = read(
            legacy({"conv": weights, "enc": named(arrays())}, sequential(conv, recurrent()))
        )
        assert [entry.name for entry in file.entries] == ["enc"]
        assert file.notes == ("Convolutional recurrent layers are not shown: conv.",)


class TestWeightsOfKeras3:
    def test_only_what_shapes_prove_is_said(self) -> None:
        entry = only(weights_h5(variables(arrays()), {"layers/gru": "enc"}))
        check_arrays(entry, arrays())
        assert (entry.name, entry.says) == ("enc", {"reset_after": "true"})
        assert asked(entry) == {
            "gate_activation": "sigmoid",
            "state_activation": "tanh",
            "backward": "false",
        }

    def test_a_file_without_the_names_of_its_objects_may_be_of_keras_2_as_well(self) -> None:
        """Keras 2.21 and 3.5 write the same groups without names, and 3.15 writes names."""
        assert read(weights_h5(variables(arrays()))).format == "Keras 2 or 3 weights"
        named_so = weights_h5(variables(arrays()), {"layers/gru": "enc"})
        assert read(named_so).format == "Keras 3 weights"

    def test_one_bias_means_reset_before(self) -> None:
        entry = only(weights_h5(variables(arrays(biases=1))))
        assert (entry.name, entry.says) == ("gru", {"reset_after": "false"})

    def test_without_bias_the_place_of_reset_has_to_be_asked(self) -> None:
        entry = only(weights_h5(variables(arrays(biases=0))))
        assert asked(entry)["reset_after"] is None

    @pytest.mark.parametrize(("cell", "snake"), [("lstm", "lstm"), ("rnn", "simple_rnn")])
    def test_the_recurrent_kernel_tells_the_kind(self, cell: str, snake: str) -> None:
        # Twelve columns divide by three and by four: the units decide.
        parts = arrays(cell, units=3)
        entry = only(weights_h5(variables(parts, f"layers/{snake}/cell")))
        check_arrays(entry, parts)
        assert "reset_after" not in asked(entry)
        assert ("gate_activation" in asked(entry)) == (cell == "lstm")
        assert entry.notes == ()

    def test_a_kind_that_only_shapes_tell_is_noted(self) -> None:
        (note,) = only(weights_h5(variables(arrays(), "encoder/cell"))).notes
        assert "by its shapes it is: GRU" in note

    def test_a_name_that_contradicts_the_shapes_is_refused(self) -> None:
        data = weights_h5(variables(arrays("gru"), "layers/lstm/cell"))
        assert "'lstm' is named as LSTM, but by the shape" in refusal(data)

    def test_shapes_of_no_cell_are_refused(self) -> None:
        parts = {"kernel": np.ones((3, 10), "f"), "recurrent_kernel": np.ones((5, 10), "f")}
        assert "has shape (5, 10); a recurrent kernel" in refusal(weights_h5(variables(parts)))

    def test_two_directions_are_joined_as_keras_does_unless_told(self) -> None:
        place = "layers/bidirectional/{}_layer/cell"
        held = variables(arrays(seed=1), place.format("forward"))
        held |= variables(arrays(seed=2), place.format("backward"))
        entry = only(weights_h5(held))
        check_arrays(entry, arrays(seed=1), (0, 0))
        check_arrays(entry, arrays(seed=2), (0, 1))
        assert "backward" not in asked(entry)
        assert entry.assumes["merge"] == "concat"
        assert answered(entry, {}).merge == "concat"
        assert answered(entry, {"merge": "sum"}).merge == "sum"

    def test_one_direction_of_two_is_refused(self) -> None:
        held = variables(arrays(), "layers/bidirectional/forward_layer/cell")
        assert "are of forward; a layer has one direction or two" in refusal(weights_h5(held))

    def test_names_of_models_around_a_layer_are_kept(self) -> None:
        held = variables(arrays(), "layers/sequential/layers/gru/cell")
        names = {"layers/sequential": "sub", "layers/sequential/layers/gru": "deep"}
        assert only(weights_h5(held, names)).name == "sub/deep"

    def test_layers_of_one_name_are_told_apart_by_their_groups(self) -> None:
        held = variables(arrays()) | variables(arrays(), "layers/gru_1/cell")
        names = {"layers/gru": "a", "layers/gru_1": "a"}
        assert [e.name for e in read(weights_h5(held, names)).entries] == [
            "layers/gru",
            "layers/gru_1",
        ]

    def test_stacked_cells_are_in_the_order_of_their_numbers(self) -> None:
        place = "layers/rnn/cell/cells/gru_cell"
        held = variables(arrays(inputs=4, seed=1), f"{place}_10") | variables(arrays(), place)
        held |= variables(arrays(inputs=4, seed=2), f"{place}_2")
        entry = only(weights_h5(held))
        check_arrays(entry, arrays(inputs=4, seed=2), (1, 0))
        check_arrays(entry, arrays(inputs=4, seed=1), (2, 0))

    def test_a_file_without_a_recurrent_layer_is_refused(self) -> None:
        assert "'model.h5' is an HDF5 file without a recurrent layer" in refusal(
            weights_h5({"layers/dense/vars/0": np.ones((2, 2))})
        )


class TestLegacyWeights:
    @pytest.mark.parametrize("version", ["2.1.5", "2.15.0", None])
    def test_what_gates_end_in_has_to_be_asked(self, version: str | None) -> None:
        entry = only(legacy({"enc": named(arrays())}, version=version))
        check_arrays(entry, arrays())
        assert (entry.name, entry.says) == ("enc", {"reset_after": "true"})
        assert asked(entry) == {
            "gate_activation": None,
            "state_activation": "tanh",
            "backward": "false",
        }

    @pytest.mark.parametrize(("biases", "says"), [(1, {"reset_after": "false"}), (0, {})])
    def test_the_bias_tells_where_reset_acts(self, biases: int, says: dict[str, str]) -> None:
        assert only(legacy({"enc": named(arrays(biases=biases))})).says == says

    def test_a_layer_for_cudnn_has_no_other_activation(self) -> None:
        parts = arrays("lstm", biases=2)
        entry = only(legacy({"rnn_1": named(for_cudnn(parts), "rnn_1")}))
        check_arrays(entry, parts)
        assert asked(entry) == {"backward": "false"}

    @pytest.mark.parametrize("cell", ["gru", "lstm"])
    def test_weights_of_keras_1_are_read(self, cell: str) -> None:
        parts = arrays(cell, biases=1)
        held = {f"{name}:0": array for name, array in of_keras_1(cell, parts, f"{cell}_1").items()}
        entry = only(legacy({f"{cell}_1": held}, version=None))
        check_arrays(entry, parts)
        assert entry.name == f"{cell}_1"

    def test_directions_and_models_in_models_are_told_by_names(self) -> None:
        bi = named(arrays(seed=1), "bi/forward_a/c") | named(arrays(seed=2), "bi/backward_a/c_1")
        sub = named(arrays(seed=3), "deep/gru_cell") | named(arrays(seed=4), "other/gru_cell_1")
        file = read(legacy({"bi": bi, "sub": sub}))
        assert [entry.name for entry in file.entries] == ["bi", "sub/deep", "sub/other"]
        check_arrays(file.entries[0], arrays(seed=2), (0, 1))
        check_arrays(file.entries[2], arrays(seed=4))

    def test_a_layer_may_be_called_forward(self) -> None:
        entry = only(legacy({"forward_pass": named(arrays(), "forward_pass/gru_cell")}))
        assert (entry.name, len(entry.layers[0])) == ("forward_pass", 1)

    def test_the_order_of_cells_with_names_is_not_guessed(self) -> None:
        held = named(arrays(), "rnn/stacked_rnn_cells/z") | named(
            arrays(inputs=4), "rnn/stacked_rnn_cells/a"
        )
        assert "their order is not in the file" in refusal(legacy({"rnn": held}))

    def test_layers_are_in_the_natural_order_of_their_names(self) -> None:
        layers = {f"gru_{i}": named(arrays(), f"gru_{i}/gru_cell") for i in (10, 2, 1)}
        assert [e.name for e in read(legacy(layers)).entries] == ["gru_1", "gru_2", "gru_10"]


class TestPacked:
    """Keras packs nothing, but other programs that copy HDF5 files do."""

    @pytest.mark.parametrize(
        "options",
        [
            {"chunks": (2, 5)},
            {"chunks": (2, 5), "compression": "gzip"},
            {"chunks": (2, 12), "compression": "gzip", "shuffle": True},
            {"chunks": (1, 7), "shuffle": True},
        ],
    )
    @pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2"])
    def test_chunks_are_put_together(self, options: dict[str, object], dtype: str) -> None:
        parts = {name: array.astype(dtype) for name, array in arrays().items()}

        def fill(file: h5py.File) -> None:
            for path, array in variables(parts).items():
                own = options | {"chunks": tuple(options["chunks"][: array.ndim])}
                file.create_dataset(path, data=array, **own)

        wide = np.float64 if dtype == ">f8" else np.float32
        check_arrays(only(hdf5(fill)), {n: array.astype(wide) for n, array in parts.items()})

    def test_the_newer_layout_of_hdf5_is_read(self) -> None:
        def fill(file: h5py.File) -> None:
            for path, array in variables(arrays()).items():
                file[path] = array
            file.require_group("layers/gru/vars").attrs["name"] = "enc"
            file["layers/gru/cell/vars"].attrs["name"] = np.bytes_(b"gru_cell")

        entry = only(hdf5(fill, libver="latest"))
        check_arrays(entry, arrays())
        assert entry.name == "enc"


def test_a_file_that_is_not_hdf5_is_refused() -> None:
    with pytest.raises(FormatError, match="does not begin as HDF5 does"):
        read(b"GRU" * 100)
