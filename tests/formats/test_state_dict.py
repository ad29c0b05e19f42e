"""Tensors with the names of PyTorch become layers if all of them agree, and are refused if not."""

import numpy as np
import pytest

from gru_core.conventions import GATE_ORDERS, GATES
from gru_core.errors import FormatError, NotFiniteError, RangeError
from gru_core.formats.state_dict import entries
from gru_core.formats.state_dict import names as torch_names
from gru_core.formats.state_dict.stored import Stored
from gru_core.weights import WEIGHTS

COUNTS = {cell: len(gates) for cell, gates in GATES.items()}


def stored(array, kind="") -> Stored:
    return Stored(array.shape, kind or str(array.dtype), lambda: array)


def make(
    cell="gru", units=4, inputs=3, *, layers=1, ways=1, biases=True, prefix="", seed=0
) -> dict[str, np.ndarray]:
    """The arrays of one layer, all distinct, float32."""
    rng, rows, made = np.random.default_rng(seed), COUNTS[cell] * units, {}
    for layer in range(layers):
        below = inputs if layer == 0 else units * ways
        for way in range(ways):
            shapes = [(rows, below), (rows, units)] + [(rows,)] * 2 * biases
            for part, shape in zip(torch_names.PARTS.values(), shapes, strict=False):
                name = f"{prefix}{part}_l{layer}{'_reverse' * way}"
                made[name] = rng.normal(0, 0.1, shape).astype(np.float32)
    return made


def read(arrays):
    return entries.entries({name: stored(array) for name, array in arrays.items()})


def refusal(arrays) -> str:
    with pytest.raises(FormatError) as raised:
        read(arrays)
    return str(raised.value)


@pytest.mark.parametrize("cell", COUNTS)
@pytest.mark.parametrize("units", [1, 3, 4, 12])
def test_rows_for_each_unit_say_which_cell_it_is(cell, units) -> None:
    """12 rows are a GRU of 4 units, an LSTM of 3 and an RNN of 12."""
    [entry] = read(make(cell, units))
    assert entry.cell == cell
    assert entry.layers[0][0].w_h.shape == (COUNTS[cell], units, units)


@pytest.mark.parametrize("cell", COUNTS)
def test_gates_come_out_in_our_order(cell) -> None:
    arrays = make(cell)
    [entry] = read(arrays)
    for at, gate in enumerate(GATES[cell]):
        start = 4 * GATE_ORDERS["pytorch"][cell].index(gate)
        for part, name in torch_names.PARTS.items():
            ours = getattr(entry.layers[0][0], part)[at]
            np.testing.assert_array_equal(ours, arrays[f"{name}_l0"][start : start + 4])


@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("layers", [1, 3])
def test_a_stack_is_one_entry_with_its_directions(layers, ways) -> None:
    [entry] = read(make(layers=layers, ways=ways))
    assert [len(layer) for layer in entry.layers] == [ways] * layers
    assert entry.layers[-1][-1].w_x.shape[2] == (3 if layers == 1 else 4 * ways)


def test_a_layer_without_biases_has_zeros() -> None:
    [entry] = read(make(biases=False))
    [direction] = entry.layers[0]
    assert entry.biases == 0
    assert not direction.b_x.any()
    assert not direction.b_h.any()
    assert direction.b_x.shape == (3, 4)


def test_what_torch_computes_is_said_and_what_it_may_is_assumed() -> None:
    gru, lstm, rnn = read(
        make("gru", prefix="a.") | make("lstm", ways=2, prefix="b.") | make("rnn", prefix="c.")
    )
    gates = {"gate_activation": "sigmoid", "state_activation": "tanh"}
    assert gru.says == {**gates, "reset_after": "true", "backward": "false"}
    assert (lstm.says, lstm.assumes) == (gates, {})
    assert (rnn.says, rnn.assumes) == ({"backward": "false"}, {"state_activation": "tanh"})


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("", "(top)"),
        ("gru.", "gru"),
        ("encoder.layers.0.", "encoder.layers.0"),
        ("module.gru.", "gru"),
        ("_orig_mod.gru.", "gru"),
        ("_fsdp_wrapped_module.gru.", "gru"),
        ("module._orig_mod.gru.", "gru"),
        ("encoder._orig_mod.gru.", "encoder.gru"),
        ("module.", "(top)"),
    ],
)
def test_a_prefix_without_its_wrappers_is_the_name(prefix, name) -> None:
    assert [entry.name for entry in read(make(prefix=prefix))] == [name]


def test_each_prefix_is_an_entry_in_the_order_of_the_file() -> None:
    tensors = make("lstm", prefix="b.") | {"fc.weight": np.ones((2, 2))} | make(prefix="a.inner.")
    assert [(entry.name, entry.cell) for entry in read(tensors | make("rnn", prefix="a."))] == [
        *(("b", "lstm"), ("a.inner", "gru"), ("a", "rnn"))
    ]


@pytest.mark.parametrize("cell", COUNTS)
def test_a_cell_is_a_layer_of_one_direction(cell) -> None:
    arrays = {name.removesuffix("_l0"): array for name, array in make(cell, prefix="c.").items()}
    [entry] = read(arrays)
    assert (entry.name, entry.cell, len(entry.layers), len(entry.layers[0])) == ("c", cell, 1, 1)


def test_layers_that_would_have_one_name_are_refused() -> None:
    assert refusal(make(prefix="module.gru.") | make(prefix="gru.")) == (
        "gru.weight_ih_l0 and module.gru.weight_ih_l0 belong to two layers, and both would be "
        "called gru: save one of them alone."
    )


def test_tensors_of_a_cell_and_of_a_layer_under_one_prefix_are_refused() -> None:
    assert "under one prefix" in refusal(make() | {"weight_ih": np.ones((12, 3))})


@pytest.mark.parametrize("missing", list(make(layers=2, ways=2)))
def test_a_missing_tensor_is_named(missing) -> None:
    arrays = make(layers=2, ways=2)
    del arrays[missing]
    assert refusal(arrays) == (
        f"{missing} is missing; 16 tensors make 2 layers of two directions with biases: save the "
        "whole state dict again."
    )


def test_a_gap_between_layers_is_named() -> None:
    arrays = {name.replace("_l1", "_l2"): array for name, array in make(layers=2).items()}
    assert refusal(arrays).startswith("weight_ih_l1 is missing; 12 tensors make 3 layers")


@pytest.mark.parametrize(
    ("cell", "name", "shape", "needed"),
    [
        ("gru", "weight_ih_l0", (12, 3, 1), "(12, inputs)"),
        ("gru", "weight_ih_l0", (6, 3), "a GRU with 4 units and 3 inputs needs (12, 3)"),
        ("gru", "bias_ih_l0", (6,), "needs (12,)"),
        ("gru", "bias_hh_l0", (12, 1), "needs (12,)"),
        ("gru", "weight_ih_l1", (12, 4), "a GRU with 4 units and 8 inputs needs (12, 8)"),
        ("gru", "weight_hh_l1_reverse", (12, 2), "needs (12, 4)"),
        ("gru", "weight_hh_l0", (6, 4), "a GRU (12, 4), an LSTM (16, 4), an RNN (4, 4) is needed"),
        ("gru", "weight_hh_l0", (12,), "(gates · units, units)"),
        ("gru", "weight_hh_l0", (12, 0), "(gates · units, units)"),
        ("lstm", "weight_hh_l0", (8, 4), "a GRU (12, 4), an LSTM (16, 4), an RNN (4, 4) is needed"),
        # The tensors that do not fit a smaller one are the others.
        ("lstm", "weight_hh_l0", (4, 4), "an RNN with 4 units and 3 inputs needs (4, 3)"),
        ("lstm", "weight_hh_l0", (12, 4), "a GRU with 4 units and 3 inputs needs (12, 3)"),
        ("lstm", "weight_ih_l0", (16, 0), "at least one input"),
    ],
)
def test_a_tensor_that_does_not_fit_is_named_with_both_shapes(cell, name, shape, needed) -> None:
    said = refusal(make(cell, layers=2, ways=2) | {name: np.zeros(shape, np.float32)})
    assert needed in said


def projected(units=4, numbers=2, **options) -> dict[str, np.ndarray]:
    made = make("lstm", units, **options)
    for name in [name for name in made if "weight_hh" in name]:
        made[name] = made[name][:, :numbers].copy()
        own = np.arange(numbers * units, dtype=np.float32).reshape(numbers, units)
        made[name.replace("hh", "hr")] = own
    return made


def test_a_projection_makes_an_lstm_of_as_many_units_as_it_has_columns() -> None:
    """Its 16 rows and 2 columns would be of no layer without it."""
    [entry] = read(projected(prefix="l."))
    [[direction]] = entry.layers
    assert (entry.cell, direction.w_h.shape, direction.w_p.shape) == ("lstm", (4, 4, 2), (2, 4))
    np.testing.assert_array_equal(direction.w_p, np.arange(8).reshape(2, 4))


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("weight_hr_l0", (4, 4), "fewer numbers than units"),
        ("weight_hr_l0", (2,), "fewer numbers than units"),
        ("weight_hr_l0", (0, 4), "fewer numbers than units"),
        ("weight_hr_l0", (2, 5), "an LSTM with 5 units and 3 inputs needs (20, 3)"),
        ("weight_hr_l1", (2, 5), "an LSTM with 4 units and 2 inputs needs (2, 4)"),
        ("weight_hh_l0", (16, 4), "needs (16, 2)"),
        ("weight_ih_l1", (16, 4), "an LSTM with 4 units and 2 inputs needs (16, 2)"),
    ],
)
def test_a_projection_that_does_not_fit_is_named_with_both_shapes(name, shape, said) -> None:
    arrays = projected(layers=2)
    arrays["weight_ih_l1"] = arrays["weight_ih_l1"][:, :2].copy()
    assert len(read(arrays)) == 1
    assert said in refusal(arrays | {name: np.zeros(shape, np.float32)})


def test_every_layer_has_a_projection_if_one_has() -> None:
    arrays = projected(layers=2)
    del arrays["weight_hr_l1"]
    assert refusal(arrays).startswith("weight_hr_l1 is missing")


def test_a_projection_has_finite_numbers() -> None:
    arrays = projected()
    arrays["weight_hr_l0"][1, 2] = np.nan
    with pytest.raises(NotFiniteError, match=r"weight_hr_l0\[1, 2\] is nan"):
        read(arrays)


def test_a_cell_with_a_projection_is_refused() -> None:
    """torch.nn.LSTMCell has none, so this one computes something else."""
    cell = {name.removesuffix("_l0"): array for name, array in projected(prefix="c.").items()}
    assert refusal(cell).startswith("c.weight_hr projects the state of a cell")


@pytest.mark.parametrize(
    "made",
    [
        "gru.weight_hh_l0_raw",
        "gru.weight_hh_l0_g",
        "gru.weight_ih_l0_reverse_v",
        "gru.weight_hh_l0_orig",
        "gru.weight_hh_l0_mask",
        "gru.parametrizations.weight_hh_l0.original0",
        "gru.weight_hh_raw",
    ],
)
def test_a_weight_that_is_computed_from_others_is_refused(made) -> None:
    said = refusal(make(prefix="gru.module.") | {made: np.ones(3)})
    assert said.startswith(f"'{made}' is one of several tensors")


def test_a_cell_with_other_tensors_beside_it_is_refused() -> None:
    cell = {name.removesuffix("_l0"): array for name, array in make("lstm", prefix="c.").items()}
    said = refusal(cell | {"c.layernorm_i.weight": np.ones(3)})
    assert "c.weight_hh has 'c.layernorm_i.weight' beside it" in said


def test_a_layer_with_other_tensors_beside_it_says_so() -> None:
    [entry] = read(make(prefix="g.") | {"g.out.weight": np.ones(3), "other": np.ones(3)})
    assert "Its prefix also has 'g.out.weight', which torch.nn has not" in entry.notes[0]


@pytest.mark.parametrize("kind", ["int8", "int64", "bool", "complex64", "float8_e4m3fn"])
def test_numbers_of_another_kind_are_refused_only_in_a_layer(kind) -> None:
    tensors = {name: stored(array) for name, array in make().items()}
    other = Stored((12, 4), kind, pytest.fail)
    assert len(entries.entries(tensors | {"steps": other})) == 1
    with pytest.raises(FormatError, match=f"weight_hh_l0 holds {kind}; weights are read as"):
        entries.entries(tensors | {"weight_hh_l0": other})


def test_a_layer_of_two_precisions_is_refused() -> None:
    arrays = make()
    arrays["bias_hh_l0"] = arrays["bias_hh_l0"].astype(np.float64)
    assert refusal(arrays).startswith("bias_hh_l0 holds float64 and weight_ih_l0 float32")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_named_with_its_index(value) -> None:
    arrays = make(prefix="g.")
    arrays["g.weight_hh_l0"][5, 2] = value
    with pytest.raises(NotFiniteError, match=r"g\.weight_hh_l0\[5, 2\] is "):
        read(arrays)


def test_a_number_that_is_too_large_is_named() -> None:
    arrays = make()
    arrays["bias_ih_l0"][3] = 1e20
    with pytest.raises(RangeError, match=r"bias_ih_l0\[3\] is 1e\+20"):
        read(arrays)


def test_numbers_are_not_taken_out_of_what_would_be_too_large() -> None:
    """One number under a stride of 0 looks like any number of them."""
    wide = Stored((12, 10**7), "float32", pytest.fail)
    tensors = {name: stored(array) for name, array in make().items()} | {"weight_ih_l0": wide}
    with pytest.raises(FormatError, match="480 MB of numbers; up to 64 MB are read"):
        entries.entries(tensors)


def test_more_units_layers_or_prefixes_than_are_read_are_refused() -> None:
    empty = Stored((3 * 5000, 5000), "float32", pytest.fail)
    tensors = {"weight_hh_l0": empty, "weight_ih_l0": empty}
    with pytest.raises(FormatError, match="with 1 to 4,096 units"):
        entries.entries(tensors)
    assert "is of layer 64; up to 64 layers" in refusal({"weight_hh_l64": np.ones(3)})
    assert "weight_hh_l9999 is of" in refusal({"weight_hh_l9999": np.ones(3)})
    many = {f"{at}.weight_hh": np.ones(3) for at in range(257)}
    assert "257 recurrent layers" in refusal(many)


@pytest.mark.parametrize("prefix", ["a\nb.", "\ud800.", "a" * 300 + "."])
def test_a_name_that_cannot_be_shown_is_refused(prefix) -> None:
    assert "200 characters that can be printed" in refusal(make(prefix=prefix))


def test_a_file_without_a_recurrent_layer_says_what_it_has() -> None:
    assert refusal({f"fc{at}.weight": np.ones(3) for at in range(9)}) == (
        "The file holds no recurrent layer: its tensors are 'fc0.weight', 'fc1.weight', "
        "'fc2.weight', 'fc3.weight' and 5 more; one needs weight_ih_l0 and weight_hh_l0, as "
        "torch.nn.GRU, LSTM and RNN call them: save the state dict of a model that has one."
    )
    assert refusal({}).startswith("The file holds no recurrent layer: it has no tensors; one needs")


@pytest.mark.parametrize(
    "name", ["weight_ih_l00", "weight_hh_l-1", "xweight_hh_l0", "weight_ih_l٣"]
)
def test_a_name_that_is_only_like_one_is_none(name) -> None:
    assert "no recurrent layer" in refusal({name: np.ones(3)})


@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", COUNTS)
def test_the_tensors_come_back_from_our_layers(cell, layers, ways) -> None:
    arrays = make(cell, layers=layers, ways=ways)
    written = torch_names.state_dict(stack(read(arrays)[0]))
    assert list(written) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(written[name], array)


def stack(entry):
    """The layers of an entry as run_layers takes them."""
    made = [
        tuple(WEIGHTS[entry.cell](d.w_x, d.w_h, d.b_x, d.b_h) for d in pair)
        for pair in entry.layers
    ]
    return tuple(pair if len(pair) > 1 else pair[0] for pair in made)


def weights(cell="gru", units=4, inputs=3, dtype=np.float64, **options):
    gates = COUNTS[cell]
    shapes = (gates, units, inputs), (gates, units, units), (gates, units), (gates, units)
    return WEIGHTS[cell](*(np.full(shape, 0.1, dtype) for shape in shapes), **options)


@pytest.mark.parametrize(
    ("layers", "complaint"),
    [
        ([], "There are 0 layers"),
        ([weights(reset_after=False)], "Layer 0 resets before the product U h"),
        ([weights(gate_activation="hard_sigmoid")], "Layer 0 ends its gates in hard_sigmoid"),
        ([weights(state_activation="relu")], "Layer 0 has the activation relu; torch.nn.GRU has"),
        ([weights("lstm", state_activation="relu")], "activation relu; torch.nn.LSTM has tanh"),
        ([weights(), weights("lstm", inputs=4)], "Layer 1 is LSTM of 4 units in 1 direction"),
        ([weights(), weights(units=5, inputs=4)], "Layer 1 is GRU of 5 units"),
        ([weights(), weights(inputs=8)], "Layer 1 takes 8 inputs; it needs 4"),
        ([(weights(), weights()), weights(inputs=8)], "Layer 1 is GRU of 4 units in 1 direction"),
        ([(weights(), weights(inputs=2))], "Layer 0 takes 2 inputs; it needs 3"),
        ([(weights(), weights(dtype=np.float32))], "float32, tanh, and layer 0 GRU"),
    ],
)
def test_what_the_layers_of_torch_cannot_do_is_refused(layers, complaint) -> None:
    with pytest.raises(FormatError) as raised:
        torch_names.state_dict(layers)
    assert complaint in str(raised.value)


def test_an_rnn_of_relu_has_the_tensors_of_any_rnn() -> None:
    layer = weights("rnn", state_activation="relu")
    assert list(torch_names.state_dict([layer])) == [
        *("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    ]


@pytest.mark.parametrize("suffix", ["", "_l0"])
def test_a_layer_whose_units_read_themselves_alone_is_named_as_such(suffix) -> None:
    arrays = {f"rnn.weight_ih{suffix}": np.ones((5, 3)), f"rnn.weight_hh{suffix}": np.ones(5)}
    said = refusal({**arrays, f"rnn.bias_ih{suffix}": np.ones(5)})
    assert "rnn.weight_hh" in said
    assert "one number for each unit, as an independently recurrent network (IndRNN)" in said
