"""What checks the questions to choose from: a function of the screen behind each, by its name."""

from collections.abc import Callable
from typing import Any

from app.learning.quiz.questions import Choices
from app.screen.screen import Screen
from gru_core.gradients import gradient_by_distance
from tests.app.learning.quizzes import named

CHECKS: dict[str, Callable[[Screen], None]] = {}


def check(name: str) -> Callable[[Callable[[Screen], None]], Callable[[Screen], None]]:
    def kept(function: Callable[[Screen], None]) -> Callable[[Screen], None]:
        CHECKS[name] = function
        return function

    return kept


def texts_of(name: str) -> str:
    question = named(name)
    assert isinstance(question.answers, Choices)
    answers = question.answers
    return " ".join([question.text, *answers.texts, *answers.because, question.sight.look])


def says(name: str, *parts: str) -> None:
    """The texts of a question have these."""
    text = texts_of(name)
    assert [part for part in parts if part not in text] == []


def right_answer(name: str) -> str:
    answers = named(name).answers
    assert isinstance(answers, Choices)
    return answers.texts[answers.right]


def at(screen: Screen, cell: Any, track: str, step: int | None = None) -> float:
    return float(screen.traces[cell][track][screen.step if step is None else step, screen.unit])


def left_of(screen: Screen, track: str = "hidden") -> Any:
    weights = screen.situation.weights["gru"]
    return gradient_by_distance(weights, screen.traces["gru"])[track]
