"""Words of courses, books and libraries, what each is called here, and a screen that shows it.

They stand in assets/glossary/words.toml, which says what its fields mean.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from gru_core import fields
from gru_core.errors import GatescopeError, TextError

FILE: Final = Path(__file__).parents[2] / "assets" / "glossary" / "words.toml"
GROUPS: Final = ("gates", "states", "weights", "cell", "time")
WANTED: Final = ("group", "theirs", "ours", "says", "see", "look")
PIECES: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Word:
    """One word or letter. see: the query of a link to the first page."""

    group: str  # one of GROUPS
    theirs: str
    ours: str
    says: str
    see: str
    look: str
    found: tuple[str, ...] = ()  # a source, perhaps with a section behind a comma
    also: tuple[str, ...] = ()  # how else it may be typed

    @cached_property
    def pieces(self) -> frozenset[str]:
        """What a search finds it by: the pieces of its names and sources."""
        names = (self.theirs, self.ours, *self.also, *self.found)
        return frozenset(piece for name in names for piece in pieces_of(name))


@dataclass(frozen=True)
class Glossary:
    """All words, in the order of the page, and who the sources are."""

    words: tuple[Word, ...]
    sources: Mapping[str, str]

    def found(self, text: str) -> tuple[Word, ...]:
        """The words that have every piece of what is typed, in either language.

        A letter must be there as it is; the beginning of anything longer is enough. A text without
        letters finds everything.
        """
        wanted = pieces_of(text)
        return tuple(word for word in self.words if all(has(word, piece) for piece in wanted))


def has(word: Word, piece: str) -> bool:
    """Whether a word is found by one piece of what is typed."""
    if len(piece) == 1:
        return piece in word.pieces
    return any(one.startswith(piece) for one in word.pieces)


def pieces_of(text: str) -> list[str]:
    """Runs of letters and digits, without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return PIECES.findall("".join(one for one in plain if not unicodedata.combining(one)))


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The glossary that is shipped."""
    return read(FILE)


def read(path: Path) -> Glossary:
    """A glossary in a file.

    Errors: TextError that names the file, the field, what was found and what is needed.
    """
    try:
        record = fields.record("the glossary", _content(path), ("sources", "words"))
        told = fields.record("sources", record["sources"], optional=list(record["sources"]))
        sources = {name: fields.text(f"sources.{name}", text) for name, text in told.items()}
        tables = record["words"] if isinstance(record["words"], list) else [record["words"]]
        words = [_word(f"words[{at}]", table, sources) for at, table in enumerate(tables)]
    except GatescopeError as error:
        raise TextError("{name}: {error}", name=path.name, error=str(error)) from error
    return Glossary(tuple(sorted(words, key=lambda word: GROUPS.index(word.group))), sources)


def _content(path: Path) -> object:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise TextError("{error}", error=str(error)) from error


def _word(where: str, table: object, sources: Mapping[str, str]) -> Word:
    record = fields.record(where, table, WANTED, ("also", "found"))
    texts = {name: fields.text(f"{where}.{name}", record[name]) for name in WANTED}
    fields.choice(f"{where}.group", texts["group"], GROUPS)
    found = _listed(f"{where}.found", record.get("found", []))
    for source in found:
        fields.choice(f"{where}.found", source.partition(", ")[0], sources)
    return Word(**texts, found=found, also=_listed(f"{where}.also", record.get("also", [])))


def _listed(where: str, value: object) -> tuple[str, ...]:
    return fields.texts(where, value, len(value) if isinstance(value, list) else 0, "name")
