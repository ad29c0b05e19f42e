"""The visitor's own scene: a generator, a text or numbers, and the layer that is drawn for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any

import streamlit as st

from app.compute.digest import SHARED
from app.compute.store import Shelf
from app.controls import fields
from app.controls.markdown import plain
from app.controls.matrix import refusal
from app.session import state
from app.setting.parameters import LARGEST_SEED
from app.setting.setting import Setting
from app.words.numbers import whole
from app.words.say import say
from gru_core.errors import GatescopeError
from gru_core.initialize import SCHEMES
from gru_core.inputs.sequences import SEQUENCES
from gru_core.inputs.tables import CsvFile, Table, parse_numbers, read_csv
from gru_core.inputs.text_input import ENCODINGS, MAX_SIZE
from gru_core.scenes.files import MAX_UNITS
from gru_core.scenes.own import LEAST_STEPS, MAX_ALPHABET, MAX_STEPS, SOURCES, Own, own_scene

READ = 2  # bytes in memory of a byte of a file, at most: columns of numbers
_files: Shelf[tuple[CsvFile, tuple[int, ...]]] = Shelf("files of numbers")


def own_choices(setting: Setting) -> None:
    """What the scene is made of; every change draws it anew."""
    own = setting.own
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _select("source", own, SOURCES, 160)
        if own.source in SEQUENCES:
            least = LEAST_STEPS.get(own.source, 1)
            _number("steps", own, least, MAX_STEPS)
        elif own.source == "text":
            _text(own)
        else:
            _numbers(own)
        _number("units", own, 1, MAX_UNITS)
        _select("scheme", own, SCHEMES, 180)
        state.preset("seed", setting.seed or 0)
        st.number_input(
            _label("seed"),
            0,
            LARGEST_SEED,
            key="seed",
            width=130,
            help=_help("seed"),
            on_change=state.choose,
            args=("seed", "seed"),
        )


def _label(field: str) -> str:
    return say(f"controls.own.label.{field}")


def _help(field: str) -> str:
    match field:
        case "steps":
            return say("controls.own.help.steps", most=whole(MAX_STEPS))
        case "units":
            return say("controls.own.help.units", most=MAX_UNITS)
        case _:
            return say(f"controls.own.help.{field}")


def _changed(field: str, own: Own) -> Callable[[Any], Own]:
    return partial(_with, field=field, own=own)


def _with(value: Any, field: str, own: Own) -> Own:
    """Errors: GatescopeError for a value that the scene cannot have."""
    changed = replace(own, **{field: value})
    if changed.source == "text" and not changed.text and field == "source":
        return replace(changed, text=say("controls.own.sample"))  # to see, and to write over
    if field in ("text", "alphabet", "encoding") and changed.text:
        own_scene(changed, 0)  # refused here, the screen stays as it is
    return changed


def _select(field: str, own: Own, names: Sequence[str], width: int) -> None:
    value, read = getattr(own, field), _changed(field, own)
    options = {name: say(f"controls.own.options.{field}.{name}") for name in names}
    label, words = _label(field), _help(field)
    fields.select("own", f"own_{field}", label, value, options, read, width, words)


def _number(field: str, own: Own, least: int, most: int) -> None:
    value, read = max(getattr(own, field), least), _changed(field, own)
    key, ends = f"own_{field}", (least, most)
    fields.whole_number("own", key, _label(field), value, ends, read, _help(field))


def _line(field: str, own: Own, most: int, width: int, placeholder: str | None = None) -> None:
    key, value, read = f"own_{field}", getattr(own, field), _changed(field, own)
    fields.text("own", key, _label(field), value, most, width, read, _help(field), placeholder)


def _text(own: Own) -> None:
    _line("text", own, MAX_STEPS, 220)
    _line("alphabet", own, MAX_ALPHABET, 150, say("controls.own.alphabet_of_text"))
    _select("encoding", own, ENCODINGS, 130)
    if own.encoding == "embedded":
        _number("size", own, 1, MAX_SIZE)


# Numbers --------------------------------------------------------------------------------------


def _numbers(own: Own) -> None:
    shape = say("controls.own.none_yet") if own.numbers is None else _shape(own.numbers.shape)
    with st.popover(say("controls.own.numbers", shape=shape), key="own_more"):
        st.text_area(_label("pasted"), key="own_pasted", height=140, help=_help("pasted"))
        with st.container(horizontal=True):
            _use(say("controls.own.rows"), pasted_rows, own)
            _use(say("controls.own.columns"), pasted_columns, own)
        refusal()
        upload = st.file_uploader(
            _label("file"), type=["csv", "tsv", "txt"], key="own_file", help=_help("file")
        )
        if upload is not None:
            _columns(upload.getvalue(), own)


def _use(label: str, read: Callable[..., Own], own: Own) -> None:
    args = ("own", "own_pasted", partial(read, own=own))
    st.button(label, on_click=state.choose, args=args)


def _shape(shape: tuple[int, ...]) -> str:
    return say("controls.own.shape", steps=shape[0], channels=shape[1])


def pasted_rows(text: str, own: Own) -> Own:
    """The scene with the numbers in a text, a row a step; a single row is a sequence.

    Errors: GatescopeError.
    """
    table = parse_numbers(text or "")
    return _from_table(table.transposed() if len(table.values) == 1 else table, own)


def pasted_columns(text: str, own: Own) -> Own:
    """The visitor's scene with pasted numbers as its input, a column a step."""
    return _from_table(parse_numbers(text or "").transposed(), own)


def _from_table(table: Table, own: Own) -> Own:
    return replace(own, source="numbers", numbers=table.values, channels=table.columns)


def _columns(data: bytes, own: Own) -> None:
    """The choice of columns of a file, or why it cannot be read."""
    try:
        found, numeric = _read(data)
    except GatescopeError as error:
        st.write(plain(str(error)))
        return
    if not numeric:
        st.write(say("controls.own.no_numbers"))
    st.multiselect(
        _label("columns"),
        list(range(len(found.columns))),
        default=list(numeric[:1]),
        key="own_columns",
        format_func=lambda i: found.columns[i].name,
        help=_help("columns"),
    )
    st.button(
        say("controls.own.use_columns", steps=found.rows),
        on_click=state.choose,
        args=("own", "own_columns", partial(chosen_columns, file=found, own=own)),
    )


def _read(data: bytes) -> tuple[CsvFile, tuple[int, ...]]:
    """A file and its columns of numbers: read once, not in every run. Errors: GatescopeError."""

    def read() -> tuple[CsvFile, tuple[int, ...]]:
        found = read_csv(data)
        return found, found.numeric_columns()

    return _files.get((blake2b(data, digest_size=SHARED).digest(),), READ * len(data), read)


def chosen_columns(columns: list[int], file: CsvFile, own: Own) -> Own:
    """The scene with these columns of a file. Errors: GatescopeError."""
    return _from_table(file.take(columns), own)
