"""A layer with a projection: the page says what it is and what it cannot draw, and checks it."""

import torch

from tests.app.modelling import Open, saved

SAID = "The layer projects its hidden state from 5 units to 2 numbers, which the stage does not"


def projected() -> torch.nn.Module:
    return torch.nn.LSTM(3, 5, 2, bidirectional=True, proj_size=2)


def test_the_page_says_that_it_is_not_drawn_and_pytorch_agrees_with_what_is_computed(
    open_model: Open,
) -> None:
    here = open_model().upload(saved(projected()), "model.pt")
    (problem,) = here.problems
    assert problem.startswith(SAID)
    assert "which are not those of your file" in here.told["scene"]["story"]
    here.page.button(key="model_check").click()
    here.look()
    (said,) = [one.value for one in here.page.caption if "agrees" in one.value]
    assert said.startswith("PyTorch agrees: over 48 steps h differs by at most")


def test_another_layer_of_its_file_is_drawn(open_model: Open) -> None:
    model = torch.nn.ModuleDict({"odd": projected(), "plain": torch.nn.GRU(3, 4)})
    here = open_model().upload(saved(model), "model.pt")
    assert here.problems[0].startswith(SAID)
    options = here.page.selectbox(key="model_layer").options
    assert (
        options[0]
        == "odd · LSTM of 5 units, 3 inputs, projected to 2 numbers, 2 layers, both directions"
    )
    here.set("selectbox", "model_layer", "plain")
    assert here.problems == []
    assert here.hidden("gru").shape == (48, 4)
