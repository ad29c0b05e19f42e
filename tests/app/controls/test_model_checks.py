"""The check of a visitor's own model: its framework runs the file, and the page says it."""

import numpy as np
import pytest
import torch
from safetensors.torch import save

from gru_core.formats import checking
from tests.app.modelling import Open, packed, saved
from tests.core.scenes.test_loaded import entry
from tests.formats import keras_making, onnx_making

pytestmark = pytest.mark.thorough


def test_a_pytorch_file_is_checked_against_pytorch_itself(open_model: Open) -> None:
    torch.manual_seed(1)
    here = open_model().upload(saved(torch.nn.GRU(3, 5, 2, bidirectional=True)), "model.pt")
    assert not [one for one in here.page.caption if "agrees" in one.value]
    here.page.button(key="model_check").click()
    here.look()
    (said,) = [one.value for one in here.page.caption if "agrees" in one.value]
    assert said.startswith("PyTorch agrees: over 48 steps h differs by at most")
    here.set("number_input", "model_steps", 7)  # another input is another check
    assert not [one for one in here.page.caption if "agrees" in one.value]


def test_a_check_that_fails_says_not_to_trust_the_picture(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = save(torch.nn.GRU(3, 5).state_dict())
    here = open_model().upload(data, "model.safetensors")
    wrong = lambda data, name, entry, x, settings: np.zeros((len(x), 5), np.float32)  # noqa: E731
    monkeypatch.setattr("app.screen.loaded.check_safely", wrong)
    here.page.button(key="model_check").click()
    here.look()
    assert any("PyTorch does not agree" in one.value for one in here.page.caption)


@pytest.mark.parametrize(
    ("data", "name", "framework"),
    [
        (keras_making.one("gru"), "model.keras", "Keras"),
        (onnx_making.make_model().SerializeToString(), "model.onnx", "onnxruntime"),
    ],
)
def test_other_frameworks_check_their_files_where_they_are_installed(
    open_model: Open, monkeypatch: pytest.MonkeyPatch, data: bytes, name: str, framework: str
) -> None:
    here = open_model().upload(data, name)
    here.page.button(key="model_check").click()
    here.look()
    (said,) = [one.value for one in here.page.caption if "agrees" in one.value]
    assert said.startswith(f"{framework} agrees: over 48 steps h differs by at most")
    monkeypatch.setattr(checking, "find_spec", lambda package: None)
    elsewhere = open_model().upload(data, f"another {name}")
    assert "model_check" not in [button.key for button in elsewhere.page.button]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_an_answer_reaches_the_framework_too(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare Keras file leaves open what the gates end in: Keras has to be told as we are.

    The Keras of this process: that answers reach another is shown in tests/oracle.
    """
    monkeypatch.setattr("app.screen.loaded.check_safely", checking.check)
    parts = keras_making.arrays("gru", scale=2.0)
    here = open_model().upload(
        keras_making.weights_h5(keras_making.variables(parts)), "m.weights.h5"
    )
    here.set("selectbox", "model_gate_activation", "hard_sigmoid_sixth")
    here.page.button(key="model_check").click()
    here.look()
    assert [one.value for one in here.page.caption if "Keras agrees" in one.value]


def test_a_file_that_no_framework_here_runs_has_no_check(open_model: Open) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    assert "model_check" not in [button.key for button in here.page.button]
