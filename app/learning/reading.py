"""Lessons as they are written: TOML, read strictly. Errors name the file, the field and the need.

    title = "The reset gate"            one line each
    question = "What does r let through?"
    minutes = 4
    claims = [3, 4]                     of docs/claims.md
    look = "first"                      where what a first visit shows is enough

    [[steps]]
    text = "r is {r}: …"                at most 60 words; numbers in braces, as in stories
    open = "scene=book&t=1&u=1"         a link, or nothing: the stage stays as it was left
    numbers = { r = "gru.reset.0.0" }   where they come from: gru_core/scenes/quoted.py
    do = "Drag …"                       with a check of what was done, and one way to do it
    check = { number = "gru.reset.0.0", below = 0.05 }
    play = "gru.b_x.reset.0_-6"
    reveal = "…"                        said when it is done; `try ` before a source: after it

In place of a check a step can have a question, `[steps.ask]` with question, choices, right (from 1)
and because, or `[steps.guess]` with question, number and near. Several checks in one table must all
be so: number with below, above or between; edited; held; at ("5" or "5.2", step and unit from 1);
view; notation. A play is edits as in links, and held:…, at:…, view:…, notation:…, joined by "~".
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from math import inf, isfinite
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from app.learning.steps import Ask, Check, Guess, Lesson, Place, Play, Step
from app.setting import link
from app.setting.setting import VIEWS
from app.words.say import say
from app.words.ties import tied
from gru_core import fields
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.conventions import NOTATIONS, TRACKS, parse_notation
from gru_core.errors import GatescopeError, shown
from gru_core.scenes.quoted import Source
from gru_core.scenes.stories import check_template, read_source
from gru_core.situation import Edit

MOST_WORDS: Final = 60  # of a text
MOST_STEPS: Final = 12
MOST_CLAIM: Final = 20
STEP: Final = ("open", "numbers", "do", "check", "ask", "guess", "play", "reveal")
LOOKS: Final = ("all", "first")
CHECKS: Final = (
    *("number", "below", "above", "between", "edited", "held"),
    *("at", "view", "notation"),
)
_FILE = re.compile(r"\d\d-([a-z0-9-]+)\.toml")
_PLACE = re.compile(r"(0|[1-9]\d{0,5})")
_AT = re.compile(r"([1-9]\d{0,5})(?:\.([1-9]\d{0,5}))?")
_FIELD = re.compile(r"\{[^{}]*\}")


def read_lessons(folder: Path, scenes: Collection[str]) -> dict[str, Lesson]:
    """Every lesson of a folder by its name, in the order of the file names.

    scenes: the names that links may have. Errors: GatescopeError.
    """
    return {one.name: one for one in map(_reader(scenes), sorted(folder.glob("*.toml")))}


def _reader(scenes: Collection[str]) -> Callable[[Path], Lesson]:
    return lambda path: read_lesson(path, scenes)


def read_lesson(path: Path, scenes: Collection[str]) -> Lesson:
    """One lesson. Errors: GatescopeError naming file, field, what was found, what is needed."""
    try:
        name = _FILE.fullmatch(path.name)
        if name is None:
            raise GatescopeError(say("learning.reading.file_name"))
        return _lesson(name[1], tomllib.loads(path.read_text(encoding="utf-8")), scenes)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GatescopeError(
            say("learning.reading.not_toml", name=path.name, error=str(error))
        ) from error
    except GatescopeError as error:
        raise GatescopeError(
            say("learning.reading.in_file", name=path.name, error=str(error))
        ) from error


def _lesson(name: str, value: Any, scenes: Collection[str]) -> Lesson:
    needed = ("title", "question", "minutes", "claims", "steps")
    record = fields.record("the lesson", value, needed, ("look",))
    steps = _list("steps", record["steps"])
    if not 1 <= len(steps) <= MOST_STEPS:
        raise GatescopeError(say("learning.reading.steps", count=len(steps), most=MOST_STEPS))
    read = tuple(_step(f"steps[{i}]", one, scenes) for i, one in enumerate(steps, start=1))
    if not read[0].opens:
        raise GatescopeError(say("learning.reading.first"))
    return Lesson(
        name=name,
        title=fields.text("title", record["title"]),
        question=tied(fields.text("question", record["question"])),
        minutes=fields.whole("minutes", record["minutes"], 1, 15),
        claims=tuple(
            fields.whole(f"claims[{i}]", claim, 1, MOST_CLAIM)
            for i, claim in enumerate(_list("claims", record["claims"]), start=1)
        ),
        look=fields.choice("look", record.get("look", "all"), LOOKS),
        steps=read,
    )


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise GatescopeError(say("learning.reading.list", where=where, kind=fields.kind(value)))
    return value


def _step(where: str, value: object, scenes: Collection[str]) -> Step:
    record = fields.record(where, value, ("text",), STEP)
    given = fields.record(
        f"{where}.numbers", record.get("numbers", {}), optional=record.get("numbers", ())
    )
    numbers = {name: read_source(f"{where}.numbers.{name}", one) for name, one in given.items()}
    asks = [name for name in ("check", "ask", "guess") if name in record]
    if len(asks) > 1:
        raise GatescopeError(say("learning.reading.one_of", where=where, asks=", ".join(asks)))
    if ("check" in record) != ("play" in record):
        raise GatescopeError(say("learning.reading.play", where=where))
    told = _Texts(where, numbers)
    step = Step(
        text=told.one("text", record["text"]),
        opens=_link(f"{where}.open", record["open"], scenes) if "open" in record else "",
        do=told.one("do", record["do"]) if "do" in record else "",
        check=_check(f"{where}.check", record["check"]) if "check" in record else None,
        ask=_ask(told, record["ask"]) if "ask" in record else None,
        guess=_guess(told, record["guess"]) if "guess" in record else None,
        play=_play(f"{where}.play", record["play"]) if "play" in record else Play(),
        reveal=told.one("reveal", record["reveal"]) if "reveal" in record else "",
        numbers=numbers,
    )
    told.all_said()
    return step


class _Texts:
    """Reads the texts of one step, and knows which of its numbers they have said."""

    def __init__(self, where: str, numbers: Mapping[str, Source]) -> None:
        self.where, self.numbers = where, numbers
        self.said: set[str] = set()

    def one(self, name: str, value: object) -> str:
        where = f"{self.where}.{name}"
        text = fields.text(where, value)
        self.said |= check_template(where, text, self.numbers)
        words = len(_FIELD.sub("0", text).split())
        if words > MOST_WORDS:
            raise GatescopeError(
                say("learning.reading.words", where=where, words=words, most=MOST_WORDS)
            )
        return text

    def all_said(self) -> None:
        for name in self.numbers.keys() - self.said:
            raise GatescopeError(say("learning.reading.unused", where=self.where, name=name))


def _link(where: str, value: object, scenes: Collection[str]) -> str:
    text = fields.text(where, value)
    query = dict(parse_qsl(text, keep_blank_values=True))
    if "scene" not in query:
        raise GatescopeError(say("learning.reading.scene", where=where))
    _, rejected = link.decode(query, scenes)
    if rejected:
        raise GatescopeError(say("learning.reading.link", where=where, rejected=" ".join(rejected)))
    return text


def _ask(told: _Texts, value: object) -> Ask:
    where = f"{told.where}.ask"
    record = fields.record(where, value, ("question", "choices", "right", "because"))
    choices = _list(f"{where}.choices", record["choices"])
    if len(choices) < 2:
        raise GatescopeError(say("learning.reading.choices", where=where))
    because = fields.texts(f"{where}.because", record["because"], len(choices), "choice")
    return Ask(
        told.one("ask.question", record["question"]),
        tuple(told.one(f"ask.choices[{i}]", one) for i, one in enumerate(choices, start=1)),
        fields.whole(f"{where}.right", record["right"], 1, len(choices)) - 1,
        tuple(told.one(f"ask.because[{i}]", one) for i, one in enumerate(because, start=1)),
    )


def _guess(told: _Texts, value: object) -> Guess:
    where = f"{told.where}.guess"
    record = fields.record(where, value, ("question", "number", "near"))
    return Guess(
        told.one("guess.question", record["question"]),
        read_source(f"{where}.number", record["number"]),
        fields.positive(f"{where}.near", record["near"]),
    )


def _check(where: str, value: object) -> Check:
    record = fields.record(where, value, optional=CHECKS)
    if not record:
        raise GatescopeError(say("learning.reading.empty", where=where, known=", ".join(CHECKS)))
    low, high = _range(where, record)
    step, unit = _at(f"{where}.at", record["at"]) if "at" in record else (None, None)
    return Check(
        number=_place(f"{where}.number", record["number"]) if "number" in record else None,
        low=low,
        high=high,
        edited=_named(f"{where}.edited", record, "edited", lambda text: str(Target.parse(text))),
        held=_named(
            f"{where}.held", record, "held", lambda text: Intervention.parse(f"{text}_0").place
        ),
        step=step,
        unit=unit,
        view=fields.choice(f"{where}.view", record["view"], VIEWS) if "view" in record else "",
        notation=fields.choice(f"{where}.notation", record["notation"], NOTATIONS)
        if "notation" in record
        else "",
    )


def _named(where: str, record: Mapping[str, Any], name: str, read: Callable[[str], str]) -> str:
    """What something is called, as it is written back; empty where it is not asked for."""
    if name not in record:
        return ""
    try:
        return read(fields.text(where, record[name]))
    except GatescopeError as error:
        raise GatescopeError(say("learning.reading.at", where=where, error=str(error))) from error


def _range(where: str, record: Mapping[str, Any]) -> tuple[float, float]:
    given = [name for name in ("below", "above", "between") if name in record]
    if bool(given) != ("number" in record):
        raise GatescopeError(say("learning.reading.range", where=where))
    low = _number(f"{where}.above", record["above"]) if "above" in record else -inf
    high = _number(f"{where}.below", record["below"]) if "below" in record else inf
    if "between" in record:
        ends = [_number(f"{where}.between", one) for one in _list(where, record["between"])]
        if len(given) > 1 or len(ends) != 2:
            raise GatescopeError(say("learning.reading.between", where=where))
        low, high = ends
    if not low < high:
        raise GatescopeError(say("learning.reading.order", where=where))
    return low, high


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise GatescopeError(say("learning.reading.number", where=where, kind=fields.kind(value)))
    return float(value)


def _place(where: str, value: object) -> Place:
    words = fields.text(where, value).split(".")
    if len(words) == 4 and words[1] in TRACKS.get(words[0], ()):
        step, unit = (_PLACE.fullmatch(word) for word in words[2:])
        if step and unit:
            return Place(words[0], words[1], int(step[0]), int(unit[0]))
    raise GatescopeError(say("learning.reading.place", where=where, text=shown(str(value))))


def _at(where: str, value: object) -> tuple[int, int | None]:
    found = _AT.fullmatch(fields.text(where, value))
    if found is None:
        raise GatescopeError(say("learning.reading.cursor", where=where, text=shown(str(value))))
    return int(found[1]) - 1, int(found[2]) - 1 if found[2] else None


def _play(where: str, value: object) -> Play:
    edits: list[Edit] = []
    held: list[Intervention] = []
    rest: dict[str, Any] = {}
    for piece in fields.text(where, value).split("~"):
        try:
            _piece(where, piece, edits, held, rest)
        except GatescopeError as error:
            raise GatescopeError(
                say("learning.reading.at", where=where, error=str(error))
            ) from error
    return Play(edits=tuple(edits), held=tuple(held), **rest)


def _piece(
    where: str, piece: str, edits: list[Edit], held: list[Intervention], rest: dict[str, Any]
) -> None:
    kind, mark, what = piece.partition(":")
    match kind if mark else "":
        case "":
            edits.append(Edit.parse(piece))
        case "held":
            held.append(Intervention.parse(what))
        case "at":
            rest["step"], rest["unit"] = _at(where, what)
        case "view":
            rest["view"] = fields.choice(where, what, VIEWS)
        case "notation":
            rest["notation"] = parse_notation(what)
        case _:
            _unknown(where, piece)


def _unknown(where: str, piece: str) -> NoReturn:
    raise GatescopeError(say("learning.reading.piece", where=where, piece=shown(piece)))
