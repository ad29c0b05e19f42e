"""The questions there are, and the screens behind them."""

from app.learning.quiz.drawing import drawn
from app.learning.quiz.message import questions
from app.learning.quiz.questions import Drawn, Number, Numeric, Question
from app.screen.baseline import scenes
from app.screen.screen import Screen, screen_of
from app.setting import link

QUESTIONS = questions(tuple(scenes()))
NUMERIC = [one for one in QUESTIONS if isinstance(one.answers, Numeric)]


def named(name: str) -> Question:
    [found] = [one for one in QUESTIONS if one.name == name]
    return found


def screen_behind(one: Drawn) -> Screen:
    """The screen that its link opens, nothing of which may be rejected."""
    setting, rejected = link.decode(dict(one.sight.query), scenes())
    assert rejected == []
    return screen_of(setting)


def screen_of_question(name: str) -> Screen:
    return screen_behind(drawn(named(name), 0))


def number_of(question: Question, seed: int) -> Number:
    answers = drawn(question, seed).answers
    assert isinstance(answers, Number)
    return answers
