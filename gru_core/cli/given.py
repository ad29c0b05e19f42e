"""What `trace` is given: numbers, tokens or a text, and what else goes with them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, TextError, shown
from gru_core.formats.opening import MAX_ARRAY, open_array
from gru_core.formats.orienting import oriented
from gru_core.formats.reads import Mask, check_mask, mask_of_lengths
from gru_core.formats.whole.loose import HEAD_READS, Chosen
from gru_core.formats.whole.pieces import Whole
from gru_core.inputs.vocabulary import MAX_BYTES, Vocabulary, read_vocabulary
from gru_core.words import Said, counted

Values = npt.NDArray[Any]

_TOKENS_TURNED: Final = (
    "note: the tokens are read as (batch, step): {sequences} of {steps}; if they are (step, "
    "batch), say --no-batch-first. Every array written has steps first."
)


@dataclass(frozen=True, eq=False)
class Input:
    """What is to be run, steps first, and what to say of it."""

    values: Values  # numbers (step, [batch,] input), or tokens (step, [batch])
    tokens: bool
    said: tuple[str, ...] = ()

    @property
    def batch(self) -> int | None:
        """How many sequences there are; None for one without an axis."""
        alone = self.values.ndim == (1 if self.tokens else 2)
        return None if alone else int(self.values.shape[1])


def add_given(command: argparse.ArgumentParser) -> None:
    """The options that say what is run, and in which model."""
    add = command.add_argument
    add("--input", metavar="FILE", type=Path, help="(step, [batch,] input), a .npy")
    add(
        *("--tokens",),
        metavar="N",
        nargs="+",
        help="in place of an input: places in the vocabulary, or a .npy of them, ([batch,] step)",
    )
    add("--text", help="in place of an input: in the words of the model's vocabulary")
    add("--head", metavar="NAME", default="", help="what makes the prediction, or none")
    add("--head-reads", choices=HEAD_READS, default="", help="what a head reads of the steps")
    add_below(command)
    add(
        *("--batch-first",),
        action=argparse.BooleanOptionalAction,
        help="whether the input is (batch, step, input); without it the sizes tell, or it is noted",
    )
    add("--lengths", metavar="N", type=int, nargs="+", help="how many steps each sequence has")
    add(
        "--mask", metavar="FILE", type=Path, help="1 for steps that are read, 0 for padding, a .npy"
    )


def add_below(command: argparse.ArgumentParser) -> None:
    """The options that say what stands before a layer."""
    add = command.add_argument
    add("--vocabulary", metavar="FILE", type=Path, help="of a text: one token a line, or JSON")
    add("--embedding", metavar="NAME", default="", help="what reads the tokens, or none")
    add("--below", metavar="NAMES", default="", help="recurrent layers that it stands on, a,b")
    add(
        *("--layer-input",),
        action="store_true",
        default=None,
        help="the input is what the layer itself reads, not what the model is given",
    )


def chosen_of(options: argparse.Namespace) -> Chosen:
    """What is said of how a file is put together."""
    return Chosen(options.embedding, options.head, options.head_reads, below_of(options))


def below_of(options: argparse.Namespace) -> tuple[str, ...]:
    """The recurrent layers that a layer is said to stand on."""
    return tuple(filter(None, options.below.split(",")))


def check_one_given(options: argparse.Namespace, names: Sequence[str], nothing: str) -> None:
    """Raise TextError unless just one of these options is there. nothing: what is said of none."""
    given = [name for name in names if getattr(options, name) is not None]
    if not given:
        raise TextError(nothing)
    if len(given) > 1:
        raise TextError(
            "{given} are given; give one of them.", given=" and ".join(f"--{one}" for one in given)
        )


def input_of(options: argparse.Namespace, initial: list[Values], whole: Whole | None) -> Input:
    """The only input that is given. Errors: TextError for none or several; those of reading it."""
    nothing = "No input is given; give one: --input x.npy, --tokens or --text."
    check_one_given(options, ("input", "tokens", "text"), nothing)
    if options.text is not None:
        return _text(options, whole)
    if options.tokens is not None:
        return _tokens(options)
    x, turned = oriented(
        open_array(options.input, "x"), options.batch_first, options.lengths, initial
    )
    return Input(x, False, (turned,) if turned else ())


def mask_of(options: argparse.Namespace, given: Input) -> Mask | None:
    """The mask of --lengths and --mask, (step,) or (step, batch); None without any."""
    if options.lengths is None and options.mask is None:
        return None
    steps, batch = len(given.values), given.batch
    mask = np.ones(steps if batch is None else (steps, batch), np.bool_)
    if options.lengths is not None:
        mask &= mask_of_lengths(options.lengths, steps, batch)
    if options.mask is not None:
        found = open_array(options.mask, "the mask")
        turned = bool(options.batch_first) or found.shape == mask.shape[::-1] != mask.shape
        mask &= check_mask(found.T if turned else found, steps, batch)
    return mask


def _tokens(options: argparse.Namespace) -> Input:
    texts: list[str] = options.tokens
    if len(texts) > 1 or texts[0].lstrip("-").isdecimal():
        wrong = next((one for one in texts if not one.lstrip("-").isdecimal()), None)
        if wrong is not None:
            raise TextError(
                "the token {wrong} is no whole number: give places in the vocabulary, or --text.",
                wrong=shown(wrong),
            )
        return Input(np.array([int(one[:10]) for one in texts]), True)
    found = open_array(Path(texts[0]), "the tokens")
    if found.ndim != 2:
        return Input(found, True)
    first = options.batch_first
    if first is None and options.lengths is not None and found.shape[0] != found.shape[1]:
        first = len(options.lengths) == found.shape[0]
    turned = first is not False
    if first is None and found.shape[1] == 1 != found.shape[0]:
        return Input(found, True)  # one sequence of many steps
    tokens = found.T if turned else found
    said = Said(
        _TOKENS_TURNED,
        sequences=counted(tokens.shape[1], "sequence", "d"),
        steps=counted(tokens.shape[0], "step", "d"),
    )
    return Input(tokens, True, (said,) if first is None else ())


def _text(options: argparse.Namespace, whole: Whole | None) -> Input:
    vocabulary = vocabulary_of(options, whole)
    places, labels = vocabulary.places(options.text)
    said = Said("note: the text is read as {labels}.", labels=" ".join(labels)[:MAX_SAID])
    return Input(np.array(places), True, (said,))


MAX_SAID: Final = 300  # characters of a text that are said again


def vocabulary_of(options: argparse.Namespace, whole: Whole | None) -> Vocabulary:
    """What a text is read in. Errors: TextError where there is none; those of read_vocabulary."""
    found = own_vocabulary(options, whole)
    if found is not None:
        return found
    raise TextError(
        "The file has no vocabulary of its own for a text: give one, --vocabulary tokens.txt, or "
        "the places of the tokens, --tokens."
    )


def own_vocabulary(options: argparse.Namespace, whole: Whole | None) -> Vocabulary | None:
    """The vocabulary that is given, else that of the model; None without any.

    Errors: FormatError for one that is too large; those of read_vocabulary.
    """
    if options.vocabulary is not None:
        if options.vocabulary.stat().st_size > min(MAX_BYTES, MAX_ARRAY):
            raise FormatError(
                "{path} is too large for a vocabulary: keep the tokens that you need.",
                path=options.vocabulary,
            )
        return read_vocabulary(options.vocabulary.read_bytes())
    return None if whole is None else whole.words
