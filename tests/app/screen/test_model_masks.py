"""A model that leaves out padding, on the page: it is not run without a word."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.screen import exporting
from app.screen.screen import screen_of
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.formats import npz
from gru_core.formats.answers import answered
from gru_core.formats.checking import taken_over
from gru_core.formats.reads import Reads
from gru_core.situation import parse_edits
from tests.app.modelling import ModelVisit, packed
from tests.app.visiting import Unpack
from tests.formats.entries import make_entry

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


def test_an_input_with_padding_is_refused_and_noise_stands_there(here: ModelVisit) -> None:
    here.upload(masked()).set("selectbox", "model_padding", "none")
    here.set("selectbox", "model_source", "silence")
    (problem,) = here.problems
    assert problem.startswith(
        "Step 1 and 47 more of the input are 0 throughout, by which the model"
    )
    assert problem.endswith("Until then noise stands here.")
    here.set("selectbox", "model_source", "noise")
    assert here.problems == []


def test_a_step_that_an_edit_makes_padding_is_named(here: ModelVisit) -> None:
    here.upload(masked()).set("selectbox", "model_padding", "none")
    for channel in range(3):
        here.send({"kind": "commit", "target": f"x.4.{channel}", "value": 0})
    (problem,) = here.problems
    assert problem.startswith("Step 5 of the input is 0 throughout now, which the model leaves out")


def test_an_input_longer_than_a_model_reads_is_refused(here: ModelVisit) -> None:
    here.upload(packed(make_entry(reads=Reads(steps=7))))
    (problem,) = here.problems
    assert problem.startswith("the input has 48 steps; the model reads the first 7")
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
        ("onnxruntime", make_entry(initial=True), {}, ["The first state is that of the file."]),
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
