"""The Reader computes what its authors' code and PyTorch compute, and refuses what is no word."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gru_core import run
from gru_core.errors import GatescopeError, TextError
from gru_core.scenes.reader import MAX_LETTERS, Reader, load_reader, normalize

MODELS = Path(__file__).parents[3] / "assets" / "models"
WORDS = ["recurrent", "gate", "memory", "though", "thought", "knight", "psychology", "colonel", "a"]

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    with np.load(MODELS / "reader.npz", allow_pickle=False) as file:
        return dict(file)


def reference_cell(arrays: Arrays, network: str, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    """g2p_en 2.1.0, G2p.grucell, on rows stacked over the gates as in its own file."""
    stacked = {p: arrays[f"{network}_{p}"] for p in ("w_x", "w_h", "b_x", "b_h")}
    w_ih, w_hh = (stacked[p].reshape(-1, stacked[p].shape[-1]) for p in ("w_x", "w_h"))
    b_ih, b_hh = (stacked[p].reshape(-1) for p in ("b_x", "b_h"))
    rzn_ih, rzn_hh = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    split = rzn_ih.shape[-1] * 2 // 3
    rz = 1 / (1 + np.exp(-(rzn_ih[:split] + rzn_hh[:split])))
    r, z = np.split(rz, 2)
    n = np.tanh(rzn_ih[split:] + r * rzn_hh[split:])
    return (1 - z) * n + z * h


def reference_states(arrays: Arrays, word: str) -> np.ndarray:
    letters = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
    h, states = np.zeros(256, np.float32), []
    for symbol in [*word, "</s>"]:
        x = arrays["encoder_embedding"][letters.index(symbol)]
        h = reference_cell(arrays, "encoder", x, h)
        states.append(h)
    return np.array(states)


def reference_phonemes(arrays: Arrays, word: str) -> tuple[str, ...]:
    h, symbol, said = reference_states(arrays, word)[-1], 2, []  # 2 is <s>
    for _ in range(20):
        h = reference_cell(arrays, "decoder", arrays["decoder_embedding"][symbol], h)
        symbol = int((h @ arrays["output_w"].T + arrays["output_b"]).argmax())
        if symbol == 3:  # </s>
            break
        said.append(str(arrays["phonemes"][symbol]))
    return tuple(said)


def test_the_reader_pronounces_recurrent(reader: Reader) -> None:
    assert " ".join(reader.read("recurrent")) == "R IH0 K ER1 AH0 N T"


@pytest.mark.parametrize("word", WORDS)
def test_states_equal_those_of_the_authors_algorithm(
    reader: Reader, arrays: Arrays, word: str
) -> None:
    trace = run(reader.weights, reader.encode(word).x)
    assert trace.dtype == np.float32
    np.testing.assert_allclose(trace["hidden"], reference_states(arrays, word), atol=1e-5, rtol=0)


@pytest.mark.parametrize("word", WORDS)
def test_states_equal_those_of_torch(reader: Reader, arrays: Arrays, word: str) -> None:
    layer = torch.nn.GRU(256, 256)
    names = {"w_x": "weight_ih_l0", "w_h": "weight_hh_l0", "b_x": "bias_ih_l0", "b_h": "bias_hh_l0"}
    layer.load_state_dict(
        {
            theirs: torch.tensor(arrays[f"encoder_{ours}"]).flatten(0, 1)
            for ours, theirs in names.items()
        }
    )
    x = reader.encode(word).x
    with torch.no_grad():
        expected = layer(torch.tensor(np.array(x)))[0].numpy()
    np.testing.assert_allclose(run(reader.weights, x)["hidden"], expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("word", [*WORDS, "rhythm", "queue", "gatescope", "z" * 40])
def test_phonemes_equal_those_of_the_authors_algorithm(
    reader: Reader, arrays: Arrays, word: str
) -> None:
    assert reader.read(word) == reference_phonemes(arrays, word)


def test_a_word_is_its_letters_and_an_end(reader: Reader) -> None:
    sequence = reader.encode("gate")
    assert sequence.labels == ("g", "a", "t", "e", "end")
    assert sequence.x.shape == (5, 256)
    assert sequence.x.dtype == np.float32
    assert len(sequence.channels) == 256


def test_a_decoder_that_never_ends_is_stopped_at_twenty_phonemes(reader: Reader) -> None:
    assert len(reader.read("z" * 40)) <= 20


def test_decode_refuses_a_state_of_another_size(reader: Reader) -> None:
    with pytest.raises(GatescopeError, match=r"hidden has shape \(3,\).*\(256,\)"):
        reader.decode([0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("typed", "word"),
    [("Café", "cafe"), ("  NAÏVE ", "naive"), ("Übermut", "ubermut"), ("İstanbul", "istanbul")],
)
def test_accents_capitals_and_spaces_around_a_word_do_not_matter(typed: str, word: str) -> None:
    assert normalize(typed) == word


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "The word is empty; type one of the letters a to z."),
        ("   ", "The word is empty; type one of the letters a to z."),
        ("a" * 41, "The word has 41 letters; the Reader takes up to 40: type a shorter one."),
        (
            "don't",
            'The word has "\'" (apostrophe) at place 4; the Reader knows the letters a to z '
            "and takes one word at a time: leave it out.",
        ),
        ("two words", "The word has ' ' (space) at place 4"),
        ("straße", "The word has 'ß' (latin small letter sharp s) at place 5"),
        ("r2", "The word has '2' (digit two) at place 2"),
        ("слово", "The word has 'с' (cyrillic small letter es) at place 1"),
        ("a\x00b", "The word has u+0000 at place 2"),
    ],
)
def test_what_is_no_word_is_refused_with_its_reason(typed: str, message: str) -> None:
    with pytest.raises(TextError, match=re.escape(message)):
        normalize(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_word_of_plain_letters_or_refused(typed: str) -> None:
    try:
        word = normalize(typed)
    except TextError:
        return
    assert re.fullmatch("[a-z]+", word)
    assert len(word) <= MAX_LETTERS
    assert normalize(word) == word


def test_a_file_without_the_right_arrays_is_refused(tmp_path: Path, arrays: Arrays) -> None:
    del arrays["encoder_w_h"]
    np.savez(tmp_path / "reader.npz", **arrays)
    missing = r"reader.npz has no encoder_w_h: build it with scripts/convert_reader"
    with pytest.raises(GatescopeError, match=missing):
        load_reader(tmp_path / "reader.npz")


def test_the_manifest_names_every_model_with_its_hash() -> None:
    manifest = (MODELS / "MANIFEST").read_text(encoding="utf-8")
    entries = re.findall(r"^file: (\S+)\nsha256: (\w{64})$", manifest, re.MULTILINE)
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in MODELS.glob("*.npz")}
    assert dict(entries) == found
    for field in ("source", "licence", "changes", "how-built", "notice"):
        assert re.search(rf"^{field}: ", manifest, re.MULTILINE)
