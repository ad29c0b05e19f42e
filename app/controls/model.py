"""The visitor's own model: its file, the layer on the stage, what is open, and its input."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.compute import uploads
from app.compute.uploads import Upload
from app.controls import fields
from app.controls.many_texts import many_texts
from app.controls.markdown import plain
from app.controls.matrix import refusal
from app.controls.open_questions import asked
from app.screen.around import takes_tokens, whole_of
from app.screen.at_hand import Loaded, in_place_of
from app.screen.loaded import Check, canonical, checked, framework
from app.session import state
from app.setting.model import Model
from app.setting.parameters import LONGEST_TEXT
from app.setting.setting import MANY_VIEW, Setting
from app.words import numbers
from app.words.names import CELL_NAMES, activation_named
from app.words.say import Fields, say
from gru_core.errors import GatescopeError
from gru_core.formats import limits
from gru_core.formats.answers import questions
from gru_core.formats.child import reading_for
from gru_core.formats.folders import gathered
from gru_core.formats.model import Entry
from gru_core.formats.reads import steps_of
from gru_core.formats.whole.loose import HEAD_READS, fitting
from gru_core.inputs.feed import FEEDS, MAX_STEPS
from gru_core.inputs.vocabulary import MAX_BYTES

# Endings that a file of weights may have; what it is, its content says.
ENDINGS = ["pt", "pth", "bin", "pkl", "pickle", "safetensors", "keras", "h5", "hdf5", "onnx"]
ENDINGS += ["npz", "zip"]
BESIDE = ["data", "onnx_data", "json"]  # what may go with them
# What a file says of a layer that is worth naming: where frameworks differ.
SAYS = {
    "reset_after": ("true", "false"),
    "gate_activation": ("hard_sigmoid", "hard_sigmoid_sixth"),
    "backward": ("true",),
}
MEGABYTE = 1_000_000
# What a gate and a state end in unless a file says otherwise.
ENDS = {"gate_activation": "sigmoid", "state_activation": "tanh"}


def model_choices(setting: Setting, loaded: Loaded | None) -> None:
    """The file, and with one open everything that can be chosen of it."""
    model = setting.model
    pinned = () if setting.pinned is None else setting.pinned.model.keys
    for key in (*pinned, *model.keys):  # what is looked at stays, however much came after it
        state.keep_upload(uploads.find(key))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        read, endings = partial(_opened, model), [*ENDINGS, *BESIDE]
        if loaded is None:  # nothing else to look at: in plain view, to be dropped on
            _upload("file", say("controls.model.first_file"), endings, limits.MAX_BYTES, read)
            return
        with st.popover(plain(loaded.upload.name), key="model_more"):
            _upload("file", say("controls.model.another_file"), endings, limits.MAX_BYTES, read)
            _about(loaded)
            refusal()
        _layer(loaded)
        _place(loaded)
        for question in questions(loaded.entry):
            asked(loaded, question, setting.seed or 0)
        _around(loaded)
        _feed(loaded)
        if setting.view == MANY_VIEW:
            many_texts(loaded, _upload)
        _check(loaded, setting.seed or 0)


def _about(loaded: Loaded) -> None:
    found = loaded.file
    size = numbers.one_decimal(len(loaded.upload.data) / MEGABYTE)
    st.caption(say("controls.model.about", format=found.format, size=size))
    whole = () if found.whole is None else found.whole.notes
    for note in (*found.notes, *whole, *(note for one in found.entries for note in one.notes)):
        st.caption(plain(note))
    for entry in found.entries:
        st.caption(plain(say("controls.model.entry", name=entry.name, summary=summary(entry))))


def _help(field: str) -> str:
    if field == "steps":
        return say("controls.model.help.steps", most=numbers.whole(MAX_STEPS))
    if field == "file":
        return say("controls.model.help.file", most=limits.MEGABYTES)
    return say(f"controls.model.help.{field}")


def _upload(
    field: str, label: str, endings: list[str], most: int, read: Callable[[list[Any]], Model]
) -> None:
    key = f"model_{field}_upload"
    st.file_uploader(
        label,
        type=endings,
        accept_multiple_files=field == "file",
        key=key,
        help=_help(field),
        max_upload_size=most // MEGABYTE,
        on_change=state.choose,
        args=("model", key, partial(_read_once, read)),
    )


def _read_once(read: Callable[[list[Any]], Model], sent: Any) -> Model:
    """What is read of the files that came, which are let go of then. Errors: those of `read`."""
    files = state.came(sent)
    try:
        with reading_for(state.visitor()):
            return read(files)
    finally:
        for file in files:
            state.let_go(file)


def _opened(model: Model, files: list[Any]) -> Model:
    """The model of uploaded files. Errors: GatescopeError for what is not read."""
    if not files:
        return model  # taken away from the field, not from the stage
    upload = uploads.model(*gathered({file.name: file.getvalue() for file in files}))
    state.keep_upload(upload)
    return canonical(in_place_of(model, upload.key))


# The layer ------------------------------------------------------------------------------------


def _layer(loaded: Loaded) -> None:
    entries = {one.name: one for one in loaded.file.entries}
    if len(entries) < 2:
        return
    names = {
        name: say("controls.model.entry", name=name, summary=summary(one))
        for name, one in entries.items()
    }
    model = loaded.model

    def read(name: str) -> Model:
        return canonical(model.of_layer(name))

    _select("layer", say("controls.model.layer"), loaded.entry.name, names, read, 380)


def summary(entry: Entry) -> str:
    """What a layer is, in a few words."""
    first = entry.layers[0][0]
    units, inputs = first.w_x.shape[1:]
    words = [
        say(
            "controls.model.units", cell=CELL_NAMES[entry.cell], units=numbers.count(units, "unit")
        ),
        numbers.count(inputs, "input"),
    ]
    if first.w_p is not None:
        projected = numbers.count(len(first.w_p), "number")
        words.append(say("controls.model.projected", numbers=projected))
    if len(entry.layers) > 1:
        words.append(say("controls.model.layers", layers=len(entry.layers)))
    if len(entry.layers[0]) > 1:
        words.append(say("controls.model.both_directions"))
    for setting, answer in entry.says.items():
        if answer in SAYS.get(setting, ()):
            words.append(say(f"controls.model.says.{setting}.{answer}"))
        elif setting in ENDS and answer != ENDS[setting]:
            words.append(activation_named(answer).name)
    return ", ".join(words)


def _place(loaded: Loaded) -> None:
    """Which layer of a stack in which direction, where there is a choice."""
    model, entry = loaded.model, loaded.entry
    options = {
        (at, bool(direction)): _place_name(at, direction, entry)
        for at, layer in enumerate(entry.layers)
        for direction in range(len(layer))
    }
    if len(options) < 2:
        return

    def read(place: tuple[int, bool]) -> Model:
        return replace(model, at=place[0], backward=place[1])

    _select("place", say("controls.model.place"), loaded.place, options, read, 190)


def _place_name(at: int, direction: int, entry: Entry) -> str:
    words = [say("controls.model.layer_at", layer=at + 1)] if len(entry.layers) > 1 else []
    if len(entry.layers[at]) > 1:
        words.append(say(f"controls.model.{'backward' if direction else 'forward'}"))
    return ", ".join(words)


def _check(loaded: Loaded, seed: int) -> None:
    """A button: the file is run by its own framework, on the input that is on screen."""
    who = framework(loaded.upload)
    if who is None:
        return
    label = say("controls.model.check", framework=who)
    asked = st.button(label, key="model_check", help=_help("check"))
    try:
        if asked:
            spinner = st.spinner(say("controls.model.checking", framework=who))
            with spinner, reading_for(state.visitor()):
                found = checked(loaded, seed)
        else:
            found = checked(loaded, seed, begin=False)
    except GatescopeError as error:
        st.caption(plain(str(error)))
        return
    if found is not None:
        st.caption(_said(found))


def _said(found: Check) -> str:
    said: Fields = {
        "framework": found.framework,
        "steps": found.steps,
        "far": numbers.number(found.difference),
        "told": " ".join(found.told),
    }
    if found.agrees:
        return say("controls.model.agrees", **said)
    return say("controls.model.differs_from", **said)


# The input ------------------------------------------------------------------------------------


def _around(loaded: Loaded) -> None:
    """What stands around the layer, where the file leaves more than one reading."""
    loose, entry = loaded.file.loose, loaded.entry
    if loose is None:
        return
    whole, said = whole_of(loaded), dict(loaded.model.answers)
    tables, heads = fitting(loose, entry)
    known = {
        "embedding": whole is not None and whole.table is not None,
        "head": whole is not None and bool(whole.output),
    }
    for setting, names in (("embedding", tables), ("head", heads)):
        if names and (setting in said or not known[setting]):
            options = {"": say("controls.model.not_known"), **{name: name for name in names}}
            _around_choice(loaded, setting, options, said.get(setting, ""))
    if known["head"]:
        ways: dict[str, str] = {one: say(f"controls.model.head_reads.{one}") for one in HEAD_READS}
        _around_choice(loaded, "head_reads", ways, said.get("head_reads", HEAD_READS[0]))


def _around_choice(loaded: Loaded, setting: str, options: dict[str, str], now: str) -> None:
    label = say(f"controls.model.around.{setting}")
    _select(setting, label, now, options, partial(loaded.model.with_answer, setting), 220)


def _feed(loaded: Loaded) -> None:
    model, entry = loaded.model, loaded.entry
    options = {name: say(f"controls.model.feed.{name}") for name in FEEDS}
    if takes_tokens(loaded):
        options["noise"] = say("controls.model.feed.tokens")
    label = say("controls.model.source")
    _select("source", label, model.source, options, lambda to: replace(model, source=to), 140)
    if model.source == "text":
        _text(model, takes_tokens(loaded))
    elif model.source == "numbers":
        inputs = entry.layers[0][0].w_x.shape[2]
        label = _name(model.numbers) or say("controls.model.rows", inputs=inputs)
        _chosen_file("numbers", label, ["csv", "tsv", "txt", "npy"], uploads.numbers, model)
    else:
        _steps(model)
        return
    _length(model)


def _length(model: Model) -> None:
    """Where a sequence ends that is padded to a common length."""

    def read(length: int) -> Model:
        return replace(model, length=length)

    key, ends, label = "model_length", (0, MAX_STEPS), say("controls.model.length")
    fields.whole_number("model", key, label, model.length, ends, read, _help("length"))
    most = LONGEST_TEXT
    label, words = say("controls.model.masked"), _help("masked")
    fields.text(
        "model", "model_masked", label, model.masked, most, 150, partial(_without, model), words
    )


def _without(model: Model, text: str) -> Model:
    """Errors: TextError for a text that names no steps."""
    steps_of(text, MAX_STEPS)
    return replace(model, masked=text.strip())


def _steps(model: Model) -> None:
    def read(steps: int) -> Model:
        return replace(model, steps=steps)

    key, ends, label = "model_steps", (1, MAX_STEPS), say("controls.model.steps")
    fields.whole_number("model", key, label, model.steps, ends, read, _help("steps"))


def _text(model: Model, tokens: bool) -> None:

    def read(text: str) -> Model:
        return replace(model, text=text)

    name, label = "model_text", say(f"controls.model.{'tokens' if tokens else 'text'}")
    words = _help("tokens" if tokens else "text")
    fields.text("model", name, label, model.text, MAX_STEPS, 240, read, words)
    label = _name(model.vocabulary) or say("controls.model.its_vocabulary")
    endings = ["txt", "json", "vocab", "vec"]
    _chosen_file("vocabulary", label, endings, uploads.vocabulary, model)


def _chosen_file(
    field: str, label: str, endings: list[str], load: Callable[[bytes, str], Upload], model: Model
) -> None:
    """A file that goes with the input."""

    def read(files: list[Any]) -> Model:
        if not files:
            return model
        upload = load(files[0].getvalue(), files[0].name)
        state.keep_upload(upload)
        chosen: dict[str, Any] = {field: upload.key}
        return replace(model, **chosen)

    with st.popover(plain(label), key=f"model_{field}"):
        _upload(field, say("controls.model.a_file"), endings, MAX_BYTES, read)
        refusal()


def _name(key: str) -> str:
    upload = uploads.find(key) if key else None
    return upload.name if upload else ""


def _select(
    field: str,
    label: str,
    value: Any,
    options: dict[Any, str],
    read: Callable[[Any], Model],
    width: int,
    words: str = "",
) -> None:
    key, words = f"model_{field}", words or _help(field)
    fields.select("model", key, label, value, options, read, width, words)
