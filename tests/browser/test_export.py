"""Files that the page gives: each kind is downloaded and opened by what it is for."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from playwright.sync_api import Browser, expect
from safetensors.torch import load_file

from app.controls.export import label
from gru_core.conventions import GATES
from gru_core.export.kinds import KINDS
from gru_core.formats.opening import open_model
from gru_core.situation import Situation
from tests.browser.conftest import SIZE
from tests.browser.driver import Stage, traces_of, with_edits
from tests.serving import Server

LATE = 30_000  # milliseconds
SIZES = ((1280, 800), (640, 400), (390, 844), (320, 568))


def download(stage: Stage, *endings: str, cell: str = "GRU") -> dict[str, Path]:
    """Files of a cell by their endings, under the names that the page gives them."""
    popover = stage.page.get_by_role("button", name="export")
    popover.click()
    stage.page.get_by_role("radiogroup").get_by_text(cell, exact=True).click()
    stage.rest()
    stage.wait()  # until then the buttons are those of the cell before
    found = {}
    for ending in endings:
        with stage.page.expect_download(timeout=LATE) as started:
            stage.page.get_by_role("button", name=label(ending)).click()
        name = started.value.suggested_filename
        assert name.endswith(ending), name
        found[ending] = Path(started.value.path()).with_name(name)
        started.value.save_as(found[ending])
    stage.press("Escape")
    expect(popover).to_be_visible()
    return found


def test_every_kind_of_file_holds_the_scene_with_its_edits(
    page: Stage, core: Callable[..., Situation]
) -> None:
    page.open("scene=cue")
    page.choose("gru.b_x.update.1")
    page.type("-1.25")  # the row above the stage is not drawn anew
    made = with_edits(core("cue"), {"gru.b_x.update.1": -1.25})
    trace = traces_of(made)["gru"]
    files = download(page, *KINDS)
    assert {path.name for path in files.values()} == {f"gatescope-cue-gru{e}" for e in KINDS}

    layer = torch.nn.GRU(2, 3, dtype=torch.float64)
    layer.load_state_dict(load_file(files[".safetensors"]))
    with torch.no_grad():
        output, _ = layer(torch.tensor(made.x))
    np.testing.assert_allclose(output.numpy(), trace["hidden"], rtol=0, atol=1e-12)

    model = onnx.load(files[".onnx"])
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node if node.op_type == "GRU"] == ["GRU"]

    with np.load(files[".npz"]) as arrays:
        np.testing.assert_array_equal(arrays["gru.update"], trace["update"])
    rows = list(csv.reader(io.StringIO(files[".csv"].read_text(encoding="utf-8"))))
    at = rows[0].index("hidden 2")
    np.testing.assert_array_equal([float(row[at]) for row in rows[2:]], trace["hidden"][:, 1])
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "error", files[".py"]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Largest difference to torch.nn.GRU" in ran.stdout


def test_two_visitors_at_once_each_get_their_own_edit_and_the_last_one(
    stage: Stage, browser: Browser, server: Server
) -> None:
    """The Reader's files are above 1 MiB, of which Streamlit by itself compares only pieces."""
    target, kinds = "gru.w_h.update.40.41", (".safetensors", ".onnx", ".weights.npz")
    gate = GATES["gru"].index("update")

    def exported(visitor: Stage, value: float) -> None:
        visitor.choose(target)
        visitor.type(str(value))
        files = download(visitor, *kinds)
        assert min(path.stat().st_size for path in files.values()) > 1 << 20
        for path in files.values():
            (entry,) = open_model(path).entries
            assert entry.layers[0][0].w_h[gate, 40, 41] == value

    context = browser.new_context(viewport=SIZE)
    try:
        other = Stage(context.new_page(), server.url)
        for visitor in (stage, other):
            visitor.open("scene=reader&notation=pytorch")
        exported(stage, 0.5)
        exported(other, 0.75)
        exported(stage, 0.25)
        assert other.troubles == []
    finally:
        context.close()


def test_weights_exported_from_the_page_open_as_a_model_in_it(stage: Stage) -> None:
    stage.open("scene=elnino")
    parameters = stage.sizes("lstm")
    file = download(stage, ".weights.npz", cell="LSTM")[".weights.npz"]
    stage.open("scene=model")
    stage.page.locator("input[type=file]").first.set_input_files(file)
    expect(stage.page.locator("[data-cell=lstm] .gs-note")).to_contain_text("7 units")
    assert stage.sizes("lstm") == parameters


def test_what_cannot_be_exported_is_disabled_with_its_reason_on_every_screen(stage: Stage) -> None:
    page = stage.open("scene=book").page
    more, button = (page.locator(f".st-key-{key} button").first for key in ("settings", "export"))
    button.click()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        stage.frame()
        expect(page.get_by_role("button", name=label(".safetensors"))).to_be_disabled()
        expect(page.get_by_text("This GRU resets before the product U h")).to_be_visible()
        above, beside = more.bounding_box(), button.bounding_box()
        assert above is not None
        assert beside is not None
        assert above["y"] == beside["y"]
        for ending in KINDS:
            box = page.get_by_role("button", name=label(ending)).bounding_box()
            assert box is not None
            assert 0 <= box["x"] < box["x"] + box["width"] <= width


def test_what_is_behind_the_button_is_reached_by_keys_and_by_a_finger(
    browser: Browser, server: Server, stage: Stage
) -> None:
    """It is made when the button is pressed, and the keys are there as soon as it is."""
    page = stage.open("scene=pulse").page
    page.get_by_role("button", name="export").focus()
    stage.press("Enter")
    expect(page.get_by_role("radio", name="GRU")).to_be_focused()
    stage.press("Tab")
    expect(page.get_by_role("button", name=label(".safetensors"))).to_be_focused()
    stage.press("Escape")
    expect(page.get_by_role("button", name="export")).to_be_focused()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    try:
        other = Stage(context.new_page(), server.url)
        other.open("scene=pulse")
        other.page.get_by_role("button", name="export").tap()
        with other.page.expect_download() as started:
            other.page.get_by_role("button", name=label(".csv")).tap()
        assert started.value.suggested_filename == "gatescope-pulse-gru.csv"
        assert other.troubles == []
    finally:
        context.close()


@pytest.mark.parametrize("width", [1280, 1920])
def test_settings_and_export_stand_at_the_end_of_their_line(
    another: Callable[..., Stage], width: int
) -> None:
    wide = another(viewport={"width": width, "height": 800})
    wide.open()
    ends = wide.page.evaluate(
        """() => [".st-key-top", ".st-key-settings button", ".st-key-export button"].map((one) => {
          const box = document.querySelector(one).getBoundingClientRect();
          return [box.left, box.right, box.top];
        })"""
    )
    (_, edge, _), (_, left, top), (right, end, other) = ends
    assert edge - end < 60  # of the menu
    assert right - left < 30
    assert top == other


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_on_the_buttons_at_the_top_stands_on_one_line(
    another: Callable[..., Stage], width: int
) -> None:
    wide = another(viewport={"width": width, "height": 844})
    wide.open("scene=reader&word=knight")
    middles = wide.page.evaluate(
        """() => ["open-own", "settings", "export"].map((key) => {
          const range = document.createRange();
          range.selectNodeContents(document.querySelector(`.st-key-${key} button p`));
          const box = range.getBoundingClientRect();
          return (box.top + box.bottom) / 2;
        })"""
    )
    assert max(middles) - min(middles) < 0.6
