"""A vocabulary: read from text, word vectors or JSON, and a text turned into what a layer reads."""

import json

import numpy as np
import pytest

from gru_core.errors import EmptySequenceError, GatescopeError, RangeError, TextError
from gru_core.inputs.vocabulary import MAX_BYTES, Vocabulary, read_vocabulary


def test_a_token_a_line_is_read_in_order() -> None:
    assert read_vocabulary(b"the\ncat\r\nsat\n").tokens == ("the", "cat", "sat")


def test_json_gives_tokens_in_order_or_by_place() -> None:
    assert read_vocabulary(b'["b", "a"]').tokens == ("b", "a")
    assert read_vocabulary(json.dumps({"a": 1, "b": 0}).encode()).tokens == ("b", "a")


def test_word_vectors_are_read_with_or_without_the_counts_of_word2vec() -> None:
    lines = "cat 0.5 -1 2\ndog 1 2 3e-1\n"
    for text in (lines, "2 3\n" + lines):
        found = read_vocabulary(text.encode())
        assert found.tokens == ("cat", "dog")
        assert found.vectors is not None
        np.testing.assert_array_equal(
            found.vectors, np.array([[0.5, -1, 2], [1, 2, 0.3]], np.float32)
        )


def test_one_hot_puts_a_one_at_the_place_of_each_token() -> None:
    found = Vocabulary(("a", "b", "c")).encode("cab", 3)
    np.testing.assert_array_equal(found.x, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert found.labels == ("c", "a", "b")
    assert found.channels == ("a", "b", "c")


def test_a_layer_with_more_inputs_than_tokens_leaves_the_last_at_zero() -> None:
    found = Vocabulary(("a", "b")).encode("ba", 4)
    np.testing.assert_array_equal(found.x, [[0, 1, 0, 0], [1, 0, 0, 0]])
    assert found.channels == ("a", "b", "x3", "x4")


def test_words_are_taken_apart_at_spaces_and_characters_one_by_one() -> None:
    assert Vocabulary(("the", "cat")).encode("the  cat\nthe", 2).labels == ("the", "cat", "the")
    assert Vocabulary(("<pad>", "t", " ")).encode("t t", 3).labels == ("t", "␣", "t")


def test_vectors_take_the_place_of_one_hot() -> None:
    vectors = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = Vocabulary(("up", "down"), vectors).encode("down up", 2)
    np.testing.assert_array_equal(found.x, vectors[::-1])


def test_an_unknown_token_is_named_unless_the_vocabulary_has_a_mark_for_it() -> None:
    with pytest.raises(TextError, match="'dog' at place 2, which is not in the vocabulary"):
        Vocabulary(("the", "cat")).encode("the dog", 2)
    found = Vocabulary(("the", "<unk>")).encode("the dog", 2)
    np.testing.assert_array_equal(found.x, np.eye(2))


@pytest.mark.parametrize(
    ("vocabulary", "inputs", "words"),
    [
        (Vocabulary(("a", "b", "c")), 2, "3 tokens; the layer takes 2 inputs"),
        (Vocabulary(("a",), np.zeros((1, 3))), 2, "vectors of 3 numbers; the layer takes 2"),
    ],
)
def test_a_vocabulary_of_another_size_is_refused(
    vocabulary: Vocabulary, inputs: int, words: str
) -> None:
    with pytest.raises(RangeError, match=words):
        vocabulary.encode("a", inputs)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(EmptySequenceError, match="at least one token"):
        Vocabulary(("a",)).encode("", 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"a\n\nb", "Token 2 of the vocabulary is empty"),
        (b"a\nb\na", "has 'a' twice, as token 1 and 3"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a\0b", "belong to no text"),
        (b"x" * 101, "has 101 characters"),
        (b'{"a": 2}', "places are not 0 to 0"),
        (b'{"a": 0, "b": 0}', "places are not 0 to 1"),
        (b'{"a": "b"}', "JSON of another kind"),
        (b"[" * 100_000, "nested too deep"),
        (b"cat 1 2 3\ndog 1 2", "'dog' has 2 numbers; the first one has 3"),
        (b"cat 1 2 3\ndog 1 2 x", "no number"),
        (b"cat 1 2 3\ndog 1 2 nan", "nan"),
        (b"a\n" * (MAX_BYTES // 2 + 1), "MB; up to 8 MB"),
    ],
)
def test_what_is_no_vocabulary_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(GatescopeError, match=words):
        read_vocabulary(data)


def test_vocabularies_are_equal_by_what_they_hold() -> None:
    one, same = (Vocabulary(("a",), np.ones((1, 2))) for _ in range(2))
    assert one == same
    assert one != Vocabulary(("a",), np.zeros((1, 2)))
    assert one != Vocabulary(("a",))


def test_places_that_count_from_one_leave_the_first_input_free() -> None:
    found = read_vocabulary(b'{"a": 1, "b": 2}')  # as Keras's Tokenizer writes them
    np.testing.assert_array_equal(found.encode("ba", 3).x, [[0, 0, 1], [0, 1, 0]])
    with pytest.raises(RangeError, match="3 tokens; the layer takes 2 inputs"):
        found.encode("ba", 2)
    with pytest.raises(TextError, match="without gaps"):
        read_vocabulary(b'{"a": 2, "b": 3}')


def test_a_token_that_stands_twice_in_an_object_is_refused() -> None:
    with pytest.raises(TextError, match="has 'a' twice"):
        read_vocabulary(b'{"a": 0, "b": 0, "a": 1}')


def test_half_a_character_is_no_token() -> None:
    with pytest.raises(TextError, match=r"Token 2 of .*, has half of a character"):
        read_vocabulary(b'["a", "\\ud800"]')


def test_a_short_text_takes_little_memory_in_a_wide_layer() -> None:
    x = Vocabulary(("a", "b")).encode("ba", 1_000_000).x  # an identity matrix would be 8 TB
    assert x.shape == (2, 1_000_000)
    assert x.sum() == x[0, 1] + x[1, 0] == 2
