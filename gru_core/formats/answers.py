"""What a file leaves open is asked here; with the answers an entry can be run.

A setting that the file says is not asked. One that its framework assumes is asked with that answer
at hand. Anything else has to be answered before a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, cast

from gru_core.conventions import Cell
from gru_core.errors import FormatError, UnknownNameError, shown, unknown_name
from gru_core.formats.fitting import check_entry, weights_of
from gru_core.formats.model import ANSWERS, ASKED, Answers, Direction, Entry, ModelFile, is_answer
from gru_core.formats.running import Ready
from gru_core.run import Layer, Merge
from gru_core.words import article

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gate_activation": "Which function do the gates end in?",
        "state_activation": "Which function do the candidate and the state end in?",
        "reset_after": "Where does the reset gate act?",
        "backward": "In which order are the steps read?",
        "merge": "How are the two directions joined?",
        "padding": "Which steps of your input are padding, which the model leaves out?",
        "start": "Where does the run start?",
    }
)

_GATES: Final = {
    "sigmoid": "sigmoid, 1 / (1 + exp(−a))",
    "hard_sigmoid": "the hard sigmoid of Keras 1 and 2, clip(0.2 a + 0.5, 0, 1)",
    "hard_sigmoid_sixth": "the hard sigmoid of Keras 3, clip(a / 6 + 0.5, 0, 1)",
}
# What each answer means, in the words of the frameworks.
LABELS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "gate_activation": _GATES,
        "state_activation": {
            "tanh": "tanh",
            "relu": "relu, max(a, 0)",
            "elu": "elu, exp(a) − 1 below 0",
            "selu": "selu, 1.0507 a, and 1.7581 (exp(a) − 1) below 0",
            "linear": "linear, a itself",
            "softsign": "softsign, a / (1 + |a|)",
            "softplus": "softplus, ln(1 + exp(a))",
            "leaky_relu": "leaky relu, 0.01 a below 0",
            "relu6": "relu6, max(a, 0) up to 6",
            "thresholded_relu": "thresholded relu, 0 up to 1",
            "scaled_tanh": "scaled tanh, alpha tanh(beta a)",
            "affine": "affine, alpha a + beta",
            **_GATES,
        },
        "reset_after": {
            "true": "after the product U h, as in PyTorch and in Keras with reset_after=True",
            "false": "before it, as in Cho et al. 2014 and in Keras with reset_after=False",
        },
        "backward": {"false": "from the first to the last", "true": "from the last to the first"},
        "merge": {
            "concat": "concatenated, forward first",
            "sum": "sum",
            "mean": "mean",
            "product": "product",
        },
        "padding": {
            "none": "no step of my input is padding",
            "zeros": "those that are 0 throughout",
        },
        "start": {"zeros": "from zeros, or from the state that you give"},
    }
)
# Why a layer is not run before the answer is there, and what the answer says.
NEEDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "padding": "{name} is not run: its model leaves out steps that are padding, and the file "
        "does not say which of your input are. Say so: --set {setting}={answers} if none is, "
        "--set padding=zeros for those that are 0 throughout, or give --lengths or --mask.",
        "start": "{name} is not run: its model computes the first state from the model's own "
        "input, and what is given here is the input of {name} alone. If it is to start from zeros, "
        "or from a state that you give, say so: --set {setting}={answers}.",
    }
)

# How the format of a file begins that both versions may have written.
EITHER: Final = "Keras 2 or 3"
# Other names of a setting. `activation` is of the gates or of the state, as its value says.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "activation": ("gate_activation", "state_activation"),
        "recurrent_activation": ("gate_activation",),
    }
)


@dataclass(frozen=True)
class Question:
    """A setting that the file does not say."""

    setting: str  # of model.ANSWERS
    sentence: str
    answers: Mapping[str, str]  # each with its label, the commonest first
    assumed: str | None = None  # what its framework does if not told otherwise


def settings_of(entry: Entry) -> tuple[str, ...]:
    """The settings that this entry has at all: a plain RNN has no gates, only a GRU resets.

    Most files say how two directions are joined; it is a setting of those that do not.
    """
    one_direction = all(len(layer) == 1 for layer in entry.layers)
    has = {
        "gate_activation": entry.cell != "rnn",
        "state_activation": True,
        "reset_after": entry.cell == "gru",
        "backward": one_direction,
        "merge": "merge" in entry.assumes,
        **{setting: setting in entry.asks for setting in ASKED},
    }
    return tuple(setting for setting in ANSWERS if has[setting])


def questions(entry: Entry) -> tuple[Question, ...]:
    """What the file does not say of this entry."""
    return tuple(
        Question(setting, SENTENCES[setting], LABELS[setting], entry.assumes.get(setting))
        for setting in settings_of(entry)
        if setting not in entry.says
    )


def assumed(entry: Entry, answers: Answers) -> Answers:
    """What is only assumed once these answers are given."""
    return {
        question.setting: question.assumed
        for question in questions(entry)
        if question.assumed is not None and question.setting not in answers
    }


def answered(entry: Entry, answers: Answers) -> Ready:
    """The entry with these answers; what is not answered is as the file says or assumed.

    Errors: UnknownNameError for a setting or an answer that there is none of; FormatError for what
    contradicts the file, and for what neither the file nor an answer says; those of Weights.
    """
    chosen = _chosen(entry, answers)
    merge = cast("Merge", chosen.pop("merge", entry.merge))
    check_entry(replace(entry, merge=merge))
    backward = chosen.pop("backward", "false") == "true"
    reads = entry.reads
    if chosen.get("padding") == "zeros":
        reads = replace(reads, padding=0.0)
    for setting in ASKED:  # said, and nothing to compute a step with
        chosen.pop(setting, None)
    options = {
        key: value == "true" if key == "reset_after" else value for key, value in chosen.items()
    }
    return Ready(
        name=entry.name,
        cell=entry.cell,
        layers=tuple(_layer(entry.cell, layer, options) for layer in entry.layers),
        merge=merge,
        backward=backward,
        reading_order=entry.reading_order,
        initials=tuple(tuple(one.initial for one in layer) for layer in entry.layers),
        reads=reads,
    )


def parse_answer(text: str, file: ModelFile, entry: Entry) -> tuple[str, str]:
    """The setting and the answer of a text such as `activation=hard_sigmoid`.

    With an alias, a framework's own name of the setting, the answer is in its words too: Keras 3
    calls another function hard_sigmoid than Keras 2. entry: of the file; a plain RNN has no gates
    that an activation could be of. Errors: UnknownNameError.
    """
    key, _, value = (part.strip() for part in text.partition("="))
    value = value.lower()
    if key not in ANSWERS and key not in ALIASES:
        raise unknown_name("setting", key, (*ANSWERS, *ALIASES))
    named = ALIASES.get(key, (key,))
    settings = tuple(one for one in named if one in settings_of(entry)) or named
    for setting in settings:
        if value in ANSWERS[setting] or (setting == settings[-1] and is_answer(setting, value)):
            return setting, _meant(value, file, setting) if key in ALIASES else value
    raise unknown_name(key, value, (answer for setting in settings for answer in ANSWERS[setting]))


def _meant(value: str, file: ModelFile, setting: str) -> str:
    if value == "hard_sigmoid" and file.format.startswith(EITHER):
        raise FormatError(
            "hard_sigmoid is clip(0.2 a + 0.5, 0, 1) in Keras 2 and clip(a / 6 + 0.5, 0, 1) in "
            "Keras 3, and the file does not say which of them wrote it: say "
            "{setting}=hard_sigmoid for that of Keras 2, or {setting}=hard_sigmoid_sixth.",
            setting=setting,
        )
    if value == "leaky_relu" and file.format.startswith("Keras"):
        return "leaky_relu(0.2)"
    keras_3 = value == "hard_sigmoid" and file.format.startswith("Keras 3")
    return "hard_sigmoid_sixth" if keras_3 else value


def _chosen(entry: Entry, answers: Answers) -> dict[str, str]:
    """Every setting of the entry with its answer."""
    known = settings_of(entry)
    for setting, answer in answers.items():
        _check_answer(entry, setting, answer, known)
    chosen = {**entry.assumes, **answers, **entry.says}
    missing = [setting for setting in known if setting not in chosen]
    for setting in ASKED:
        if setting in missing:
            raise FormatError(
                NEEDED[setting],
                name=shown(entry.name),
                setting=setting,
                answers=ANSWERS[setting][0],
            )
    if missing:
        open_ones = "; ".join(f"{setting} ({' or '.join(ANSWERS[setting])})" for setting in missing)
        raise FormatError(
            "The file does not say of {name}: {open_ones}. Nothing is guessed: choose an "
            "answer for each, such as --set {missing}={answers}.",
            name=shown(entry.name),
            open_ones=open_ones,
            missing=missing[0],
            answers=ANSWERS[missing[0]][0],
        )
    return {setting: chosen[setting] for setting in known}


def _check_answer(entry: Entry, setting: str, answer: str, known: tuple[str, ...]) -> None:
    if setting not in ANSWERS:
        raise unknown_name("setting", setting, ANSWERS)
    if not is_answer(setting, answer):
        raise unknown_name(setting, answer, ANSWERS[setting])
    if setting not in known:
        kind = "bidirectional " * (setting == "backward") + entry.cell.upper()
        raise UnknownNameError(
            "{name} is {a} {kind} and has no {setting}; it has {known}: leave it out.",
            name=shown(entry.name),
            a=article(kind),
            kind=kind,
            setting=setting,
            known=", ".join(known),
        )
    said = entry.says.get(setting, answer)
    if said != answer:
        raise FormatError(
            "The file says that {setting} of {name} is {said}; it cannot also be {answer}: "
            "leave it out.",
            setting=setting,
            name=shown(entry.name),
            said=said,
            answer=answer,
        )


def _layer(cell: Cell, layer: tuple[Direction, ...], options: Mapping[str, object]) -> Layer:
    weights = [weights_of(cell, direction, **options) for direction in layer]
    return weights[0] if len(weights) == 1 else (weights[0], weights[1])
