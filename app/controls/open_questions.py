"""What the file of a model leaves open: its questions, and the numbers of a function."""

import math
from functools import partial

from app.controls import fields
from app.screen.around import is_settled
from app.screen.at_hand import Loaded
from app.screen.loaded import effect
from app.setting.model import Model
from app.words import numbers
from app.words.names import activation_named
from app.words.say import say
from gru_core.ends import PARAMETERS, end_of, named
from gru_core.errors import TextError
from gru_core.formats.answers import Question
from gru_core.formats.model import ASKED, is_answer

LONGEST_NUMBER = 25  # signs of a parameter


def asked(loaded: Loaded, question: Question, seed: int) -> None:
    """A choice of answers to one question, with what each does to h."""
    model, said = loaded.model, loaded.answers
    if question.setting in ASKED:
        _statement(loaded, question)
        return
    chosen = said.get(question.setting, question.assumed) or next(iter(question.answers))
    effects = effect(loaded, question, seed)
    options = {}
    for usual, label in question.answers.items():
        answer = chosen if _is_of_one_family(usual, chosen) else usual
        short = label.split(",")[0]
        options[answer] = short
        if answer != chosen and answer in effects:
            options[answer] = _compared(short, effects[answer])
        elif answer == chosen == question.assumed and question.setting not in said:
            options[answer] = say("controls.model.assumed", answer=short)
    read, words = partial(model.with_answer, question.setting), say("controls.model.open")
    _select(question, chosen, options, read, words)
    _parameters(model, question.setting, chosen)


def _compared(answer: str, effect: float | None) -> str:
    """An answer with how far h would be from what is shown; None where that cannot be said."""
    if effect is None:
        return say("controls.model.not_compared", answer=answer)
    if effect == 0:
        return say("controls.model.same", answer=answer)
    return say("controls.model.differs", answer=answer, most=numbers.number(effect))


def _is_of_one_family(usual: str, chosen: str) -> bool:
    """Whether an answer is the function that is chosen, which may have parameters of its own."""
    one, other = end_of(usual), end_of(chosen)
    return one is not None and other is not None and one.family == other.family


def _parameters(model: Model, setting: str, chosen: str) -> None:
    """The numbers of the function that is chosen, where it has any."""
    end = end_of(chosen)
    for at, number in enumerate(end.parameters if end is not None else ()):
        read = partial(_with_parameter, model, setting, chosen, at)
        key, name = f"model_{setting}_{PARAMETERS[at]}", PARAMETERS[at]
        label, words = say(f"controls.model.parameter.{name}"), say("controls.model.help.parameter")
        written = repr(number).removesuffix(".0")
        fields.text("model", key, label, written, LONGEST_NUMBER, 100, read, words)


def _with_parameter(model: Model, setting: str, chosen: str, at: int, text: str) -> Model:
    """Errors: TextError for what is no number of this function."""
    end = end_of(chosen)
    assert end is not None
    found = list(end.parameters)
    try:
        found[at] = float(text.strip().replace("−", "-"))
    except ValueError:
        found[at] = math.nan
    answer = named(end.family, *found)
    if not is_answer(setting, answer):
        function = activation_named(end.family).symbol
        raise TextError(say("controls.model.no_parameter", text=text, function=function))
    return model.with_answer(setting, answer)


def _statement(loaded: Loaded, question: Question) -> None:
    """What only the visitor's input knows, and without which nothing is run.

    Where the model itself says it there is nothing to ask, but a first state of zeros that somebody
    has chosen in its place is shown, to be taken back.
    """
    settled, given = is_settled(loaded), loaded.answers.get(question.setting, "")
    if settled and not (given and question.setting == "start"):
        return
    nothing = say(f"controls.model.{'as_the_model' if settled else 'not_said'}")
    options = {"": nothing, **question.answers}
    read = partial(loaded.model.with_answer, question.setting)
    words = say(f"controls.model.help.{question.setting}")
    _select(question, given, options, read, words)


def _select(
    question: Question, value: str, options: dict[str, str], read: fields.Read, words: str
) -> None:
    key = f"model_{question.setting}"
    fields.select("model", key, question.sentence, value, options, read, 300, words)
