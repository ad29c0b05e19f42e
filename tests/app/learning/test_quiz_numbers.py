"""What a question with a number asks is so: by arithmetic of the test's own, and on its screen."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch

from app.learning.quiz.drawing import LEAST, drawn
from app.learning.quiz.makers import MAKERS
from app.learning.quiz.questions import Number, Numeric, Question
from app.lenses import view_of
from app.words.numbers import number, whole
from gru_core import analysis
from gru_core.scenes.quoted import Quoted, Source
from tests.app.learning.quizzes import NUMERIC, QUESTIONS, named, number_of, screen_behind
from tests.app.lensing import nothing_is_measured

__all__ = ["nothing_is_measured"]

SEEDS = range(6)
each = pytest.mark.parametrize("question", NUMERIC, ids=lambda one: one.name)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def sigma(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def parameters(module: torch.nn.Module, *, one_bias: bool) -> int:
    """As PyTorch counts them; with one bias less its second."""
    return sum(
        p.numel() for name, p in module.named_parameters() if not (one_bias and "bias_hh" in name)
    )


def layer(kind: Any, of: Mapping[str, float], *, one_bias: bool) -> int:
    return parameters(kind(int(of["inputs"]), int(of["units"])), one_bias=one_bias)


# By the numbers in the text, as a student has them.
ORACLES: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    "blend": lambda of: of["z"] * of["h"] + (1 - of["z"]) * of["n"],
    "blend-written": lambda of: (1 - of["z"]) * of["h"] + of["z"] * of["n"],
    "reset-scales": lambda of: of["r"] * of["h"],
    "gate": lambda of: sigma(of["w"] * of["x"] + of["u"] * of["h"] + of["b"] + of["d"]),
    "inside-before": lambda of: of["u1"] * of["r1"] * of["h1"] + of["u2"] * of["r2"] * of["h2"],
    "inside-after": lambda of: of["r1"] * (of["u1"] * of["h1"] + of["u2"] * of["h2"]),
    "counted-with-one": lambda of: layer(torch.nn.GRU, of, one_bias=True),
    "counted-with-two": lambda of: layer(torch.nn.GRU, of, one_bias=False),
    "counted-lstm": lambda of: layer(torch.nn.LSTM, of, one_bias=True),
    "lasting": lambda of: -1 / math.log(of["percent"] / 100),
    "halved": lambda of: -1 / math.log2(of["percent"] / 100),
    "kept-over": lambda of: (of["percent"] / 100) ** of["steps"],
    "weight-of-first": lambda of: (1 - of["z1"]) * of["z2"] * of["z3"],
    "lstm-cell": lambda of: of["f"] * of["c"] + of["i"] * of["g"],
    "lstm-hidden": lambda of: of["o"] * math.tanh(of["c"]),
}


def numbers_in(question: Question, seed: int) -> dict[str, float]:
    """The numbers that the text gives, by the names its template has for them."""
    pieces = re.split(r"\{(\w+)\}", question.text)
    pattern = "".join(
        f"(?P<{one}>−?[\\d.,]*\\d)(?:\xa0%)?" if at % 2 else re.escape(one)
        for at, one in enumerate(pieces)
    )
    found = re.fullmatch(pattern, drawn(question, seed).text)
    assert found is not None
    return {
        name: float(text.replace("−", "-").replace(",", ""))
        for name, text in found.groupdict().items()
    }


def test_every_maker_has_a_question_and_every_one_an_oracle() -> None:
    used = [one.answers.maker for one in QUESTIONS if isinstance(one.answers, Numeric)]
    assert sorted(used) == sorted(MAKERS) == sorted(ORACLES)


@each_seed
@each
def test_the_answer_is_what_the_numbers_of_the_text_come_to(question: Question, seed: int) -> None:
    assert isinstance(question.answers, Numeric)
    truth = ORACLES[question.answers.maker](numbers_in(question, seed))
    answer = number_of(question, seed)
    assert answer.value == pytest.approx(truth, rel=1e-12, abs=1e-14)
    assert answer.said == (number(truth) if answer.near else whole(int(truth)))
    assert answer.said in answer.because


@each
def test_what_is_said_counts_and_a_usual_slip_does_not(question: Question) -> None:
    """Rounded as it is said an answer counts; that with the gate the other way round does not."""
    for seed in SEEDS:
        answer = number_of(question, seed)
        said = float(answer.said.replace("−", "-").replace(",", ""))
        assert abs(said - answer.value) <= answer.near
    others = {
        "blend": "blend-written",
        "inside-before": "inside-after",
        "inside-after": "inside-before",
        "counted-with-one": "counted-with-two",
        "lasting": "halved",
    }
    assert isinstance(question.answers, Numeric)
    maker = question.answers.maker
    if maker in others:
        far = [
            abs(
                ORACLES[others[maker]](numbers_in(question, seed)) - number_of(question, seed).value
            )
            for seed in SEEDS
        ]
        assert sum(one > question.answers.near for one in far) >= len(far) - 2


@pytest.mark.parametrize("seed", range(2))
@each
def test_the_screen_behind_it_has_the_same_answer(question: Question, seed: int) -> None:
    numeric, one = question.answers, drawn(question, seed)
    assert isinstance(numeric, Numeric)
    assert isinstance(one.answers, Number)
    shown = ON_SCREEN[numeric.maker] if not numeric.shows else None
    screen = screen_behind(one)
    found = shown(screen, one) if shown else quoted(screen, numeric.shows)
    assert found == pytest.approx(one.answers.value, rel=1e-6, abs=1e-9)


def quoted(screen: Any, source: str) -> float:
    """One number of a screen, in its own notation."""
    cell, *names, step, unit = source.split(".")
    if cell == "lstm":
        return float(screen.traces[cell][".".join(names)][int(step), int(unit)])
    return Quoted(screen.situation).value(Source.parse(source), screen.setting.polarity)


def in_words(screen: Any, one: Any) -> float:
    """The answer, if what the view says has it."""
    view = view_of(screen)
    text = " ".join([*view.notes, *view.words])
    assert re.search(rf"(?<![\d.,]){re.escape(one.answers.said)}(?![\d]|[.,]\d)", text), text
    return one.answers.value


def counted(screen: Any, one: Any) -> float:
    """What the weights on the stage have, which the view says too."""
    return in_words(screen, one)


def lasts(screen: Any, one: Any, name: str) -> float:
    keep = screen.traces["gru"]["update"][screen.step, screen.unit]
    return float(getattr(analysis, name)(keep))


def kept(screen: Any, one: Any) -> float:
    states = screen.traces["gru"]["hidden"][:, screen.unit]
    return float(states[screen.step] / states[3])


def weight(screen: Any, one: Any) -> float:
    return float(analysis.memory_row(screen.traces["gru"], screen.step, screen.unit)[1])


ON_SCREEN: Mapping[str, Callable[[Any, Any], float]] = {
    "counted-with-one": counted,
    "counted-with-two": counted,
    "counted-lstm": counted,
    "lasting": lambda screen, one: lasts(screen, one, "time_constant"),
    "halved": lambda screen, one: lasts(screen, one, "half_life"),
    "kept-over": kept,
    "weight-of-first": weight,
}


@pytest.mark.parametrize("name", ["time-constant", "half-life"])
def test_how_long_a_unit_remembers_is_said_below_the_charts(name: str) -> None:
    for seed in range(2):
        one = drawn(named(name), seed)
        in_words(screen_behind(one), one)


def test_numbers_differ_from_seed_to_seed() -> None:
    for question in NUMERIC:
        values = {number_of(question, seed).value for seed in SEEDS}
        assert len(values) > len(SEEDS) / 2, question.name


@each
def test_no_answer_is_nothing(question: Question) -> None:
    """Of a hundred draws some would come to 0 or to what rounding leaves of it."""
    assert all(abs(number_of(question, seed).value) >= LEAST for seed in range(100))
