"""Tables and heads of a file that does not say how it is put together, as a state dict does not.

Where shapes leave one reading it is taken, with a note; elsewhere whoever knows the model says
which embedding and which head belong to a layer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar, get_args

from gru_core.errors import FormatError, shown, unknown_name
from gru_core.formats.model import Entry
from gru_core.formats.whole.functions import FUNCTIONS
from gru_core.formats.whole.pieces import INPUT, Piece, Whole
from gru_core.words import Said, listed

Reads: TypeAlias = Literal["steps", "ends", "mean", "max"]
# What a head reads: each step's output, the last states, or the mean or the largest of all steps.
HEAD_READS: Final[tuple[Reads, ...]] = get_args(Reads)
NONE: Final = "none"
_LISTED: Final = 6
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Loose:
    """What might belong to a layer. Compared by identity."""

    tables: tuple[Piece, ...] = ()
    heads: tuple[tuple[Piece, ...], ...] = ()  # each run one on another, named by its first
    lines: tuple[Piece, ...] = ()  # every linear layer that is read
    others: tuple[str, ...] = ()  # tensors of which it is not known what they do
    vocabularies: tuple[tuple[str, ...], ...] = ()  # lists of texts of the file, in order


@dataclass(frozen=True)
class Chosen:
    """What somebody has said of a file; empty for nothing."""

    embedding: str = ""
    head: str = ""
    head_reads: str = ""


NOTHING_CHOSEN: Final = Chosen()


def reading(loose: Loose, entry: Entry, alone: bool, said: Chosen = NOTHING_CHOSEN) -> Whole | None:
    """The model around a layer, None where nothing of it is known or said.

    alone: whether the file has no other recurrent layer. Errors: UnknownNameError for an
    embedding, a head or a way that does not fit; those of the layer are others'.
    """
    inputs, outputs = entry.layers[0][0].w_x.shape[2], width(entry)
    tables = {one.name: one for one in loose.tables if one.arrays["w"].shape[1] == inputs}
    heads = {one[0].name: one for one in loose.heads if one[0].arrays["w"].shape[1] == outputs}
    clear = alone and not loose.others
    in_heads = {id(one) for head in loose.heads for one in head}
    unplaced = [one for one in loose.lines if id(one) not in in_heads]
    # A linear layer that could read the embedding may stand between it and the layer.
    between = [one for one in loose.lines if one.arrays["w"].shape[1] == inputs]
    between = [one for one in between if outputs != inputs or id(one) not in in_heads]
    only = clear and len(loose.tables) == 1 and not between
    table = _chosen("embedding", said.embedding, tables, only)
    if "," in said.head:
        heads = {said.head: _run_on(loose, said.head.split(","))}
    last = clear and len(loose.heads) == 1 and not unplaced
    head = _chosen("head", said.head, heads, last)
    if table is None and head is None:
        return None
    return Whole(
        pieces=(*_chain(table, entry, head or (), _reads(said.head_reads)),),
        output=head[-1].name if head else "",
        vocabulary=_words(loose, None if table is None else len(table.arrays["w"])),
        labels=_words(loose, None if head is None else len(head[-1].arrays["w"]))
        if head and head[-1].kind == "dense"
        else (),
        notes=tuple(_notes(loose, entry, table, head, said)),
    )


def width(entry: Entry) -> int:
    """How many numbers a layer gives at a step."""
    top = entry.layers[-1]
    units = top[0].w_h.shape[2]
    return int(units * (len(top) if entry.merge == "concat" else 1))


def fitting(loose: Loose, entry: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the embeddings and of the heads that fit a layer."""
    inputs, outputs = entry.layers[0][0].w_x.shape[2], width(entry)
    tables = tuple(one.name for one in loose.tables if one.arrays["w"].shape[1] == inputs)
    heads = tuple(one[0].name for one in loose.heads if one[0].arrays["w"].shape[1] == outputs)
    return tables, heads


def offered(loose: Loose, entry: Entry, alone: bool) -> str:
    """A sentence on what could belong to a layer and has to be said; empty where nothing."""
    tables, heads = fitting(loose, entry)
    made = reading(loose, entry, alone)
    open_ones = [
        Said("--{option} {names}", option=option, names="|".join(map(shown, names)))
        for option, names, known in (
            ("embedding", tables, made is not None and made.table is not None),
            ("head", heads, made is not None and bool(made.output)),
        )
        if names and not known
    ]
    if not open_ones:
        return ""
    return Said(
        "The file does not say what stands before and after this layer; what fits: {options}.",
        options=", ".join(open_ones),
    )


def _chosen(what: str, name: str, fitting: dict[str, T], clear: bool) -> T | None:
    if name == NONE or (not name and not clear):
        return None
    if name:
        if name not in fitting:
            raise unknown_name(what, name, (*fitting, NONE))
        return fitting[name]
    return next(iter(fitting.values()), None)


def _run_on(loose: Loose, names: list[str]) -> tuple[Piece, ...]:
    """Linear layers and functions, one on another as somebody says. Errors: UnknownNameError."""
    lines = {one.name: one for one in loose.lines}
    made: list[Piece] = []
    for at, name in enumerate(names):
        if name in lines:
            made.append(lines[name])
        elif name in FUNCTIONS:
            made.append(Piece(f"{name} {at + 1}", "function", does=name))
        else:
            raise unknown_name("head", name, (*lines, *FUNCTIONS))
    return tuple(made)


def _reads(name: str) -> Reads:
    for one in HEAD_READS:
        if one == (name or "steps"):
            return one
    raise unknown_name("head-reads", name, HEAD_READS)


def _chain(
    table: Piece | None, entry: Entry, head: tuple[Piece, ...], reads: Reads
) -> Iterator[Piece]:
    if table is not None:
        yield table
    layer = Piece(entry.name, "layer", (INPUT if table is None else table.name,), does=entry.name)
    yield layer
    below = layer.name
    if head and reads != "steps":
        below = f"{entry.name} ({reads})"
        does = "both" if reads == "ends" else ""
        yield Piece(below, reads, (layer.name,), does=does)
    for one in head:
        yield Piece(one.name, one.kind, (below,), one.arrays, one.does, one.numbers)
        below = one.name


def _words(loose: Loose, count: int | None) -> tuple[str, ...]:
    """The only list of so many texts that the file has; empty where there is none, or several."""
    found = {one for one in loose.vocabularies if len(one) == count}
    return next(iter(found)) if len(found) == 1 else ()


def _notes(
    loose: Loose,
    entry: Entry,
    table: Piece | None,
    head: tuple[Piece, ...] | None,
    said: Chosen,
) -> Iterator[str]:
    if table is not None and not said.embedding:
        yield Said(
            "Tokens are read by the embedding {name} of the file, {shape}: the only one, and it "
            "fits.",
            name=shown(table.name),
            shape=table.arrays["w"].shape,
        )
    if head and not said.head:
        yield Said(
            "The prediction is that of {names}: the only head of the file, and it fits.",
            names=listed([shown(one.name) for one in head], _LISTED),
        )
    if head and not said.head_reads:
        two = len(entry.layers[-1]) == 2
        yield Said(
            "The file does not say what its head reads: the output of each step is assumed, the "
            "forward and the backward state there (ends, mean and max are other ways)."
            if two
            else "The file does not say what its head reads: the output of each step is assumed, "
            "so that the last prediction is that of the whole sequence (mean and max are other "
            "ways)."
        )


def refused_tokens(loose: Loose, entry: Entry) -> FormatError:
    """What is said where tokens are given, and it is not known what reads them."""
    inputs = entry.layers[0][0].w_x.shape[2]
    names = [shown(one.name) for one in loose.tables if one.arrays["w"].shape[1] == inputs]
    if not names:
        return FormatError(
            "The file has no embedding that {name} could read, with {inputs} numbers for each "
            "token: give the layer's input, --input.",
            name=shown(entry.name),
            inputs=inputs,
        )
    return FormatError(
        "The file does not say which embedding {name} reads: say it, --embedding {names}.",
        name=shown(entry.name),
        names="|".join(names),
    )
