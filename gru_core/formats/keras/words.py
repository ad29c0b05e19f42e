"""The words of a Keras model: what its TextVectorization or StringLookup has made of texts.

A layer that was adapted keeps its vocabulary among the assets of the archive; one that was given a
list has it in its config.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from gru_core.errors import GatescopeError, shown
from gru_core.formats.keras.calls import Call
from gru_core.inputs.texts import MAX_LENGTH, PADDING, SPLITS, STANDARDIZE, TextRules
from gru_core.inputs.vocabulary import MAX_BYTES, checked
from gru_core.words import Said

LAYERS: Final = ("TextVectorization", "StringLookup")
FOLDER: Final = "assets/"  # of the archive
FILE: Final = "vocabulary.txt"
MAX_FILES: Final = 8
Assets: TypeAlias = Mapping[str, bytes]  # the vocabularies of an archive, by their names in it
NO_WORDS: Final[Assets] = MappingProxyType({})
_UNKNOWN: Final = "[UNK]"
_FOLLOWED: Final = (
    "A text is taken apart as {name} of the model does it: standardize={standardize}, "
    "split={split}, output_sequence_length={length}; other words are {other}.",
    "Words are looked up as {name} of the model does it; they are typed with spaces between, and "
    "other words are {other}.",
)
_NOT_FOLLOWED: Final = (
    "{name} of the model makes tokens of texts, which is not followed here ({field}={value}): give "
    "the numbers of the tokens."
)
_NO_WORDS: Final = (
    "The vocabulary of {name} is not in the file, or not as Keras writes it: give the numbers of "
    "the tokens."
)


class Words(NamedTuple):
    """What a layer of texts has."""

    tokens: tuple[str, ...]  # empty where a text is not read as the layer does it
    rules: TextRules | None
    note: str


def words_of(call: Call, assets: Assets) -> Words | None:
    """The words of a layer of LAYERS; None where it gives other numbers than places of words."""
    config = call.config
    if config.get("output_mode", "int") != "int" or config.get("invert"):
        return None
    texts = call.class_name == "TextVectorization"
    odd = _odd(config, texts)
    if odd:
        value = config.get(odd)
        if isinstance(value, dict):  # a function
            value = value.get("registered_name") or value.get("config")
        said = Said(_NOT_FOLLOWED, name=shown(call.name), field=odd, value=shown(value))
        return Words((), None, said)
    special = ["", _UNKNOWN] if texts else _special(config)
    found = _tokens(call, assets, special)
    if found is None:
        return Words((), None, Said(_NO_WORDS, name=shown(call.name)))
    other = special.index(special[-1]) if texts or config.get("num_oov_indices", 1) else None
    rules = TextRules(
        standardize=(config.get("standardize") or "") if texts else "",
        split=config.get("split", SPLITS[0]) if texts else SPLITS[0],
        length=(config.get("output_sequence_length") or 0) if texts else 0,
        padded=special[:1] == [""],
        other=other,
    )
    return Words(found, rules, _note(call.name, rules, found, texts))


def _note(name: str, rules: TextRules, tokens: tuple[str, ...], texts: bool) -> str:
    return Said(
        _FOLLOWED[not texts],
        name=shown(name),
        standardize=rules.standardize or None,
        split=rules.split,
        length=rules.length or None,
        other=tokens[rules.other] if rules.other is not None else "refused",
    )


def _odd(config: Mapping[str, Any], texts: bool) -> str:
    """The first field that says what is not followed; empty for none."""
    length = config.get("output_sequence_length")
    plain: dict[str, bool] = {"encoding": config.get("encoding", "utf-8") == "utf-8"}
    if texts:
        known = (*STANDARDIZE, None)
        plain |= {
            "standardize": _is_one(config.get("standardize", STANDARDIZE[1]), known),
            "split": _is_one(config.get("split", SPLITS[0]), SPLITS),
            "ngrams": config.get("ngrams") is None,
            "ragged": not config.get("ragged"),
            "output_sequence_length": length is None
            or (type(length) is int and 0 < length <= MAX_LENGTH),
        }
    else:
        plain["num_oov_indices"] = config.get("num_oov_indices", 1) in (0, 1)
        plain["mask_token"] = isinstance(config.get("mask_token"), str | None)
        plain["oov_token"] = isinstance(config.get("oov_token", _UNKNOWN), str)
    return next((field for field, true in plain.items() if not true), "")


def _is_one(value: object, known: tuple[str | None, ...]) -> bool:
    return isinstance(value, str | None) and value in known


def _special(config: Mapping[str, Any]) -> list[str]:
    """What stands before the words of a StringLookup."""
    mask, oov = config.get("mask_token"), config.get("oov_token", _UNKNOWN)
    return [*([] if mask is None else [mask]), *([oov] * config.get("num_oov_indices", 1))]


def _tokens(call: Call, assets: Assets, special: list[str]) -> tuple[str, ...] | None:
    """Every token in order, as the config has them or the archive; None for none."""
    given = call.config.get("vocabulary")
    if given is None:
        text = _file(call.place, assets)
        given = None if text is None else text.split("\n")
        if given is None or given[: len(special)] != special:
            return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        return None
    words = given[len(special) :] if given[: len(special)] == special else given
    named = [one or PADDING for one in special]
    try:
        return checked([*named, *words], None).tokens
    except GatescopeError:
        return None


def _file(place: str, assets: Assets) -> str | None:
    """The vocabulary in the folder of a layer, or of what it keeps its words in."""
    folders = (f"{FOLDER}{place}", f"{FOLDER}{place}/_lookup_layer")
    found = [assets[name] for one in folders if (name := f"{one}/{FILE}") in assets]
    try:
        return found[0].decode("utf-8") if found else None
    except UnicodeDecodeError:
        return None


def is_vocabulary(name: str, size: int) -> bool:
    """Whether a member of an archive may be one."""
    return name.startswith(FOLDER) and name.endswith(f"/{FILE}") and size <= MAX_BYTES
