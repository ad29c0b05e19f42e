"""What stands before a layer of PyTorch, or may: it is said or asked, and never taken for more."""

import io
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from gru_core.__main__ import main
from gru_core.cli.files import NOTES
from gru_core.formats import npz, read
from gru_core.formats.describing import in_words, said_of_run
from gru_core.formats.whole.loose import Chosen
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.formats.torch_files import saved
from tests.formats.whole_making import TOKENS, Plain, answer

CLOSE = 1e-6
GIVEN = np.random.default_rng(0).integers(0, TOKENS, (9, 2))  # (step, batch)
NUMBERS = np.random.default_rng(1).normal(size=(9, 2, 4)).astype(np.float32)


class Before(nn.Module):
    """A linear layer, and a GRU on it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.inp, self.rnn = nn.Linear(4, 4), nn.GRU(4, 4)


class After(nn.Module):
    """A GRU, and a linear layer on it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn, self.fc = nn.GRU(4, 4), nn.Linear(4, 4)

    def forward(self, numbers):
        return self.fc(self.rnn(numbers)[0])


class Own(nn.Sequential):
    """What it runs is its own affair."""

    def forward(self, numbers):
        return self[1](self[0](numbers) * 3)[0]


class Two(nn.Module):
    """An embedding, something of unknown use, and two layers of the same width."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.emb, self.ln = nn.Embedding(TOKENS, 4), nn.LayerNorm(4)
        self.g1, self.g2 = nn.GRU(4, 4), nn.GRU(4, 4)


def opened(content):
    """A file as it comes back from the process that reads it."""
    return npz.parse(npz.write(read(saved(content), "model.pt")), "model.pt")


def scripted(model):
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(model), data)
    return npz.parse(npz.write(read(data.getvalue(), "model.pt")), "model.pt")


def predicted(file, given, chosen=None):
    entry = file.entries[0]
    tokens = given.ndim == 2
    whole = model_of(file, entry, chosen or Chosen())
    return traced(file, entry, whole, {}, Given(given, tokens=tokens))[0]["prediction"]


@pytest.mark.parametrize("made", [Before, After], ids=["before", "after"])
def test_a_linear_layer_that_fits_before_and_after_a_layer_is_asked_for(made) -> None:
    model = made()
    file = opened(model.state_dict())
    entry = file.entries[0]
    line = "inp" if made is Before else "fc"
    assert model_of(file, entry) is None
    for said in (" ".join(said_of_run(file, entry, ())), in_words(file, "model.pt")):
        assert f"whether '{line}' stands before 'rnn' or is its head" in said
        assert f"--head '{line}'" in said
    if made is After:
        found = predicted(file, NUMBERS, Chosen(head="fc"))
        np.testing.assert_allclose(found, answer(model, NUMBERS), rtol=0, atol=CLOSE)


def test_a_whole_module_lists_what_stands_before_and_after() -> None:
    file, model = opened(Before()), After()
    assert model_of(file, file.entries[0]) is None
    said = in_words(file, "model.pt")
    assert "'inp' may stand before 'rnn'" in said
    assert "--head" not in said
    found = predicted(opened(model), NUMBERS)
    np.testing.assert_allclose(found, answer(model, NUMBERS), rtol=0, atol=CLOSE)


def test_a_linear_layer_that_could_not_read_the_embedding_is_the_head() -> None:
    model = Plain(inputs=3, units=5)  # of three classes
    found = predicted(opened(model.state_dict()), GIVEN)
    np.testing.assert_allclose(found, answer(model, GIVEN), rtol=0, atol=CLOSE)


def test_a_classifier_of_one_width_throughout_is_asked_for() -> None:
    model = Plain(inputs=3, units=3)
    file = opened(model.state_dict())
    assert model_of(file, file.entries[0]) is None
    found = predicted(file, GIVEN, Chosen("emb", "out"))
    np.testing.assert_allclose(found, answer(model, GIVEN), rtol=0, atol=CLOSE)
    found = predicted(opened(model), GIVEN)  # of a whole module the order is known
    np.testing.assert_allclose(found, answer(model, GIVEN), rtol=0, atol=CLOSE)


@pytest.mark.parametrize("opens", [opened, scripted])
@pytest.mark.parametrize(
    ("between", "said"),
    [
        ((), "'0' stands before '1' in its Sequential and is not computed"),
        ((nn.Tanh(),), "'0', '1' stand before '2' in its Sequential and are not computed"),
        ((nn.Dropout(),), "'0' stands before '2' in its Sequential and is not computed"),
    ],
)
def test_what_a_sequential_runs_before_a_layer_is_said(between, said, opens) -> None:
    file = opens(nn.Sequential(nn.Linear(4, 4), *between, nn.GRU(4, 4)))
    (entry,) = file.entries
    assert any(one.startswith(said) for one in entry.notes)
    assert model_of(file, entry) is None  # neither head nor anything else


def test_an_embedding_before_a_layer_is_computed_and_a_function_between_is_not() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(TOKENS, 4), nn.Dropout(), nn.GRU(4, 5)).eval()
    file = opened(model)
    (entry,) = file.entries
    assert not entry.notes
    made, _ = traced(file, entry, model_of(file, entry), {}, Given(GIVEN, tokens=True))
    wanted = model(torch.as_tensor(GIVEN))[0].detach().numpy()
    np.testing.assert_allclose(made["output"], wanted, rtol=0, atol=CLOSE)
    file = opened(nn.Sequential(nn.Embedding(TOKENS, 4), nn.Tanh(), nn.GRU(4, 5)))
    assert model_of(file, file.entries[0]) is None
    assert "'0', '1' stand before '2'" in file.entries[0].notes[-1]


def test_a_sequential_of_another_class_is_noted() -> None:
    notes = opened(Own(nn.Linear(4, 4), nn.GRU(4, 4))).notes
    assert any(f"'(top)' is of the class {Own.__module__}.Own" in one for one in notes)


def noted(*more) -> tuple[str, dict[str, np.ndarray]]:
    """What trace writes of the second layer: its notes as one text, and the arrays."""
    tokens = [*map(str, GIVEN[:, 0])]
    asked = ["trace", "two.pt", "--layer", "g2", "--tokens", *tokens, *more, "--out", "out.npz"]
    assert main(asked) == 0
    with np.load("out.npz", allow_pickle=False) as file:
        return " ".join(file[NOTES]), dict(file)


def test_trace_says_what_may_stand_between_an_embedding_and_a_layer(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = Two()
    torch.save(model.state_dict(), "two.pt")
    said, _ = noted("--embedding", "emb")
    assert "'ln.weight', 'g1'; of recurrent layers say it, --below 'g1'" in said
    assert "does not say what stands before and after this layer" not in said  # it was answered
    said, made = noted("--embedding", "emb", "--below", "g1")
    assert "is not computed there: 'ln.weight'." in said
    wanted = model.g2(model.g1(model.emb(torch.as_tensor(GIVEN[:, 0])))[0])[0]
    np.testing.assert_allclose(made["output"], wanted.detach().numpy(), rtol=0, atol=CLOSE)
