"""What a file of PyTorch has around its layers: taken where shapes leave one reading."""

import numpy as np
import pytest
import torch
from torch import nn

from gru_core.errors import FormatError, ShapeError, UnknownNameError
from gru_core.formats import npz, read
from gru_core.formats.whole.loose import Chosen, offered
from gru_core.formats.whole.tracing import Given, model_of, refuse_tokens, traced
from tests.formats.torch_files import saved
from tests.formats.whole_making import CLASSES, TOKENS, Classifier, Plain, TwoLinear, answer

CLOSE = 1e-6
GIVEN = np.random.default_rng(0).integers(0, TOKENS, (9, 2))  # (step, batch)


def opened(content, name="model.pt"):
    """A file as it comes back from the process that reads it."""
    return npz.parse(npz.write(read(saved(content), name)), name)


def predicted(file, chosen=None, given=GIVEN):
    entry = file.entries[0]
    whole = model_of(file, entry, chosen or Chosen())
    return traced(file, entry, whole, {}, Given(given, tokens=True))[0]["prediction"]


def test_a_state_dict_with_one_reading_takes_tokens_and_predicts() -> None:
    model = Plain()
    made = predicted(opened(model.state_dict()))
    np.testing.assert_allclose(made, answer(model, GIVEN), rtol=0, atol=CLOSE)


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("cell", ["GRU", "LSTM", "RNN"])
def test_a_whole_module_is_read_with_its_head_its_words_and_its_classes(cell, both) -> None:
    model = Classifier(cell, both)
    file = opened(model)
    whole = model_of(file, file.entries[0])
    assert whole.vocabulary == tuple(f"w{at}" for at in range(TOKENS))
    assert whole.labels == ("down", "up", "still")
    wanted = answer(model, GIVEN.T).swapaxes(0, 1)
    np.testing.assert_allclose(predicted(file), wanted, rtol=0, atol=CLOSE)


def test_words_beside_a_state_dict_are_those_of_its_embedding() -> None:
    words = [f"t{at}" for at in range(TOKENS)]
    file = opened({"state_dict": Plain().state_dict(), "itos": words, "lr": [0.1, 0.2]})
    assert model_of(file, file.entries[0]).vocabulary == tuple(words)


def test_what_a_state_dict_does_not_say_is_asked_for() -> None:
    model = TwoLinear()
    file = opened(model.state_dict())
    entry = file.entries[0]
    whole = model_of(file, entry)
    assert whole.output == ""  # the first linear layer is no prediction
    assert "--head 'fc1'" in offered(file.loose, entry, file.entries)
    made = predicted(file, Chosen(head="fc1,relu,fc2"))
    np.testing.assert_allclose(made, answer(model, GIVEN), rtol=0, atol=CLOSE)


def test_a_linear_layer_that_may_stand_before_the_layer_leaves_two_readings() -> None:
    state = {**Plain().state_dict(), "proj.weight": torch.zeros(6, 6), "proj.bias": torch.zeros(6)}
    file = opened(state)
    assert model_of(file, file.entries[0]) is None
    with pytest.raises(FormatError, match="--embedding 'emb'"):
        raise refuse_tokens(file, file.entries[0])


def test_a_tensor_of_unknown_use_leaves_nothing_sure() -> None:
    state = {**Plain().state_dict(), "norm.weight": torch.ones(5), "norm.bias": torch.zeros(5)}
    file = opened(state)
    assert model_of(file, file.entries[0]) is None
    assert predicted(file, Chosen("emb", "out")).shape == (9, 2, CLASSES)


@pytest.mark.parametrize("reads", ["ends", "mean", "max"])
def test_a_head_may_read_the_last_states_or_all_steps(reads) -> None:
    model = Plain()
    file = opened(model.state_dict())
    made = predicted(file, Chosen(head_reads=reads))
    hidden = model.rnn(model.emb(torch.as_tensor(GIVEN)))[0].detach()
    of = {"ends": hidden[-1], "mean": hidden.mean(0), "max": hidden.max(0)[0]}[reads]
    np.testing.assert_allclose(made, model.out(of).detach().numpy(), rtol=0, atol=CLOSE)


def test_a_name_that_does_not_fit_is_refused_with_those_that_do() -> None:
    file = opened(Plain().state_dict())
    with pytest.raises(UnknownNameError, match="emb, none"):
        model_of(file, file.entries[0], Chosen(embedding="rnn"))


def test_an_embedding_that_rescales_its_vectors_is_not_taken() -> None:
    model = Plain()
    model.emb = nn.Embedding(TOKENS, 6, max_norm=1.0)
    file = opened(model)
    assert model_of(file, file.entries[0]) is None


def test_a_sequential_with_a_member_that_is_not_known_is_no_head() -> None:
    model = Classifier()
    model.head = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    file = opened(model)
    whole = model_of(file, file.entries[0])
    assert whole is None or not whole.output


def language_model(inputs, units) -> dict[str, torch.Tensor]:
    """A state dict whose embedding is called encoder and its head decoder."""
    state = Plain(inputs, units).state_dict()
    names = {"emb": "encoder", "out": "decoder"}
    return {
        ".".join((names.get(k.split(".")[0], k.split(".")[0]), *k.split(".")[1:])): v
        for k, v in state.items()
    }


def test_an_embedding_is_known_by_its_shape_whatever_it_is_called() -> None:
    file = opened(language_model(6, 5))
    made = predicted(file)
    np.testing.assert_allclose(made, answer(Plain(6, 5), GIVEN), rtol=0, atol=CLOSE)


def test_a_matrix_that_may_be_embedding_or_head_is_asked_for() -> None:
    file = opened(language_model(5, 5))
    entry = file.entries[0]
    assert model_of(file, entry) is None
    assert "--embedding 'encoder', --head" in offered(file.loose, entry, file.entries)
    made = predicted(file, Chosen("encoder", "decoder"))
    np.testing.assert_allclose(made, answer(Plain(5, 5), GIVEN), rtol=0, atol=CLOSE)


def test_a_head_alone_is_no_embedding() -> None:
    state = {k: v for k, v in Plain(5, 5).state_dict().items() if not k.startswith("emb")}
    del state["out.bias"]
    file = opened(state)
    assert model_of(file, file.entries[0]) is None


def test_a_function_whose_place_is_not_known_leaves_the_prediction_open() -> None:
    model = Plain()
    model.softmax = nn.LogSoftmax(dim=-1)
    file = opened(model)
    assert model_of(file, file.entries[0]) is None
    made = predicted(file, Chosen("emb", "out,log_softmax"))
    wanted = torch.log_softmax(torch.as_tensor(answer(model, GIVEN)), -1).numpy()
    np.testing.assert_allclose(made, wanted, rtol=0, atol=CLOSE)
    model.softmax = nn.CrossEntropyLoss()
    file = opened(model)
    assert model_of(file, file.entries[0]).output == "out"


def test_layers_that_stand_on_others_are_run_in_the_order_that_is_said() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.emb, self.one = nn.Embedding(TOKENS, 6), nn.LSTM(6, 4, bidirectional=True)
            self.two, self.out = nn.GRU(8, 5), nn.Linear(5, CLASSES)

        def forward(self, tokens):
            return self.out(self.two(self.one(self.emb(tokens))[0])[0])

    model = Two()
    file = opened(model.state_dict())
    entry = file.entries[1]
    said = Chosen("emb", "out", below=("one",))
    given = Given(GIVEN, tokens=True)
    made, _ = traced(file, entry, model_of(file, entry, said), {}, given)
    np.testing.assert_allclose(made["prediction"], answer(model, GIVEN), rtol=0, atol=CLOSE)
    with pytest.raises(ShapeError, match="it reads another"):
        model_of(file, file.entries[0], Chosen(below=("two",)))


def test_tokens_outside_of_the_embedding_are_named() -> None:
    with pytest.raises(ValueError, match=r"token 30 does not exist: the embedding .* has 30"):
        predicted(opened(Plain().state_dict()), given=np.full((2, 1), TOKENS))


class Residual(nn.Module):
    """An embedding, a layer and a head, with code between them that no file of PyTorch says."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.emb, self.rnn, self.fc = nn.Embedding(TOKENS, 4), nn.GRU(4, 4), nn.Linear(4, 2)

    def forward(self, tokens):
        vectors = self.emb(tokens) * 2
        return self.fc(self.rnn(vectors)[0] + vectors)


@pytest.mark.parametrize("content", [Residual(), Residual().state_dict()], ids=["module", "dict"])
def test_that_code_between_the_layers_is_not_read_is_said(content) -> None:
    file = opened(content)
    [entry] = file.entries
    said = "does between 'emb', 'rnn', 'fc' is not read: nothing is assumed, neither a function"
    assert any(said in note for note in model_of(file, entry).notes)
    chosen = model_of(file, entry, Chosen(embedding="none", head="fc"))
    assert any("does between 'rnn', 'fc' is not read" in note for note in chosen.notes)


FUNCTIONS = {
    **{f"{kind.__name__}": kind() for kind in (nn.GELU, nn.Mish, nn.SiLU, nn.Hardswish)},
    **{f"{kind.__name__}": kind() for kind in (nn.Hardsigmoid, nn.Hardtanh, nn.LogSigmoid)},
    **{f"{kind.__name__}": kind() for kind in (nn.Tanhshrink, nn.Softplus, nn.CELU)},
    "GELU by tanh": nn.GELU(approximate="tanh"),
    "ELU": nn.ELU(0.3),
    "LeakyReLU": nn.LeakyReLU(0.2),
    "LayerNorm": nn.LayerNorm(8, eps=0.01),
    "a Dropout": nn.Dropout(0.5),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_head_of_several_layers_is_computed_as_the_module_says_it(name) -> None:
    model = Classifier()
    model.head = nn.Sequential(nn.Linear(5, 8), FUNCTIONS[name], nn.Linear(8, 3))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(std=2.0)
    wanted = answer(model.eval(), GIVEN.T).swapaxes(0, 1)
    np.testing.assert_allclose(predicted(opened(model)), wanted, rtol=0, atol=1e-5)


UNKNOWN = {
    "a clip of its own": nn.Hardtanh(-2, 2),
    "a steep softplus": nn.Softplus(beta=3),
    "a norm over two axes": nn.LayerNorm((9, 8)),
    "a norm without a bias": nn.LayerNorm(8, bias=False),
    "a slope of numbers": nn.PReLU(),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_head_with_a_form_that_is_not_known_is_none(name) -> None:
    model = Classifier()
    model.head = nn.Sequential(nn.Linear(5, 8), UNKNOWN[name], nn.Linear(8, 3))
    file = opened(model)
    whole = model_of(file, file.entries[0])
    assert whole is None or not whole.output


NESTED = {
    "a function behind": lambda: nn.Sequential(nn.Sequential(nn.Linear(5, 3)), nn.LogSigmoid()),
    "a layer behind": lambda: nn.Sequential(nn.Sequential(nn.Linear(5, 8)), nn.Linear(8, 3)),
    "one in another": lambda: nn.Sequential(
        nn.Sequential(nn.Linear(5, 8), nn.Tanh()), nn.Dropout(), nn.Sequential(nn.Linear(8, 3))
    ),
    "three deep": lambda: nn.Sequential(
        nn.Sequential(nn.Sequential(nn.Linear(5, 8)), nn.ReLU()), nn.LayerNorm(8), nn.Linear(8, 3)
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_sequential_in_another_is_a_head_with_all_that_is_run_around_it(name) -> None:
    model = Classifier()
    model.head = NESTED[name]()
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(std=2.0)
    wanted = answer(model.eval(), GIVEN.T).swapaxes(0, 1)
    np.testing.assert_allclose(predicted(opened(model)), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("first", [False, True], ids=["behind", "before"])
def test_a_sequential_beside_a_function_that_is_not_known_is_no_head(first) -> None:
    model, inner, other = Classifier(), nn.Sequential(nn.Linear(5, 3)), nn.Threshold(0.1, 0.2)
    model.head = nn.Sequential(other, inner) if first else nn.Sequential(inner, other)
    file = opened(model)
    whole = model_of(file, file.entries[0])
    assert whole is None or not whole.output
