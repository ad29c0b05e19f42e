"""The visitor's own model: what is uploaded and answered is what is run, and nothing else is."""

import io
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import safetensors.torch
import torch

from app.controls.model import summary
from gru_core import run
from gru_core.formats import limits
from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from gru_core.inputs.feed import Feed, fed
from gru_core.scenes.loaded import TITLE
from tests.app.modelling import Open, packed, saved
from tests.core.scenes.test_loaded import entry
from tests.formats import onnx_making


def test_before_a_model_is_open_the_page_says_what_can_be(open_model: Open) -> None:
    here = open_model()
    assert here.told["scene"]["title"] == TITLE
    assert "PyTorch, Keras, ONNX or safetensors" in here.told["scene"]["story"]
    assert here.problems == []


def test_an_uploaded_model_is_on_the_stage_as_its_framework_runs_it(open_model: Open) -> None:
    made = entry(layers=1, directions=1)
    here = open_model().upload(packed(made))
    assert here.problems == []
    sequence = fed(Feed("noise"), 3, 0)
    truth = run_ready(answered(made, {}), sequence.x).output
    np.testing.assert_array_equal(here.hidden("gru"), truth)
    assert "random weights" not in here.told["panels"][0]["note"]
    assert "random weights" in here.told["panels"][1]["note"]


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_another_cell_stands_beside_a_drawn_gru(open_model: Open, cell: str) -> None:
    made = entry(cell, layers=1, directions=1)
    here = open_model().upload(packed(made))
    truth = run_ready(answered(made, {}), fed(Feed("noise"), 3, 0).x).output
    np.testing.assert_array_equal(here.hidden(cell), truth)
    assert [panel["cell"] for panel in here.told["panels"]] == ["gru", cell]


def test_any_layer_and_direction_can_be_put_on_the_stage(open_model: Open) -> None:
    made = entry()
    here = open_model().upload(packed(made))
    whole = run_ready(answered(made, {}), fed(Feed("noise"), 3, 0).x)
    here.set("selectbox", "model_place", (1, True))
    np.testing.assert_array_equal(here.hidden("gru"), whole.layers[1]["backward"]["hidden"][::-1])
    assert here.query["level"] == "2"
    assert here.query["back"] == "1"


def test_of_several_layers_the_first_is_shown_and_any_other_can_be_chosen(
    open_model: Open,
) -> None:
    gru, lstm = entry(layers=1, directions=1), entry("lstm", layers=1, directions=1)
    other = type(lstm)("other", "lstm", lstm.layers, says=lstm.says)
    here = open_model().upload(packed(gru, other))
    assert list(here.page.selectbox(key="model_layer").options) == [
        "it · GRU of 5 units, 3 inputs, reset after",
        "other · LSTM of 5 units, 3 inputs",
    ]
    here.set("selectbox", "model_layer", "other")
    truth = run_ready(answered(other, {}), fed(Feed("noise"), 3, 0).x).output
    np.testing.assert_array_equal(here.hidden("lstm"), truth)


@pytest.mark.parametrize(
    ("cell", "sizes", "says", "words"),
    [
        ("gru", (1, 1), {"reset_after": "false"}, "GRU of 5 units, 3 inputs, reset before"),
        ("gru", (2, 2), {}, "GRU of 5 units, 3 inputs, 2 layers, both directions, reset after"),
        (
            "lstm",
            (1, 1),
            {"gate_activation": "hard_sigmoid", "state_activation": "relu", "backward": "true"},
            "LSTM of 5 units, 3 inputs, hard sigmoid of Keras 1 and 2, relu, backward",
        ),
    ],
)
def test_a_layer_is_listed_with_its_sizes_and_its_convention(cell, sizes, says, words) -> None:
    made = entry(cell, layers=sizes[0], directions=sizes[1], **says)
    assert summary(made) == words


def test_what_the_file_does_not_say_is_asked_with_what_each_answer_does_to_h(
    open_model: Open,
) -> None:
    made = entry(layers=1, directions=1)
    says = {key: value for key, value in made.says.items() if key != "gate_activation"}
    unsaid = type(made)("it", "gru", made.layers, says=says)
    here = open_model().upload(packed(unsaid))
    assert any("The file does not say" in problem for problem in here.problems)
    x = fed(Feed("noise"), 3, 0).x
    both = [
        run_ready(answered(unsaid, {"gate_activation": answer}), x).output
        for answer in ("sigmoid", "hard_sigmoid")
    ]
    apart = np.abs(both[0] - both[1]).max()
    options = here.page.selectbox(key="model_gate_activation").options
    assert options[0] == "sigmoid"
    assert f"h differs by up to {apart:.3g}" in options[1]
    here.set("selectbox", "model_gate_activation", "hard_sigmoid")
    np.testing.assert_array_equal(here.hidden("gru"), both[1])
    assert here.problems == []
    assert here.query["set"] == "gate_activation.hard_sigmoid"


def test_what_is_only_assumed_is_marked_so_and_can_be_changed(open_model: Open) -> None:
    made = entry("rnn", layers=1, directions=1)
    says = {key: value for key, value in made.says.items() if key != "state_activation"}
    unsaid = type(made)("it", "rnn", made.layers, says=says, assumes={"state_activation": "tanh"})
    here = open_model().upload(packed(unsaid))
    assert here.problems == []
    options = here.page.selectbox(key="model_state_activation").options
    assert options[0] == "tanh (assumed)"
    here.set("selectbox", "model_state_activation", "relu")
    truth = run_ready(answered(unsaid, {"state_activation": "relu"}), fed(Feed("noise"), 3, 0).x)
    np.testing.assert_array_equal(here.hidden("rnn"), truth.output)


@pytest.mark.parametrize(
    ("directions", "query", "shown"),
    [
        (2, {"level": "9"}, (1, False)),
        (2, {"level": "9", "back": "1"}, (1, True)),
        (1, {"level": "2", "back": "1"}, (1, False)),
    ],
)
def test_a_link_to_a_layer_that_is_not_there_names_the_one_that_is_shown(
    open_model: Open, directions: int, query: dict[str, str], shown: tuple[int, bool]
) -> None:
    made = entry(directions=directions)
    here = open_model(file=open_model().upload(packed(made)).query["file"], **query)
    assert here.page.selectbox(key="model_place").value == shown
    layer = run_ready(answered(made, {}), fed(Feed("noise"), 3, 0).x).layers[shown[0]]
    truth = layer["backward"]["hidden"][::-1] if shown[1] else layer["forward"]["hidden"]
    np.testing.assert_array_equal(here.hidden("gru"), truth)


def test_an_answer_with_which_h_grows_past_all_numbers_is_not_said_to_change_nothing(
    open_model: Open,
) -> None:
    layer = torch.nn.RNN(2, 3)
    with torch.no_grad():
        layer.weight_hh_l0[:] = 9 * torch.eye(3)
    here = open_model(steps="1000").upload(saved(layer), "model.pt")
    options = here.page.selectbox(key="model_state_activation").options
    assert options[:2] == ["tanh (assumed)", "relu (h cannot be compared)"]
    assert "linear (h cannot be compared)" in options
    here.set("selectbox", "model_state_activation", "relu")
    assert any("grew past all numbers" in problem for problem in here.problems)
    assert "not those of your file" in here.told["scene"]["story"]
    options = here.page.selectbox(key="model_state_activation").options
    assert options[:2] == ["tanh (h cannot be compared)", "relu"]


# The input ------------------------------------------------------------------------------------


def test_a_text_is_read_with_the_vocabulary_of_the_model(open_model: Open) -> None:
    made = entry(layers=1, directions=1)
    here = open_model().upload(packed(made)).set("selectbox", "model_source", "text")
    assert any("needs the vocabulary" in problem for problem in here.problems)
    here.set("text_input", "model_text", "abca").upload(b"a\nb\nc", "v.txt", "vocabulary")
    assert here.problems == []
    assert here.told["labels"] == ["a", "b", "c", "a"]
    truth = run_ready(answered(made, {}), np.eye(3)[[0, 1, 2, 0]]).output
    np.testing.assert_array_equal(here.hidden("gru"), truth)


def test_a_text_too_long_for_a_link_is_said_to_be_lost_by_a_reload(open_model: Open) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    here.set("selectbox", "model_source", "text").upload(b"a\nb\nc", "v.txt", "vocabulary")
    here.set("text_input", "model_text", "a" * 2000)
    assert here.problems == []
    assert here.query["text"] == "a" * 2000
    here.set("text_input", "model_text", "a" * 2001)
    assert here.problems == ["The link has no room for your input; reloading the page loses it."]


@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_numbers_come_from_a_file_with_a_row_a_step(open_model: Open, kind: str) -> None:
    x = np.array([[0.5, 1, -1], [0.25, 0, 2]])
    if kind == "csv":
        content = b"a,b,c\n0.5,1,-1\n0.25,0,2\n"
    else:
        file = io.BytesIO()
        np.save(file, x)
        content = file.getvalue()
    made = entry(layers=1, directions=1)
    here = open_model().upload(packed(made)).set("selectbox", "model_source", "numbers")
    here.upload(content, f"x.{kind}", "numbers")
    assert here.problems == []
    truth = run_ready(answered(made, {}), x).output
    np.testing.assert_array_equal(here.hidden("gru"), truth)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "2 columns; the layer takes 3 inputs"),
        (b"a,b,c\n1,2,cat\n", "cat"),
        (b"\x93NUMPY\x01\x00", "does not begin as a .npy file does"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_and_nothing_is_lost(
    open_model: Open, content: bytes, words: str
) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    here.set("selectbox", "model_source", "numbers").upload(content, "x.csv", "numbers")
    assert any(words in problem for problem in here.problems)
    assert here.hidden("gru").shape == (48, 5)


def test_half_precision_numbers_are_widened(open_model: Open) -> None:
    file = io.BytesIO()
    np.save(file, np.array([[0.5, 1, -1], [0.25, 0, 2]], np.float16))
    made = entry(layers=1, directions=1)
    here = open_model().upload(packed(made)).set("selectbox", "model_source", "numbers")
    here.upload(file.getvalue(), "x.npy", "numbers")
    assert here.problems == []
    truth = run_ready(answered(made, {}), [[0.5, 1, -1], [0.25, 0, 2]]).output
    np.testing.assert_array_equal(here.hidden("gru"), truth)


def test_what_stands_before_a_layer_and_is_not_computed_is_said(open_model: Open) -> None:
    nodes = [
        onnx_making.constant("axis", 0),
        onnx.helper.make_node("CumSum", ["X", "axis"], ["made"], name="sum"),
    ]
    made = onnx_making.put_before(onnx_making.make_model(), 0, *nodes)
    here = open_model().upload(made.SerializeToString(), "model.onnx")
    said = "makes of the input, which is not computed here: the numbers given are taken for what"
    captions = [one.value.replace("\\", "") for one in here.page.caption]
    [note] = [one for one in captions if said in one]
    assert note.startswith("In its model 'one' reads what CumSum 'sum' ")
    assert here.told["scene"]["story"].endswith(note)  # beside its numbers, too
    assert here.problems == []


def test_a_model_and_its_data_are_uploaded_at_once(open_model: Open, tmp_path: Path) -> None:
    """Alone the model says which file is missing, and that alone whose it is."""
    model = onnx_making.make_model("GRU", arrays=onnx_making.tensors("GRU", scale=0.4))
    truth = open_model().upload(model.SerializeToString(), "whole.onnx").hidden("gru")
    path = tmp_path / "model.onnx"
    options = {"location": "model.onnx.data", "size_threshold": 0}
    onnx.save(model, path, save_as_external_data=True, **options)
    files = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    here = open_model().upload(files["model.onnx"], "model.onnx")
    assert "'model.onnx.data': give both at once" in here.problems[0]
    here.upload(files["model.onnx.data"], "model.onnx.data")
    assert (
        "is a file of numbers that an ONNX model has beside it: give both at once"
        in here.problems[0]
    )
    here.upload_all(files)
    assert here.problems == []
    np.testing.assert_array_equal(here.hidden("gru"), truth)
    here.page.button(key="model_check").click()
    here.look()
    assert [one.value for one in here.page.caption if "onnxruntime agrees" in one.value]


def test_a_folder_is_uploaded_at_once_or_named(open_model: Open) -> None:
    layer = torch.nn.ModuleDict({"rnn": torch.nn.GRU(3, 4)})
    truth = open_model().upload(saved(layer), "whole.pt").hidden("gru")
    tensors = {name: one.detach() for name, one in layer.state_dict().items()}
    index = {"weight_map": dict.fromkeys(tensors, "model-00002-of-00002.safetensors")}
    files = {
        "config.json": b"{}",
        "model.safetensors.index.json": json.dumps(index).encode(),
        "model-00001-of-00002.safetensors": safetensors.torch.save({"a": torch.ones(2)}),
    }
    here = open_model().upload_all(files)
    assert "stand in 'model-00002-of-00002.safetensors', as" in here.problems[0]
    here.upload_all(files | {"model-00002-of-00002.safetensors": safetensors.torch.save(tensors)})
    assert here.problems == []
    np.testing.assert_array_equal(here.hidden("gru"), truth)
    here.upload_all({"a.pt": b"\x80\x02N.", "b.pt": b"\x80\x02N."})
    assert here.problems == ["'a.pt', 'b.pt' stand together: give one of them."]


def test_a_file_too_large_names_the_limit_and_what_raises_it(open_model: Open) -> None:
    here = open_model().upload(b"\x80\x02" + bytes(limits.MAX_BYTES), "model.pt")
    assert "up to 32 MB are read, unless GATESCOPE_MAX_FILE_MB says another" in here.problems[0]
    assert "--server.maxUploadSize" in here.page.file_uploader(key="model_file_upload").help


# Trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>", "page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "lfs"),
        (b"PK\x03\x04" + b"\0" * 40, "damaged"),
    ],
)
def test_a_file_that_is_no_model_changes_nothing_and_is_named_in_a_sentence(
    open_model: Open, content: bytes, words: str
) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    before, query = here.hidden("gru"), dict(here.query)
    here.upload(content, "model.pt")
    assert any(words in problem for problem in here.problems), here.problems
    np.testing.assert_array_equal(here.hidden("gru"), before)
    assert here.query == query


def test_a_link_to_a_model_that_is_gone_says_so(open_model: Open) -> None:
    here = open_model(file="abcdefgh")
    assert here.problems == ["The model of this link is not here any more: open its file again."]


def test_undo_brings_back_the_model_that_was_open_before(open_model: Open) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    before = here.hidden("gru")
    here.upload(packed(entry("lstm", layers=1, directions=1)))
    assert [panel["cell"] for panel in here.told["panels"]] == ["gru", "lstm"]
    here.send({"kind": "undo"}).look()
    np.testing.assert_array_equal(here.hidden("gru"), before)


def test_edits_run_on_the_loaded_weights(open_model: Open) -> None:
    made = entry(layers=1, directions=1)
    here = open_model().upload(packed(made))
    here.send({"kind": "commit", "target": "gru.b_x.update.2", "value": 3.0})
    weights = answered(made, {}).directions[0][0].with_value("b_x", (1, 2), 3.0)
    truth = run(weights, fed(Feed("noise"), 3, 0).x)["hidden"]
    np.testing.assert_allclose(here.hidden("gru"), truth, atol=1e-6)
