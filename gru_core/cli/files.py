"""The two commands for files of weights: `inspect FILE` and `trace FILE --input x.npy`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gru_core.cli import headless
from gru_core.errors import TextError, shown
from gru_core.formats.answers import answered, assumed, parse_answer
from gru_core.formats.describing import described, in_words, said_of_run
from gru_core.formats.model import ASKED, ModelFile
from gru_core.formats.opening import entry_named, open_array, open_model
from gru_core.formats.running import Ready
from gru_core.formats.tracing import Arrays, trace_arrays
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
    if options.initial is not None and "start" in entry.asks:
        answers.setdefault("start", "zeros")  # it is given: nothing is left to say
    ready = answered(entry, answers)
    x = open_array(options.input, "x")
    paths = {state: getattr(options, name) for state, name in INITIALS.items()}
    initial = {
        state: open_array(path, f"the initial {state}")
        for state, path in paths.items()
        if path is not None
    }
    arrays = trace_arrays(ready, x, initial)
    said = said_of_run(file, entry, assumed(entry, answers).items())
    said += [
        Said("said: {setting}={answer}", setting=one, answer=answers[one])
        for one in ASKED
        if one in answers
    ]
    headless.save(options.out, arrays | {NOTES: np.array(said, np.str_)})
    return "\n".join([_sentence(ready, arrays), *said])


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
