"""What a file leaves open is asked on the page, with every function that the core has."""

from typing import Any

import numpy as np
import pytest
import torch

from app.compute import uploads
from app.screen import exporting
from app.screen.loaded import COMMONEST, MOST_UNITS
from app.screen.screen import screen_of
from app.setting import link
from gru_core.ends import GATE_ENDS, STATE_ENDS
from gru_core.export.kinds import KINDS
from gru_core.formats.answers import LABELS, answered
from gru_core.formats.model import Entry
from gru_core.formats.running import run_ready
from gru_core.inputs.feed import Feed, fed
from tests.app.modelling import ModelVisit, Open, packed, saved
from tests.core.scenes.test_loaded import entry

pytestmark = pytest.mark.thorough

FUNCTIONS = ("gate_activation", "state_activation")


@pytest.fixture
def unsaid() -> Entry:
    """A GRU of which nobody says what its gates and its state end in."""
    made = entry(layers=1, directions=1)
    says = {key: value for key, value in made.says.items() if key not in FUNCTIONS}
    return Entry("it", "gru", made.layers, says=says)


@pytest.fixture
def here(open_model: Open, unsaid: Entry) -> ModelVisit:
    return open_model().upload(packed(unsaid))


def hidden(unsaid: Entry, **answers: str) -> Any:
    ready = answered(unsaid, {"gate_activation": "sigmoid", **answers})
    return run_ready(ready, fed(Feed("noise"), 3, 0).x).output


def test_every_function_is_offered_with_what_it_does_to_h(here: ModelVisit, unsaid: Entry) -> None:
    for setting, ends in zip(FUNCTIONS, (GATE_ENDS, STATE_ENDS), strict=True):
        options = here.page.selectbox(key=f"model_{setting}").options
        assert [one.split(" (")[0] for one in options] == [
            LABELS[setting][name].split(",")[0] for name in ends
        ]
    apart = np.abs(hidden(unsaid, state_activation="elu") - hidden(unsaid, state_activation="tanh"))
    assert f"elu (h differs by up to {apart.max():.3g})" in options


@pytest.mark.parametrize("state", [one for one in STATE_ENDS if one != "tanh"])
def test_a_chosen_function_is_on_the_stage_and_in_the_link(
    here: ModelVisit, unsaid: Entry, state: str
) -> None:
    here.set("selectbox", "model_state_activation", state)
    np.testing.assert_array_equal(here.hidden("gru"), hidden(unsaid, state_activation=state))
    assert here.query["set"] == f"state_activation.{state}"


def test_the_number_of_a_function_is_typed_beside_it(here: ModelVisit, unsaid: Entry) -> None:
    keys = [one.key for one in here.page.text_input]
    assert "model_state_activation_alpha" not in keys  # tanh has none
    here.set("selectbox", "model_state_activation", "leaky_relu")
    assert here.page.text_input(key="model_state_activation_alpha").value == "0.01"
    here.set("text_input", "model_state_activation_alpha", "0.2")
    leaky = "leaky_relu(0.2)"
    np.testing.assert_array_equal(here.hidden("gru"), hidden(unsaid, state_activation=leaky))
    assert here.query["set"] == f"state_activation.{leaky}"
    assert here.page.selectbox(key="model_state_activation").value == leaky
    here.set("text_input", "model_state_activation_alpha", "-1")
    assert here.problems[0] == ("“-1” is no number that leaky relu can have: give one such as 0.2.")
    assert here.query["set"] == f"state_activation.{leaky}"  # nothing has changed


def test_a_gate_has_a_hard_sigmoid_of_any_slope(here: ModelVisit, unsaid: Entry) -> None:
    here.set("selectbox", "model_gate_activation", "hard_sigmoid")
    here.set("text_input", "model_gate_activation_alpha", "0.25")
    hard = "hard_sigmoid(0.25)"
    truth = hidden(unsaid, gate_activation=hard, state_activation="tanh")
    np.testing.assert_array_equal(here.hidden("gru"), truth)
    assert here.query["set"] == f"gate_activation.{hard}"


def test_a_link_with_a_number_of_its_own_opens_with_it(
    open_model: Open, here: ModelVisit, unsaid: Entry
) -> None:
    tanh = "scaled_tanh(1.7159,0.6667)"
    query = {"file": here.query["file"], "set": f"gate_activation.sigmoid~state_activation.{tanh}"}
    there = open_model(**query)
    assert there.problems == []
    np.testing.assert_array_equal(there.hidden("gru"), hidden(unsaid, state_activation=tanh))
    found = [
        there.page.text_input(key=f"model_state_activation_{one}").value
        for one in ("alpha", "beta")
    ]
    assert found == ["1.7159", "0.6667"]


def test_a_function_that_the_framework_has_not_has_no_check_and_says_so(open_model: Open) -> None:
    here = open_model().upload(saved(torch.nn.RNN(3, 4)), "model.pt")
    here.set("selectbox", "model_state_activation", "leaky_relu")
    here.page.button(key="model_check").click()
    here.look()
    said = [one.value.replace("\\", "") for one in here.page.caption]
    assert any("torch.nn.RNN has tanh and relu, and not 'leaky_relu'" in one for one in said)


def test_exports_are_made_of_the_functions_that_were_chosen(
    open_model: Open, unsaid: Entry
) -> None:
    here = open_model().upload(packed(unsaid))
    here.set("selectbox", "model_gate_activation", "hard_sigmoid")
    here.set("text_input", "model_gate_activation_alpha", "0.25")
    here.set("selectbox", "model_state_activation", "softsign")
    upload = uploads.find(here.query["file"])
    assert upload is not None
    query = {"scene": "model", "file": here.query["file"], "set": here.query["set"]}
    setting, rejected = link.decode(query, ("model",))
    assert rejected == []
    screen = screen_of(setting)
    weights = screen.situation.weights["gru"]
    assert (weights.gate_activation, weights.state_activation) == ("hard_sigmoid(0.25)", "softsign")
    made = [one for one in KINDS if not exporting.refusal(setting, "gru", one)]
    assert {".onnx", ".npz", ".py", ".html"} <= set(made)
    assert all(exporting.content(setting, "gru", one) for one in made)


def test_of_a_large_layer_the_commonest_answers_are_compared(open_model: Open) -> None:
    module = torch.nn.RNN(2, MOST_UNITS + 1)
    here = open_model(steps="2").upload(saved(module), "model.pt")
    options = here.page.selectbox(key="model_state_activation").options
    assert options[0] == "tanh (assumed)"
    assert all("(h differs by up to" in one for one in options[1:COMMONEST])
    assert options[COMMONEST] == "selu"
