"""A layer with a projection opens on the page, and PyTorch agrees with it."""

import numpy as np
import torch

from tests.app.modelling import Open, saved


def test_a_projected_layer_is_on_the_stage_and_pytorch_agrees_with_it(open_model: Open) -> None:
    module = torch.nn.LSTM(3, 5, 2, bidirectional=True, proj_size=2)
    here = open_model().upload(saved(module), "model.pt")
    assert here.problems == []
    assert here.hidden("lstm").shape == (48, 2)
    here.send({"kind": "view", "cell": "lstm", "form": "split"})
    assert here.told["inner"]["projected"]
    here.page.button(key="model_check").click()
    here.look()
    (said,) = [one.value for one in here.page.caption if "agrees" in one.value]
    assert said.startswith("PyTorch agrees: over 48 steps h differs by at most")
    here.send({"kind": "commit", "target": "lstm.w_h.forget.4.1", "value": 2.5})
    assert here.problems == []
    here.send({"kind": "view", "view": "why"})
    assert np.isfinite(here.hidden("lstm")).all()
    assert here.told["lens"]["view"] == "why"
