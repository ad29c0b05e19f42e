"""What is said beside errors keeps its template, and what is counted has its words whole."""

import pytest

from gru_core.words import NOUNS, Said, article, counted, listed


def test_what_is_said_is_a_text_that_keeps_its_template_and_its_fields() -> None:
    said = Said("Its initial {state} state is {value:g}.", state="hidden", value=0.5)
    assert said == "Its initial hidden state is 0.5."
    assert said.template == "Its initial {state} state is {value:g}."
    assert said.fields == {"state": "hidden", "value": 0.5}


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "row", "1 row"),
        (2000, "row", "2,000 rows"),
        (0, "bias", "0 biases"),
        (1, "bias", "1 bias"),
    ],
)
def test_a_number_is_said_with_the_word_for_one_or_for_more(
    number: int, noun: str, said: str
) -> None:
    assert counted(number, noun) == said


def test_a_count_may_be_written_without_commas() -> None:
    assert counted(2000, "step", "d") == "2000 steps"


def test_each_word_has_a_form_for_one_and_another_for_more() -> None:
    assert all(one != more and "{n}" in one and "{n}" in more for one, more in NOUNS.values())


def test_a_long_list_of_names_says_how_many_more_there_are() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert listed([], 2) == ""


def test_a_name_has_the_article_with_which_it_is_spoken() -> None:
    names = ("GRU", "LSTM", "RNN", "UGRNN", "IndRNN", "SimpleRNN", "MGU", "bidirectional LSTM")
    said = [f"{article(name)} {name}" for name in names]
    assert said[:4] == ["a GRU", "an LSTM", "an RNN", "a UGRNN"]
    assert said[4:] == ["an IndRNN", "a SimpleRNN", "an MGU", "a bidirectional LSTM"]
    assert [article(repr(name)) for name in ("RNN", "GRU")] == ["an", "a"]
