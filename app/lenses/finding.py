"""The lens that finds units, in sentences: which are on, where again, and what that means."""

from collections.abc import Sequence

from app.lenses.naming import sentence, step_name
from app.screen.screen import Screen
from app.setting.question import Question
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number, six_figures
from app.words.say import Fields, say
from gru_core.analysis.patterns import Match, Pattern, Span, highest_threshold, pattern
from gru_core.arrays import Array
from gru_core.conventions import track_kind

MOST_NAMED = 10
CONTEXT = 6  # steps on either side of a place
MOST_JOINED = 8  # names of inputs next to each other, unless they are letters


def units_on(screen: Screen, asked: Question, values: Array, found: Pattern) -> str:
    """Which units are on through the span; where none is, what would help. values: (step, unit)."""
    name, where = CELL_NAMES[screen.opened], place_name(screen, found.span)
    count = len(found.units)
    if count:
        units = say("lenses.finding.units", n=values.shape[1])
        listed = ", ".join(str(unit + 1) for unit in found.units[:MOST_NAMED].tolist())
        if count > MOST_NAMED:
            listed = say("lenses.finding.listed", units=listed, others=count - MOST_NAMED)
        return sentence(
            say(
                "lenses.finding.units_on",
                n=count,
                cell=name,
                units=units,
                where=where,
                listed=listed,
            )
        )
    if (asked.begins or asked.ends) and len(pattern(values, asked.span, asked.threshold).units):
        when = {(1, 0): "before", (0, 1): "after", (1, 1): "around"}[asked.begins, asked.ends]
        return sentence(say(f"lenses.finding.on_{when}_too", cell=name, where=where))
    highest = highest_threshold(values, found.span)
    if highest is None:
        return sentence(say("lenses.finding.none_at_all", cell=name, where=where))
    level, unit = number(highest[0]), int(highest[1]) + 1
    said = say("lenses.finding.none_but_lower", cell=name, where=where, unit=unit, level=level)
    return sentence(said)


def again(screen: Screen, found: Pattern, listed: Sequence[Match]) -> list[str]:
    """Where most of the units of the span are on again."""
    count, (first, last), length = len(found.units), found.span, found.span.length
    if not count:
        return []
    if max(first, len(screen.labels) - 1 - last) < length:
        return [say("lenses.finding.no_such_span", steps=length)]
    if not listed and length == 1:
        return [say("lenses.finding.no_other_step", n=count)]
    if not listed:
        return [say("lenses.finding.no_other_span", n=count, steps=length)]
    best = listed[0]
    where = place_name(screen, best.span)
    if best.on < count:
        return [say("lenses.finding.nearest", n=best.on, units=count, where=where)]
    return [say("lenses.finding.again", n=count, where=where)]


def at_cursor(screen: Screen, found: Pattern) -> list[str]:
    """How many of the units of the span are on at the cursor."""
    count = len(found.units)
    if not count:
        return []
    on = int(found.at_step[screen.step])
    where: Fields = {"step": step_name(screen, screen.step), "units": count}
    if 0 < on < count:
        return [sentence(say("lenses.finding.there_some", n=on, **where))]
    return [sentence(say(f"lenses.finding.there_{'all' if on else 'none'}", n=count, **where))]


def explained(screen: Screen, asked: Question, found: Pattern) -> list[str]:
    """What it means to be on, how places are ranked, and how they are marked."""
    symbol, level = track_symbol(screen, asked), six_figures(asked.threshold)
    kind = "gate" if track_kind(asked.track) == "gate" else "state"
    notes = [say(f"lenses.finding.{kind}_on", symbol=symbol, level=level)]
    if len(found.units):
        notes += [say("lenses.finding.ranked"), say("lenses.finding.marks")]
    return notes


def track_symbol(screen: Screen, asked: Question) -> str:
    """The letter of what is looked at."""
    return letter_of(screen.opened, asked.track, screen.notation)


def place_name(screen: Screen, span: Span) -> str:
    """Where something is on, in words, with what was read there."""
    first, last = span.first + 1, span.last + 1
    read = inputs_read(screen, span.first, last)
    if span.length == 1 and read:
        return say("lenses.finding.place_read", step=first, read=read)
    if span.length == 1:
        return say("lenses.finding.place", step=first)
    if read:
        return say("lenses.finding.span_read", first=first, last=last, read=read)
    return say("lenses.finding.span", first=first, last=last)


def inputs_around(screen: Screen, span: Span) -> tuple[str, str]:
    """The letters that were read before and after a span; of other inputs nothing."""
    first, end, labels = span.first, span.last + 1, screen.labels
    if not inputs_read(screen, first, end):
        return "", ""
    around = labels[max(first - CONTEXT, 0) : first], labels[end : end + CONTEXT]
    before, after = (
        "".join(part) if max(map(len, part), default=1) == 1 else "" for part in around
    )
    return before, after


def inputs_read(screen: Screen, first: int, end: int) -> str:
    """The names of the inputs from one step to before another; none where steps only count."""
    labels = screen.labels[first:end]
    if all(label == str(at) for at, label in enumerate(labels, start=first + 1)):
        return ""
    if all(len(label) == 1 for label in labels):
        return "".join(labels)
    words = len(labels) <= MOST_JOINED and not any(" " in label for label in labels)
    if words or len(labels) == 1:
        return " ".join(labels)
    return f"{labels[0]} … {labels[-1]}"
