"""The command `gates FILE --texts t.csv --out gates.csv`: what each unit does in many sequences."""

import argparse
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.analysis.many import KEYS, Key, Summary, found, ordered
from gru_core.cli import headless
from gru_core.cli.files import NOTES, add_set, answers_of, said_of_answers, sentence_of
from gru_core.cli.given import add_below, below_of, check_one_given, own_vocabulary
from gru_core.conventions import TRACKS
from gru_core.errors import RangeError, ShapeError, TextError, shown, unknown_name
from gru_core.formats.answers import assumed
from gru_core.formats.describing import said_of_run
from gru_core.formats.many import Many, ManyGates, Run, many_gates, units_run
from gru_core.formats.model import Entry
from gru_core.formats.opening import entry_named, open_array, open_model
from gru_core.formats.reads import mask_of_lengths
from gru_core.formats.whole.loose import Chosen
from gru_core.formats.whole.many import (
    Way,
    input_size,
    longer,
    of_texts,
    runner,
    without_padding,
)
from gru_core.formats.whole.tracing import model_of
from gru_core.inputs.many_texts import Encoded
from gru_core.inputs.tables.text_column import MAX_BYTES, Texts, read_lines, read_texts
from gru_core.words import Said, counted, listed

CSV: Final = ".csv"
NPZ: Final = ".npz"
LINES: Final = ".txt"  # a file whose every line is a text
MOST_NAMED: Final = 20  # units that a line names
_ASKED: Final = re.compile(r"(\w+)([<>])(-?\d+(?:\.\d+)?)", re.ASCII)
_KEYS_HELP: Final = Said("{keys} (default: mean)", keys=", ".join(KEYS))


def add_gates(command: argparse.ArgumentParser) -> None:
    """The arguments of `gates`, and what it does."""
    command.set_defaults(do=gates)
    add = command.add_argument
    add("file", metavar="FILE", type=Path, help="a file of weights")
    add("--texts", metavar="FILE", type=Path, help="a CSV file, or a .txt with a text a line")
    add("--column", metavar="NAME", default="", help="of --texts (default: text, or sentence)")
    add("--input", metavar="FILE", type=Path, help="(sequence, step, input), a .npy")
    add("--tokens", metavar="FILE", type=Path, help="(sequence, step) of places, a .npy")
    add("--lengths", metavar="N", type=int, nargs="+", help="how many steps each sequence has")
    add_below(command)
    add("--layer", metavar="NAME", help="which one, when the file has several")
    add_set(command)
    add("--sort", metavar="KEY", default="mean", help=_KEYS_HELP)
    add(
        *("--find",),
        metavar="TRACK>MEAN",
        nargs="+",
        default=[],
        help="units whose mean lies above a number, or below: 'update>0.9' 'reset<0.1'",
    )
    add("--out", metavar="FILE", type=Path, required=True, help="the table to write, .csv or .npz")


def gates(options: argparse.Namespace) -> str:
    """Run a layer over many sequences, write what each unit does, and say what was run."""
    ending = options.out.suffix.casefold()
    if ending not in (CSV, NPZ):
        raise TextError(
            "{name} does not say what to write; its name needs to end in .csv or .npz.",
            name=shown(options.out.name),
        )
    if options.sort not in KEYS:
        raise unknown_name("key", options.sort, KEYS)
    headless.check_writable(options.out)
    file = open_model(options.file)
    entry = entry_named(file, options.layer)
    for asked in options.find:
        _question(asked, entry)
    whole = model_of(file, entry, Chosen(options.embedding, "", "", below_of(options)))
    answers = answers_of(options.set, file, entry)
    if options.texts is not None or options.lengths is not None:
        file, entry = without_padding(file, entry)
    way = Way(file, entry, whole, answers, options.layer_input)
    run, many, inputs, notes = _given(options, way)
    units = units_run(file, entry, whole is not None)
    made = many_gates(run, many, units, inputs, longer=longer(way))
    said = said_of_run(file, entry, assumed(entry, answers).items())
    said += [Said("note: {note}", note=note) for note in (whole.notes if whole else ())]
    said += [*notes, *said_of_answers(answers), *_said_of_many(made, many)]
    said += [_found(made, asked, entry) for asked in options.find]
    if ending == CSV:
        with headless.written_whole(options.out) as out:
            out.write(table(made, options.sort).encode())
    else:
        arrays = dict(_arrays(made, options.sort)) | {NOTES: np.array(said, np.str_)}
        headless.save(options.out, arrays)
    sizes = [counted(made.sequences, "sequence", "d"), counted(made.steps, "step", "d")]
    return "\n".join([sentence_of(entry, sizes), *said])


def table(made: ManyGates, key: Key) -> str:
    """A row for each unit of each track, sorted within the track; units count from 1."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("track", "unit", *KEYS[:-1]))
    for name, summary in made.tracks.items():
        columns = [getattr(summary, one) for one in KEYS[:-1]]
        for unit in ordered(summary, key).tolist():
            cells = ["" if column is None else repr(float(column[unit])) for column in columns]
            writer.writerow((name, unit + 1, *cells))
    return text.getvalue()


def _arrays(made: ManyGates, key: Key) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Every array by its name, in the units' own order, and the order that was asked for."""
    yield "sequences", np.array(made.sequences)
    yield "steps", np.array(made.steps)
    for name, summary in made.tracks.items():
        for one in KEYS[:-1]:
            values = getattr(summary, one)
            if values is not None:
                yield f"{name}.{one}", values
        yield f"{name}.order", ordered(summary, key)


# What is given ---------------------------------------------------------------------------------


def _given(options: argparse.Namespace, way: Way) -> tuple[Run, Many, int, list[str]]:
    """What runs, on what, how many numbers a step reads, and what to say of it."""
    nothing = "Nothing is given to run; give one: --texts t.csv, --input or --tokens."
    check_one_given(options, ("texts", "input", "tokens"), nothing)
    if options.texts is not None:
        return _texts(options, way)
    tokens = options.tokens is not None
    values = open_array(
        options.tokens if tokens else options.input, "the tokens" if tokens else "x"
    )
    axes = 2 if tokens else 3
    if values.ndim == axes - 1:
        values = values[np.newaxis]
    if values.ndim != axes:
        raise ShapeError(
            "{name} has shape {shape}; it needs {axes}: as numpy.save writes such an array.",
            name="the tokens" if tokens else "x",
            shape=values.shape,
            axes="(sequence, step)" if tokens else "(sequence, step, input)",
        )
    lengths = _lengths(options, values)
    many = Many([one[:length] for one, length in zip(values, lengths, strict=True)], lengths)
    width = 1 if tokens else values.shape[2]
    run, said = runner(way, tokens, width)
    axis = "(sequence, step)" if tokens else "(sequence, step, input)"
    template = "note: what is given is read as {axis}: {sequences} of up to {steps}."
    sizes = {"sequences": counted(len(values), "sequence", "d")}
    sizes["steps"] = counted(values.shape[1], "step", "d")
    return run, many, width, [Said(template, axis=axis, **sizes), *said]


def _lengths(options: argparse.Namespace, values: npt.NDArray[Any]) -> list[int]:
    """How many steps each sequence has. Errors: ShapeError."""
    sequences, steps = values.shape[:2]
    if options.lengths is None:
        return [steps] * sequences
    lengths: list[int] = mask_of_lengths(options.lengths, steps, sequences).sum(axis=0).tolist()
    return lengths


def _texts(options: argparse.Namespace, way: Way) -> tuple[Run, Many, int, list[str]]:
    texts = _read(options.texts, options.column)
    run, read = of_texts(way, texts.texts, own_vocabulary(options, way.whole))
    many = Many(read.sequences, read.counts)
    return run, many, input_size(way.entry), list(_said_of_texts(texts, read))


def _read(path: Path, column: str) -> Texts:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RangeError(
            "{path} has {size:,.1f} MB; up to {most:,.0f} MB of texts are read: take a part of it.",
            path=path,
            size=size / 1e6,
            most=MAX_BYTES / 1e6,
        )
    data = path.read_bytes()
    return read_lines(data) if path.suffix.casefold() == LINES else read_texts(data, column)


def _said_of_texts(texts: Texts, read: Encoded) -> Iterator[str]:
    """What is to be known of texts that were read."""
    given, words = counted(len(texts.texts), "text"), counted(read.words, "token")
    if texts.column:
        yield Said("note: the texts are those of the column {name}.", name=shown(texts.column))
    yield Said("note: {given} with {words} in all.", given=given, words=words)
    unknown = (
        "note: read as the vocabulary's token for unknown ones: {what}."
        if read.marked
        else "note: left out, as the vocabulary has neither them nor a token for such: {what}."
    )
    left = (
        (unknown, read.unknown, "token"),
        ("note: left out, as nothing of it is known: {what}.", read.without, "text"),
        ("note: left out, as there is no text in it: {what}.", texts.blank, "row"),
        ("note: read from the beginning as far as the model does: {what}.", read.cut, "text"),
    )
    yield from (Said(one, what=counted(n, noun)) for one, n, noun in left if n)
    if any(len(one) > own for one, own in zip(read.sequences, read.counts, strict=True)):
        yield Said("note: the padding that the model puts behind a text is run and not counted.")


def _said_of_many(made: ManyGates, many: Many) -> Iterator[str]:
    passed = made.read - made.steps
    if made.read != many.steps:
        yield Said(
            "note: the layer reads {read} in all, which the model makes of the {steps:,} given.",
            read=counted(made.read, "step"),
            steps=many.steps,
        )
    if made.without:
        left = counted(made.without, "sequence")
        yield Said("note: left out, as no step of it counts: {what}.", what=left)
    if passed > 0:
        yield Said(
            "note: {n:,} of {steps:,} steps do not count: they are padding, or passed over.",
            n=passed,
            steps=made.read,
        )
    if made.sequences == 1:
        yield Said("note: there is one sequence, so the spread between sequences is 0.")


# Finding units ---------------------------------------------------------------------------------


def _question(asked: str, entry: Entry) -> tuple[str, bool, float]:
    """A track, whether above, and the number. Errors: TextError, UnknownNameError."""
    whole = _ASKED.fullmatch(asked.replace(" ", ""))
    if whole is None:
        raise TextError(
            "{asked} is no question for --find; it needs a track, > or <, and a number, in "
            "quotation marks: 'update>0.9'.",
            asked=shown(asked),
        )
    track, sign, number = whole.groups()
    if track not in TRACKS[entry.cell]:
        raise unknown_name("track", track, TRACKS[entry.cell])
    return track, sign == ">", float(number)


def _found(made: ManyGates, asked: str, entry: Entry) -> str:
    track, above, threshold = _question(asked, entry)
    own = [(name, one) for name, one in made.tracks.items() if name.rpartition(".")[2] == track]
    return "\n".join(_found_in(name, summary, above, threshold) for name, summary in own)


def _found_in(name: str, summary: Summary, above: bool, threshold: float) -> str:
    units = found(summary, above, threshold)
    said = {"name": name, "end": "above" if above else "below", "threshold": f"{threshold:g}"}
    many = {"n": len(units), "all": counted(len(summary.mean), "unit")}
    if not len(units):
        return Said(
            "found: the mean of {name} is {end} {threshold} for none of {all}.", **said, **many
        )
    named: Sequence[str] = [str(unit + 1) for unit in units.tolist()]
    template = "found: the mean of {name} is {end} {threshold} for {n} of {all}: {units}."
    return Said(template, **said, **many, units=listed(named, MOST_NAMED))
