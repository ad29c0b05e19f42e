"""What is asked of the lens that finds units, as a link says it; the usual where it does not."""

from collections.abc import Sequence

from app.lenses.naming import sentence
from app.screen.screen import Screen
from app.setting.link import shortened
from app.setting.question import EXAMPLE, GRAMMAR, Question, usual_threshold
from app.words.refusal import refusal
from app.words.say import say
from gru_core.analysis.patterns import Span, check_span, check_threshold
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.errors import GatescopeError

USUAL_LENGTH = 3  # steps, from where the scene opens


def questions(asked: Question, cell: Cell) -> Sequence[Question]:
    """A question asked of every track of a cell."""
    return [asked.of(track) for track in TRACKS[cell]]


def question_of(screen: Screen) -> tuple[Question, list[str]]:
    """What is asked, and a sentence for each part that cannot be: the usual one stands there then.

    A text without a point was never a question of this lens: nothing is wrong with it.
    """
    usual, text, cell = _usual(screen), screen.setting.of, screen.opened
    if "." not in text:
        return usual, []
    parts = GRAMMAR.fullmatch(text)
    if parts is None:
        asked = shortened(text)
        return usual, [say("lenses.question.unreadable", asked=asked, example=EXAMPLE)]
    track, first, last, threshold, conditions = parts.groups()
    problems = []
    if track not in TRACKS[cell]:
        problems.append(say("lenses.question.no_such_track", track=shortened(track)))
        track = usual.track
    span, said = _span(int(first), int(last), len(screen.labels))
    value, also = _threshold(threshold)
    found = Question(
        track=track,
        span=span or usual.span,
        threshold=usual_threshold(track) if value is None else value,
        begins="b" in (conditions or ""),
        ends="e" in (conditions or ""),
    )
    return found, [*problems, *said, *also]


def _usual(screen: Screen) -> Question:
    """From the step at which the scene opens."""
    end = len(screen.labels) - 1
    first = min(screen.scene.cursor.step, end)
    span = Span(first, min(first + USUAL_LENGTH - 1, end))
    state = STATES[screen.opened][0]
    return Question(state, span, usual_threshold(state))


def _span(first: int, last: int, steps: int) -> tuple[Span | None, list[str]]:
    span = Span(first - 1, last - 1)
    try:
        check_span(span, steps)
    except GatescopeError as error:
        return None, [sentence(refusal(error))]
    return span, []


def _threshold(text: str) -> tuple[float | None, list[str]]:
    try:
        value = float(f"{float(text.replace('_', 'x')):.6g}")  # as a link has it
    except ValueError:
        return None, [say("lenses.question.no_threshold", threshold=shortened(text))]
    try:
        check_threshold(value)
    except GatescopeError as error:
        return None, [sentence(refusal(error))]
    return value, []
