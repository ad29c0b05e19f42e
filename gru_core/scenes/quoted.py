"""Numbers that a text quotes: where each comes from, written as text, counted from 0.

    x.11.1   gru.h0.2   gru.b_x.update.3         a number of the scene, as a link names it
    gru.hidden.19.3   gru.candidate.from_h.0.0   step 19, unit 3 of a track, or inside one
    gru.keep.*.3   gru.update.end.*              a mean over steps, or over units; the last step
    gru.keep.*.most   gru.number.most            the unit that keeps most on average, or least
    gru.constant.least                           the least time constant of the update biases alone
    lstm.cell.9.3   rnn.h0.0   lstm.keep.9.3     the same of another cell, where it is on screen
    gru.half_life.7.1   gru.time_constant.7.1    in steps, if its gate went on as it is at a step
    gru.gradient.hidden.0   gru.gradient.hidden.0.3   the size of ∂h_T/∂h of step 0; unit 3 of h_T
    gru.gradient.direct.0   gru.gradient.share.0      its direct path, and that as a part of it
    gru.parameters.2                             how many, with so many biases a gate
    gru.moved                                    the most that h changes with r at its other place
    series.error.gru   series.says.48            errors in °C; what is predicted after a step
    listener.music.160   listener.wrong          how probable music is; steps taken wrongly
    listener.turns   listener.late               changes of the decision; steps until music is heard

With `try ` or `again ` before it, it is the number after the change that this text of the story
asks for. A story quotes only the input, the GRU and its model: they are there beside any cell. A
number is what the notation shows: under the write polarity the update gate and its weights are
turned round, `gru.keep` is not. Gradients are those of `gru_core.gradients`, of the last state.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, cast

import numpy as np

from gru_core.analysis.age import half_life, time_constant
from gru_core.analysis.behaviour import order_by_keep
from gru_core.analysis.cost import parameters
from gru_core.analysis.inside import inside
from gru_core.arrays import Array
from gru_core.cells.activations import sigmoid
from gru_core.changes import pieces
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target, parts_of
from gru_core.conventions import (
    BIAS_COUNTS,
    CELLS,
    KEEP_GATE,
    STATES,
    TRACKS,
    BiasCount,
    Cell,
    Polarity,
    shown_sign,
    shown_update,
)
from gru_core.errors import RangeError, TextError, shown, unknown_name
from gru_core.gradients import gradient_by_distance
from gru_core.run import run
from gru_core.scenes.listener import Listener
from gru_core.scenes.series import CALENDAR, LAST, Series
from gru_core.situation import Edit, Situation, apply_edits, value_at
from gru_core.trace import Trace
from gru_core.weights import GRUWeights, Weights

Change: TypeAlias = Edit | Intervention
HEARD: Final = ("wrong", "turns", "late")
CHANGED: Final = ("try", "again")  # the texts of a story that may ask for a change
MEAN, END = "*", "end"
BY_KEEPING: Final = ("most", "least")
GRADIENTS: Final = ("hidden", "cell", "direct", "gates", "share")
LASTING: Final = {"half_life": half_life, "time_constant": time_constant}
FORMS: Final = (
    "a number of x or of a cell, such as gru.hidden.19.3, or of series, such as series.error.gru"
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
        owner = words[0]
        if owner == "x" or (owner in CELLS and words[1:2] and words[1] in parts_of(owner)):
            return cls(words, before, Target.parse(plain))
        if not (
            (owner in CELLS and _check_cell(words[1:]))
            or (owner == "gru" and _check_gru(words[1:]))
            or (owner == "series" and _check_series(words[1:]))
            or (owner == "listener" and _check_listener(words[1:]))
        ):
            raise TextError(
                "{text} is nothing to quote; it needs {forms}.",
                text=shown(text),
                forms=FORMS,
            )
        return cls(words, before)


def _check_gru(words: tuple[str, ...]) -> bool:
    if words == ("moved",):
        return True
    return len(words) == 2 and words[0] in ("number", "constant") and words[1] in BY_KEEPING


def _check_cell(words: tuple[str, ...]) -> bool:
    if words[:1] == ("parameters",):
        return len(words) == 2 and words[1] in map(str, BIAS_COUNTS)
    if words[:1] == ("gradient",):
        places = words[2:]
        known = words[1:2] and words[1] in GRADIENTS and len(places) in (1, 2)
        return bool(known) and all(_WHOLE.fullmatch(word) for word in places)
    if len(words) < 3:
        return False
    *_, step, unit = words
    return all(
        word in known or bool(_WHOLE.fullmatch(word))
        for word, known in ((step, (MEAN, END)), (unit, (MEAN, *BY_KEEPING)))
    )


def _check_series(words: tuple[str, ...]) -> bool:
    known: dict[str, tuple[str, ...]] = {"error": ("gru", LAST, CALENDAR), "trained": CELLS}
    if len(words) != 2:
        return False
    if words[0] in ("degrees", "says"):
        return bool(_WHOLE.fullmatch(words[1]))
    return words[1] in known.get(words[0], ())


def _check_listener(words: tuple[str, ...]) -> bool:
    if len(words) == 2:
        return words[0] == "music" and bool(_WHOLE.fullmatch(words[1]))
    return len(words) == 1 and words[0] in HEARD


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

    series, listener: for a scene that has one.
    """

    situation: Situation
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    series: Series | None = None
    listener: Listener | None = None
    _runs: dict[tuple[str, Cell], tuple[Situation, Trace]] = field(default_factory=dict)

    def value(self, source: Source, polarity: Polarity) -> float:
        """One number, as a notation of this polarity shows it.

        Errors: RangeError outside of the scene, TextError for what the scene does not have,
        UnknownNameError for a cell that is not there.
        """
        if source.target is not None:
            sign = shown_sign(source.target.owner, source.target.gate, polarity)
            return sign * value_at(self._changed(source.change), source.target) + 0.0
        owner, *words = source.words
        if owner == "series":
            return self._of_series(tuple(words), self._run(source.change, "gru")[1])
        if owner == "listener":
            return self._of_listener(tuple(words), self._run(source.change, "gru")[1])
        cell = cast("Cell", owner)
        situation, trace = self._run(source.change, cell)
        weights = situation.weights[cell]
        match words:
            case ["moved"]:
                return _moved(situation, trace)
            case ["number" | "constant" as what, which]:
                return self._of_keeping(what, which, situation, trace)
            case ["parameters", biases]:
                count = cast("BiasCount", int(biases))
                return float(parameters(cell, weights.input_size, weights.units, biases=count))
            case ["gradient", name, step, *unit]:
                return _of_gradient(name, step, unit, weights, trace)
            case [*names, step, unit]:
                return _of_track(".".join(names), step, unit, weights, trace, polarity)
        raise AssertionError(source.words)  # Source.parse lets nothing else pass

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
        edited = apply_edits(self.situation, edits)
        return replace(edited, interventions=(*edited.interventions, *held))

    def _run(self, change: str, cell: Cell) -> tuple[Situation, Trace]:
        if (change, cell) not in self._runs:
            numbers = self._changed(change)
            if cell not in numbers.weights:
                raise unknown_name("cell of this scene", cell, numbers.weights)
            self._runs[change, cell] = numbers, _run(numbers, cell)
        return self._runs[change, cell]

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

    def _of_listener(self, words: tuple[str, ...], trace: Trace) -> float:
        if self.listener is None:
            raise TextError("this scene has no listener to quote from.")
        music = self.listener.music(trace["hidden"])
        match words:
            case ("wrong",):
                return self.listener.wrong(music)
            case ("turns",):
                return float(self.listener.turns(music))
            case ("late",):
                return float(self.listener.late(music))
        return float(music[_index("step", words[1], len(music))])

    def _of_keeping(self, what: str, which: str, situation: Situation, trace: Trace) -> float:
        if what == "number":  # counted from 1, as on screen
            return 1.0 + _unit(which, trace)
        gru = situation.weights["gru"]
        at = gru.gates.index("update")
        lasts = time_constant(sigmoid(gru.b_x[at] + gru.b_h[at]))
        return float(lasts.max() if which == "most" else lasts.min())


def _run(situation: Situation, cell: Cell, reset_after: bool | None = None) -> Trace:
    """A run of one cell. reset_after: where its reset gate acts, if not where it does anyway."""
    weights = situation.weights[cell]
    if reset_after is not None and isinstance(weights, GRUWeights):
        weights = replace(weights, reset_after=reset_after)
    initial, held = situation.initials[cell], situation.held(cell)
    return run(weights, situation.x, initial, interventions=held, exactly=True)


def _moved(situation: Situation, trace: Trace) -> float:
    """The largest change of h where the reset gate acts on the other side of the product."""
    gru = situation.weights["gru"]
    assert isinstance(gru, GRUWeights)
    other = _run(situation, "gru", not gru.reset_after)
    return float(np.abs(other["hidden"] - trace["hidden"]).max())


def _of_gradient(name: str, step: str, unit: list[str], weights: Weights, trace: Trace) -> float:
    """The size of the gradient of the last state, or of one unit of it, by that of a step."""
    of = _unit(unit[0], trace) if unit else None
    sizes = gradient_by_distance(weights, trace, unit=of)
    at = 1 + _step(step, trace.steps)  # entry 0 is of the initial state
    if name == "share":
        return float(sizes["direct"][at] / sizes[STATES[weights.cell][-1]][at])
    return float(sizes[name][at])


def _of_track(
    name: str, step: str, unit: str, weights: Weights, trace: Trace, polarity: Polarity
) -> float:
    """One number, or the mean over steps or units, of a track or of what the equations name."""
    tracks: dict[str, Array] = {one: trace[one] for one in trace}
    if trace.cell in KEEP_GATE:
        tracks["keep"] = trace[KEEP_GATE[trace.cell]]
        tracks |= {lasts: of(tracks["keep"]) for lasts, of in LASTING.items() if lasts == name}
    if trace.cell == "gru":
        tracks["update"] = shown_update(trace["update"], polarity)
    if name in tracks:
        units = tracks[name] if unit == MEAN else tracks[name][:, _unit(unit, trace)]
    else:
        of = inside(weights, trace, _unit(unit, trace), polarity)
        if name not in of or of[name].ndim != 1:
            known = ", ".join([*tracks, *(one for one in of if of[one].ndim == 1)])
            raise TextError(
                "{cell}.{name} is no number of the {called}; it has: {known}.",
                cell=trace.cell,
                called=trace.cell.upper(),
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
