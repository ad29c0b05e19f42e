"""A model that leaves out padding, on the page: it is not run without a word."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from app.compute import uploads
from app.screen import exporting
from app.screen.at_hand import find
from app.screen.loaded import checked
from app.screen.screen import screen_of
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.formats import npz
from gru_core.formats.answers import answered
from gru_core.formats.checking import taken_over
from gru_core.formats.reads import Reads
from gru_core.formats.running import run_ready
from gru_core.scenes.scene import Masked
from gru_core.situation import parse_edits
from tests.app.modelling import ModelVisit, packed
from tests.app.visiting import Unpack
from tests.formats.entries import SAID, make_entry
from tests.formats.torch_files import filled

pytestmark = pytest.mark.thorough

# Of two directions the order in which steps are read is not said.
SAID_OF = {1: SAID, 2: {key: value for key, value in SAID.items() if key != "backward"}}
NOTE = "The model leaves out steps that are padding."
NOT_RUN = "encoder is not run: its model leaves out steps that are padding"


@pytest.fixture
def here(unpack: Unpack, new_browser: Callable[[], Any]) -> ModelVisit:
    return ModelVisit(unpack, new_browser(), {"scene": "model"})


def masked(value: float | None = 0.0) -> bytes:
    return packed(make_entry(asks=("padding",), reads=Reads(padding=value), notes=(NOTE,)))


def test_it_is_not_on_the_stage_until_the_visitor_has_said_so(here: ModelVisit) -> None:
    here.upload(masked())
    assert [one.startswith(NOT_RUN) for one in here.problems] == [True]
    choice = here.page.selectbox(key="model_padding")
    assert (choice.value, choice.options[0]) == ("", "not said: it is not run")
    here.set("selectbox", "model_padding", "none")
    assert here.problems == []
    assert here.query["set"] == "padding.none"
    assert here.hidden("gru").shape[1] == 4
    here.set("selectbox", "model_padding", "")
    assert [one.startswith(NOT_RUN) for one in here.problems] == [True]


def test_an_input_of_padding_alone_is_refused_and_noise_stands_there(here: ModelVisit) -> None:
    here.upload(masked()).set("selectbox", "model_padding", "none")
    here.set("selectbox", "model_source", "silence")
    (problem,) = here.problems
    assert problem.startswith("Every step of the input is padding, which the model leaves out.")
    assert problem.endswith("Until then noise stands here.")
    here.set("selectbox", "model_source", "noise")
    assert here.problems == []


X = np.random.default_rng(5).normal(size=(6, 3)).astype(np.float32)


def with_numbers(model: Model, x: np.ndarray) -> Model:
    """The model fed with these rows."""
    memory = io.BytesIO()
    np.save(memory, x)
    upload = uploads.numbers(memory.getvalue(), "x.npy")
    uploads.hold(upload, "page")
    return replace(model, source="numbers", numbers=upload.key)


def opened(entry: Any, x: np.ndarray, **more: Any) -> Any:
    """The screen of a model of one layer on these rows."""
    upload = uploads.model(packed(entry), "model.npz")
    uploads.hold(upload, "page")
    model = with_numbers(Model(upload.key, **more), x)
    return screen_of(Setting(scene="model", model=model))


def test_masked_steps_have_no_numbers_and_stand_between_those_that_are_read() -> None:
    x = X.copy()
    x[[1, 2, 5]] = -2
    entry = make_entry(reads=Reads(padding=-2.0))
    found = opened(entry, x)
    (problem,) = found.problems
    assert problem.startswith("3 of the 6 steps of the input, from 2 to 6, are masked: the model")
    assert found.labels == ("1", "4", "5")
    assert found.masked == (Masked(1, ("2", "3")), Masked(3, ("6",)))
    whole = run_ready(answered(entry, {}), x)
    np.testing.assert_array_equal(found.traces["gru"]["hidden"], whole.output[[0, 3, 4]])
    (alone,) = opened(entry, np.where(np.arange(6)[:, None] == 3, -2, X)).problems
    assert alone.startswith("Step 4 of the 6 of the input is masked: the model passes over it")


def test_of_a_layer_too_large_to_draw_them_the_place_is_marked() -> None:
    x = np.random.default_rng(1).normal(size=(6000, 3)).astype(np.float32)
    x[[1, 2, 5999]] = -2
    found = opened(make_entry(reads=Reads(padding=-2.0)), x)
    assert (found.condensed, found.masked, found.labels[:3]) == (True, (), ("1", "⋯ 4", "5"))


def test_a_backward_layer_reaches_masked_steps_from_the_end() -> None:
    x = X.copy()
    x[[0, 1, 4]] = -2
    found = opened(
        make_entry(directions=2, reads=Reads(padding=-2.0), says=SAID_OF[2]), x, backward=True
    )
    assert found.labels == ("6", "4", "3")
    assert found.masked == (Masked(1, ("5",)), Masked(3, ("2", "1")))


def test_zeros_are_padding_where_the_visitor_says_so() -> None:
    x = X.copy()
    x[3:] = 0
    entry = make_entry(asks=("padding",))
    found = opened(entry, x, answers=(("padding", "zeros"),))
    assert found.baseline.scene.sequence.labels == ("1", "2", "3")
    assert found.problems[0].startswith("3 of the 6 steps of the input, from 4 to 6, are masked")
    assert opened(entry, x, answers=(("padding", "none"),)).problems == ()


@pytest.mark.parametrize("directions", [1, 2])
def test_a_number_of_steps_that_count_is_that_of_a_packed_sequence(directions: int) -> None:
    """It says what is padding, too: nothing is left to ask."""
    entry = make_entry(directions=directions, asks=("padding",), says=SAID_OF[directions])
    found = opened(entry, X, length=4, backward=directions == 2)
    ready = answered(entry, {"padding": "none"})
    trace = run_ready(ready, X[:4]).layers[0]
    shown = trace["backward"]["hidden"][::-1] if directions == 2 else trace["forward"]["hidden"]
    np.testing.assert_array_equal(found.traces["gru"]["hidden"], shown)
    (problem,) = found.problems
    assert problem.startswith("2 of the 6 steps of the input, from 5 to 6, are masked")


def test_the_check_of_a_packed_sequence_is_on_its_steps() -> None:
    module = filled(torch.nn.GRU(3, 4, bidirectional=True))
    upload = uploads.model(save(module.state_dict()), "model.safetensors")
    uploads.hold(upload, "page")
    loaded = find(with_numbers(Model(upload.key, length=4), X))
    assert loaded is not None
    found = checked(loaded, 0)
    assert found is not None
    assert (found.agrees, found.steps) == (True, 4)


@pytest.mark.parametrize("directions", [1, 2])
def test_masked_steps_are_those_of_a_mask(directions: int) -> None:
    entry = make_entry(directions=directions, asks=("padding",), says=SAID_OF[directions])
    found = opened(entry, X, masked="2, 4-5", length=5, backward=directions == 2)
    mask = np.array([True, False, True, False, False, False])
    trace = run_ready(answered(entry, {"padding": "none"}), X, mask=mask).layers[0]
    shown = trace["backward"]["hidden"][::-1] if directions == 2 else trace["forward"]["hidden"]
    kept = mask[::-1] if directions == 2 else mask
    np.testing.assert_array_equal(found.traces["gru"]["hidden"], shown[kept])
    assert sum(len(group.labels) for group in found.masked) == 4
    (problem,) = found.problems
    assert problem.startswith("4 of the 6 steps of the input, from 2 to 6, are masked")


@pytest.mark.parametrize("kind", [torch.nn.GRU, torch.nn.LSTM])
def test_the_check_of_masked_steps_leaves_them_out_and_says_so(kind: Any) -> None:
    module = filled(kind(3, 4, bidirectional=True))
    upload = uploads.model(save(module.state_dict()), "model.safetensors")
    uploads.hold(upload, "page")
    loaded = find(with_numbers(Model(upload.key, masked="1,3"), X))
    assert loaded is not None
    found = checked(loaded, 0)
    assert found is not None
    assert (found.agrees, found.steps) == (True, 4)
    assert found.told[-1] == "The steps that you mask were left out of what both read."


def test_the_page_has_a_field_for_masked_steps(here: ModelVisit) -> None:
    here.upload(packed(make_entry(asks=("padding",))))
    assert here.problems[0].startswith(NOT_RUN)
    assert "model_masked" not in [one.key for one in here.page.text_input]
    here.set("selectbox", "model_source", "text").upload(b"a\nb\nc", "v.txt", "vocabulary")
    here.set("text_input", "model_text", "abcabc")
    here.set("text_input", "model_masked", "2,5-6")
    assert here.query["masked"] == "2,5-6"
    assert here.hidden("gru").shape == (3, 4)
    assert [group["before"] for group in here.told["masked"]] == [1, 3]
    assert here.told["masked"][1]["labels"] == ["b", "c"]
    here.set("text_input", "model_masked", "5-2")
    assert here.problems[0].startswith("'5-2' names no steps; whole numbers from 1 to 10,000")
    assert here.query["masked"] == "2,5-6"


def test_the_page_has_a_field_for_the_steps_that_count(here: ModelVisit) -> None:
    here.upload(packed(make_entry()))
    here.set("selectbox", "model_source", "text")
    here.set("number_input", "model_length", 3)
    assert here.query["length"] == "3"


def test_a_step_that_an_edit_makes_padding_is_named(here: ModelVisit) -> None:
    here.upload(masked()).set("selectbox", "model_padding", "none")
    for channel in range(3):
        here.send({"kind": "commit", "target": f"x.4.{channel}", "value": 0})
    (problem,) = here.problems
    assert problem.startswith("Step 5 of the input is 0 throughout now, which the model leaves out")


def test_an_input_longer_than_a_model_reads_ends_where_it_does(here: ModelVisit) -> None:
    here.upload(packed(make_entry(reads=Reads(steps=7))))
    (problem,) = here.problems
    assert problem.startswith("41 of the 48 steps of the input, from 8 to 48, are masked")
    assert here.hidden("gru").shape == (7, 4)
    assert here.set("number_input", "model_steps", 7).problems == []


def test_exported_weights_of_a_model_keep_its_notes_and_what_was_said(here: ModelVisit) -> None:
    here.upload(masked()).set("selectbox", "model_padding", "none")
    model = Model(here.query["file"], answers=(("padding", "none"),))
    setting = Setting(scene="model", model=model)
    (entry,) = npz.read(exporting.content(setting, "gru", ".weights.npz"), "a.npz").entries
    assert NOTE in entry.notes
    assert "said: padding=none" in entry.notes
    beside = npz.read(exporting.content(setting, "lstm", ".weights.npz"), "a.npz").entries[0]
    assert beside.notes == ()
    edited = Setting(scene="model", model=model, edits=parse_edits("x.4.0_0.5").edits)
    assert screen_of(edited).problems == ()


@pytest.mark.parametrize(
    ("who", "entry", "settings", "said"),
    [
        ("PyTorch", make_entry(), {}, ["Both start from zeros."]),
        (
            "PyTorch",
            make_entry("rnn", says={"backward": "false"}),
            {"state_activation": "relu"},
            ["PyTorch was told relu.", "Both start from zeros."],
        ),
        (
            "Keras",
            make_entry(biases=2, asks=("padding",)),
            {"padding": "none"},
            [
                "Keras was told the settings that are read here: reset after, sigmoid, tanh, "
                "2 biases.",
                "Both start from zeros.",
                "No step was masked, as you say.",
            ],
        ),
        (
            "Keras",
            make_entry(biases=2, reads=Reads(padding=-2.0)),
            {},
            [
                "Keras was told the settings that are read here: reset after, sigmoid, tanh, "
                "2 biases.",
                "Both start from zeros.",
                "The mask is that of the file: steps that are -2 throughout.",
            ],
        ),
        ("onnxruntime", make_entry(initial=True, checked=("It ran.",)), {}, ["It ran."]),
        (
            "onnxruntime",
            make_entry(asks=("start",)),
            {"start": "zeros"},
            ["Both start from zeros."],
        ),
    ],
)
def test_the_page_says_what_a_check_has_from_our_reading(
    who: str, entry: Any, settings: dict[str, str], said: list[str]
) -> None:
    assert list(taken_over(who, entry, settings)) == said
    assert np.isfinite(answered(entry, settings).first.w_x).all()
