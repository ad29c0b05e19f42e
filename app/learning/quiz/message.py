"""The quiz as its page is told: what assets/learn/types.d.ts describes."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.learning.quiz.drawing import another_seed, quiz, tolerance
from app.learning.quiz.questions import Drawn, Number, Question
from app.learning.quiz.reading import read_questions
from app.words.stage import quiz_words

FOLDER: Final = Path(__file__).parents[3] / "assets" / "quiz"


@lru_cache(maxsize=1)
def questions(scenes: tuple[str, ...]) -> tuple[Question, ...]:
    """Every question there is, read once. scenes: that links may name. Errors: GatescopeError."""
    return read_questions(FOLDER, scenes)


@lru_cache(maxsize=64)
def drawn(seed: int, scenes: tuple[str, ...]) -> tuple[Drawn, ...]:
    """The quiz of a seed, drawn once for all who have its link. Errors: GatescopeError."""
    return quiz(questions(scenes), seed)


def message(found: Sequence[Drawn], seed: int) -> dict[str, Any]:
    """What the page asks, with all that it says."""
    return {
        "seed": seed,
        "another": another_seed(seed),
        "questions": [_told(one) for one in found],
        "words": dict(quiz_words()),
    }


def _told(one: Drawn) -> dict[str, Any]:
    answers = one.answers
    number = None
    choices = None
    if isinstance(answers, Number):
        number = {
            "value": answers.value,
            "said": answers.said,
            "near": answers.near,
            "because": answers.because,
            "tolerance": tolerance(answers.near),
        }
    else:
        choices = [
            {"text": choice.text, "right": choice.right, "because": choice.because}
            for choice in answers
        ]
    return {
        "name": one.name,
        "theme": one.theme,
        "text": one.text,
        "belief": one.belief,
        "choices": choices,
        "number": number,
        "link": one.sight.link,
        "label": one.sight.label,
        "look": one.sight.look,
    }
