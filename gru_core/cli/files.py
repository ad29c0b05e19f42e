"""The two commands for files of weights: `inspect FILE` and `trace FILE --input x.npy`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gru_core.arrays import Array
from gru_core.cli import headless
from gru_core.errors import TextError, shown
from gru_core.formats.answers import answered, assumed, parse_answer
from gru_core.formats.describing import described, in_words, said_of_run
from gru_core.formats.model import ASKED, ModelFile
from gru_core.formats.opening import entry_named, open_array, open_model
from gru_core.formats.orienting import oriented
from gru_core.formats.reads import Mask, check_mask, mask_of_lengths
from gru_core.formats.running import Ready
from gru_core.formats.tracing import MASK, Arrays, trace_arrays
from gru_core.words import Said, counted

NOTES = "notes"  # in the NPZ file: what inspect notes of the layer, and what was assumed
INITIALS = {"hidden": "initial", "cell": "initial_cell"}  # by state, the option's name


def add_inspect(command: argparse.ArgumentParser) -> None:
    """The arguments of `inspect`, and what it does."""
    command.set_defaults(do=inspect)
    command.add_argument("file", metavar="FILE", type=Path, help="a file of weights")
    command.add_argument("--json", action="store_true", help="as a list of objects")


def add_trace(command: argparse.ArgumentParser) -> None:
    """The arguments of `trace`, and what it does."""
    command.set_defaults(do=trace)
    add = command.add_argument
    add("file", metavar="FILE", type=Path, help="a file of weights")
    add("--input", metavar="FILE", type=Path, required=True, help="(step, [batch,] input), a .npy")
    add(
        *("--batch-first",),
        action=argparse.BooleanOptionalAction,
        help="whether the input is (batch, step, input); without it the sizes tell, or it is noted",
    )
    add("--lengths", metavar="N", type=int, nargs="+", help="how many steps each sequence has")
    add(
        "--mask", metavar="FILE", type=Path, help="1 for steps that are read, 0 for padding, a .npy"
    )
    add("--layer", metavar="NAME", help="which one, when the file has several")
    add("--initial", metavar="FILE", type=Path, help="the hidden state before the first step")
    add("--initial-cell", metavar="FILE", type=Path, help="the LSTM's cell state before it")
    add(
        *("--set",),
        metavar="SETTING=ANSWER",
        nargs="+",
        action="extend",
        default=[],
        help="what the file leaves open, such as activation=hard_sigmoid",
    )
    add("--out", metavar="FILE", type=Path, required=True, help="the NPZ file to write")


def inspect(options: argparse.Namespace) -> str:
    """The layers of a file, for people or, with --json, for programs."""
    file = open_model(options.file)
    if options.json:
        return json.dumps([described(file, entry) for entry in file.entries], indent=2)
    return in_words(file, options.file.name)


def trace(options: argparse.Namespace) -> str:
    """Run a layer of a file, write every gate, and say what was run and what was assumed."""
    headless.check_writable(options.out)
    file = open_model(options.file)
    entry, answers = entry_named(file, options.layer), _answers(options.set, file)
    masked = options.lengths is not None or options.mask is not None
    if options.initial is not None and "start" in entry.asks:
        answers.setdefault("start", "zeros")  # it is given: nothing is left to say
    if masked:  # likewise
        entry = replace(entry, asks=tuple(one for one in entry.asks if one != "padding"))
    ready = answered(entry, answers)
    paths = {state: getattr(options, name) for state, name in INITIALS.items()}
    initial = {
        state: open_array(path, f"the initial {state}")
        for state, path in paths.items()
        if path is not None
    }
    x, turned = oriented(
        open_array(options.input, "x"), options.batch_first, options.lengths, initial.values()
    )
    mask = _mask(options, x) if masked else None
    arrays = trace_arrays(ready, x, initial, mask)
    said = said_of_run(file, entry, assumed(entry, answers).items())
    said += [turned] if turned else []
    said += [
        Said("said: {setting}={answer}", setting=one, answer=answers[one])
        for one in ASKED
        if one in answers
    ]
    said += _said_of_mask(arrays)
    headless.save(options.out, arrays | {NOTES: np.array(said, np.str_)})
    return "\n".join([_sentence(ready, arrays), *said])


def _mask(options: argparse.Namespace, x: Array) -> Mask:
    """The mask of --lengths and --mask, (step,) or (step, batch). Errors: those of both."""
    batch = x.shape[1] if x.ndim == 3 else None
    mask = np.ones(x.shape[:1] if batch is None else x.shape[:2], np.bool_)
    if options.lengths is not None:
        mask &= mask_of_lengths(options.lengths, len(x), batch)
    if options.mask is not None:
        given = open_array(options.mask, "the mask")
        turned = bool(options.batch_first) or given.shape == mask.shape[::-1] != mask.shape
        mask &= check_mask(given.T if turned else given, len(x), batch)
    return mask


def _said_of_mask(arrays: Arrays) -> list[str]:
    left = 0 if MASK not in arrays else int((~arrays[MASK]).sum())
    if left == 0:
        return []
    one, more = (
        "note: 1 step is passed over: the state goes past it unchanged, and gates are nan there.",
        "note: {n} steps are passed over: the state goes past them unchanged, and gates are nan "
        "there.",
    )
    return [Said(one if left == 1 else more, n=left)]


def _sentence(ready: Ready, arrays: Arrays) -> str:
    x, directions = arrays["x"], len(ready.directions[0])
    parts = [
        counted(len(x), "step", "d"),
        *([counted(x.shape[1], "sequence", "d")] if x.ndim == 3 else []),
        headless.cell_of_units(ready.cell, ready.first.units),
        counted(len(ready.layers), "layer"),
        counted(directions, "direction"),
    ]
    return Said("{name}: {parts}.", name=shown(ready.name), parts=", ".join(parts))


def _answers(texts: Sequence[str], file: ModelFile) -> dict[str, str]:
    """The settings of `--set`. Errors: TextError for two answers to one; UnknownNameError."""
    answers: dict[str, str] = {}
    for text in texts:
        setting, answer = parse_answer(text, file)
        if answers.setdefault(setting, answer) != answer:
            raise TextError(
                "{setting} is set to {answers} and to {answer}; set it once.",
                setting=setting,
                answers=answers[setting],
                answer=answer,
            )
    return answers
