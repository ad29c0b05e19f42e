"""Every sentence that people read, written once: a catalogue of templates with named fields.

`english/<room>.toml` has a table for each module of a room, and in it an entry for each text. An
entry is a template, or two of them, `one` and `more`, where the text depends on how many there
are; `n` says how many. Fields are words and whole numbers: any other number is first put into
words by app.words.numbers, so a template has no formats. Another language is another folder.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Final, TypeAlias

from app.words.ties import tied

Field: TypeAlias = str | int
Fields: TypeAlias = dict[str, Field]  # of several texts that have some fields in common
Template: TypeAlias = str | Mapping[str, str]  # two of them by "one" and "more"

LANGUAGE: Final = "english"
FORMS: Final = frozenset({"one", "more"})


def say(key: str, /, **fields: Field) -> str:
    """The text of a key such as "lenses.memory.half", with its fields filled in.

    Errors: KeyError for a key that the catalogue does not have; TypeError for a field that the
    template does not have, for one that is missing, and for one that is no word or whole number.
    """
    template, wanted = _entry(key)
    if wanted != fields.keys():
        raise TypeError(f"{key} has the fields {sorted(wanted)}, not {sorted(fields)}.")
    for name, value in fields.items():
        if not isinstance(value, str | int):
            raise TypeError(f"{name} of {key} is {value!r}: app.words.numbers puts it in words.")
    if not isinstance(template, str):
        template = template["one" if fields["n"] == 1 else "more"]
    return template.format_map(fields)


@cache
def _entry(key: str) -> tuple[Template, frozenset[str]]:
    """A template with the names of its fields."""
    template = catalogue().get(key)
    if template is None:
        raise KeyError(f"{key} is not in app/words/{LANGUAGE}")
    return template, fields_of(template)


def fields_of(template: Template) -> frozenset[str]:
    """The names in braces; n too, where how many there are decides between two templates."""
    if isinstance(template, str):
        return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return frozenset({"n"}).union(*map(fields_of, template.values()))


@cache
def catalogue() -> Mapping[str, Template]:
    """Every template by its key, room.module.entry, read once."""
    found: dict[str, Template] = {}
    for file in files("app.words").joinpath(LANGUAGE).iterdir():
        room, _, ending = file.name.rpartition(".")
        if ending == "toml":
            _gather(found, room, tomllib.loads(file.read_text(encoding="utf-8")))
    return MappingProxyType(found)


def _gather(found: dict[str, Template], key: str, entry: Template | dict[str, object]) -> None:
    if isinstance(entry, str):
        found[key] = tied(entry)
        return
    if entry.keys() == FORMS:
        found[key] = {form: tied(text) for form, text in entry.items()}  # type: ignore[arg-type]
        return
    for name, inner in entry.items():
        _gather(found, f"{key}.{name}", inner)  # type: ignore[arg-type]
