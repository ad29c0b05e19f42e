"""A quiz of one seed: the same seed gives the same questions, numbers, choices and orders for good.

Each question draws from a generator of its own, made of the seed and its name, so that another
question in a file changes nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

import numpy as np

from app.learning.quiz.makers import MAKERS
from app.learning.quiz.questions import Answers, Choice, Choices, Drawn, Number, Numeric, Question
from app.setting import link
from app.setting.claims import Sight
from app.words.numbers import number, whole
from app.words.say import say

AS_WRITTEN: Final = 0  # the seed of whoever has none: in the order of the files
LARGEST_SEED: Final = 999_999
# An answer is drawn again that is nearer to 0: some tolerances wide, and no rounding of a sum.
LEAST: Final = 0.02


def quiz(questions: Sequence[Question], seed: int) -> tuple[Drawn, ...]:
    """Every question as this seed asks it, in its order."""
    ordered = sorted(questions, key=lambda one: _key(seed, one)) if seed else questions
    return tuple(drawn(one, seed) for one in ordered)


def drawn(question: Question, seed: int) -> Drawn:
    """One question as this seed asks it."""
    rng = np.random.default_rng(np.frombuffer(_key(seed, question), dtype=np.uint32))
    if isinstance(question.answers, Numeric):
        return _numeric(question, question.answers, rng)
    given = question.answers
    return _drawn(question, question.text, _shuffled(given, rng), question.sight)


def read_seed(text: str) -> int | None:
    """The seed that a link has; None for what is no seed."""
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_SEED))
    return int(text) if fits else None


def _key(seed: int, question: Question) -> bytes:
    return sha256(f"{seed}/{question.name}".encode()).digest()


def _numeric(question: Question, numeric: Numeric, rng: np.random.Generator) -> Drawn:
    made = MAKERS[numeric.maker](rng)
    while abs(made.answer) < LEAST:
        made = MAKERS[numeric.maker](rng)
    answer = made.answer
    said = number(answer) if numeric.near else whole(round(answer))
    fields = {**made.fields, "answer": said}
    query = {**dict(question.sight.query), **made.query}
    look = question.sight.look.format_map(fields)
    sight = Sight(look, tuple(query.items()), question.sight.label)
    because = numeric.because.format_map(fields)
    answers = Number(answer, said, numeric.near, because)
    return _drawn(question, question.text.format_map(fields), answers, sight)


def _shuffled(given: Choices, rng: np.random.Generator) -> tuple[Choice, ...]:
    return tuple(
        Choice(given.texts[at], at == given.right, given.because[at])
        for at in rng.permutation(len(given.texts)).tolist()
    )


def _drawn(question: Question, text: str, answers: Answers, sight: Sight) -> Drawn:
    whole = replace(sight, query=as_the_app_writes_it(dict(sight.query)))
    return Drawn(question.name, question.theme, text, answers, whole, question.belief)


def as_the_app_writes_it(query: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """A link as it stands in the address once it is open.

    Written otherwise, it would be replaced there, and the back button would lead to it first.
    """
    setting, _ = link.decode(query, [query["scene"]])
    return tuple(link.encode(setting)[0].items())


def tolerance(near: float) -> str:
    """How far off an answer may be, as the page says it."""
    return say("quiz.drawing.near", near=number(near)) if near else say("quiz.drawing.whole")


def another_seed(seed: int) -> int:
    """The seed of another draw; the same one for all."""
    return seed % LARGEST_SEED + 1
