"""A text becomes one step a character, and equal characters are equal numbers."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.errors import EmptySequenceError, RangeError, TextError, UnknownNameError
from gru_core.inputs.text_input import MAX_ALPHABET, encode_text

texts = st.text(min_size=1, max_size=40)


def rng(seed=0):
    return np.random.default_rng(seed)


@given(texts)
def test_one_hot_gives_each_step_the_channel_of_its_character(text) -> None:
    made = encode_text(text, rng=rng())
    assert (made.x.sum(axis=1) == 1).all()
    assert ((made.x == 0) | (made.x == 1)).all()
    assert [made.channels[i] for i in made.x.argmax(axis=1)] == list(made.labels)
    assert made.x.any(axis=0).all()


@given(texts)
def test_embedded_gives_equal_characters_equal_vectors_and_others_other_ones(text) -> None:
    made = encode_text(text, encoding="embedded", size=5, rng=rng())
    assert made.x.shape == (len(made.labels), 5)
    one_hot = encode_text(text, rng=rng()).x
    for i in range(len(made.x)):
        same = (made.x == made.x[i]).all(axis=1)
        np.testing.assert_array_equal(same, (one_hot == one_hot[i]).all(axis=1))


@given(texts, texts)
def test_a_characters_vector_does_not_depend_on_the_rest_of_the_text(one, other) -> None:
    character = "é"
    first, second = (
        encode_text(character + rest, encoding="embedded", rng=rng(4)).x[0] for rest in (one, other)
    )
    np.testing.assert_array_equal(first, second)


def test_vectors_are_standard_normal_and_change_with_the_seed() -> None:
    characters = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    one, other = (encode_text(characters, None, "embedded", size=64, rng=rng(s)).x for s in (1, 2))
    assert abs(one.mean()) < 0.03
    assert abs(one.std() - 1) < 0.03
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.03


def test_the_alphabet_is_that_of_the_text_in_order_or_the_one_given() -> None:
    assert encode_text("banana", rng=rng()).channels == ("a", "b", "n")
    assert encode_text("banana", "nab!", rng=rng()).channels == ("n", "a", "b", "!")
    assert encode_text("banana", "naabn", rng=rng()).channels == ("n", "a", "b")


def test_characters_that_leave_no_mark_have_labels_that_do() -> None:
    made = encode_text("a b\r\nc\td\x07", rng=rng())
    assert made.labels == ("a", "␣", "b", "⏎", "c", "⇥", "d", "␇")


def test_a_character_and_its_accent_are_one_step() -> None:
    assert encode_text("cafe\u0301", "acf\u00e9", rng=rng()).labels == ("c", "a", "f", "é")


def test_as_many_characters_as_channels_allow_fit() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + MAX_ALPHABET)))
    assert encode_text(text, rng=rng()).x.shape == (64, 64)


@pytest.mark.parametrize(
    ("text", "options", "error", "says"),
    [
        ("", {}, EmptySequenceError, "The text is empty; a run needs at least one character"),
        ("a" * 10_001, {}, RangeError, "The text has 10,001 characters; up to 10,000 are read"),
        ("क़" * 9_999, {}, RangeError, "The text has 19,998 characters"),
        ("ab c", {"alphabet": "abc"}, TextError, "The text has ' ' (space) at place 3; the alphab"),
        ("a\x00", {"alphabet": "abc"}, TextError, r"The text has '\x00' (u+0000) at place 2"),
        ("a", {"alphabet": ""}, TextError, "the alphabet has ''"),
        ("a\ud800", {}, TextError, "The text holds half a character"),
        ("a", {"encoding": "words"}, UnknownNameError, "encoding 'words' does not exist"),
        ("a", {"encoding": "embedded", "size": 0}, RangeError, "size is 0; it needs a whole"),
        ("a", {"encoding": "embedded", "size": 257}, RangeError, "size is 257; up to 256"),
        (
            "".join(map(chr, range(0x4E00, 0x4E00 + 65))),
            {},
            RangeError,
            "The alphabet has 65 characters; one-hot takes up to 64, each being a channel",
        ),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_the_reason(text, options, error, says) -> None:
    with pytest.raises(error, match=re.escape(says)):
        encode_text(text, **options, rng=rng())
