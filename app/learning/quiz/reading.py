"""Questions as they are written: TOML, read strictly. Errors name the file, the field and the need.

    title = "Memory"                    the theme of a file; files are in the order of their names

    [[questions]]
    name = "reset-is-not-forget"        for good: stored progress knows a question by it
    claims = [4, 18]                    of docs/claims.md, if any
    belief = "…"                        what is often believed instead, if anything
    question = "…"
    choices = ["…", "…"]                at least two
    right = 2                           counted from 1
    because = ["…", "…"]                one for each choice
    open = "scene=slate&t=8&u=1"        the link to the screen that proves it
    look = "…"                          what to look at there

In place of choices, right and because (of each) a question can have a number for its answer:

    maker = "blend"                     app/learning/quiz/makers.py; the texts have its fields
    because = "… = {answer}"
    near = 0.005                        how far off counts; left out where a whole number is asked
    shows = "gru.hidden.0.0"            where the screen has it: gru_core/scenes/quoted.py
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, Final
from urllib.parse import parse_qsl

from app.learning.quiz.makers import MAKERS, field_names
from app.learning.quiz.questions import Choices, Numeric, Question
from app.setting import link
from app.setting.claims import CLAIMS, Sight
from app.words.say import say
from app.words.ties import tied
from gru_core import fields
from gru_core.errors import GatescopeError
from gru_core.scenes.quoted import Source

ALWAYS: Final = ("name", "question", "because", "open", "look")
OF_CHOICES: Final = ("choices", "right")
OF_NUMBERS: Final = ("maker", "near", "shows")
PERHAPS: Final = ("claims", "belief", *OF_CHOICES, *OF_NUMBERS)
MOST_WORDS: Final = 60  # of a question, or of one reason
ANSWER: Final = "answer"  # the field that a reason has besides its maker's
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_questions(folder: Path, scenes: Collection[str]) -> tuple[Question, ...]:
    """Every question of a folder, in the order of the files. scenes: that links may name.

    Errors: GatescopeError.
    """
    found: dict[str, Question] = {}
    for path in sorted(folder.glob("*.toml")):
        for one in read_file(path, scenes):
            if one.name in found:
                twice = say("quiz.reading.twice", where="name", name=one.name)
                raise GatescopeError(say("quiz.reading.in_file", file=path.name, error=twice))
            found[one.name] = one
    return tuple(found.values())


def read_file(path: Path, scenes: Collection[str]) -> tuple[Question, ...]:
    """The questions of one file. Errors: GatescopeError."""
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
        record = fields.record("the file", value, ("title", "questions"))
        theme = fields.text("title", record["title"])
        listed = _list("questions", record["questions"])
        return tuple(
            _question(f"questions[{at}]", theme, one, scenes)
            for at, one in enumerate(listed, start=1)
        )
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        said = say("quiz.reading.not_toml", file=path.name, error=str(error))
        raise GatescopeError(said) from error
    except GatescopeError as error:
        said = say("quiz.reading.in_file", file=path.name, error=str(error))
        raise GatescopeError(said) from error


def _question(where: str, theme: str, value: object, scenes: Collection[str]) -> Question:
    record = fields.record(where, value, ALWAYS, PERHAPS)
    name = fields.text(f"{where}.name", record["name"])
    if not _NAME.fullmatch(name):
        raise GatescopeError(say("quiz.reading.name", where=where, name=name))
    where = f"{where} ({name})"
    answers = _numeric(where, record) if "maker" in record else _choices(where, record)
    allowed = field_names(answers.maker) if isinstance(answers, Numeric) else frozenset()
    return Question(
        name=name,
        theme=theme,
        text=_text(f"{where}.question", record["question"], allowed),
        answers=answers,
        sight=_sight(where, record, scenes, allowed),
        claims=tuple(
            fields.whole(f"{where}.claims[{at}]", one, 1, len(CLAIMS))
            for at, one in enumerate(_list(f"{where}.claims", record.get("claims", [])), start=1)
        ),
        belief=_text(f"{where}.belief", record["belief"]) if "belief" in record else "",
    )


def _choices(where: str, record: Mapping[str, Any]) -> Choices:
    _only(where, record, OF_CHOICES, OF_NUMBERS)
    texts = _list(f"{where}.choices", record["choices"])
    if len(texts) < 2:
        raise GatescopeError(say("quiz.reading.choices", where=where, count=len(texts)))
    told = [
        _text(f"{where}.choices[{at}]", one, checked=False) for at, one in enumerate(texts, start=1)
    ]
    if len(set(told)) < len(told):
        again = next(one for one in told if told.count(one) > 1)
        raise GatescopeError(say("quiz.reading.twice", where=f"{where}.choices", name=again))
    because = fields.texts(f"{where}.because", record["because"], len(texts), "choice")
    return Choices(
        tuple(told),
        fields.whole(f"{where}.right", record["right"], 1, len(texts)) - 1,
        tuple(_text(f"{where}.because[{at}]", one) for at, one in enumerate(because, start=1)),
    )


def _numeric(where: str, record: Mapping[str, Any]) -> Numeric:
    _only(where, record, ("maker",), OF_CHOICES)
    maker = fields.choice(f"{where}.maker", record["maker"], MAKERS)
    shows = fields.text(f"{where}.shows", record["shows"]) if "shows" in record else ""
    if shows and not shows.startswith("lstm."):
        try:
            Source.parse(shows)
        except GatescopeError as error:
            said = say("quiz.reading.at", where=f"{where}.shows", error=str(error))
            raise GatescopeError(said) from error
    return Numeric(
        maker,
        _text(f"{where}.because", record["because"], field_names(maker) | {ANSWER}),
        fields.positive(f"{where}.near", record["near"]) if "near" in record else 0.0,
        shows,
    )


def _only(where: str, record: Mapping[str, Any], needed: Any, others: Collection[str]) -> None:
    """Raise GatescopeError unless the record has the fields of its kind and none of the other."""
    missing = [one for one in needed if one not in record]
    odd = [one for one in others if one in record]
    if missing or odd:
        raise GatescopeError(
            say("quiz.reading.kind", where=where, fields=", ".join([*missing, *odd]))
        )


def _text(where: str, value: object, allowed: Collection[str] = (), *, checked: bool = True) -> str:
    """A text, with these fields at most. checked: for its length."""
    text = fields.text(where, value)
    try:
        named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise GatescopeError(say("quiz.reading.at", where=where, error=str(error))) from error
    for name in named:
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or say("quiz.reading.none")
            raise GatescopeError(say("quiz.reading.field", where=where, name=name, known=known))
    if checked and len(text.split()) > MOST_WORDS:
        count = len(text.split())
        raise GatescopeError(say("quiz.reading.words", where=where, count=count, most=MOST_WORDS))
    return tied(text)


def _sight(
    where: str, record: Mapping[str, Any], scenes: Collection[str], allowed: Collection[str]
) -> Sight:
    opens = fields.text(f"{where}.open", record["open"])
    query = dict(parse_qsl(opens, keep_blank_values=True))
    if "scene" not in query:
        raise GatescopeError(say("quiz.reading.scene", where=where, got=opens))
    _, rejected = link.decode(query, scenes)
    if rejected:
        said = say("quiz.reading.at", where=f"{where}.open", error=" ".join(rejected))
        raise GatescopeError(said)
    look = _text(f"{where}.look", record["look"], [*allowed, ANSWER] if allowed else ())
    return Sight(look, tuple(query.items()), say("quiz.reading.see"))


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise GatescopeError(say("quiz.reading.list", where=where, kind=fields.kind(value)))
    return value
