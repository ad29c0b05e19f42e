"""Many texts in the browser: given to a model, units sorted and found, and put on the stage."""

from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.lensing import chart, csv, point
from tests.browser.test_model import SLOW, open_file
from tests.formats.whole_making import UNITS, Classifier

TEXTS = ["w3 w17 w9", "w9 w9", "w1 w2 w4 w5", "w3 w3 w8"]
CLOSE = 1e-6


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "classifier.pt"
    torch.save(Classifier(), path)
    return path


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "reviews.csv"
    path.write_text("\n".join(["id,text", *(f"1,{text}" for text in TEXTS)]), encoding="utf-8")
    return path


def hidden() -> np.ndarray:
    """The mean of h over all steps of all texts, (unit,), by PyTorch itself."""
    model, found = Classifier(), []
    rnn = torch.nn.GRU(model.rnn.input_size, UNITS)
    own = {name: one for name, one in model.rnn.state_dict().items() if name.endswith("_l0")}
    rnn.load_state_dict(own)
    with torch.no_grad():
        for text in TEXTS:
            places = torch.tensor([int(word[1:]) for word in text.split()])
            found.append(rnn(model.embedding(places))[0].numpy())
    return np.concatenate(found).mean(axis=0, dtype=np.float64)


def words(stage: Stage) -> list[str]:
    return stage.page.locator(".gs-words p:not(.gs-before)").all_inner_texts()


def given(stage: Stage, file: Path, texts: Path) -> None:
    """A model with the view of many texts open, and texts for it."""
    stage.open("scene=model&view=many")
    open_file(stage, file)
    expect(stage.page.locator(".gs-words")).to_contain_text("“many texts”", timeout=SLOW)
    stage.page.get_by_role("button", name="many texts", exact=True).click()
    stage.page.locator(".st-key-model_texts_upload input[type=file]").set_input_files(texts)
    expect(stage.page.locator(".gs-words")).to_contain_text("4 texts with 12 steps", timeout=SLOW)
    stage.page.keyboard.press("Escape")


def test_texts_are_given_and_a_row_puts_its_unit_on_the_stage(
    stage: Stage, file: Path, texts: Path
) -> None:
    given(stage, file, texts)
    stage.drawn()
    means = hidden()
    order = np.argsort(-means, kind="stable")
    shown = csv(stage, "gru.many.hidden")
    np.testing.assert_allclose(shown.values[:, 0], means[order], rtol=0, atol=CLOSE)
    stage.page.mouse.click(*point(chart(stage, "gru.many.hidden"), 0.2, 1.5 / UNITS))
    assert stage.cursor == (0, int(order[1]))


def test_units_are_found_by_keys_alone(stage: Stage, file: Path, texts: Path) -> None:
    given(stage, file, texts)
    page, means = stage.page, hidden()
    level = round(float(np.median(means)), 3)
    page.get_by_label("Units: mean of").select_option("hidden")
    page.wait_for_url("**of=mean.hidden.above.0.9*")
    field = page.get_by_label("threshold", exact=True)
    field.fill(str(level))
    field.press("Enter")
    page.wait_for_url(f"**of=mean.hidden.above.{level}*")
    units = np.flatnonzero(means > level)
    listed = ", ".join(str(unit + 1) for unit in units)
    expect(page.locator(".gs-words")).to_contain_text(f"for {len(units)} of 5 units: {listed}.")
    buttons = page.get_by_role("group", name="Units found").get_by_role("button")
    assert buttons.all_inner_texts() == [f"unit {unit + 1}" for unit in units]
    buttons.last.focus()
    page.keyboard.press("Enter")
    assert stage.cursor[1] == units[-1]
    unit = page.get_by_label("Go to unit")
    unit.fill("2")
    unit.press("Enter")
    assert stage.cursor[1] == 1
    unit.fill("6")
    unit.press("Enter")
    expect(page.locator(".gs-sifting [role=alert]")).to_contain_text("from 1 to 5 is needed")
    assert stage.cursor[1] == 1


def test_all_of_it_fits_a_narrow_window(stage: Stage, file: Path, texts: Path) -> None:
    given(stage, file, texts)
    stage.page.set_viewport_size({"width": 390, "height": 844})
    stage.drawn()
    assert stage.page.evaluate("document.documentElement.scrollWidth") == 390
    sifting = stage.page.locator(".gs-sifting").bounding_box()
    assert sifting is not None
    assert sifting["x"] >= 0
    assert sifting["x"] + sifting["width"] <= 390
