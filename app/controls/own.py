"""The visitor's own scene: a generator, a text or numbers, and the layer that is drawn for it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.controls import fields
from app.controls.markdown import plain
from app.controls.matrix import refusal
from app.session import state
from app.setting.parameters import LARGEST_SEED
from app.setting.setting import Setting
from gru_core.errors import GatescopeError
from gru_core.initialize import SCHEMES
from gru_core.inputs.sequences import SEQUENCES
from gru_core.inputs.tables import CsvFile, Table, parse_numbers, read_csv
from gru_core.inputs.text_input import ENCODINGS, MAX_SIZE
from gru_core.scenes.files import MAX_UNITS
from gru_core.scenes.own import LEAST_STEPS, MAX_ALPHABET, MAX_STEPS, SOURCES, Own, own_scene

SOURCE = {
    "pulse": "one pulse",
    "copy": "symbols to copy",
    "adding": "numbers to add",
    "parity": "bits to count",
    "sine": "a sine wave",
    "noise": "noise",
    "text": "a text",
    "numbers": "my numbers",
}
SCHEME = {
    "xavier": "Xavier weights",
    "zeros": "zero weights",
    "orthogonal": "orthogonal weights",
    "chrono": "chrono weights",
}
SAMPLE = "to be or not to be"
ENCODING = {"one-hot": "one-hot", "embedded": "embedded"}

HELP = {
    "source": "Where the input comes from.",
    "steps": f"How many timesteps are drawn, up to {MAX_STEPS:,}.",
    "units": f"How many units the GRU has, up to {MAX_UNITS}.",
    "scheme": "How the first weights are drawn (Glorot 2010; Saxe 2014; Tallec & Ollivier 2018).",
    "seed": "Equal seeds draw equal weights and sequences.",
    "text": "One character is one step.",
    "alphabet": "The characters that may occur; left empty, those of the text.",
    "encoding": "A channel for each character, or a drawn vector of numbers for each.",
    "size": "How many numbers stand for a character.",
    "pasted": "From a spreadsheet, a CSV file, JSON or what NumPy prints: one row is one step.",
    "file": "CSV or text; the columns can be chosen then.",
}


def own_choices(setting: Setting) -> None:
    """What the scene is made of; every change draws it anew."""
    own = setting.own
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _select("source", "Input", own, {name: SOURCE[name] for name in SOURCES}, 160)
        if own.source in SEQUENCES:
            least = LEAST_STEPS.get(own.source, 1)
            _number("steps", "Steps", own, least, MAX_STEPS)
        elif own.source == "text":
            _text(own)
        else:
            _numbers(own)
        _number("units", "Units", own, 1, MAX_UNITS)
        _select("scheme", "Initialization", own, {name: SCHEME[name] for name in SCHEMES}, 180)
        state.preset("seed", setting.seed or 0)
        st.number_input(
            "Seed",
            0,
            LARGEST_SEED,
            key="seed",
            width=130,
            help=HELP["seed"],
            on_change=state.choose,
            args=("seed", "seed"),
        )


def _changed(field: str, own: Own) -> Callable[[Any], Own]:
    return partial(_with, field=field, own=own)


def _with(value: Any, field: str, own: Own) -> Own:
    """Errors: GatescopeError for a value that the scene cannot have."""
    changed = replace(own, **{field: value})
    if changed.source == "text" and not changed.text and field == "source":
        return replace(changed, text=SAMPLE)  # something to see and to write over
    if field in ("text", "alphabet", "encoding") and changed.text:
        own_scene(changed, 0)  # refused here, the screen stays as it is
    return changed


def _select(field: str, label: str, own: Own, options: dict[str, str], width: int) -> None:
    value, read = getattr(own, field), _changed(field, own)
    fields.select("own", f"own_{field}", label, value, options, read, width, HELP[field])


def _number(field: str, label: str, own: Own, least: int, most: int) -> None:
    value, read = max(getattr(own, field), least), _changed(field, own)
    key, ends = f"own_{field}", (least, most)
    fields.whole_number("own", key, label, value, ends, read, HELP[field])


def _text(own: Own) -> None:
    state.preset("own_text", own.text)
    st.text_input(
        "Text",
        key="own_text",
        max_chars=MAX_STEPS,
        width=220,
        help=HELP["text"],
        on_change=state.choose,
        args=("own", "own_text", _changed("text", own)),
    )
    state.preset("own_alphabet", own.alphabet)
    st.text_input(
        "Alphabet",
        key="own_alphabet",
        max_chars=MAX_ALPHABET,
        width=150,
        placeholder="that of the text",
        help=HELP["alphabet"],
        on_change=state.choose,
        args=("own", "own_alphabet", _changed("alphabet", own)),
    )
    _select("encoding", "Characters", own, {name: ENCODING[name] for name in ENCODINGS}, 130)
    if own.encoding == "embedded":
        _number("size", "Numbers each", own, 1, MAX_SIZE)


# Numbers --------------------------------------------------------------------------------------


def _numbers(own: Own) -> None:
    shape = "none yet" if own.numbers is None else _shape(own.numbers.shape)
    with st.popover(f"numbers: {shape}", key="own_more"):
        st.text_area("Paste numbers", key="own_pasted", height=140, help=HELP["pasted"])
        with st.container(horizontal=True):
            _use("use them, one row a step", pasted_rows, own)
            _use("one column a step", pasted_columns, own)
        refusal()
        upload = st.file_uploader(
            "Or a file", type=["csv", "tsv", "txt"], key="own_file", help=HELP["file"]
        )
        if upload is not None:
            _columns(upload.getvalue(), own)


def _use(label: str, read: Callable[..., Own], own: Own) -> None:
    args = ("own", "own_pasted", partial(read, own=own))
    st.button(label, on_click=state.choose, args=args)


def _shape(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} steps of {shape[1]}"


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
        found = read_csv(data)
    except GatescopeError as error:
        st.write(plain(str(error)))
        return
    numeric = found.numeric_columns()
    if not numeric:
        st.write("No column has numbers throughout; choose one to read which cell has none.")
    st.multiselect(
        "Columns",
        list(range(len(found.columns))),
        default=list(numeric[:1]),
        key="own_columns",
        format_func=lambda i: found.columns[i].name,
        help="Each is one channel of the input.",
    )
    st.button(
        f"use these columns, {found.rows} steps",
        on_click=state.choose,
        args=("own", "own_columns", partial(chosen_columns, file=found, own=own)),
    )


def chosen_columns(columns: list[int], file: CsvFile, own: Own) -> Own:
    """The scene with these columns of a file. Errors: GatescopeError."""
    return _from_table(file.take(columns), own)
