"""Many texts: which column they are in, and what a vocabulary makes of each."""

import re

import numpy as np
import pytest

from gru_core.errors import EmptySequenceError, RangeError, TextError
from gru_core.inputs.many_texts import as_places, encoded
from gru_core.inputs.tables import text_column
from gru_core.inputs.tables.text_column import Texts, read_lines, read_texts
from gru_core.inputs.texts import TextRules
from gru_core.inputs.vocabulary import Vocabulary

WORDS = Vocabulary(("the", "film", "was", "good"))
MARKED = Vocabulary(("<unk>", "the", "film"))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_column_called_text_is_found_whatever_separates_the_cells(mark) -> None:
    rows = [("id", "Text", "score"), ("1", "the film", "0.5"), ("2", "good", "1")]
    data = "\n".join(mark.join(row) for row in rows).encode()
    assert read_texts(data) == Texts(("the film", "good"), "Text")


def test_text_comes_before_sentence() -> None:
    assert read_texts(b"sentence,text\na,b\n").texts == ("b",)


def test_a_column_is_chosen_by_its_name() -> None:
    data = b"review,text\nthe film,x\ngood,y\n"
    assert read_texts(data, "review").texts == ("the film", "good")
    assert read_texts(data, "REVIEW").texts == ("the film", "good")


def test_quoted_texts_keep_commas_and_lines_and_marks() -> None:
    data = '\ufefftext\r\n"the film, was ""good"""\r\n"two\r\nlines"\r\n'.encode()
    assert read_texts(data).texts == ('the film, was "good"', "two\nlines")


def test_a_file_in_utf_16_is_read() -> None:
    assert read_texts("text\nFür\n".encode("utf-16")).texts == ("Für",)


def test_rows_without_a_text_are_counted() -> None:
    assert read_texts(b"id,text\n1,a\n2,\n\n3,b\n") == Texts(("a", "b"), "text", 1)


def test_lines_are_texts_and_no_header_is_looked_for() -> None:
    assert read_lines(b"text, or not\n\nthe film\n").texts == ("text, or not", "the film")


@pytest.mark.parametrize(
    ("data", "column", "said"),
    [
        (b" \n", "", "The file is empty; it needs texts, one in each row: choose one."),
        (b"text\n", "", "There is no text below the first row; it needs at least one: add it."),
        (
            b"id,review\n1,a\n",
            "",
            "The first row has 'id', 'review', and none is called text or sentence: say which "
            "column has the texts, or write such a name above it.",
        ),
        (
            b"id,review\n1,a\n",
            "body",
            "The file has no column 'body'; its first row has 'id', 'review': choose one of them.",
        ),
        (
            b"text,text\n1,a\n",
            "",
            "The file has 2 columns called 'text'; it needs one: name them apart.",
        ),
        (
            b"id,text\n1,a\n2,the film, it was\n",
            "",
            "Row 3 has 3 cells; the first row has 2: put a text that has a comma in it between "
            "quotation marks.",
        ),
        (
            b'text\na\n"b\n',
            "",
            "What ends in line 3 cannot be read as a row: a text is longer than 131,072 "
            "characters, or a quotation mark is not closed. Correct it there.",
        ),
        (b"text\n\0\n", "", "The file holds bytes that belong to no text; save it as text."),
    ],
)
def test_a_file_that_cannot_be_read_says_what_it_needs(data, column, said) -> None:
    with pytest.raises((TextError, EmptySequenceError)) as refused:
        read_texts(data, column)
    assert str(refused.value) == said


def test_too_many_texts_and_too_large_a_file_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(text_column, "MAX_TEXTS", 2)
    with pytest.raises(RangeError, match="There are 3 texts; up to 2 are read"):
        read_lines(b"a\nb\nc")
    monkeypatch.setattr(text_column, "MAX_BYTES", 4)
    with pytest.raises(RangeError, match="The file has 5 bytes; up to 4 are read"):
        read_lines(b"a\nb\nc")


def test_each_text_is_what_it_is_alone() -> None:
    texts = ["the film was good", "good"]
    made = encoded(texts, WORDS)
    for text, one in zip(texts, made.sequences, strict=True):
        assert one.tolist() == WORDS.places(text)[0]
    assert (made.counts, made.words, made.unknown) == ((4, 1), 5, 0)


def test_unknown_words_are_read_as_the_token_for_such() -> None:
    made = encoded(["the long film", "what"], MARKED)
    assert [one.tolist() for one in made.sequences] == [[1, 0, 2], [0]]
    assert (made.words, made.unknown, made.marked, made.without) == (4, 2, True, 0)


def test_without_such_a_token_they_are_left_out_and_counted() -> None:
    made = encoded(["the long film", "what then"], WORDS)
    assert [one.tolist() for one in made.sequences] == [[0, 1]]
    assert (made.words, made.unknown, made.marked, made.without) == (5, 3, False, 1)


def test_texts_of_which_nothing_is_known_are_refused() -> None:
    said = (
        "Of 2 texts no word is in the vocabulary of 4 tokens, such as 'the', 'film', 'was': "
        "choose the vocabulary of this model."
    )
    with pytest.raises(TextError, match=re.escape(said)):
        encoded(["Das Buch", "ist gut"], WORDS)
    with pytest.raises(TextError, match="Of 1 text no word"):
        encoded(["ist gut"], WORDS)


def test_the_models_own_padding_is_there_and_does_not_count() -> None:
    rules = TextRules("lower", "whitespace", length=3, padded=True, other=1)
    words = Vocabulary(("[PAD]", "[UNK]", "the", "film"), rules=rules)
    made = encoded(["The film", "the the the the", "what"], words)
    assert [one.tolist() for one in made.sequences] == [[2, 3, 0], [2, 2, 2], [1, 0, 0]]
    assert (made.counts, made.cut, made.words, made.unknown) == ((2, 3, 1), 1, 6, 1)


def test_places_are_read_as_numbers() -> None:
    made = as_places(["3 1, 0", "2"], 4)
    assert [one.tolist() for one in made.sequences] == [[3, 1, 0], [2]]
    assert all(one.dtype.kind == "i" for one in made.sequences)


@pytest.mark.parametrize("text", ["4", "the", "-1", "1.5", "99999999999", "²"])
def test_what_is_no_place_is_refused_with_the_text_that_has_it(text) -> None:
    with pytest.raises(TextError, match=r"Text 2 has .* give whole numbers from 0 to 3"):
        as_places(["1", text], 4)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(RangeError, match="Text 1 has 10,001 tokens; up to 10,000 are read"):
        encoded(["the " * 10_001], WORDS)
    assert np.size(encoded(["the " * 10_000], WORDS).sequences[0]) == 10_000
