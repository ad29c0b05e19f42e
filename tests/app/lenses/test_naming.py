"""What places are called at the beginning of a sentence."""

import json
from pathlib import Path

import pytest

from app.lenses.naming import sentence

CASES = json.loads((Path(__file__).parents[2] / "words/sentences.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "said"), CASES)
def test_a_sentence_begins_with_a_capital_letter_or_with_a_name_as_it_is(
    text: str, said: str
) -> None:
    assert sentence(text) == said
