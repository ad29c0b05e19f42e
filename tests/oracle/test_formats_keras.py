"""Files that Keras 3 has saved give here what they give in Keras, to 1e-5."""

import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gru_core.arrays import Array
from gru_core.conventions import TOLERANCE
from gru_core.errors import FormatError, UnknownNameError
from gru_core.formats import read
from gru_core.formats.answers import answered, questions
from gru_core.formats.checking import check as check_by_keras
from gru_core.formats.child import check_safely
from gru_core.formats.keras.check import check_against_keras
from gru_core.formats.model import Answers, Entry
from gru_core.formats.running import run_ready
from tests.oracle.keras_models import EXTENSIONS, LAYERS, LEGACY, write_all

os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the models that Keras has saved."""
    folder = tmp_path_factory.mktemp("keras")
    with warnings.catch_warnings(action="ignore"):
        write_all(folder)
    return folder


def only(path: Path) -> Entry:
    (entry,) = read(path.read_bytes(), path.name).entries
    return entry


def check(entry: Entry, answers: dict[str, str], path: Path) -> None:
    expected = np.load(path.with_name(path.name.partition(".")[0] + ".npz"))
    output: Array = run_ready(answered(entry, answers), expected["x"]).output
    assert output.dtype == expected["y"].dtype
    limit = TOLERANCE[output.dtype]
    np.testing.assert_allclose(output, expected["y"], rtol=0, atol=limit)
    assert np.abs(expected["y"]).max() > 100 * limit  # a test of zeros would say nothing


@pytest.mark.sampled(16)
@pytest.mark.parametrize("extension", ["keras", "h5"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_saved_model_runs_as_in_keras(models: Path, name: str, extension: str) -> None:
    path = models / f"{name}.{extension}"
    entry = only(path)
    assert questions(entry) == ()
    check(entry, {}, path)


def settings_of(path: Path) -> Answers:
    """What a file leaves open, as the same model's `.keras` says it."""
    asked = [question.setting for question in questions(only(path))]
    whole = only(path.with_name(f"{path.name.partition('.')[0]}.keras")) if asked else only(path)
    said = {**whole.says, "merge": whole.merge}
    return {setting: said[setting] for setting in asked}


@pytest.mark.parametrize("name", LAYERS)
def test_saved_weights_run_as_in_keras_once_what_is_open_is_answered(
    models: Path, name: str
) -> None:
    path = models / f"{name}.weights.h5"
    entry, whole = only(path), only(models / f"{name}.keras")
    assert set(entry.says.items()) <= set(whole.says.items())
    check(entry, settings_of(path), path)


@pytest.mark.parametrize("name", ["gru", "gru_before", "lstm", "rnn", "two_concat", "stack"])
def test_what_is_assumed_of_saved_weights_is_what_keras_does(models: Path, name: str) -> None:
    path = models / f"{name}.weights.h5"
    check(only(path), {}, path)


@pytest.mark.parametrize("name", LEGACY)
def test_keras_loads_the_legacy_files_made_by_hand(models: Path, name: str) -> None:
    path = models / f"{name}.h5"
    check(only(path), {}, path)


def test_names_of_layers_in_models_are_kept(models: Path) -> None:
    assert only(models / "each.keras").name == "outer/inner/deep"
    (note,) = read((models / "each.keras").read_bytes(), "each.keras").notes
    assert "Lambda" in note


def test_the_wrong_hard_sigmoid_would_be_seen(models: Path) -> None:
    path = models / "gru_hard.keras"
    entry = only(path)
    assert entry.says["gate_activation"] == "hard_sigmoid_sixth"
    swapped = replace(entry, says={**entry.says, "gate_activation": "hard_sigmoid"})
    with pytest.raises(AssertionError):
        check(swapped, {}, path)


# The check that the app offers ---------------------------------------------------------------


@pytest.mark.sampled(16)
@pytest.mark.parametrize(
    "file", [f"{n}.{e}" for n in LAYERS for e in EXTENSIONS] + [f"{n}.h5" for n in LEGACY]
)
def test_the_check_is_what_keras_makes_of_the_model(models: Path, file: str) -> None:
    path = models / file
    expected = np.load(models / f"{file.partition('.')[0]}.npz")
    answers = settings_of(path)
    made = check_by_keras(path.read_bytes(), file, only(path).name, expected["x"], answers)
    assert made.dtype == expected["y"].dtype
    np.testing.assert_allclose(made, expected["y"], rtol=0, atol=1e-7)


def test_a_reader_that_mixed_up_the_gates_would_be_found(models: Path) -> None:
    """Keras gets the arrays of the file, and not what the reader has made of them."""
    expected = np.load(models / "gru.npz")
    file = read((models / "gru.keras").read_bytes(), "gru.keras")
    ((one,),) = file.entries[0].layers
    entry = replace(file.entries[0], layers=((replace(one, w_h=one.w_h[[1, 0, 2]]),),))
    theirs = check_against_keras(replace(file, entries=(entry,)), entry.name, expected["x"], {})
    assert np.abs(theirs - expected["y"]).max() < 1e-7
    assert np.abs(theirs - run_ready(answered(entry, {}), expected["x"]).output).max() > 1e-3


def test_what_keras_of_today_does_not_compute_is_not_checked(models: Path) -> None:
    path = models / "gru.weights.h5"
    answers = {"gate_activation": "hard_sigmoid"}
    x = np.load(models / "gru.npz")["x"]
    (entry,) = read(path.read_bytes(), path.name).entries
    with pytest.raises(FormatError, match="Keras 3 has another hard sigmoid"):
        check_safely(path.read_bytes(), path.name, entry.name, x, answers)
    with pytest.raises(UnknownNameError, match="layer 'no' does not exist"):
        check_safely(path.read_bytes(), path.name, "no", x)
