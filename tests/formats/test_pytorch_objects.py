"""Checkpoints with objects beside the weights, whole modules, TorchScript: read, nothing run."""

import argparse
import collections
import datetime
import io
import pathlib
import re
import sys
import warnings

import numpy as np
import pytest
import torch

from gru_core.errors import FormatError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.checking import check, taken_over
from gru_core.formats.running import run_ready
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.formats.torch_files import (
    filled,
    legacy,
    named,
    program,
    row,
    saved,
    storage,
    table,
    tensor,
    text,
    with_pickle,
)

X = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)
ALONE = "PyTorch reads no such file without running what is in it"


class Net(torch.nn.Module):
    """An embedding, a recurrent layer and a head, as courses write them."""

    def __init__(self, kind: str = "GRU", **options: object) -> None:
        super().__init__()
        self.emb = torch.nn.Embedding(9, 3)
        self.rnn = getattr(torch.nn, kind)(3, 4, **options)
        self.head = torch.nn.Linear(8 if options.get("bidirectional") else 4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.rnn(self.emb(x))[0])


class Own(torch.nn.GRU):
    """A GRU whose class is somebody's own."""


class Trainer:
    """Holds a model, and is known by something that it holds."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.model, self.epoch = model, np.int64(3)
        self.callbacks = [argparse.Namespace(trainer=self, when=datetime.date(2024, 1, 2))]


class Hyper(dict):
    """As Lightning keeps its hyperparameters."""


GRU = filled(torch.nn.GRU(3, 4, 2, bidirectional=True))
BESIDE = {
    "args": argparse.Namespace(lr=0.1, path=pathlib.PurePosixPath("/tmp")),
    "epoch": np.int64(3),
    "losses": np.array([None, 3]),
    "when": datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC),
    "criterion": torch.nn.CrossEntropyLoss(),
    "hyper_parameters": Hyper(units=4),
    "counts": collections.defaultdict(list, a=[1]),
}


def output(module: torch.nn.Module, x: np.ndarray = X) -> np.ndarray:
    with torch.no_grad():
        return module(torch.from_numpy(x))[0].numpy()


@pytest.mark.parametrize("write", [saved, legacy], ids=["zip", "old"])
@pytest.mark.parametrize("name", [*BESIDE, "all"])
def test_objects_beside_the_weights_are_stepped_over_and_named(name, write) -> None:
    beside = BESIDE if name == "all" else {name: BESIDE[name]}
    file = read(write({"model": GRU.state_dict(), **beside}), "a.pt")
    [entry] = file.entries
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(made, output(GRU), rtol=0, atol=1e-6)
    notes = " ".join(file.notes)
    assert ALONE in notes
    if name != "all":
        assert f"Stepped over, neither read nor run: {name} (" in notes


def test_what_is_plain_is_confirmed_by_pytorch_still() -> None:
    file = read(saved({"model": GRU.state_dict(), "epoch": 3, "names": ["a"]}), "a.pt")
    assert file.notes == ()


def test_an_optimizer_is_left_out_and_optimal_weights_are_not() -> None:
    optimizer = torch.optim.Adam(GRU.parameters())
    for parameter in GRU.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    other = filled(torch.nn.GRU(3, 4), seed=1)
    content = {
        "last": {"gru": GRU.state_dict()},
        "optimal": {"gru": other.state_dict()},
        "optimized_model": {"gru": other.state_dict()},
        "optimizer_state_dict": optimizer.state_dict(),
        "best": optimizer,
    }
    file = read(saved(content), "a.pt")
    assert [one.name for one in file.entries] == ["last.gru", "optimal.gru", "optimized_model.gru"]
    assert "The state of an optimizer is left out: 'optimizer_state_dict', 'best'." in file.notes


KINDS = [
    ("GRU", {}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
    ("LSTM", {"bias": False}),
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
]


@pytest.mark.parametrize("way", ["whole", "old", "in a trainer"])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_whole_module_is_read_by_the_names_of_its_attributes(kind, options, way) -> None:
    model = filled(Net(kind, **options))
    write = legacy if way == "old" else saved
    data = write(Trainer(model) if way == "in a trainer" else model)
    [entry] = read(data, "a.pt").entries
    made = run_ready(answered(entry, {}), X).output  # an RNN says what it ends in
    np.testing.assert_allclose(made, output(model.rnn), rtol=0, atol=1e-6)
    assert entry.assumes == {}
    settings = {"state_activation": entry.says["state_activation"]}
    checked = check(data, "a.pt", entry.name, X, settings)
    np.testing.assert_allclose(checked, output(model.rnn), rtol=0, atol=1e-6)
    said = " ".join(taken_over("PyTorch", entry, settings))
    assert "PyTorch was given the numbers that are read here" in said


def test_a_layer_alone_and_one_of_its_own_class() -> None:
    [entry] = read(saved(GRU), "a.pt").entries
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(made, output(GRU), rtol=0, atol=1e-6)
    file = read(saved(torch.nn.ModuleDict({"a": filled(Own(3, 4))})), "a.pt")
    assert any(f"is of the class {Own.__module__}.Own: if that" in one for one in file.notes)


def test_a_wrapped_module_says_what_its_rnn_ends_in() -> None:
    model = filled(Net("RNN", nonlinearity="relu"))
    [entry] = read(saved(torch.nn.DataParallel(model)), "a.pt").entries
    assert (entry.name, entry.says["state_activation"]) == ("rnn", "relu")
    [alone] = read(saved(model.rnn), "a.pt").entries
    assert alone.says["state_activation"] == "relu"


@pytest.mark.parametrize("way", ["script", "trace"])
@pytest.mark.parametrize(("kind", "options"), KINDS[:3])
def test_a_torchscript_archive_is_read_and_its_code_is_not(kind, options, way, tmp_path) -> None:
    model = filled(Net(kind, **options)).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokens = torch.zeros(2, 1, dtype=torch.int64)
        made = torch.jit.script(model) if way == "script" else torch.jit.trace(model, tokens)
        made.save(str(tmp_path / "a.pt"))
    data = (tmp_path / "a.pt").read_bytes()
    file = read(data, "a.pt")
    [entry] = file.entries
    found = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(found, output(model.rnn), rtol=0, atol=1e-6)
    said = "The code of this TorchScript archive is stepped over, neither read nor run."
    assert said in file.notes
    assert entry.notes == ()
    checked = check(data, "a.pt", entry.name, X, {})
    np.testing.assert_allclose(checked, found, rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_other_precisions_are_checked_from_our_bytes(dtype) -> None:
    data = saved(filled(Net()).to(dtype))
    [entry] = read(data, "a.pt").entries
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(check(data, "a.pt", entry.name, X, {}), made, rtol=0, atol=1e-6)


def test_no_class_is_looked_up() -> None:
    """A loader of pickles that makes objects would import a module of that name."""
    thing = named("antigravity.Thing") + row() + b"\x81" + table(a=text("b")) + b"b"
    layer = table(
        weight_ih_l0=tensor(storage(), (3, 1), (1, 1)),
        weight_hh_l0=tensor(storage(), (3, 1), (1, 1)),
    )
    file = read(with_pickle(program(table(model=layer, thing=thing))), "a.pt")
    assert [entry.cell for entry in file.entries] == ["gru"]
    assert file.notes[0] == "Stepped over, neither read nor run: thing (antigravity.Thing)."
    assert "antigravity" not in sys.modules
    harmful = named("posix.system") + row(text("true")) + b"R"
    with pytest.raises(FormatError, match=r"would run posix\.system; nothing is run"):
        read(with_pickle(program(table(model=layer, thing=harmful))), "a.pt")


def doubled(module: torch.nn.Module, given: object, output: tuple) -> tuple:
    """A hook that changes what a layer gives."""
    return output[0] * 2, output[1]


@pytest.mark.parametrize("way", ["register_forward_hook", "register_forward_pre_hook"])
def test_hooks_of_a_layer_are_noted(way) -> None:
    net = filled(Net())
    said = "'rnn' has hooks, functions that the model calls before or after it"
    assert not any(said in note for note in read(saved(net), "a.pt").notes)
    getattr(net.head, way)(doubled)  # of another module, behind it
    assert not any(said in note for note in read(saved(net), "a.pt").notes)
    getattr(net.rnn, way)(doubled)
    assert any(said in note for note in read(saved(net), "a.pt").notes)


def test_a_class_of_its_own_at_the_top_has_a_name() -> None:
    assert any(
        note.startswith("'(top)' is of the class") for note in read(saved(Own(3, 4)), "a.pt").notes
    )


def test_a_frozen_archive_says_where_its_numbers_are() -> None:
    memory = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.freeze(torch.jit.script(Net().eval())), memory)
    with pytest.raises(FormatError, match=r"torch\.jit\.freeze puts them into its code"):
        read(memory.getvalue(), "a.pt")


# What stands outside of the containers of the layers -------------------------------------------


class Encoder(torch.nn.Module):
    """An embedding and a recurrent layer, which a model has as one of its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.emb, self.rnn = torch.nn.Embedding(9, 3), torch.nn.GRU(3, 4)


class InParts(torch.nn.Module):
    """A model whose recurrent layer stands in a part of it, and its head outside."""

    def __init__(self, *more: str) -> None:
        super().__init__()
        self.encoder, self.head = Encoder(), torch.nn.Linear(4, 2)
        for name in more:
            setattr(self, name, torch.nn.LayerNorm(4))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder.rnn(self.encoder.emb(tokens))[0])


def in_two(model: torch.nn.Module) -> dict[str, object]:
    """The parts of a model, each with its own state dict, as some save them."""
    return {"encoder": model.encoder.state_dict(), "head": model.head.state_dict()}


@pytest.mark.parametrize("as_saved", [lambda model: model, in_two], ids=["a module", "two dicts"])
def test_weights_outside_of_the_layer_s_own_part_are_read(as_saved) -> None:
    model = filled(InParts()).eval()
    file = read(saved(as_saved(model)), "model.pt")
    [entry] = file.entries
    assert entry.name == "encoder.rnn"
    assert [one.name for one in file.loose.tables] == ["encoder.emb"]
    assert [head[0].name for head in file.loose.heads] == ["head"]
    whole = model_of(file, entry)
    tokens = np.array([[3], [1], [7]])
    arrays, _ = traced(file, entry, whole, {}, Given(tokens, tokens=True))
    with torch.no_grad():
        wanted = model(torch.from_numpy(tokens)).numpy()
    np.testing.assert_allclose(arrays["prediction"], wanted, rtol=0, atol=1e-6)


def test_what_may_stand_between_is_not_left_out_of_a_model_in_parts() -> None:
    """Else the head would be read as if nothing stood before it."""
    file = read(saved(filled(InParts("norm"))), "model.pt")
    assert "norm.weight" in file.loose.others
    whole = model_of(file, file.entries[0])
    assert whole is None or not whole.output


def test_other_tensors_outside_are_left_out_by_name() -> None:
    model = filled(Net())
    kept = {"state_dict": model.state_dict(), "callbacks": {"best": torch.tensor(0.5)}}
    file = read(saved(kept), "model.ckpt")
    assert [entry.name for entry in file.entries] == ["rnn"]
    assert [head[0].name for head in file.loose.heads] == ["head"]
    said = (
        "Left out, as they stand outside of 'state_dict', where the layers are: 'callbacks.best'."
    )
    assert said in file.notes


# Quantized models -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
@pytest.mark.parametrize("as_saved", ["module", "state dict", "TorchScript"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_dynamically_quantized_layer_is_named_as_what_it_is(kind: str, as_saved: str) -> None:
    layers = {torch.nn.GRU, torch.nn.LSTM, torch.nn.Linear}
    model = torch.ao.quantization.quantize_dynamic(filled(Net(kind)), layers)
    if as_saved == "TorchScript":
        file = io.BytesIO()
        torch.jit.save(torch.jit.script(model), file)
        data = file.getvalue()
    else:
        data = saved(model if as_saved == "module" else model.state_dict())
    said = "'rnn' is quantized, as torch's quantize_dynamic does it: its weights are packed"
    with pytest.raises(FormatError, match=re.escape(said)):
        read(data, "model.pt")


class Cell(torch.nn.Module):
    """A cell, and nothing that stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = torch.nn.GRUCell(3, 4)


@pytest.mark.parametrize("whole", [False, True], ids=["inside", "alone"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_quantized_layers_without_anything_beside_them_are_named(whole: bool) -> None:
    model = torch.ao.quantization.quantize_dynamic(Net() if whole else Cell())
    state = (model.rnn if whole else model).state_dict()
    said = "'(top)' is quantized" if whole else "'cell' is quantized"
    with pytest.raises(FormatError, match=re.escape(said)):
        read(saved(state), "model.pt")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_quantized_head_leaves_the_layer_beside_it() -> None:
    model = torch.ao.quantization.quantize_dynamic(filled(Net()), {torch.nn.Linear})
    [entry] = read(saved(model.state_dict()), "model.pt").entries
    assert entry.name == "rnn"
