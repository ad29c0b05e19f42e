"""Words of a Keras model: texts become the tokens that TensorFlow makes of them, or it is said why.

keras_text/ holds a model saved by Keras, and what its layers of texts make of sentences (its note
says which versions): TensorFlow itself is not needed here.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gru_core.__main__ import main
from gru_core.errors import EmptySequenceError, TextError
from gru_core.formats import npz, read
from gru_core.formats.keras import words as keras_words
from gru_core.formats.whole.pieces import Whole
from gru_core.formats.whole.tracing import Given, traced

MADE = Path(__file__).parent / "keras_text"
TRUTH = json.loads((MADE / "truth.json").read_text(encoding="utf-8"))
LAYERS = TRUTH["layers"]
MODEL = (MADE / "model.keras").read_bytes()
NAME = "text_vectorization_1"
FILE = f"assets/layers/text_vectorization/{keras_words.FILE}"
CLOSE = 1e-6


def changed(
    words: bytes | None = b"", class_name: str = "TextVectorization", **config: Any
) -> bytes:
    """The model with another layer of texts. words: its vocabulary; None: none, empty: its own."""
    made, folder = io.BytesIO(), FILE.rpartition("/")[0]
    with zipfile.ZipFile(io.BytesIO(MODEL)) as own, zipfile.ZipFile(made, "w") as archive:
        for name in own.namelist():
            data = own.read(name)
            if name == "config.json":
                model = json.loads(data)
                layer = model["config"]["layers"][1]
                layer["class_name"] = class_name
                layer["config"] |= config
                data = json.dumps(model).encode()
            place = name
            if name.startswith(folder):
                if words is None:
                    continue
                data = words or data
                if class_name == "StringLookup":
                    place = name.replace("text_vectorization", "string_lookup")
            archive.writestr(place, data)
    return made.getvalue()


def whole(data: bytes) -> Whole:
    found = read(data, "model.keras").whole
    assert found is not None
    return found


@pytest.mark.parametrize("text", TRUTH["predictions"])
def test_a_text_goes_through_the_model_as_keras_reads_it(text: str) -> None:
    file = read(MODEL, "model.keras")
    assert file.whole is not None
    assert file.whole.words is not None
    rows, labels = file.whole.words.places(text)
    assert rows == LAYERS["length"]["ids"][text]
    assert labels.count("[PAD]") == rows.count(0)
    given = Given(np.array(rows)[:, np.newaxis], tokens=True)
    arrays, _ = traced(file, file.entries[0], file.whole, {}, given)
    wanted = TRUTH["predictions"][text]
    np.testing.assert_allclose(arrays["prediction"][0], wanted, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_named_setting_takes_texts_apart_as_tensorflow_does(kind: str) -> None:
    layer = LAYERS[kind]
    vocabulary = None if layer["vocabulary"] is None else layer["vocabulary"].encode()
    found = whole(changed(vocabulary, layer["class_name"], **layer["config"]))
    assert found.words is not None
    for text, ids in layer["ids"].items():
        assert found.words.places(text)[0] == ids, text
    [note] = found.notes
    said = "A text is taken apart" if layer["class_name"] == "TextVectorization" else "Words are"
    assert note.startswith(said)


@pytest.mark.parametrize(
    ("kind", "config", "says"),
    [
        ("TextVectorization", {"ngrams": 2}, "(ngrams=2)"),
        ("TextVectorization", {"split": None}, "(split=None)"),
        ("TextVectorization", {"ragged": True}, "(ragged=True)"),
        ("TextVectorization", {"encoding": "utf-16"}, "(encoding='utf-16')"),
        ("TextVectorization", {"output_sequence_length": -1}, "(output_sequence_length=-1)"),
        (
            "TextVectorization",
            {"standardize": {"class_name": "function", "config": "mine"}},
            "(standardize='mine')",
        ),
        ("StringLookup", {"num_oov_indices": 2}, "(num_oov_indices=2)"),
    ],
)
def test_what_is_not_followed_is_named_and_tokens_are_still_taken(
    kind: str, config: dict[str, Any], says: str
) -> None:
    found = whole(changed(class_name=kind, **config))
    [note] = found.notes
    assert note.endswith(f"which is not followed here {says}: give the numbers of the tokens.")
    assert found.words is None
    assert found.table is not None


@pytest.mark.parametrize(
    "vocabulary",
    [
        None,
        b"the\ncat",  # without what stands for padding and for other words
        b"\n[UNK]\nthe\nthe",
        b"\n[UNK]\nthe\n\ncat",
        b"\n[UNK]\n\xff\xfe",
        b"\n[UNK]\n" + b"a" * 101,
    ],
)
def test_a_vocabulary_that_is_none_is_said_to_be_missing(vocabulary: bytes | None) -> None:
    found = whole(changed(vocabulary))
    assert found.notes == (
        f"The vocabulary of '{NAME}' is not in the file, or not as Keras writes it: give the "
        "numbers of the tokens.",
    )
    assert (found.words, found.rules) == (None, None)


def test_other_outputs_than_tokens_are_not_followed() -> None:
    file = read(changed(output_mode="multi_hot"), "model.keras")
    assert file.whole is None
    [entry] = file.entries
    assert "reads what 'embedding_1' makes of the input" in " ".join(entry.notes)


def test_a_vocabulary_that_is_too_large_is_not_unpacked() -> None:
    assert keras_words.is_vocabulary(FILE, keras_words.MAX_BYTES)
    assert not keras_words.is_vocabulary(FILE, keras_words.MAX_BYTES + 1)
    assert not keras_words.is_vocabulary("vocabulary.txt", 10)


def test_words_and_how_texts_are_taken_apart_go_from_process_to_process() -> None:
    file = read(MODEL, "model.keras")
    found = npz.read(npz.write(file), "model.npz").whole
    assert found is not None
    assert file.whole is not None
    assert found.words == file.whole.words
    assert found.rules == file.whole.rules


def test_a_text_without_a_word_is_refused() -> None:
    words = whole(MODEL).words
    assert words is not None
    with pytest.raises(EmptySequenceError, match="The text is empty"):
        words.places("?! …".replace("…", ""))


def test_a_lookup_without_a_place_for_other_words_refuses_them() -> None:
    config = {"num_oov_indices": 0, "vocabulary": ["the", "cat"], "mask_token": None}
    words = whole(changed(None, "StringLookup", **config)).words
    assert words is not None
    assert words.places("cat the")[0] == [1, 0]
    with pytest.raises(TextError, match="has 'dog' at place 1, which is not in the vocabulary"):
        words.places("dog")


def test_the_command_line_takes_the_text_and_says_how_it_was_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("model.keras").write_bytes(MODEL)
    text = "The DOG, the SEA!"
    assert main(["inspect", "model.keras"]) == 0
    assert f"A text is taken apart as '{NAME}' of the model does it" in capsys.readouterr().out
    assert main(["trace", "model.keras", "--text", text, "--out", "out.npz"]) == 0
    said = capsys.readouterr().out
    assert "the text is read as the dog the sea [PAD] [PAD]." in said
    assert f"A text is taken apart as '{NAME}' of the model does it" in said
    with np.load("out.npz", allow_pickle=False) as made:
        assert made["tokens"].tolist() == LAYERS["length"]["ids"][text]
        wanted = TRUTH["predictions"][text]
        np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
