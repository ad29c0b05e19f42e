"""What a scene says of itself: texts whose numbers are taken from the scene when it is shown.

A text is one string where it is true in every notation, or one for each polarity of the update
gate. `{held:.2f}` in it is the number `held` of the scene's `numbers`, which say where each comes
from (gru_core.quoted). Formats: `.2f` for decimals, `.2e` for powers of ten, `%` for whole
percents, and none for the number as it is. Where the reset gate acts elsewhere than the scene's own
does, the same texts are filled anew; where they would not be true there, `moved` holds others.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from gru_core import fields
from gru_core.conventions import CELLS, POLARITIES, Polarity
from gru_core.errors import GatescopeError, TextError, shown
from gru_core.scenes.listener import Listener
from gru_core.scenes.quoted import CHANGED, Change, Quoted, Source, parse_change
from gru_core.scenes.series import Series
from gru_core.situation import Situation

TEXTS: Final = ("story", *CHANGED)
NEEDED: Final = ("story", "try")  # `again` is a second thing to try, where there is one
BESIDE: Final = ("again", "moved", "numbers", "changes")
MINUS: Final = "−"
BESIDE_IT: Final = tuple(cell for cell in CELLS if cell != "gru")  # what a GRU may stand beside
SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FORMAT = re.compile(r"|\.[0-6][ef]|%")

Text: TypeAlias = Mapping[Polarity, str]


@dataclass(frozen=True)
class Told:
    """The texts of a story as they stand beside the scene."""

    story: str
    attempt: str  # what to try: one sentence
    again: str = ""  # and another thing to try, or nothing


@dataclass(frozen=True, eq=False)
class Story:
    """The texts of a scene and what their numbers are. Compared by identity."""

    texts: Mapping[str, Text]  # by TEXTS
    moved: Mapping[str, Text] = field(default_factory=dict)  # the same, with the reset gate moved
    numbers: Mapping[str, Source] = field(default_factory=dict)
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)  # by CHANGED

    @classmethod
    def plain(cls, story: str, attempt: str) -> "Story":
        """Texts without numbers, true in every notation."""
        return cls({"story": _both(story), "try": _both(attempt)})

    def told(
        self,
        situation: Situation,
        polarity: Polarity,
        moved: bool = False,
        series: Series | None = None,
        listener: Listener | None = None,
    ) -> Told:
        """The texts with the numbers of this situation, which is the scene before any edit.

        moved: whether the reset gate acts elsewhere than the scene's own.
        Errors: TextError and RangeError naming the number that cannot be said.
        """
        texts = {**self.texts, **(self.moved if moved else {})}
        quoted = Quoted(situation, self.changes, series, listener)
        return Told(*(self._filled(texts.get(name), quoted, polarity) for name in TEXTS))

    def _filled(self, text: Text | None, quoted: Quoted, polarity: Polarity) -> str:
        template = text[polarity] if text else ""
        return filled(template, lambda name: quoted.value(self.numbers[name], polarity))


def filled(template: str, value: Callable[[str], float]) -> str:
    """A template with its numbers in it; value gives the number of a field's name.

    Errors: TextError naming the number that cannot be said.
    """
    said = []
    for literal, name, form, _ in Formatter().parse(template):
        said.append(literal)
        if name is not None:
            try:
                said.append(written(value(name), form or ""))
            except GatescopeError as error:
                raise TextError(
                    "numbers.{name}: {error}",
                    name=name,
                    error=error,
                ) from error
    return "".join(said)


def written(value: float, form: str) -> str:
    """A number as a story says it. Errors: TextError where rounding would make it 0 or 1."""
    if form == "%":
        text, end = f"{100 * value:.0f}", " %"
    else:
        text, end = f"{value:{form or '.6g'}}", ""
    if form.endswith("e"):
        digits, power = text.split("e")
        ten = str(int(power)).translate(SUPERSCRIPT)
        return f"{digits} · 10{ten}".replace("-", MINUS)
    whole = float(text) / (100 if end else 1)
    if value != whole and whole in (0, 1, -1):
        raise TextError(
            "{value!r} would be said to be {text}{end}; give it more decimals.",
            value=value,
            text=text,
            end=end,
        )
    return text.replace("-", MINUS) + end


def read_story(record: Mapping[str, Any]) -> Story:
    """The story in a scene's record. Errors: TextError naming the field."""
    given = fields.record("numbers", record.get("numbers", {}), optional=record.get("numbers", ()))
    numbers = {name: read_source(f"numbers.{name}", text) for name, text in given.items()}
    changes = fields.record("changes", record.get("changes", {}), optional=CHANGED)
    moved = fields.record("moved", record.get("moved", {}), optional=TEXTS)
    story = Story(
        _texts("", {name: record[name] for name in TEXTS if name in record}, numbers),
        _texts("moved.", moved, numbers),
        MappingProxyType(numbers),
        MappingProxyType({name: _changes(f"changes.{name}", changes[name]) for name in changes}),
    )
    _check_use(story)
    return story


def read_source(where: str, value: object) -> Source:
    """Where a quoted number comes from, as it is written. Errors: TextError naming the field."""
    try:
        return Source.parse(fields.text(where, value))
    except GatescopeError as error:
        raise TextError(
            "{where}: {error}",
            where=where,
            error=error,
        ) from error


def _changes(where: str, value: object) -> tuple[Change, ...]:
    try:
        return parse_change(fields.text(where, value))
    except GatescopeError as error:
        raise TextError(
            "{where}: {error}",
            where=where,
            error=error,
        ) from error


def _texts(before: str, given: Mapping[str, Any], numbers: Mapping[str, Source]) -> dict[str, Text]:
    return {name: _text(f"{before}{name}", value, numbers) for name, value in given.items()}


def _text(where: str, value: object, numbers: Mapping[str, Source]) -> Text:
    if isinstance(value, dict):
        record = fields.record(where, value, POLARITIES)
        each = {p: (f"{where}.{p}", fields.text(f"{where}.{p}", record[p])) for p in POLARITIES}
    else:
        each = dict.fromkeys(POLARITIES, (where, fields.text(where, value)))
    for place, text in each.values():
        check_template(place, text, numbers)
    return MappingProxyType({polarity: text for polarity, (_, text) in each.items()})


def check_template(where: str, text: str, numbers: Mapping[str, Source]) -> set[str]:
    """The names of the numbers that a template says. Errors: TextError for one that is not there,
    for braces that do not match, and for a format that there is not.
    """
    said = set()
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise TextError(
            "{where} has braces that do not match; write {{name}}.",
            where=where,
        ) from error
    for _, name, form, _ in parsed:
        if name is None:
            continue
        said.add(name)
        if name not in numbers:
            known = ", ".join(numbers) or "none"
            raise TextError(
                "{where} has the field {{{name}}}; numbers has: {known}. Say there where it "
                "comes from.",
                where=where,
                name=name,
                known=known,
            )
        if not _FORMAT.fullmatch(form or ""):
            raise TextError(
                "{where} has {form} as a format of {{{name}}}; it can be .2f, .2e, % or nothing.",
                where=where,
                form=shown(form),
                name=name,
            )
    return said


def _check_use(story: Story) -> None:
    """Every number is said somewhere, and every change that one is taken after is there."""
    said = {
        name
        for texts in (story.texts, story.moved)
        for text in texts.values()
        for template in text.values()
        for _, name, _, _ in Formatter().parse(template)
    }
    for name, source in story.numbers.items():
        if name not in said:
            raise TextError(
                "numbers.{name} is in no text of this scene; leave it out.",
                name=name,
            )
        if source.words[0] in BESIDE_IT:
            raise TextError(
                "numbers.{name} quotes the {cell}; a story quotes x, gru and its model alone, "
                "which are there beside any cell.",
                name=name,
                cell=source.words[0].upper(),
            )
        if source.change and source.change not in story.changes:
            raise TextError(
                "numbers.{name} is taken after {change!r}; changes needs that field.",
                name=name,
                change=source.change,
            )


def _both(text: str) -> Text:
    return MappingProxyType(dict.fromkeys(POLARITIES, text))
