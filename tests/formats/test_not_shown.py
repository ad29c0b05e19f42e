"""One unusual layer does not refuse a file: it is listed with the reason, and the others open."""

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch.nn.utils import parametrizations

from gru_core.errors import FormatError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from tests.formats.keras_making import arrays, keras, node, recurrent, sequential, variables
from tests.formats.onnx_making import make_model, tensors
from tests.formats.torch_files import filled, saved

X = np.random.default_rng(6).normal(size=(5, 3)).astype(np.float32)
GRU = filled(torch.nn.GRU(3, 4))
with torch.no_grad():
    EXPECTED = GRU(torch.from_numpy(X))[0].numpy()


def state(**modules: torch.nn.Module) -> dict[str, torch.Tensor]:
    return torch.nn.ModuleDict({"plain": GRU, **modules}).state_dict()


def normed() -> torch.nn.Module:
    made = torch.nn.GRU(3, 4)
    parametrizations.spectral_norm(made, "weight_hh_l0")
    return made


def half() -> dict[str, torch.Tensor]:
    held = state(odd=torch.nn.GRU(3, 4))
    del held["odd.bias_hh_l0"]
    return held


UNUSUAL = {
    "spectral norm": (lambda: state(odd=normed()), "from which a recurrent weight is computed"),
    "half of it": (half, "odd.bias_hh_l0 is missing"),
    "whole numbers": (
        lambda: (
            state()
            | {
                f"odd.weight_{part}_l0": torch.ones(12, 4, dtype=torch.int32)
                for part in ("ih", "hh")
            }
        ),
        "weights are read as float16, bfloat16, float32, float64",
    ),
    "not finite": (
        lambda: (
            state()
            | {f"odd.weight_{part}_l0": torch.full((12, 4), torch.nan) for part in ("ih", "hh")}
        ),
        "is nan",
    ),
}


@pytest.mark.parametrize("write", [saved, save], ids=["torch", "safetensors"])
@pytest.mark.parametrize("name", UNUSUAL)
def test_a_layer_of_pytorch_that_is_not_read_leaves_the_others(name, write) -> None:
    made, reason = UNUSUAL[name]
    file = read(write(made()), "a.pt")
    [entry] = file.entries
    assert entry.name == "plain"
    [note] = file.notes
    assert note.startswith("'odd' is not shown: ")
    assert reason in note
    np.testing.assert_allclose(
        run_ready(answered(entry, {}), X).output, EXPECTED, rtol=0, atol=1e-6
    )


def test_of_unusual_layers_alone_the_first_is_refused_as_ever() -> None:
    made = torch.nn.ModuleDict({"a": normed(), "b": normed()})
    with pytest.raises(FormatError, match=r"'a\.\S+' is one of several tensors"):
        read(saved(made.state_dict()), "a.pt")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_quantized_head_is_stepped_over() -> None:
    model = torch.nn.ModuleDict({"plain": GRU, "head": torch.nn.Linear(4, 2)})
    torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, inplace=True)
    file = read(saved(model.state_dict()), "a.pt")
    assert [one.name for one in file.entries] == ["plain"]
    assert "holds quantized numbers." in file.notes[0]


def two(odd: dict[str, object], module: str = "keras.layers") -> bytes:
    unusual = node("GRU", name="odd", units=4, reset_after=True, **odd) | {"module": module}
    model = sequential(recurrent(return_sequences=True), unusual)
    held = variables(arrays(), "layers/gru/cell")
    held |= variables(arrays(inputs=4, seed=1), "layers/gru_1/cell")
    return keras(model, held)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (two({"activation": "gelu", "recurrent_activation": "sigmoid"}), "the activation 'gelu'"),
        (two({"activation": "tanh"}, module="mine.layers"), "of the author's own"),
        (two({"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": 3}), "use_bias"),
    ],
)
def test_a_layer_of_keras_that_is_not_read_leaves_the_others(data, reason) -> None:
    file = read(data, "a.keras")
    assert [one.name for one in file.entries] == ["enc"]
    assert any(one.startswith("'odd' is not shown: ") and reason in one for one in file.notes)


def test_a_model_of_its_own_class_is_read_by_its_weights() -> None:
    model = {"class_name": "Classifier", "module": "mine", "config": {"name": "c"}}
    file = read(keras(model, variables(arrays(), "gru/cell")), "a.keras")
    [entry] = file.entries
    assert entry.assumes["state_activation"] == "tanh"
    assert any("'Classifier' of the author's own, whose config does" in one for one in file.notes)


def test_a_node_of_onnx_that_is_not_read_leaves_the_others() -> None:
    model = make_model("GRU", name="plain")
    model.graph.node.extend(make_model("GRU", name="odd", clip=3.0).graph.node)
    model.graph.node[-1].output[0] = "Z"
    file = read(model.SerializeToString(), "a.onnx")
    assert [one.name for one in file.entries] == ["plain"]
    assert file.notes[0].startswith("'odd' is not shown: GRU 'odd' clips what enters")
    assert tensors()["W"].shape == (1, 15, 3)
