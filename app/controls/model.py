"""The visitor's own model: its file, the layer on the stage, what is open, and its input."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.compute import uploads
from app.compute.uploads import Upload
from app.controls import fields
from app.controls.markdown import plain
from app.controls.matrix import refusal
from app.screen.loaded import Check, Loaded, canonical, checked, effect, framework
from app.session import state
from app.setting.model import Model
from app.setting.setting import Setting
from app.words import numbers
from app.words.names import CELL_NAMES
from gru_core.errors import GatescopeError
from gru_core.formats import limits
from gru_core.formats.answers import Question, questions
from gru_core.formats.model import ASKED, Entry
from gru_core.inputs.feed import FEEDS, MAX_STEPS
from gru_core.inputs.vocabulary import MAX_BYTES

# Endings that a file of weights may have; what it is, its content says.
ENDINGS = ["pt", "pth", "bin", "safetensors", "keras", "h5", "hdf5", "onnx", "npz"]
FEED = {
    "noise": "noise",
    "pulse": "one pulse",
    "sine": "sine waves",
    "silence": "silence",
    "text": "a text",
    "numbers": "my numbers",
}
# What a file says of a layer, where frameworks differ.
CONVENTION = {
    ("reset_after", "true"): ", reset after",
    ("reset_after", "false"): ", reset before",
    ("gate_activation", "hard_sigmoid"): ", hard sigmoid of Keras 1 and 2",
    ("gate_activation", "hard_sigmoid_sixth"): ", hard sigmoid",
    ("state_activation", "relu"): ", relu",
    ("backward", "true"): ", backward",
}
HELP = {
    "file": "PyTorch (.pt, .pth), safetensors, Keras (.keras, .weights.h5, .h5), ONNX or NPZ. It "
    "is read in a process of its own; nothing in it is run, and it is gone when this page closes.",
    "layer": "Every recurrent layer that the file holds.",
    "place": "Which layer of the stack, and which direction.",
    "source": "What the model reads.",
    "check": "The framework itself runs this layer of your file on this input, in a process of its "
    "own; the largest difference in h is shown.",
    "padding": "Masked steps repeat the state in Keras, which is not done here. Steps that are the "
    "mask's value throughout are found and refused; of an embedding's mask only you know.",
    "start": "The model computes this layer's first state from what it is given. Here a run starts "
    "from zeros; h before the first step can be changed like any number.",
    "steps": f"How many timesteps, up to {MAX_STEPS:,}.",
    "text": "One token is one step: a character, or a word where the vocabulary has words.",
    "vocabulary": "One token a line in the order of training, or a token and its vector a line, or "
    "JSON.",
    "numbers": "CSV or NPY: one row is one step, one column one input.",
}
MEGABYTE = 1_000_000


def model_choices(setting: Setting, loaded: Loaded | None) -> None:
    """The file, and with one open everything that can be chosen of it."""
    model = setting.model
    pinned = () if setting.pinned is None else setting.pinned.model.keys
    for key in (*pinned, *model.keys):  # what is looked at stays, however much came after it
        state.keep_upload(uploads.find(key))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        read = partial(_opened, model)
        if loaded is None:  # nothing else to look at: in plain view, to be dropped on
            _upload("file", "A file of weights", ENDINGS, limits.MAX_BYTES, read)
            return
        with st.popover(plain(loaded.upload.name), key="model_more"):
            _upload("file", "Another file", ENDINGS, limits.MAX_BYTES, read)
            _about(loaded)
            refusal()
        _layer(loaded)
        _place(loaded)
        for question in questions(loaded.entry):
            _question(loaded, question, setting.seed or 0)
        _feed(model, loaded.entry)
        _check(loaded, setting.seed or 0)


def _about(loaded: Loaded) -> None:
    found = loaded.file
    st.caption(f"{found.format}, {len(loaded.upload.data) / MEGABYTE:.1f} MB")
    for note in (*found.notes, *(note for entry in found.entries for note in entry.notes)):
        st.caption(plain(note))
    for entry in found.entries:
        st.caption(plain(f"{entry.name} · {summary(entry)}"))


def _upload(
    field: str, label: str, endings: list[str], most: int, read: Callable[[Any], Model]
) -> None:
    key = f"model_{field}_upload"
    st.file_uploader(
        label,
        type=endings,
        key=key,
        help=HELP[field],
        max_upload_size=most // MEGABYTE,
        on_change=state.choose,
        args=("model", key, read),
    )


def _opened(model: Model, file: Any) -> Model:
    """The model of an uploaded file. Errors: GatescopeError for one that is not read."""
    if file is None:
        return model  # taken away from the field, not from the stage
    upload = uploads.model(file.getvalue(), file.name)
    state.keep_upload(upload)
    return Model(file=upload.key, steps=model.steps)


# The layer ------------------------------------------------------------------------------------


def _layer(loaded: Loaded) -> None:
    entries = {one.name: one for one in loaded.file.entries}
    if len(entries) < 2:
        return
    names = {name: f"{name} · {summary(one)}" for name, one in entries.items()}
    model = loaded.model

    def read(name: str) -> Model:
        return canonical(model.of_layer(name))

    _select("layer", "Layer", loaded.entry.name, names, read, 380)


def summary(entry: Entry) -> str:
    """What a layer is, in a few words."""
    first = entry.layers[0][0]
    units, inputs = first.w_x.shape[1:]
    words = f"{CELL_NAMES[entry.cell]} of {units} units, {inputs} inputs"
    words += f", {len(entry.layers)} layers" if len(entry.layers) > 1 else ""
    words += ", both directions" if len(entry.layers[0]) > 1 else ""
    return "".join((words, *(CONVENTION.get(said, "") for said in entry.says.items())))


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

    _select("place", "On the stage", loaded.place, options, read, 190)


def _place_name(at: int, direction: int, entry: Entry) -> str:
    words = [f"layer {at + 1}"] if len(entry.layers) > 1 else []
    if len(entry.layers[at]) > 1:
        words.append("backward" if direction else "forward")
    return ", ".join(words)


def _question(loaded: Loaded, question: Question, seed: int) -> None:
    """What the file does not say, with what each answer does to h."""
    model, said = loaded.model, loaded.answers
    if question.setting in ASKED:
        _statement(model, question)
        return
    chosen = said.get(question.setting, question.assumed) or next(iter(question.answers))
    effects = effect(loaded, question, seed)
    options = {}
    for answer, label in question.answers.items():
        options[answer] = label.split(",")[0]
        if answer != chosen and effects.get(answer) == 0:
            options[answer] += " (h stays the same)"
        elif answer != chosen and answer in effects:
            options[answer] += f" (h differs by up to {numbers.number(effects[answer])})"
        elif answer != chosen:
            options[answer] += " (h cannot be compared)"
        elif answer == question.assumed and question.setting not in said:
            options[answer] += " (assumed)"
    label = f"{question.sentence}"
    read = partial(model.with_answer, question.setting)
    _select(question.setting, label, chosen, options, read, 300, "The file does not say.")


def _statement(model: Model, question: Question) -> None:
    """What only the visitor's input knows, and without which nothing is run."""
    given = dict(model.answers).get(question.setting, "")
    options = {"": "not said: it is not run", **question.answers}
    read = partial(model.with_answer, question.setting)
    _select(question.setting, question.sentence, given, options, read, 300, HELP[question.setting])


def _check(loaded: Loaded, seed: int) -> None:
    """A button: the file is run by its own framework, on the input that is on screen."""
    who = framework(loaded.upload)
    if who is None:
        return
    asked = st.button(f"check against {who}", key="model_check", help=HELP["check"])
    try:
        if asked:
            with st.spinner(f"{who} runs the file …"):
                found = checked(loaded, seed)
        else:
            found = checked(loaded, seed, begin=False)
    except GatescopeError as error:
        st.caption(plain(str(error)))
        return
    if found is not None:
        st.caption(_said(found))


def _said(found: Check) -> str:
    far = numbers.number(found.difference)
    told = " ".join(found.told)
    if found.agrees:
        agrees = f"{found.framework} agrees: over {found.steps} steps h differs by at most {far}."
        return f"{agrees} {told}"
    return (
        f"{found.framework} does not agree: over {found.steps} steps h differs by up to {far}. Do "
        f"not trust this picture; please report the file. {told}"
    )


# The input ------------------------------------------------------------------------------------


def _feed(model: Model, entry: Entry) -> None:
    options = {name: FEED[name] for name in FEEDS}
    _select("source", "Input", model.source, options, lambda to: replace(model, source=to), 140)
    if model.source == "text":
        _text(model)
    elif model.source == "numbers":
        inputs = entry.layers[0][0].w_x.shape[2]
        label = _name(model.numbers) or f"rows of {inputs} numbers"
        _chosen_file("numbers", label, ["csv", "tsv", "txt", "npy"], uploads.numbers, model)
    else:
        _steps(model)


def _steps(model: Model) -> None:
    def read(steps: int) -> Model:
        return replace(model, steps=steps)

    key, ends = "model_steps", (1, MAX_STEPS)
    fields.whole_number("model", key, "Steps", model.steps, ends, read, HELP["steps"])


def _text(model: Model) -> None:
    state.preset("model_text", model.text)
    st.text_input(
        "Text",
        key="model_text",
        max_chars=MAX_STEPS,
        width=240,
        help=HELP["text"],
        on_change=state.choose,
        args=("model", "model_text", lambda text: replace(model, text=text)),
    )
    label = _name(model.vocabulary) or "its vocabulary"
    endings = ["txt", "json", "vocab", "vec"]
    _chosen_file("vocabulary", label, endings, uploads.vocabulary, model)


def _chosen_file(
    field: str, label: str, endings: list[str], load: Callable[[bytes, str], Upload], model: Model
) -> None:
    """A file that goes with the input."""

    def read(file: Any) -> Model:
        if file is None:
            return model
        upload = load(file.getvalue(), file.name)
        state.keep_upload(upload)
        chosen: dict[str, Any] = {field: upload.key}
        return replace(model, **chosen)

    with st.popover(plain(label), key=f"model_{field}"):
        _upload(field, "A file", endings, MAX_BYTES, read)
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
    key, words = f"model_{field}", words or HELP[field]
    fields.select("model", key, label, value, options, read, width, words)
