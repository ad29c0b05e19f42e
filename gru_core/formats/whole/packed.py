"""The pieces around the layers of a file in the header of our own NPZ, and their arrays beside it.

    piece3.w    an array of the fourth piece

Read as strictly as the rest of such a file: nothing in it is believed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, cast

from gru_core import checks, fields
from gru_core.arrays import Array
from gru_core.conventions import CELLS, STATES
from gru_core.errors import DtypeError, TextError
from gru_core.formats.model import ModelFile
from gru_core.formats.whole.functions import FUNCTIONS, function_called
from gru_core.formats.whole.loose import Loose
from gru_core.formats.whole.pieces import ARRAYS, INPUT, KINDS, POOLS, Kind, Piece, Whole
from gru_core.inputs.texts import MAX_LENGTH, SPLITS, STANDARDIZE, TextRules

MAX_PIECES: Final = 2_000
MAX_WORDS: Final = 200_000  # of all vocabularies
MAX_TEXT: Final = 10_000
MAX_STATES: Final = max(len(STATES[cell]) for cell in CELLS)
FIELDS: Final = ("whole", "loose")  # of the header
_PIECE: Final = ("name", "kind")
_MAYBE: Final = ("reads", "does", "numbers", "mask", "starts", "arrays")
_NUMBERS: Final = (
    *("value", "epsilon", "from", "to", "size", "stride", "dilation", "groups", "width"),
)
_AXES: Final = {"table": 2, "dense": 2, "conv": 3, "unconv": 3}  # of w; elsewhere 1
_WITH_NAMES: Final = ("layer", "ends", "pool")  # which say what they do
_WHOLE: Final = ("pieces", "output", "vocabulary", "labels", "notes")
_RULES: Final = ("standardize", "split", "length", "padded", "other")
_LOOSE: Final = ("tables", "heads", "lines", "others", "vocabularies", "either")

Take = Callable[[str], Any]  # an array by its name, which is then no longer there


def described(file: ModelFile) -> dict[str, Any]:
    """What the header says of the pieces of a file; nothing where it has none."""
    places = _places(file)
    said: dict[str, Any] = {}
    if file.whole is not None:
        whole = file.whole
        said["whole"] = {
            "pieces": [_told(one) for one in whole.pieces],
            "output": whole.output,
            "vocabulary": list(whole.vocabulary),
            "labels": list(whole.labels),
            "notes": list(whole.notes),
        }
        if whole.rules is not None:
            said["whole"]["rules"] = asdict(whole.rules)
    if file.loose is not None and places:
        loose = file.loose
        said["loose"] = {
            "tables": [places[id(one)] for one in loose.tables],
            "heads": [[places[id(one)] for one in head] for head in loose.heads],
            "lines": [_told(one) for one in _loose(loose)],
            "others": [one[:MAX_TEXT] for one in loose.others[:MAX_PIECES]],
            "vocabularies": [list(one) for one in loose.vocabularies],
            "either": list(loose.either),
        }
    return said


def arrays(file: ModelFile) -> Iterator[tuple[str, Array]]:
    """The arrays of the pieces by their names."""
    for at, piece in enumerate(_all(file)):
        yield from ((f"piece{at}.{part}", array) for part, array in piece.arrays.items())


def _loose(loose: Loose) -> list[Piece]:
    """Every piece once: tables, linear layers, and what else stands in heads."""
    ordered = (*loose.tables, *loose.lines, *(one for head in loose.heads for one in head))
    return [*{id(one): one for one in ordered}.values()]


def _all(file: ModelFile) -> list[Piece]:
    whole = [] if file.whole is None else [*file.whole.pieces]
    return whole + ([] if file.loose is None else _loose(file.loose))


def _places(file: ModelFile) -> Mapping[int, int]:
    """Where each piece of `loose` stands among them."""
    found = [] if file.loose is None else _loose(file.loose)
    return {id(one): at for at, one in enumerate(found)}


def _told(piece: Piece) -> dict[str, Any]:
    said: dict[str, Any] = {"name": piece.name, "kind": piece.kind}
    given = {
        "reads": list(piece.reads),
        "does": piece.does,
        "numbers": dict(piece.numbers),
        "mask": piece.mask,
        "starts": list(piece.starts),
        "arrays": list(piece.arrays),
    }
    return said | {key: value for key, value in given.items() if value}


def whole_of(value: object, take: Take, entries: Collection[str]) -> Whole:
    """The model that a header describes. take: its arrays. Errors: TextError, DtypeError.

    entries: the names of the recurrent layers.
    """
    said = fields.record("whole", value, _WHOLE, ("rules",))
    pieces = _pieces("whole, pieces", said["pieces"], take, 0)
    known, layers = {INPUT}, set[str]()
    for one in pieces:
        for name in (*one.reads, *one.starts, one.mask):
            if name not in known:
                raise TextError("whole: {name} reads what is not before it.", name=one.name)
        if one.name in known:
            raise TextError("whole has the piece {name} twice.", name=one.name)
        if one.kind == "table" and one.reads != (INPUT,):
            raise TextError("whole: {name} reads what are no tokens.", name=one.name)
        if (one.kind in _WITH_NAMES) != bool(one.does) and one.kind != "function":
            raise TextError("whole: {name} is of no layer, or of one too many.", name=one.name)
        if not one.reads or (one.kind == "ends" and one.reads[0] not in layers):
            raise TextError("whole: {name} reads nothing that it could.", name=one.name)
        if one.kind == "layer":
            fields.choice("whole, does", one.does, entries)
            layers.add(one.name)
        known.add(one.name)
    output = _text("whole, output", said["output"])
    if output not in known:
        raise TextError("whole, output is no piece of it.")
    return Whole(
        pieces,
        output,
        _texts("whole, vocabulary", said["vocabulary"]),
        _texts("whole, labels", said["labels"]),
        _texts("whole, notes", said["notes"]),
        _rules(said["rules"], len(said["vocabulary"])) if "rules" in said else None,
    )


def _rules(value: object, words: int) -> TextRules:
    """How a text is taken apart. words: how many there are."""
    said = fields.record("whole, rules", value, _RULES)
    other = said["other"]
    return TextRules(
        fields.choice("whole, standardize", said["standardize"], STANDARDIZE),
        fields.choice("whole, split", said["split"], SPLITS),
        fields.whole("whole, length", said["length"], 0, MAX_LENGTH),
        fields.flag("whole, padded", said["padded"]) and words > 0,
        None if other is None else fields.whole("whole, other", other, 0, max(words - 1, 0)),
    )


def loose_of(value: object, take: Take, first: int) -> Loose:
    """What may be around the layers. first: the number of its first piece among the arrays."""
    said = fields.record("loose", value, _LOOSE)
    pieces = _pieces("loose, lines", said["lines"], take, first)

    def placed(where: str, value: object) -> tuple[Piece, ...]:
        listed = _list(where, value)
        return tuple(pieces[fields.whole(where, at, 0, len(pieces) - 1)] for at in listed)

    heads = tuple(placed("loose, heads", one) for one in _list("loose, heads", said["heads"]))
    tables = placed("loose, tables", said["tables"])
    if any(one.kind != "table" for one in tables) or any(
        not head or head[0].kind != "dense" for head in heads
    ):
        raise TextError("loose has a table or a head of another kind.")
    vocabularies = _list("loose, vocabularies", said["vocabularies"])
    return Loose(
        tables,
        heads,
        tuple(one for one in pieces if one.kind == "dense"),
        _texts("loose, others", said["others"]),
        tuple(_texts("loose, vocabularies", one) for one in vocabularies),
        _texts("loose, either", said["either"]),
    )


def _pieces(where: str, value: object, take: Take, first: int) -> tuple[Piece, ...]:
    listed = _list(where, value)
    if len(listed) > MAX_PIECES:
        raise TextError("{where} are too many.", where=where)
    return tuple(_piece(f"{where} {at}", one, take, first + at) for at, one in enumerate(listed))


def _piece(where: str, value: object, take: Take, at: int) -> Piece:
    said = fields.record(where, value, _PIECE, _MAYBE)
    kind = cast("Kind", fields.choice(f"{where}, kind", said["kind"], KINDS))
    known = ARRAYS.get(kind, ())
    listed = _list(f"{where}, arrays", said.get("arrays", []))
    parts = [fields.choice(f"{where}, arrays", one, known) for one in listed]
    if known and "w" not in parts:
        raise TextError("{where} has no w.", where=where)
    numbers = fields.record(f"{where}, numbers", said.get("numbers", {}), optional=_NUMBERS)
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TextError("{where}, {name} is no number.", where=where, name=name)
    does = _text(where, said.get("does", ""))
    if kind == "function" and function_called(does) is None:
        fields.choice(where, does, tuple(FUNCTIONS))
    if kind == "pool":
        fields.choice(where, does, POOLS)
    starts = _texts(f"{where}, starts", said.get("starts", []))
    if len(starts) > MAX_STATES:
        raise TextError("{where} has too many starts.", where=where)
    return Piece(
        _text(f"{where}, name", said["name"]),
        kind,
        _texts(f"{where}, reads", said.get("reads", [])),
        {part: _array(f"piece{at}.{part}", kind, part, take) for part in parts},
        does,
        {name: float(number) for name, number in numbers.items()},
        _text(f"{where}, mask", said.get("mask", "")),
        starts,
    )


def _array(name: str, kind: Kind, part: str, take: Take) -> Array:
    array = take(name)
    if array.dtype not in checks.FLOATS:
        raise DtypeError(
            "{name} holds {dtype}; it needs float32 or float64: write it again.",
            name=name,
            dtype=array.dtype,
        )
    axes = _AXES.get(kind, 1) if part == "w" else 1
    if array.ndim != axes or 0 in array.shape:
        raise TextError("{name} has another number of axes than {axes}.", name=name, axes=axes)
    return checks.floats(name, array)


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_WORDS:
        raise TextError("{where} is {kind}; it needs a list.", where=where, kind=fields.kind(value))
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise TextError("{where} is {kind}; it needs a text.", where=where, kind=fields.kind(value))
    return value


def _texts(where: str, value: object) -> tuple[str, ...]:
    return tuple(_text(where, one) for one in _list(where, value))
