"""The lens that finds units, in sentences: which are on, where again, and what that means."""

from collections.abc import Sequence

from app.lenses.naming import sentence
from app.screen.screen import Screen
from app.setting.question import Question
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from gru_core.analysis.patterns import Match, Pattern, Span, highest_threshold, pattern
from gru_core.arrays import Array
from gru_core.conventions import track_kind

MOST_NAMED = 10
CONTEXT = 6  # steps on either side of a place
MOST_JOINED = 8  # names of inputs next to each other, unless they are letters


def units_on(screen: Screen, asked: Question, values: Array, found: Pattern) -> str:
    """Which units are on through the span; where none is, what would help. values: (step, unit)."""
    name, where = CELL_NAMES[screen.opened], place_name(screen, found.span)
    count, of = len(found.units), values.shape[1]
    if count:
        listed = ", ".join(str(unit + 1) for unit in found.units[:MOST_NAMED].tolist())
        more = f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
        verb = f"{'unit' if of == 1 else 'units'} {'is' if count == 1 else 'are'}"
        return sentence(f"{name}: {count} of {of} {verb} on {where}: {listed}{more}.")
    if (asked.begins or asked.ends) and len(pattern(values, asked.span, asked.threshold).units):
        when = " or ".join(["before it"] * asked.begins + ["after it"] * asked.ends)
        return sentence(f"{name}: every unit that is on {where} is on {when} too.")
    return sentence(f"{name}: no unit is on {where}. {_lower(found.span, values)}")


def _lower(span: Span, values: Array) -> str:
    highest = highest_threshold(values, span)
    if highest is None:
        return "Every one of them changes its sign or is 0 there; choose a shorter span."
    value, unit = highest
    return f"Lower the threshold: unit {unit + 1} is on below {number(value)}."


def again(screen: Screen, found: Pattern, listed: Sequence[Match]) -> list[str]:
    """Where most of the units of the span are on again."""
    count, (first, last), length = len(found.units), found.span, found.span.length
    if not count:
        return []
    if max(first, len(screen.labels) - 1 - last) < length:
        return [f"Beside the span there are no other {length} steps in a row."]
    if not listed:
        steps = "At no other step" if length == 1 else f"Through no other {length} steps in a row"
        return [f"{steps} is {'it' if count == 1 else 'any of them'} on."]
    best = listed[0]
    where = place_name(screen, best.span)
    if best.on < count:
        verb = "is" if best.on == 1 else "are"
        return [f"Nearest to it: {best.on} of {count} {verb} on again {where}."]
    return [f"{'It is' if count == 1 else 'All of them are'} on again {where}."]


def explained(screen: Screen, asked: Question, found: Pattern) -> list[str]:
    """What it means to be on, how places are ranked, and how they are marked."""
    symbol, level = track_symbol(screen, asked), f"{asked.threshold:.6g}"
    below = "" if track_kind(asked.track) == "gate" else f", or below −{level},"
    notes = [f"On: {symbol} is above {level}{below} at every step of the span."]
    if len(found.units):
        notes += [
            "Places are as long as the span, and ranked by how many of its units are on "
            "throughout, then by how few others are.",
            "Above the lines: the span, thick, and the places in the list, thin.",
        ]
    return notes


def track_symbol(screen: Screen, asked: Question) -> str:
    """The letter of what is looked at."""
    return letter_of(screen.opened, asked.track, screen.notation)


def place_name(screen: Screen, span: Span) -> str:
    """Where something is on, in words, with what was read there."""
    first, last = span.first + 1, span.last + 1
    steps = f"through steps {first} to {last}" if span.length > 1 else f"at step {first}"
    read = inputs_read(screen, span.first, last)
    return f"{steps} ({read})" if read else steps


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
