"""`gates` writes what each unit does in many texts, and says what was read and left out."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gru_core.__main__ import main
from gru_core.cli.files import NOTES
from gru_core.conventions import SATURATION, TRACKS
from gru_core.formats import npz
from tests.formats.entries import make_entry, make_file
from tests.formats.whole_making import TOKENS, UNITS, Classifier, Plain

pytestmark = pytest.mark.thorough

KERAS = Path(__file__).parent / "keras_text" / "model.keras"
CLOSE = 1e-6
TEXTS = ["w3 w17 w9", "w9", "w1 w2 w3 w4 w5"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("texts.csv").write_text("\n".join(["id,text", *(f"1,{one}" for one in TEXTS)]), "utf-8")
    Path("words.txt").write_text("\n".join(f"w{at}" for at in range(TOKENS)), "utf-8")
    Path("places.txt").write_text("3 17 9\n9\n1 2 3 4 5\n", "utf-8")


def saved() -> tuple[str, Plain]:
    model = Plain()
    save_file(model.state_dict(), "model.safetensors")
    return "model.safetensors", model


def gates(capsys, *arguments, out: str = "gates.npz") -> str:
    """What the command says."""
    assert main(["gates", *map(str, arguments), "--out", out]) == 0
    return capsys.readouterr().out


def arrays() -> dict[str, np.ndarray]:
    with np.load("gates.npz", allow_pickle=False) as file:
        return dict(file)


def refused(capsys, *arguments, out: str = "gates.npz") -> str:
    assert main(["gates", *map(str, arguments), "--out", out]) == 2
    assert not Path(out).exists()
    return capsys.readouterr().err.removeprefix("error: ").rstrip()


def traces(path: str, texts=TEXTS) -> list[dict[str, np.ndarray]]:
    """What trace writes of each text alone, which other tests hold to the frameworks."""
    found = []
    for text in texts:
        words = ("--text", text, "--vocabulary", "words.txt")
        assert main(["trace", path, *words, "--out", "one.npz"]) == 0
        with np.load("one.npz", allow_pickle=False) as file:
            found.append(dict(file))
    return found


def test_numbers_are_those_of_trace_one_by_one(capsys) -> None:
    path, _ = saved()
    said = gates(capsys, path, "--texts", "texts.csv", "--vocabulary", "words.txt")
    assert "'rnn': 3 sequences, 9 steps, LSTM of 5 units, 1 layer, 1 direction." in said
    assert "note: the texts are those of the column 'text'." in said
    assert "note: 3 texts with 9 tokens in all." in said
    made, alone = arrays(), traces(path)
    assert (made["sequences"], made["steps"]) == (3, 9)
    low, high = SATURATION
    for track in TRACKS["lstm"]:
        name = f"layer0.forward.{track}"
        every = np.concatenate([one[name] for one in alone]).astype(np.float64)
        means = np.stack([one[name].mean(axis=0, dtype=np.float64) for one in alone])
        np.testing.assert_allclose(made[f"{name}.mean"], every.mean(axis=0), rtol=0, atol=CLOSE)
        np.testing.assert_allclose(made[f"{name}.spread"], every.std(axis=0), rtol=0, atol=CLOSE)
        np.testing.assert_allclose(made[f"{name}.between"], means.std(axis=0), rtol=0, atol=CLOSE)
        assert (f"{name}.near_one" in made) == (track not in ("candidate", "cell", "hidden"))
    forget = np.concatenate([one["layer0.forward.forget"] for one in alone])
    near = made["layer0.forward.forget.near_zero"], made["layer0.forward.forget.near_one"]
    np.testing.assert_allclose(near[0], (forget < low).mean(axis=0))
    np.testing.assert_allclose(near[1], (forget > high).mean(axis=0))
    assert arrays()[NOTES].tolist() == said.rstrip("\n").split("\n")[1:]


@pytest.mark.parametrize("key", ["mean", "between", "spread", "unit"])
def test_the_table_is_sorted_by_the_key_within_each_track(key, capsys) -> None:
    path, _ = saved()
    given = (path, "--texts", "texts.csv", "--vocabulary", "words.txt", "--sort", key)
    gates(capsys, *given, out="gates.csv")
    gates(capsys, *given)
    made = arrays()
    with Path("gates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(TRACKS["lstm"]) * UNITS
    for track in TRACKS["lstm"]:
        name = f"layer0.forward.{track}"
        own = [row for row in rows if row["track"] == name]
        assert sorted(int(row["unit"]) for row in own) == [1, 2, 3, 4, 5]
        assert [int(row["unit"]) - 1 for row in own] == made[f"{name}.order"].tolist()
        values = [float(row[key]) for row in own]
        assert values == sorted(values, reverse=key != "unit")
        if key != "unit":
            np.testing.assert_array_equal(values, made[f"{name}.{key}"][made[f"{name}.order"]])
        assert (own[0]["near_one"] == "") == (track in ("candidate", "cell", "hidden"))


def test_units_are_found_by_a_threshold(capsys) -> None:
    path, _ = saved()
    given = (path, "--texts", "texts.csv", "--vocabulary", "words.txt")
    gates(capsys, *given)
    means = arrays()["layer0.forward.forget.mean"]
    middle = round(float(np.median(means)), 4)
    said = gates(capsys, *given, "--find", f"forget>{middle}", "forget < 0.0")
    units = (np.flatnonzero(means > middle) + 1).tolist()
    assert 0 < len(units) < UNITS
    wanted = f"found: the mean of layer0.forward.forget is above {middle:g} for {len(units)} of 5 "
    assert f"{wanted}units: {', '.join(map(str, units))}." in said
    assert "found: the mean of layer0.forward.forget is below 0 for none of 5 units." in said


def test_lines_and_places_and_arrays_of_tokens_say_the_same(capsys) -> None:
    path, _ = saved()
    gates(capsys, path, "--texts", "texts.csv", "--vocabulary", "words.txt")
    by_words = arrays()
    gates(capsys, path, "--texts", "places.txt")
    by_places = arrays()
    tokens = np.zeros((3, 5), np.int64)
    for row, text in zip(tokens, TEXTS, strict=True):
        places = [int(one[1:]) for one in text.split()]
        row[: len(places)] = places
    np.save("tokens.npy", tokens)
    said = gates(capsys, path, "--tokens", "tokens.npy", "--lengths", 3, 1, 5)
    assert "is read as (sequence, step): 3 sequences of up to 5 steps." in said
    by_array = arrays()
    for name in by_words:
        if name != NOTES:
            np.testing.assert_array_equal(by_words[name], by_places[name])
            np.testing.assert_array_equal(by_words[name], by_array[name])


def test_numbers_of_different_lengths(capsys) -> None:
    Path("gru.npz").write_bytes(npz.write(make_file(make_entry())))
    x = np.random.default_rng(4).normal(size=(3, 6, 3)).astype(np.float32)
    np.save("x.npy", x)
    said = gates(capsys, "gru.npz", "--input", "x.npy", "--lengths", 6, 2, 4)
    assert "3 sequences, 12 steps, GRU of 4 units" in said
    assert "is read as (sequence, step, input): 3 sequences of up to 6 steps." in said
    made, every = arrays(), []
    for one, length in zip(x, (6, 2, 4), strict=True):
        np.save("one.npy", one[:length])
        assert main(["trace", "gru.npz", "--input", "one.npy", "--out", "one.npz"]) == 0
        with np.load("one.npz") as file:
            every.append(file["layer0.forward.update"])
    wanted = np.concatenate(every).mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(made["layer0.forward.update.mean"], wanted, rtol=0, atol=CLOSE)


def test_a_layer_without_an_embedding_reads_one_hot_words(capsys) -> None:
    torch.manual_seed(0)
    save_file(torch.nn.GRU(TOKENS, 4).state_dict(), "layer.safetensors")
    gates(capsys, "layer.safetensors", "--texts", "texts.csv", "--vocabulary", "words.txt")
    made = arrays()
    one_hot = [np.eye(TOKENS, dtype=np.float32)[[int(w[1:]) for w in one.split()]] for one in TEXTS]
    every = []
    for x in one_hot:
        np.save("one.npy", x)
        assert main(["trace", "layer.safetensors", "--input", "one.npy", "--out", "one.npz"]) == 0
        with np.load("one.npz") as file:
            every.append(file["layer0.forward.reset"])
    wanted = np.concatenate(every).mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(made["layer0.forward.reset.mean"], wanted, rtol=0, atol=CLOSE)


def test_the_words_of_the_file_itself_and_unknown_ones(capsys) -> None:
    model = Classifier()
    torch.save(model, "whole.pt")
    Path("texts.csv").write_text("Sentence\nw3 w17 strange w9\nnothing known\nw9\n", "utf-8")
    said = gates(capsys, "whole.pt", "--texts", "texts.csv")
    assert "note: the texts are those of the column 'Sentence'." in said
    assert "note: 3 texts with 7 tokens in all." in said
    wanted = "note: left out, as the vocabulary has neither them nor a token for such: 3 tokens."
    assert wanted in said
    assert "note: left out, as nothing of it is known: 1 text." in said
    assert arrays()["steps"] == 4


def test_the_text_layer_of_a_keras_model_takes_texts_apart(capsys) -> None:
    Path("texts.csv").write_text("text\nThe cat sat!\nunheard of\n", "utf-8")
    said = gates(capsys, KERAS, "--texts", "texts.csv")
    assert "2 sequences" in said
    assert "note: read as the vocabulary's token for unknown ones: " in said
    assert "the padding that the model puts behind a text is run and not counted" in said


def test_one_sequence_has_no_spread_between_sequences_and_says_so(capsys) -> None:
    path, _ = saved()
    Path("places.txt").write_text("3 17 9\n", "utf-8")
    said = gates(capsys, path, "--texts", "places.txt")
    assert "note: there is one sequence, so the spread between sequences is 0." in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nothing is given to run; give one: --texts t.csv, --input or --tokens."),
        (
            ("--texts", "texts.csv", "--tokens", "tokens.npy"),
            "--texts and --tokens are given; give one of them.",
        ),
        (
            ("--texts", "texts.csv", "--column", "review"),
            "The file has no column 'review'; its first row has 'id', 'text': choose one of them.",
        ),
        (
            ("--texts", "texts.csv"),
            "Text 1 has 'w3', which is no place of a token: the model has no words of its own, "
            "so give whole numbers from 0 to 29, or a vocabulary.",
        ),
        (
            ("--texts", "places.txt", "--sort", "size"),
            "key 'size' does not exist; choose one of: mean, between, spread, near_zero, "
            "near_one, unit.",
        ),
        (
            ("--texts", "places.txt", "--find", "forget=1"),
            "'forget=1' is no question for --find; it needs a track, > or <, and a number, in "
            "quotation marks: 'update>0.9'.",
        ),
        (
            ("--texts", "places.txt", "--find", "update>0.9"),
            "track 'update' does not exist; choose one of: input, forget, candidate, output, "
            "cell, hidden.",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments, said, capsys) -> None:
    path, _ = saved()
    np.save("tokens.npy", np.zeros((2, 2), np.int64))
    assert refused(capsys, path, *arguments) == said


def test_too_much_and_nothing_known_are_refused(capsys, monkeypatch) -> None:
    from gru_core.formats import many

    path, _ = saved()
    Path("other.txt").write_text("Das\nBuch\n", "utf-8")
    said = refused(capsys, path, "--texts", "texts.csv", "--vocabulary", "other.txt")
    assert said.startswith("Of 3 texts no word is in the vocabulary of 2 tokens")
    monkeypatch.setattr(many.many_gates, "__defaults__", (1, 10))
    said = refused(capsys, path, "--texts", "places.txt")
    assert said.startswith("3 sequences of 9 steps in all, through 5 units, come to 45 numbers")


def test_a_name_that_says_no_format_is_refused(capsys) -> None:
    path, _ = saved()
    said = refused(capsys, path, "--texts", "places.txt", out="gates.xls")
    assert said == "'gates.xls' does not say what to write; its name needs to end in .csv or .npz."


def test_an_empty_file_of_texts_is_refused(capsys) -> None:
    path, _ = saved()
    Path("texts.csv").write_text("", "utf-8")
    assert refused(capsys, path, "--texts", "texts.csv").startswith("The file is empty; it needs")
