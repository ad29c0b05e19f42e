"""A question of the lens that finds units, ready to be asked: the scene's own, or one for all."""

from collections.abc import Mapping
from typing import Final

from app.lenses.base import Offer
from app.screen.screen import Screen
from app.setting.question import Question, usual_threshold
from app.words.say import say
from gru_core.analysis.patterns import Span
from gru_core.conventions import STATES

FEWEST = 4  # steps, for the second half to be a span beside another
# Of prepared scenes, as a link has it, in the GRU; each with a sentence of its own.
OF_SCENES: Final[Mapping[str, str]] = {
    "pulse": "hidden.5-20.0.3",
    "cue": "hidden.5-20.0.5",
    "slate": "reset.5-5.0.5",
}


def prepared(screen: Screen, asked: Question) -> list[Offer]:
    """One question in one press, unless it is what is asked."""
    scene = screen.setting.scene
    if scene in OF_SCENES and screen.opened == "gru":
        question, said = OF_SCENES[scene], say(f"lenses.prepared.{scene}")
    elif len(screen.labels) >= FEWEST:
        steps, state = len(screen.labels), STATES[screen.opened][0]
        half = Span(steps // 2, steps - 1)
        question = str(Question(state, half, usual_threshold(state)))
        said = say("lenses.prepared.half", first=half.first + 1, last=half.last + 1)
    else:
        return []
    return [] if question == str(asked) else [Offer("of", said, question)]
