"""An LSTM with a projection in the browser: h has rows of its own, its numbers are PyTorch's."""

from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from gru_core.inputs.feed import Feed, fed
from tests.browser.driver import Stage, as_number, figures
from tests.browser.test_model import open_file


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
def test_a_projected_layer_shows_what_pytorch_computes(stage: Stage, tmp_path: Path) -> None:
    torch.manual_seed(3)
    layer = torch.nn.LSTM(3, 6, proj_size=3)
    torch.save(layer.state_dict(), tmp_path / "model.pt")
    with torch.no_grad():
        truth = layer(torch.tensor(fed(Feed("noise"), 3, 0).x, dtype=torch.float32))[0].numpy()
    wanted = pytest.approx(figures(truth[7, 1], 3), rel=2e-3)
    stage.open("scene=model&cell=lstm&t=8&u=2")
    open_file(stage, tmp_path / "model.pt")
    note = stage.page.locator(".gs-panel[data-cell=lstm] .gs-note").first
    expect(note).to_contain_text("6 units · h projected to 3 numbers")
    assert stage.shown("lstm.hidden") == wanted
    inside = stage.page.locator(".gs-inside")
    expect(inside).to_contain_text("The wiring of a layer with a projection is not drawn.")
    expect(inside.locator(".gs-wired > .gs-diagram")).to_be_hidden()
    assert as_number(inside.locator(".gs-equations mn").last.text_content() or "") == wanted
    for _ in range(3):  # to a unit that h has no number for
        stage.page.keyboard.press("ArrowDown")
    expect(stage.page.locator("[data-value='lstm.hidden']").first).to_have_text("")
    assert stage.cursor == (7, 4)
    expect(inside).not_to_contain_text("NaN")
    expect(inside.locator(".gs-equations mn").last).to_have_text("…")
    # Nothing is drawn where a scene has no first look: a value of JavaScript would be a word.
    expect(stage.page.locator(".gs-view")).not_to_contain_text("false")
