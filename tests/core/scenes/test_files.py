"""A scene's file is read strictly: a mistake is named with the file and the field."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gru_core import GRUWeights
from gru_core.errors import TextError
from gru_core.scenes.files import load_scene, load_scenes

FOLDER = Path(__file__).parents[3] / "assets" / "scenes"

Change = Callable[[dict[str, Any]], object]


def written(folder: Path, change: Change, source: str = "pulse") -> Path:
    """A copy of a scene's file with one change."""
    content = json.loads((FOLDER / f"{source}.json").read_text(encoding="utf-8"))
    change(content)
    path = folder / f"{source}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("title"), "the scene has no title; it needs: name, title, story, try,"),
        (
            lambda s: s.update(titel="x"),
            "the scene has the field 'titel'; it can have: name, title,",
        ),
        (lambda s: s.update(title=" "), 'title is " "; it needs a text that is not blank.'),
        (lambda s: s.update(name="plus"), "name is 'plus'; links use it, so it needs to be pulse."),
        (lambda s: s.update(units=0), "units is 0; it needs a whole number from 1 to 512."),
        (lambda s: s.update(units=True), "units is true; it needs a whole number from 1 to 512."),
        (
            lambda s: s.update(units=5),
            "weights.gru.w_x.update has shape (4, 1); this scene needs (5, 1).",
        ),
        (lambda s: s.update(seed=-1), "seed is -1; it needs a whole number from 0 to 4294967295."),
        (
            lambda s: s.update(scheme="he"),
            'scheme is "he"; choose one of: xavier, zeros, orthogonal, chrono.',
        ),
        (lambda s: s.update(gain=0), "gain is 0; it needs a number above 0."),
        (lambda s: s.update(reset_after=1), "reset_after is 1; it needs true or false."),
        (
            lambda s: s["cursor"].update(step=20),
            "cursor.step is 20; it needs a whole number from 0 to 19.",
        ),
        (
            lambda s: s["cursor"].update(unit=4),
            "cursor.unit is 4; it needs a whole number from 0 to 3.",
        ),
        (
            lambda s: s.update(handle="gru.b_x.update.4"),
            "handle is gru.b_x.update.4, unit 4; this scene has 4, counted from 0.",
        ),
        (
            lambda s: s.update(handle="lstm.b_x.forget.0"),
            "handle is of 'lstm'; it needs to be of x or gru, always there.",
        ),
        (lambda s: s.update(unit_names=["a"]), "unit_names has 1 texts; it needs 4, one for each"),
        (
            lambda s: s["input"].update(channels=["a", "b"]),
            "input.channels has 2 texts; it needs 1",
        ),
        (lambda s: s["input"].update(labels="abc"), 'input.labels is "abc"; it needs a list of'),
        (lambda s: s["input"]["values"].append([1, 2]), "input.values has rows of different"),
        (lambda s: s["input"].update(values=[]), "input.values has shape (0,)"),
        (lambda s: s["input"]["values"].append(["1"]), "input.values holds"),
        (
            lambda s: s["weights"].update(gur={}),
            "weights has the field 'gur'; it can have: gru, lstm, rnn.",
        ),
        (
            lambda s: s["weights"]["gru"].update(b=[]),
            "weights.gru has the field 'b'; it can have: w_x, w_h, b_x, b_h.",
        ),
        (
            lambda s: s["weights"]["lstm"]["b_x"].update(update=[0, 0, 0, 0]),
            "weights.lstm.b_x has the field 'update'; it can have: input, forget, candidate,",
        ),
        (
            lambda s: s["weights"]["gru"].update(b_x=[0, 0, 0, 0]),
            "weights.gru.b_x has shape (4,); this scene needs (3, 4).",
        ),
        (
            lambda s: s.update(initials={"lstm": {"h0": [0, 0, 0, 0]}}),
            "initials.lstm has no c0; it needs: h0, c0.",
        ),
        (
            lambda s: s.update(initials={"gru": {"h0": [0]}}),
            "initials.gru.h0 has shape (1,); this scene needs (4,).",
        ),
        (
            lambda s: s.update(input={"generator": "sin"}),
            'input.generator is "sin"; choose one of: pulse, copy, adding, parity, sine, noise.',
        ),
        (
            lambda s: s.update(input={"generator": "sine", "options": {"speed": 2}}),
            "input.options has the field 'speed'; it can have: steps, period, height.",
        ),
        (
            lambda s: s.update(input={"generator": "sine", "options": {"period": "2"}}),
            'input.options.period is "2"; it needs a number.',
        ),
        (
            lambda s: s.update(input={"generator": "sine", "options": {"period": 0}}),
            "period is 0; it needs a number of steps above 0.",
        ),
        (
            lambda s: s.update(
                input=[{"generator": "sine"}, {"generator": "noise", "options": {"steps": 3}}]
            ),
            "input has generators of 48, 3 steps; they need equally many: set their options.steps.",
        ),
        (lambda s: s.update(input=7), "input is 7; it needs an object in braces."),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(
    tmp_path: Path, change: Change, message: str
) -> None:
    with pytest.raises(TextError, match=f"^pulse.json: {re.escape(message)}"):
        load_scene(written(tmp_path, change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.update(model="writer"), 'model is "writer"; choose one of: reader, series,'),
        (
            lambda s: s.pop("word"),
            "the scene has no word; it needs: name, title, story, try, model,",
        ),
        (lambda s: s.update(model="series"), "the scene has the field 'word'; it can have: name,"),
        (lambda s: s.update(word="r2"), "The word has '2' (digit two) at place 2"),
        (lambda s: s.update(units=4), "the scene has the field 'units'; it can have: name,"),
        (lambda s: s["cursor"].update(step=10), "cursor.step is 10; it needs a whole number from"),
    ],
)
def test_a_mistake_in_a_model_scene_is_named(tmp_path: Path, change: Change, message: str) -> None:
    with pytest.raises(TextError, match=f"^reader.json: {re.escape(message)}"):
        load_scene(written(tmp_path, change, "reader"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"name": 1,}', "is not JSON: .* at line 1, column"),
        ('{"name": "a", "name": "b"}', "the field 'name' is given twice in one place; keep one"),
        ('{"gain": NaN}', "holds NaN; it needs a finite number"),
        ("[]", r"the scene is \[\]; it needs an object in braces"),
    ],
)
def test_a_file_that_is_no_scene_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    with pytest.raises(TextError, match=f"^odd.json: {message}"):
        load_scene(tmp_path / "odd.json")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_bytes(b"\xff\xfe")
    with pytest.raises(TextError, match=r"^odd.json: is not UTF-8 text; save it as UTF-8\."):
        load_scene(tmp_path / "odd.json")


def test_the_index_and_the_files_must_agree(tmp_path: Path) -> None:
    written(tmp_path, lambda scene: None)
    index = tmp_path / "index.json"
    index.write_text("[]", encoding="utf-8")
    with pytest.raises(TextError, match=r"^index.json: does not list pulse; add a place\."):
        load_scenes(tmp_path)
    index.write_text('["pulse", "impulse"]', encoding="utf-8")
    with pytest.raises(TextError, match=r"^impulse.json is not in .*; .*: index.json, pulse.json"):
        load_scenes(tmp_path)
    index.write_text('{"pulse": 1}', encoding="utf-8")
    with pytest.raises(TextError, match=r"^index.json: is .*; it needs a list of scene names"):
        load_scenes(tmp_path)


def test_weights_can_also_be_given_as_lists_over_all_gates(tmp_path: Path) -> None:
    given = load_scene(FOLDER / "pulse.json").weights["gru"].w_x
    path = written(tmp_path, lambda s: s["weights"]["gru"].update(w_x=given.tolist()))
    np.testing.assert_array_equal(load_scene(path).weights["gru"].w_x, given)


def test_one_generator_is_an_input_with_its_own_labels(tmp_path: Path) -> None:
    source = {"generator": "pulse", "seed": 1, "options": {"steps": 20, "at": 2}}
    scene = load_scene(written(tmp_path, lambda s: s.update(input=source)))
    assert scene.sequence is not None
    assert scene.sequence.labels[2] == "pulse"
    assert np.flatnonzero(scene.sequence.x).tolist() == [2]


def test_reset_placement_reaches_given_weights(tmp_path: Path) -> None:
    path = written(tmp_path, lambda scene: scene.update(reset_after=False))
    gru = load_scene(path).weights["gru"]
    assert isinstance(gru, GRUWeights)
    assert not gru.reset_after
