"""What the questions to choose from state is so, on the screens they lead to and in the core."""

import pytest

from app.learning.quiz.questions import Choices
from tests.app.learning import statements_of_memory, statements_of_the_cell
from tests.app.learning.quizzes import QUESTIONS, screen_of_question
from tests.app.learning.stated import CHECKS
from tests.app.lensing import nothing_is_measured

__all__ = ["nothing_is_measured", "statements_of_memory", "statements_of_the_cell"]
pytestmark = pytest.mark.usefixtures("nothing_is_measured")

# What is so by its definition or in the literature; docs/claims.md has the sources.
NO_NUMBERS = {"year", "versions", "state", "joined", "what-enters", "not-always-faster"}


def test_every_question_to_choose_from_is_checked_here() -> None:
    choosing = {one.name for one in QUESTIONS if isinstance(one.answers, Choices)}
    assert CHECKS.keys() | NO_NUMBERS == choosing
    assert not CHECKS.keys() & NO_NUMBERS


@pytest.mark.parametrize(
    "name", sorted(one.name for one in QUESTIONS if isinstance(one.answers, Choices))
)
def test_what_a_question_states_is_so(name: str) -> None:
    if name in CHECKS:
        CHECKS[name](screen_of_question(name))
