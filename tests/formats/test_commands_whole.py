"""`trace` with tokens or a text: what it takes, what it says, and what has to be said of a file."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from gru_core.__main__ import main
from gru_core.cli.files import NOTES
from tests.formats.whole_making import TOKENS, Classifier, Plain, TwoLinear, answer

CLOSE = 1e-6
GIVEN = [3, 17, 9, 9]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def traced(*arguments) -> dict[str, np.ndarray]:
    assert main(["trace", *map(str, arguments), "--out", "out.npz"]) == 0
    with np.load("out.npz", allow_pickle=False) as file:
        return dict(file)


def refused(capsys, *arguments) -> str:
    assert main(["trace", *map(str, arguments), "--out", "out.npz"]) == 2
    return capsys.readouterr().err


def saved(model) -> str:
    save_file(model.state_dict(), "model.safetensors")
    return "model.safetensors"


def test_tokens_in_and_a_prediction_out() -> None:
    model = Plain()
    made = traced(saved(model), "--tokens", *GIVEN)
    wanted = answer(model, [[one] for one in GIVEN])[:, 0]
    np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
    np.testing.assert_array_equal(made["tokens"], GIVEN)
    vectors = model.state_dict()["emb.weight"].numpy()
    np.testing.assert_array_equal(made["x"], vectors[GIVEN])
    assert "head of the file" in " ".join(made[NOTES])


def test_a_batch_of_tokens_is_batch_first_and_says_so(capsys) -> None:
    model = Plain()
    tokens = np.random.default_rng(0).integers(0, TOKENS, (3, 5))
    np.save("tokens.npy", tokens)
    made = traced(saved(model), "--tokens", "tokens.npy")
    assert "(batch, step): 3 sequences of 5 steps" in capsys.readouterr().out
    np.testing.assert_allclose(made["prediction"], answer(model, tokens.T), rtol=0, atol=CLOSE)
    turned = traced(saved(model), "--tokens", "tokens.npy", "--no-batch-first")
    np.testing.assert_allclose(turned["prediction"], answer(model, tokens), rtol=0, atol=CLOSE)


def test_a_text_is_read_in_the_words_that_are_given() -> None:
    words = {f"w{at}": at for at in range(TOKENS)}
    Path("words.json").write_text(json.dumps(words), encoding="utf-8")
    name = saved(Plain())
    made = traced(name, "--text", "w3 w17 w9 w9", "--vocabulary", "words.json")
    np.testing.assert_array_equal(made["tokens"], GIVEN)


def test_a_head_of_two_layers_is_told() -> None:
    model = TwoLinear()
    made = traced(saved(model), "--tokens", *GIVEN, "--head", "fc1,relu,fc2")
    wanted = answer(model, [[one] for one in GIVEN])[:, 0]
    np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
    assert "prediction" not in traced(saved(model), "--tokens", *GIVEN)


def test_the_input_of_the_layer_has_a_prediction_too() -> None:
    model = Plain()
    x = model.state_dict()["emb.weight"].numpy()[GIVEN]
    np.save("x.npy", x)
    made = traced(saved(model), "--input", "x.npy")
    wanted = answer(model, [[one] for one in GIVEN])[:, 0]
    np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)


def test_lengths_end_each_sequence() -> None:
    model = Plain()
    np.save("tokens.npy", np.array([[3, 17, 9, 9], [4, 5, 0, 0]]))
    made = traced(saved(model), "--tokens", "tokens.npy", "--lengths", 4, 2)
    alone = answer(model, [[4], [5]])[:, 0]
    np.testing.assert_allclose(made["prediction"][:2, 1], alone, rtol=0, atol=CLOSE)
    assert np.isnan(made["layer0.forward.forget"][2:, 1]).all()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--tokens", "3", "seventeen"), "'seventeen' is no whole number"),
        (("--tokens", "3", "30"), "token 30 does not exist"),
        (("--text", "fine"), "no vocabulary of its own"),
        (("--tokens", "3", "--text", "fine"), "--tokens and --text are given"),
        (("--tokens", "3", "--head", "rnn"), "head rnn does not exist; choose one of: out, none"),
        (("--tokens", "3", "--embedding", "none"), "--embedding 'emb'"),
    ],
)
def test_what_is_not_understood_is_refused(more, says, capsys) -> None:
    said = refused(capsys, saved(Plain()), *more)
    assert says.replace("head rnn", "head 'rnn'") in said


def test_inspect_says_what_stands_around_a_layer(capsys) -> None:
    assert main(["inspect", saved(TwoLinear())]) == 0
    assert "what fits: --head 'fc1'" in capsys.readouterr().out
    assert main(["inspect", saved(Plain()), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["embedding"], found["tokens"], found["prediction"]) == ("emb", TOKENS, "out")


def test_a_whole_module_reads_its_own_words() -> None:
    import torch

    model = Classifier()
    torch.save(model, "model.pt")
    made = traced("model.pt", "--text", "w3 w17 w9")
    wanted = answer(model, [[3, 17, 9]])[0]
    np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
