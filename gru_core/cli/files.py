"""The two commands for files of weights: `inspect FILE` and `trace FILE --input x.npy`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gru_core.cli import headless
from gru_core.cli.given import Input, Values, add_given, chosen_of, input_of, mask_of
from gru_core.errors import GatescopeError, TextError, shown
from gru_core.formats.answers import answered, assumed, parse_answer
from gru_core.formats.child import input_safely
from gru_core.formats.describing import described, in_words, said_of_run
from gru_core.formats.model import ASKED, Answers, Entry, ModelFile
from gru_core.formats.onnx.beneath import computed, is_above
from gru_core.formats.onnx.file import FORMAT as ONNX
from gru_core.formats.opening import data_of, entry_named, open_array, open_model
from gru_core.formats.reads import Mask
from gru_core.formats.tracing import MASK, Arrays, trace_arrays
from gru_core.formats.whole.pieces import Whole
from gru_core.formats.whole.tracing import Given, model_of, refuse_tokens, traced, without_batch
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
    add_given(command)
    add("--layer", metavar="NAME", help="which one, when the file has several")
    add("--initial", metavar="FILE", type=Path, help="the hidden state before the first step")
    add("--initial-cell", metavar="FILE", type=Path, help="the LSTM's cell state before it")
    add_set(command)
    add("--out", metavar="FILE", type=Path, required=True, help="the NPZ file to write")


def add_set(command: argparse.ArgumentParser) -> None:
    """The option that answers what a file leaves open."""
    command.add_argument(
        *("--set",),
        metavar="SETTING=ANSWER",
        nargs="+",
        action="extend",
        default=[],
        help="what the file leaves open, such as activation=hard_sigmoid",
    )


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
    entry = entry_named(file, options.layer)
    answers = answers_of(options.set, file, entry)
    whole = model_of(file, entry, chosen_of(options))
    if options.initial is not None and "start" in entry.asks:
        answers.setdefault("start", "zeros")  # it is given: nothing is left to say
    paths = {state: getattr(options, name) for state, name in INITIALS.items()}
    initial = {
        state: open_array(path, f"the initial {state}")
        for state, path in paths.items()
        if path is not None
    }
    given = input_of(options, [*initial.values()], whole)
    mask = mask_of(options, given)
    if mask is not None:  # which says what is padding
        entry = replace(entry, asks=tuple(one for one in entry.asks if one != "padding"))
        entries = tuple(entry if one.name == entry.name else one for one in file.entries)
        file = replace(file, entries=entries)
    model: list[str] = []
    own = options.layer_input
    if whole is None:
        if file.format == ONNX and not own:
            entry, given, model = _below(options.file, entry, given)
        arrays = _alone(file, entry, answers, given, initial, mask)
    else:
        arrays, model = _in_model(file, entry, whole, answers, given, initial, mask, own)
    said = said_of_run(file, entry, assumed(entry, answers).items(), chosen_of(options))
    said += [Said("note: {note}", note=note) for note in (whole.notes if whole else ())]
    said += [*given.said, *model]
    said += said_of_answers(answers)
    said += _said_of_mask(arrays)
    headless.save(options.out, arrays | {NOTES: np.array(said, np.str_)})
    return "\n".join([_sentence(entry, arrays), *said])


def _below(path: Path, entry: Entry, given: Input) -> tuple[Entry, Input, list[str]]:
    """A layer of an ONNX model that is not followed, what it reads, and what to say of it.

    Errors: those of input_safely, where what is given cannot be what the layer itself reads.
    """
    fits = not given.tokens and given.values.shape[-1] == entry.layers[0][0].w_x.shape[2]
    if fits and not is_above(entry):
        return entry, given, []
    try:
        read, said = _by_onnxruntime(path, entry, given)
    except GatescopeError as error:
        if not fits:
            raise
        note = "note: what {name} reads in its model was not computed by onnxruntime: {error}"
        return entry, given, [Said(note, name=shown(entry.name), error=error)]
    return computed(entry), read, said


def _by_onnxruntime(path: Path, entry: Entry, given: Input) -> tuple[Input, list[str]]:
    """What a layer reads where its model is given this; what stands between is not followed."""
    alone = given.batch is None
    values = given.values[:, np.newaxis] if alone else given.values
    values = values.astype(np.int64 if given.tokens else np.float32)
    data, name, _ = data_of(path)
    x = input_safely(data, name, entry.name, values)
    said = Said(
        "note: the input is that of the model; what {name} reads of it was computed by "
        "onnxruntime in the file's own graph. If it is what {name} reads itself, say "
        "--layer-input.",
        name=shown(entry.name),
    )
    return replace(given, values=x[:, 0] if alone else x, tokens=False), [said]


def _alone(
    file: ModelFile,
    entry: Entry,
    answers: Answers,
    given: Input,
    initial: dict[str, Values],
    mask: Mask | None,
) -> Arrays:
    """A layer by itself, on what it reads."""
    if given.tokens:
        raise refuse_tokens(file, entry)
    return trace_arrays(answered(entry, answers), given.values, initial, mask)


def _in_model(
    file: ModelFile,
    entry: Entry,
    whole: Whole,
    answers: Answers,
    given: Input,
    initial: dict[str, Values],
    mask: Mask | None,
    own: bool | None,
) -> tuple[Arrays, list[str]]:
    """A layer in its model, and what to say of it."""
    if given.tokens and whole.table is None:
        raise refuse_tokens(file, entry)
    alone, values = given.batch is None, given.values
    if alone:
        values = values[:, np.newaxis]
        mask = None if mask is None else mask[:, np.newaxis]
    found = Given(values, given.tokens, own, initial, mask)
    arrays, said = traced(file, entry, whole, answers, found)
    return (without_batch(arrays) if alone else arrays), said


def said_of_answers(answers: Answers) -> list[str]:
    """What was said of what is never assumed."""
    return [
        Said("said: {setting}={answer}", setting=one, answer=answers[one])
        for one in ASKED
        if one in answers
    ]


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


def _sentence(entry: Entry, arrays: Arrays) -> str:
    x = arrays["x"]
    many = [counted(x.shape[1], "sequence", "d")] if x.ndim == 3 else []
    return sentence_of(entry, [counted(len(x), "step", "d"), *many])


def sentence_of(entry: Entry, many: Sequence[str]) -> str:
    """A layer and how much was run of it, in a line."""
    directions, projection = len(entry.layers[0]), entry.layers[0][0].w_p
    parts = [
        *many,
        headless.cell_of_units(entry.cell, len(entry.layers[0][0].w_h[0])),
        *([] if projection is None else [Said("projected to {n}", n=len(projection))]),
        counted(len(entry.layers), "layer"),
        counted(directions, "direction"),
    ]
    return Said("{name}: {parts}.", name=shown(entry.name), parts=", ".join(parts))


def answers_of(texts: Sequence[str], file: ModelFile, entry: Entry) -> dict[str, str]:
    """The settings of `--set`. Errors: TextError for two answers to one; UnknownNameError."""
    answers: dict[str, str] = {}
    for text in texts:
        setting, answer = parse_answer(text, file, entry)
        if answers.setdefault(setting, answer) != answer:
            raise TextError(
                "{setting} is set to {answers} and to {answer}; set it once.",
                setting=setting,
                answers=answers[setting],
                answer=answer,
            )
    return answers
