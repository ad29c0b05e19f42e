"""Numbers that a story quotes: where each comes from, written as text, counted from 0.

    x.11.1   gru.h0.2   gru.b_x.update.3         a number of the scene, as a link names it
    gru.hidden.19.3   gru.candidate.from_h.0.0   step 19, unit 3 of a track, or inside one
    gru.keep.*.3   gru.update.end.*              a mean over steps, or over units; the last step
    gru.keep.*.most   gru.number.most            the unit that keeps most on average, or least
    gru.constant.least                           the least time constant of the update biases alone
    series.error.gru   series.error.calendar     how far off, in °C, over what is shown
    series.trained.gru                           the same of the network as it was trained
    series.degrees.48   series.says.48           in °C: the input at a step, what the GRU predicts

With `try ` or `again ` before it, it is the number after the change that this text of the story
asks for. Only the input, the GRU and the Series are quoted: they are there beside any cell. A
number is what the notation shows: under the write polarity the update gate and its weights are
turned round, `gru.keep` is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np

from gru_core.analysis.age import time_constant
from gru_core.analysis.behaviour import order_by_keep
from gru_core.analysis.inside import inside
from gru_core.arrays import Array
from gru_core.cells.activations import sigmoid
from gru_core.changes import pieces
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target, parts_of
from gru_core.conventions import TRACKS, Polarity, shown_sign, shown_update
from gru_core.errors import RangeError, TextError, shown
from gru_core.run import run
from gru_core.scenes.series import CALENDAR, LAST, Series
from gru_core.situation import Edit, Situation, apply_edits, value_at
from gru_core.trace import Trace

Change: TypeAlias = Edit | Intervention
CHANGED: Final = ("try", "again")  # the texts of a story that may ask for a change
MEAN, END = "*", "end"
BY_KEEPING: Final = ("most", "least")
FORMS: Final = (
    "a number of x or gru, such as gru.hidden.19.3, or of series, such as series.error.gru"
)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Source:
    """Where a quoted number comes from."""

    words: tuple[str, ...]  # of its text, cut at the points
    change: str = ""  # one of CHANGED: after that change
    target: Target | None = None  # a number of the scene, if it is one

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read a source. Errors: TextError, UnknownNameError, RangeError."""
        before, _, plain = text.rpartition(" ")
        if before not in ("", *CHANGED):
            raise TextError(
                "{text} begins with {before}; only try or again can.",
                text=shown(text),
                before=shown(before),
            )
        words = tuple(plain.split("."))
        if words[0] == "x" or (words[0] == "gru" and words[1:2] and words[1] in parts_of("gru")):
            return cls(words, before, Target.parse(plain))
        checks = {"gru": _check_gru, "series": _check_series}
        if words[0] not in checks or not checks[words[0]](words[1:]):
            raise TextError(
                "{text} is nothing to quote; it needs {forms}.",
                text=shown(text),
                forms=FORMS,
            )
        return cls(words, before)


def _check_gru(words: tuple[str, ...]) -> bool:
    if words[:1] in (("number",), ("constant",)):
        return len(words) == 2 and words[1] in BY_KEEPING
    if len(words) < 3:
        return False
    *_, step, unit = words
    return all(
        word in known or bool(_WHOLE.fullmatch(word))
        for word, known in ((step, (MEAN, END)), (unit, (MEAN, *BY_KEEPING)))
    )


def _check_series(words: tuple[str, ...]) -> bool:
    known: dict[str, tuple[str, ...]] = {"error": ("gru", LAST, CALENDAR), "trained": ("gru",)}
    if len(words) != 2:
        return False
    if words[0] in ("degrees", "says"):
        return bool(_WHOLE.fullmatch(words[1]))
    return words[1] in known.get(words[0], ())


def parse_change(text: str) -> tuple[Change, ...]:
    """A change written as in a link: edits, or what is held, joined by "~". Errors: TextError."""
    read = pieces.read(text, _change)
    if read[1] or not read[0]:
        reason = read[1][0].reason if read[1] else "it is empty."
        raise TextError(
            "{text} is no change: {reason}",
            text=shown(text),
            reason=reason,
        )
    return tuple(read[0])


def _change(text: str) -> Change:
    words = text.split(".")
    held = words[0] in TRACKS and words[1:2] and words[1] in TRACKS[words[0]]
    return Intervention.parse(text) if held else Edit.parse(text)


@dataclass
class Quoted:
    """The numbers of one situation: what is quoted of it, and of it after each change.

    series: for a scene that has one.
    """

    situation: Situation
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    series: Series | None = None
    _runs: dict[str, tuple[Situation, Trace]] = field(default_factory=dict)

    def value(self, source: Source, polarity: Polarity) -> float:
        """One number, as a notation of this polarity shows it.

        Errors: RangeError outside of the scene, TextError for what the scene does not have.
        """
        if source.target is not None:
            sign = shown_sign(source.target.owner, source.target.gate, polarity)
            return sign * value_at(self._changed(source.change), source.target) + 0.0
        situation, trace = self._run(source.change)
        if source.words[0] == "series":
            return self._of_series(source.words[1:], trace)
        _, *names, step, unit = source.words
        if step in ("number", "constant"):  # there is no step
            return self._of_keeping(step, unit, situation, trace)
        return _of_track(".".join(names), step, unit, situation, trace, polarity)

    def _changed(self, change: str) -> Situation:
        if not change:
            return self.situation
        if change not in self.changes:
            raise TextError(
                "there is no change {change!r} to quote from; changes needs it.",
                change=change,
            )
        edits = [one for one in self.changes[change] if isinstance(one, Edit)]
        held = tuple(one for one in self.changes[change] if isinstance(one, Intervention))
        return replace(apply_edits(self.situation, edits), interventions=held)

    def _run(self, change: str) -> tuple[Situation, Trace]:
        if change not in self._runs:
            numbers = self._changed(change)
            self._runs[change] = (
                numbers,
                run(
                    numbers.weights["gru"],
                    numbers.x,
                    numbers.initials["gru"],
                    interventions=numbers.held("gru"),
                    exactly=True,
                ),
            )
        return self._runs[change]

    def _of_series(self, words: tuple[str, ...], trace: Trace) -> float:
        if self.series is None:
            raise TextError("this scene has no series to quote from.")
        what, of = words
        if what == "trained":
            return self.series.errors[of]
        said = self.series.predict(trace["hidden"], "gru")
        if what == "error":
            told = {"gru": said, LAST: self.series.baseline, CALENDAR: self.series.calendar}
            return self.series.rmse(told[of])
        values = said if what == "says" else self.series.baseline
        return float(self.series.degrees(values)[_index("step", of, len(values))])

    def _of_keeping(self, what: str, which: str, situation: Situation, trace: Trace) -> float:
        if what == "number":  # counted from 1, as on screen
            return 1.0 + _unit(which, trace)
        gru = situation.weights["gru"]
        at = gru.gates.index("update")
        lasts = time_constant(sigmoid(gru.b_x[at] + gru.b_h[at]))
        return float(lasts.max() if which == "most" else lasts.min())


def _of_track(
    name: str, step: str, unit: str, situation: Situation, trace: Trace, polarity: Polarity
) -> float:
    """One number, or the mean over steps or units, of a track or of what the equations name."""
    tracks: dict[str, Array] = {one: trace[one] for one in trace}
    tracks |= {"keep": trace["update"], "update": shown_update(trace["update"], polarity)}
    if name in tracks:
        units = tracks[name] if unit == MEAN else tracks[name][:, _unit(unit, trace)]
    else:
        of = inside(situation.weights["gru"], trace, _unit(unit, trace), polarity)
        if name not in of or of[name].ndim != 1:
            known = ", ".join([*tracks, *(one for one in of if of[one].ndim == 1)])
            raise TextError(
                "gru.{name} is no number of the GRU; it has: {known}.",
                name=name,
                known=known,
            )
        units = of[name]
    rows: Any = units if step == MEAN else units[_step(step, len(units))]
    return float(np.mean(rows))


def _step(word: str, steps: int) -> int:
    return steps - 1 if word == END else _index("step", word, steps)


def _unit(word: str, trace: Trace) -> int:
    if word in BY_KEEPING:
        order = order_by_keep(trace)
        return int(order[0 if word == "most" else -1])
    return _index("unit", word, trace.units)


def _index(what: str, word: str, size: int) -> int:
    if not _WHOLE.fullmatch(word) or int(word) >= size:
        raise RangeError(
            "there is no {what} {word}; this scene has {size}, counted from 0.",
            what=what,
            word=word,
            size=size,
        )
    return int(word)
