"""Another checkpoint in the place of the one on the stage: the same layer on the same input."""

import numpy as np

from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from gru_core.inputs.feed import Feed, fed
from tests.app.modelling import Open, packed
from tests.core.scenes.test_loaded import entry


def test_layer_direction_and_input_stay_and_a_and_b_are_compared(open_model: Open) -> None:
    one, other = entry(), entry(seed=5)
    here = open_model().upload(packed(one))
    here.set("selectbox", "model_place", (1, True)).set("number_input", "model_steps", 20)
    before = here.hidden("gru")
    here.send({"kind": "view", "view": "pinned"}).send({"kind": "pin"})
    here.upload(packed(other), "later.npz")
    assert here.problems == []
    assert (here.query["level"], here.query["back"]) == ("2", "1")
    x = fed(Feed("noise", 20), 3, 0).x
    now, then = (
        run_ready(answered(made, {}), x).layers[1]["backward"]["hidden"][::-1]
        for made in (other, one)
    )
    np.testing.assert_array_equal(before, then)
    np.testing.assert_array_equal(here.hidden("gru"), now)
    assert np.abs(now - then).max() > 0.01
    step, unit = np.unravel_index(np.abs(now - then).argmax(), now.shape)
    most = np.abs(now - then).max()
    said = f"most at step {step + 1}, unit {unit + 1}: by {most:.3g}."
    assert here.told["lens"]["words"][0].endswith(said)


def test_of_a_file_with_another_layer_its_own_first_one_is_shown(open_model: Open) -> None:
    here = open_model().upload(packed(entry()))
    here.set("selectbox", "model_place", (1, True))
    here.upload(packed(entry("lstm")), "other.npz")
    assert here.problems == []
    assert "level" not in here.query
    assert [panel["cell"] for panel in here.told["panels"]][-1] == "lstm"
