"""Tables and heads of a file that does not say how it is put together, as a state dict does not.

Where shapes leave one reading it is taken, with a note; elsewhere whoever knows the model says
which embedding and which head belong to a layer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias, TypeVar, get_args

from gru_core.errors import FormatError, ShapeError, shown, unknown_name
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
    # Which may be embeddings or linear layers, or stand before a layer or be its head.
    either: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """What somebody has said of a file; empty for nothing."""

    embedding: str = ""
    head: str = ""
    head_reads: str = ""
    below: tuple[str, ...] = ()  # recurrent layers under this one, the lowest first


NOTHING_CHOSEN: Final = Chosen()
_PART: Final = re.compile(r"\.(weight|bias)$")
_PLACELESS: Final = (
    "Where {names} stands in the model the file does not say: if it is before {layer}, numbers "
    "given are taken for what {layer} itself reads.",
    "Where {names} stand in the model the file does not say: if that is before {layer}, numbers "
    "given are taken for what {layer} itself reads.",
)


def reading(
    loose: Loose, entry: Entry, entries: tuple[Entry, ...], said: Chosen = NOTHING_CHOSEN
) -> Whole | None:
    """The model around a layer, None where nothing of it is known or said.

    entries: of the file. Errors: UnknownNameError for an embedding, a head, a layer or a way that
    does not fit.
    """
    stack = (*_below(entry, entries, said.below), entry)
    alone = len(entries) == 1
    inputs, outputs = stack[0].layers[0][0].w_x.shape[2], width(entry)
    tables = {one.name: one for one in loose.tables if one.arrays["w"].shape[1] == inputs}
    heads = {one[0].name: one for one in loose.heads if one[0].arrays["w"].shape[1] == outputs}
    clear = alone and not loose.others and not loose.either
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
    if table is None and head is None and len(stack) == 1:
        return None
    return Whole(
        pieces=(*_chain(table, stack, head or (), _reads(said.head_reads)),),
        output=head[-1].name if head else "",
        vocabulary=_words(loose, None if table is None else len(table.arrays["w"])),
        labels=_words(loose, None if head is None else len(head[-1].arrays["w"]))
        if head and head[-1].kind == "dense"
        else (),
        notes=(
            *_notes(loose, entry, table, head, said),
            *_code(stack, table, head or ()),
            *_between(loose, stack, entries, table if said.embedding else None),
        ),
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


def offered(
    loose: Loose, entry: Entry, entries: tuple[Entry, ...], said: Chosen = NOTHING_CHOSEN
) -> str:
    """A sentence on what could belong to a layer and has to be said; empty where nothing.

    Errors: as reading.
    """
    tables, heads = fitting(loose, entry)
    made = reading(loose, entry, entries, said)
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


def before(loose: Loose, entry: Entry) -> Iterator[str]:
    """Sentences on what may stand before a layer: linear layers that give what it reads, others."""
    inputs, outputs = entry.layers[0][0].w_x.shape[2], width(entry)
    in_heads = {one.name for head in loose.heads for one in head}
    wide = [one for one in loose.lines if len(one.arrays["w"]) == inputs]
    fits = [one.name for one in wide if one.arrays["w"].shape[1] == outputs]
    both = [one for one in fits if one in loose.either]
    read = {one.arrays["w"].shape[1] for one in loose.tables}  # each has something to read
    may = [one for one in wide if not read or one.arrays["w"].shape[1] in read]
    only = [one.name for one in may if one.name not in in_heads]
    layer = shown(entry.name)
    if both:
        yield Said(
            "The file does not say whether {names} stands before {layer} or is its head: its "
            "shape fits both. Numbers given are taken for what {layer} itself reads.",
            names=listed([*map(shown, both)], _LISTED),
            layer=layer,
        )
    if only:
        yield Said(
            "{names} may stand before {layer}, which reads as many numbers as it gives: it is not "
            "computed, and numbers given are taken for what {layer} itself reads.",
            names=listed([*map(shown, only)], _LISTED),
            layer=layer,
        )
    others = [*dict.fromkeys(_PART.sub("", one) for one in loose.others)]
    if others:
        yield Said(
            _PLACELESS[len(others) > 1], names=listed([*map(shown, others)], _LISTED), layer=layer
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


def _below(entry: Entry, entries: tuple[Entry, ...], names: tuple[str, ...]) -> tuple[Entry, ...]:
    """The layers of these names, each of which reads the one before. Errors: UnknownNameError."""
    others = {one.name: one for one in entries if one.name != entry.name}
    for name in names:
        if name not in others:
            raise unknown_name("layer", name, others)
    found = tuple(others[name] for name in names)
    for low, high in pairwise((*found, entry)):
        inputs = high.layers[0][0].w_x.shape[2]
        if width(low) != inputs:
            raise ShapeError(
                "{low} gives {width} numbers at a step; {high} takes {inputs}: it reads another.",
                low=shown(low.name),
                width=width(low),
                high=shown(high.name),
                inputs=inputs,
            )
    return found


def _chain(
    table: Piece | None, stack: tuple[Entry, ...], head: tuple[Piece, ...], reads: Reads
) -> Iterator[Piece]:
    if table is not None:
        yield table
    below, entry = INPUT if table is None else table.name, stack[-1]
    for one in stack:
        yield Piece(one.name, "layer", (below,), does=one.name)
        below = one.name
    if head and reads != "steps":
        below = f"{entry.name} ({reads})"
        does = "both" if reads == "ends" else ""
        yield Piece(below, reads, (entry.name,), does=does)
    for made in head:
        yield Piece(made.name, made.kind, (below,), made.arrays, made.does, made.numbers)
        below = made.name


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


def _code(stack: tuple[Entry, ...], table: Piece | None, head: tuple[Piece, ...]) -> Iterator[str]:
    """That nothing of the model's code is known between the pieces, which are taken as they are."""
    names = [one.name for one in stack] + [one.name for one in head if one.arrays]
    names = names if table is None else [table.name, *names]
    if table is not None or head:
        yield Said(
            "What the model's code does between {names} is not read: nothing is assumed, neither "
            "a function, nor a residual connection, nor steps in another order.",
            names=listed([*map(shown, names)], _LISTED),
        )


def _between(
    loose: Loose, stack: tuple[Entry, ...], entries: tuple[Entry, ...], table: Piece | None
) -> Iterator[str]:
    """What may stand between an embedding that somebody has chosen and the layers it is given to.

    stack: those layers, the lowest first.
    """
    if table is None:
        return
    inputs, outputs = table.arrays["w"].shape[1], width(stack[-1])
    inner = [
        one.name
        for one in entries
        if all(one.name != known.name for known in stack)
        and (one.layers[0][0].w_x.shape[2], width(one)) == (inputs, inputs)
    ]
    square = [one.name for one in loose.lines if one.arrays["w"].shape == (inputs, inputs)]
    sure = [one[0].name for one in loose.heads if one[0].name not in loose.either]
    lines = [one for one in square if outputs != inputs or one not in sure]
    names = [shown(one) for one in (*loose.others, *lines, *inner)]
    if not names:
        return
    found, layer = listed(names, _LISTED), shown(stack[0].name)
    if inner:
        yield Said(
            "What may stand between {table} and {layer} too, and is not computed there: {names}; "
            "of recurrent layers say it, --below {below}.",
            table=shown(table.name),
            layer=layer,
            names=found,
            below="|".join(map(shown, inner)),
        )
    else:
        yield Said(
            "What may stand between {table} and {layer} too, and is not computed there: {names}.",
            table=shown(table.name),
            layer=layer,
            names=found,
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
