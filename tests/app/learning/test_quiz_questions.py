"""The questions there are: enough of them, about what they should be, with screens that open."""

import re

import pytest

from app.learning.quiz.drawing import drawn, quiz
from app.learning.quiz.questions import Choices
from app.lenses import view_of
from app.setting.claims import CLAIMS
from tests.app.learning.quizzes import NUMERIC, QUESTIONS, screen_behind
from tests.app.lensing import nothing_is_measured

__all__ = ["nothing_is_measured"]
pytestmark = pytest.mark.usefixtures("nothing_is_measured")

# What people believe, by the question that asks about it.
MISCONCEPTIONS = {
    "PyTorch's z is the wrong way round.": "no-wrong-way",
    "The reset gate is the forget gate.": "reset-is-not-forget",
    "One of the two gates is redundant.": "not-redundant",
    "Gates are below 1, so gradients must vanish.": "below-one",
    "The GRU has cured the vanishing gradient for good.": "not-cured",
    "z keeps the first input, so later ones are lost.": "later-inputs",
    "One unit holds one thing.": "one-unit-many-things",
    "The units are the time steps.": "units-are-not-steps",
    "A Keras GRU has as many parameters as the formula with one bias.": "keras-counts",
    "A GRU is always faster than an LSTM.": "not-always-faster",
    "A GRU is better on little data.": "little-data",
    "The last output of a bidirectional layer is its last state.": "both-ends",
}


def test_there_are_enough_of_both_kinds() -> None:
    assert len(QUESTIONS) >= 40
    assert len(NUMERIC) >= 12
    assert len(QUESTIONS) - len(NUMERIC) >= 28


def test_each_usual_misconception_has_a_question() -> None:
    beliefs = {one.belief: one.name for one in QUESTIONS if one.belief}
    assert MISCONCEPTIONS.items() <= beliefs.items()


def test_each_claim_has_a_question_and_the_answers_of_notes_have_one_each() -> None:
    assert {number for one in QUESTIONS for number in one.claims} == {c.number for c in CLAIMS}
    [answers] = [claim.says for claim in CLAIMS if claim.number == 20]
    asked = [one for one in QUESTIONS if one.theme == "What notes answer"]
    assert len(asked) == 3
    for one, part in zip(asked, answers.rstrip(".").split("; "), strict=True):
        assert one.belief.rstrip(".").lower() == part.lower()
        assert 20 in one.claims


def test_every_choice_has_a_reason_of_its_own_and_the_right_one_is_not_always_at_one_place() -> (
    None
):
    asked = [one for one in QUESTIONS if isinstance(one.answers, Choices)]
    for one in asked:
        assert len(one.answers.texts) == 4, one.name  # type: ignore[union-attr]
    places = [
        [choice.right for choice in found.answers].index(True)  # type: ignore[union-attr]
        for found in quiz(asked, 5)
    ]
    assert {places.count(place) > len(asked) / 8 for place in range(4)} == {True}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_its_link_opens_and_has_what_it_says(question: object) -> None:
    one = drawn(question, 3)  # type: ignore[arg-type]
    screen = screen_behind(one)
    assert view_of(screen).words is not None
    steps, units = screen.traces["gru"].steps, screen.traces["gru"].units
    look = f"{one.text} {one.sight.look}"
    if screen.setting.scene != "own":
        for text in re.findall(r"[Aa]t step (\d+)", one.sight.look):
            assert int(text) <= steps
        for text in re.findall(r"[Uu]nit (\d+)", look):
            assert int(text) <= units


def test_texts_are_written_with_the_signs_that_the_page_has() -> None:
    """A minus, no hyphen before a number; quotation marks that open and close; no straight ones."""
    for one in QUESTIONS:
        found = drawn(one, 1)
        reasons = (
            [choice.because for choice in found.answers]
            if isinstance(found.answers, tuple)
            else [found.answers.because]
        )
        for text in (found.text, found.sight.look, found.belief, *reasons):
            assert not re.search(r"(?<![\w])-\d", text), text
            assert '"' not in text
            assert not re.search(r"[{}]", text), text
            assert not text or re.search(r"[.?!…]$", text), text
