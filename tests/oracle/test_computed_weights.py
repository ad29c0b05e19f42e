"""Weights that PyTorch computes before each run are read as what it computes."""

import numpy as np
import pytest
import safetensors.torch
import torch
from torch.nn.utils import parametrizations, prune, weight_norm

from gru_core.errors import FormatError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.pytorch import check
from gru_core.formats.running import run_ready
from tests.formats.torch_files import LAYERS, filled, saved

X = np.random.default_rng(3).normal(size=(12, 3))
NAMES = ("weight_ih_l0", "weight_hh_l0", "weight_hh_l1")
WRITERS = {"model.pt": saved, "model.safetensors": safetensors.torch.save}


def layer(cell="gru", **options):
    return filled(LAYERS[cell](3, 5, 2, **options)).double()


def output(module):
    with torch.inference_mode():
        return module(torch.as_tensor(X))[0].numpy()


def norm_by_hooks(module, name, dim=0):
    with pytest.warns(FutureWarning, match="weight_norm"):
        weight_norm(module, name, dim)
    with torch.no_grad():
        getattr(module, f"{name}_g").mul_(1.5)


def norm_by_parametrization(module, name, dim=0):
    parametrizations.weight_norm(module, name, dim)
    with torch.no_grad():
        module.parametrizations[name].original0.mul_(1.5)


def masked(module, name):
    prune.random_unstructured(module, name, 0.4)


WAYS = {"norm": norm_by_hooks, "parametrized": norm_by_parametrization, "pruned": masked}


@pytest.mark.parametrize("file", WRITERS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", LAYERS)
def test_a_layer_runs_as_in_torch_and_torch_proves_it(cell, way, file) -> None:
    plain, module = layer(cell), layer(cell)
    for name in NAMES:
        WAYS[way](module, name)
    theirs = output(module)
    assert np.abs(theirs - output(plain)).max() > 1e-3
    data = WRITERS[file]({key: value.clone() for key, value in module.state_dict().items()})
    [entry] = read(data, file).entries
    [note] = entry.notes
    assert note.startswith("It is pruned" if way == "pruned" else "It is normed")
    assert all(name in note for name in NAMES)
    ours = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    checked = check.check_against_torch(data, file, entry.name, X)
    np.testing.assert_allclose(checked, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [norm_by_hooks, norm_by_parametrization])
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("inputs", [1, 3])
def test_a_norm_may_be_along_either_axis_or_over_all(make, dim, inputs) -> None:
    module = filled(torch.nn.GRU(inputs, 5)).double()
    for name in NAMES[:2]:
        make(module, name, dim)
    x = X[:, :inputs]
    [entry] = read(saved(module.state_dict()), "model.pt").entries
    with torch.inference_mode():
        theirs = module(torch.as_tensor(x))[0].numpy()
    ours = run_ready(answered(entry, {}), x).output
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("inner", ["", "module."])
def test_weight_drop_is_read_before_anything_is_dropped(inner) -> None:
    """As of awd-lstm-lm, and of fastai, where what was dropped last stands beside it."""
    plain, state = layer("lstm"), {}
    for name, value in plain.state_dict().items():
        raw = name.startswith("weight_hh")
        if raw:
            state[f"rnn.{name}_raw"] = value
        if inner or not raw:
            state[f"rnn.{inner}{name}"] = value * 0.5 if raw else value
    data = saved({key: value.clone() for key, value in state.items()})
    [entry] = read(data, "model.pt").entries
    assert entry.name == "rnn"
    assert "weight drop: 'weight_hh_l0', 'weight_hh_l1' are those before" in entry.notes[0]
    ours = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(ours, output(plain), rtol=0, atol=1e-12)
    checked = check.check_against_torch(data, "model.pt", "rnn", X)
    np.testing.assert_allclose(checked, ours, rtol=0, atol=1e-12)


def test_in_float32_the_numbers_are_those_of_torch_too() -> None:
    module = filled(torch.nn.GRU(3, 5))
    norm_by_parametrization(module, "weight_hh_l0")
    masked(module, "weight_ih_l0")
    [entry] = read(saved(module.state_dict()), "model.pt").entries
    (direction,) = entry.layers[0]
    np.testing.assert_allclose(
        direction.w_h.reshape(15, 5), module.weight_hh_l0.detach(), rtol=0, atol=1e-7
    )
    np.testing.assert_array_equal(direction.w_x.reshape(15, 3), module.weight_ih_l0.detach())
    assert len(entry.notes) == 2


def spectral(module):
    parametrizations.spectral_norm(module, "weight_hh_l0")


def halved(module):
    norm_by_parametrization(module, "weight_hh_l0")
    module.half()


def own(module):
    torch.nn.utils.parametrize.register_parametrization(
        module, "weight_hh_l0", torch.nn.Dropout(0.5)
    )


@pytest.mark.parametrize("change", [spectral, halved, own])
def test_what_is_computed_otherwise_is_refused_as_before(change) -> None:
    module = filled(torch.nn.GRU(3, 5))
    change(module)
    with pytest.raises(FormatError, match="is one of several tensors from which"):
        read(saved(module.state_dict()), "model.pt")


def test_a_mask_of_another_shape_and_a_weight_that_is_there_twice_are_refused() -> None:
    module = layer()
    masked(module, "weight_hh_l0")
    state = module.state_dict()
    wrong = state | {"weight_hh_l0_mask": state["weight_hh_l0_mask"][:3]}
    twice = state | {"weight_hh_l0": state["weight_hh_l0_orig"]}
    for one in (wrong, twice):
        with pytest.raises(FormatError, match="is one of several tensors from which"):
            read(saved(dict(one)), "model.pt")
