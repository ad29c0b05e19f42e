"""What stands in a tensor's place and is none: a layer with it is refused, never without it."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gru_core.errors import GatescopeError
from gru_core.formats import read
from gru_core.formats.model import ModelFile

BIASES = ("gru.bias_ih_l0", "gru.bias_hh_l0")


class _Own(torch.Tensor):
    """A tensor of a class of its own, as some optimizers and quantizers make."""


def with_attribute(values: torch.Tensor) -> nn.Parameter:
    """A parameter with a word for the optimizer: PyTorch keeps it by another function."""
    made = nn.Parameter(values)
    made.no_weight_decay = True  # type: ignore[attr-defined]
    return made


ODD: dict[str, Callable[[torch.Tensor], Any]] = {
    "a class of its own": lambda values: values.as_subclass(_Own),
    "a list": lambda values: values.tolist(),
    "a number, a text": lambda _: 0.5,
    "meta": lambda values: torch.empty(values.shape, device="meta"),
}


@pytest.fixture
def layer() -> nn.GRU:
    torch.manual_seed(0)
    return nn.GRU(3, 4)


@pytest.fixture
def tensors(layer: nn.GRU) -> dict[str, Any]:
    return {f"gru.{name}": values.clone() for name, values in layer.state_dict().items()}


def opened(tensors: dict[str, Any]) -> ModelFile:
    file = io.BytesIO()
    torch.save(tensors, file)
    return read(file.getvalue(), "model.pt")


@pytest.mark.parametrize("where", [BIASES, BIASES[:1], BIASES[1:]])
@pytest.mark.parametrize("what", ODD)
def test_a_layer_does_not_open_without_biases_that_cannot_be_read(
    tensors: dict[str, Any], what: str, where: tuple[str, ...]
) -> None:
    odd = {name: ODD[what](tensors[name]) for name in where}
    with pytest.raises(GatescopeError, match=rf"{where[0]}.*{what}"):
        opened(tensors | odd)


@pytest.mark.parametrize("place", ["weight", "bias"])
@pytest.mark.parametrize("what", [*ODD][:2])
def test_nor_is_a_head_offered_without_its_own(
    tensors: dict[str, Any], what: str, place: str
) -> None:
    head = {"fc.weight": torch.ones(2, 4), "fc.bias": torch.ones(2)}
    plain, odd = opened(tensors | head), head | {f"fc.{place}": ODD[what](head[f"fc.{place}"])}
    assert plain.loose is not None
    assert [one.name for (one,) in plain.loose.heads] == ["fc"]
    found = opened(tensors | odd)
    assert found.loose is not None
    assert found.loose.heads == ()
    assert found.loose.others == ("fc.weight",)


def test_a_parameter_with_an_attribute_is_read_as_any_other(
    layer: nn.GRU, tensors: dict[str, Any]
) -> None:
    (entry,) = opened({name: with_attribute(values) for name, values in tensors.items()}).entries
    ((direction,),) = entry.layers
    for name, ours in (("weight_ih_l0", direction.w_x), ("weight_hh_l0", direction.w_h)):
        expected = getattr(layer, name).detach().numpy().reshape(ours.shape)
        np.testing.assert_array_equal(ours, expected)
    for name, ours in (("bias_ih_l0", direction.b_x), ("bias_hh_l0", direction.b_h)):
        expected = getattr(layer, name).detach().numpy().reshape(ours.shape)
        np.testing.assert_array_equal(ours, expected)
        assert np.abs(expected).max() > 0


def test_in_an_npz_no_head_is_offered_without_a_bias_of_objects(tensors: dict[str, Any]) -> None:
    numbers = {name: values.numpy() for name, values in tensors.items()}
    head = {"fc.weight": np.ones((2, 4)), "fc.bias": np.array([None, 1], dtype=object)}
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **numbers, **head)
    found = read(file.getvalue(), "model.npz")
    assert found.loose is not None
    assert found.loose.heads == ()
    assert any("'fc.bias'" in note for note in found.notes)
