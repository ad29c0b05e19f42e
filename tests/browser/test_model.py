"""The visitor's own model in the browser: from a file to a trace that its framework agrees with."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import safetensors.torch
import torch
from playwright.sync_api import Error, expect

from gru_core.formats.onnx import writer as onnx_writer
from gru_core.weights import GRUWeights
from tests.browser.driver import Stage, figures
from tests.formats.torch_hostile import all_of_them
from tests.serving import Server, serving

STEPS, INPUTS, UNITS = 12, 3, 5
SLOW = 30_000  # milliseconds for a process that imports a framework, on a busy machine
PLACES = ((0, 0), (7, 3), (11, 4))
X = np.random.default_rng(5).normal(size=(STEPS, INPUTS)).astype(np.float32)
KERAS = """
import sys, keras, numpy as np
keras.utils.set_random_seed(3)
layers = [keras.Input((None, 3)), keras.layers.GRU(5, return_sequences=True, name="memory")]
model = keras.Sequential(layers)
model.save(sys.argv[1])
np.save(sys.argv[3], model.predict(np.load(sys.argv[2])[None], verbose=0)[0])
"""


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The input, as a visitor has it."""
    path = tmp_path_factory.mktemp("input") / "x.npy"
    np.save(path, X)
    return path


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, numbers: Path
) -> dict[str, tuple[Path, np.ndarray]]:
    """By framework a file that it has saved, and what it makes of the input itself."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "PyTorch": _pytorch(folder / "model.pt"),
        "Keras": _keras(folder / "model.keras", numbers),
        "ONNX": _onnx(folder / "model.onnx"),
    }


def _pytorch(path: Path) -> tuple[Path, np.ndarray]:
    torch.manual_seed(2)
    layer = torch.nn.GRU(INPUTS, UNITS)
    torch.save({"epoch": 3, "model": {"memory": layer.state_dict()}}, path)
    with torch.no_grad():
        return path, layer(torch.tensor(X))[0].numpy()


def _keras(path: Path, numbers: Path) -> tuple[Path, np.ndarray]:
    out = path.with_suffix(".npy")
    environment = {"KERAS_BACKEND": "torch", "HOME": str(path.parent), "PATH": os.defpath}
    command = [sys.executable, "-c", KERAS, str(path), str(numbers), str(out)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return path, np.load(out)


def _onnx(path: Path) -> tuple[Path, np.ndarray]:
    rng = np.random.default_rng(8)
    shapes = ((3, UNITS, INPUTS), (3, UNITS, UNITS), (3, UNITS), (3, UNITS))
    arrays = (rng.normal(0, 0.3, shape).astype(np.float32) for shape in shapes)
    path.write_bytes(onnx_writer.write((GRUWeights(*arrays, reset_after=False),)))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {session.get_inputs()[0].name: X[:, np.newaxis]})
    return path, output.reshape(STEPS, UNITS)


def upload(stage: Stage, path: Path, field: str = "file") -> None:
    """Choose a file, as by the dialog."""
    field_set = stage.page.locator(f".st-key-model_{field}_upload input[type=file]")
    field_set.set_input_files(path)


def open_file(stage: Stage, path: Path) -> None:
    """Choose a file of weights, and wait until it is on the stage."""
    upload(stage, path)
    stage.page.get_by_role("button", name=path.name).wait_for(timeout=SLOW)
    stage.wait()


def feed(stage: Stage, numbers: Path) -> None:
    """Feed the model with the numbers of a file."""
    choose_numbers(stage)
    opener = stage.page.locator(".st-key-model_numbers button").first
    opener.click()
    upload(stage, numbers, "numbers")
    expect(opener).to_contain_text(numbers.name, timeout=SLOW)
    stage.wait()
    opener.click()
    expect(stage.page.locator(".st-key-model_numbers_upload")).to_have_count(0)
    stage.rest()


def choose_numbers(stage: Stage) -> None:
    """A list that is open when the page is drawn anew closes: then it is opened again."""
    opener = stage.page.locator(".st-key-model_numbers")
    for _ in range(4):
        stage.rest(600)
        stage.page.get_by_role("combobox", name="Input").click()
        with suppress(Error):
            stage.page.get_by_role("option", name="my numbers", exact=True).click(timeout=2000)
        with suppress(Error):
            return opener.wait_for(timeout=3000)
        stage.page.keyboard.press("Escape")
    raise AssertionError("The list of inputs does not stay open.")


def expect_hidden(stage: Stage, truth: np.ndarray) -> None:
    """The hidden state at some places of the cursor is that of the framework."""
    for step, unit in PLACES:
        stage.page.mouse.click(*place(stage, step, unit))
        stage.rest()
        assert stage.cursor == (step, unit)
        assert stage.shown("gru.hidden") == pytest.approx(figures(truth[step, unit], 3), rel=2e-3)


def place(stage: Stage, step: int, unit: int) -> tuple[float, float]:
    area = stage.track("gru.hidden").locator(".gs-area")
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box is not None
    return (
        box["x"] + box["width"] * (step + 0.5) / STEPS,
        box["y"] + box["height"] * (unit + 0.5) / UNITS,
    )


@pytest.mark.parametrize("framework", ["PyTorch", "Keras", "ONNX"])
def test_a_saved_model_goes_from_its_file_to_a_trace_of_its_framework(
    stage: Stage, made: dict[str, tuple[Path, np.ndarray]], numbers: Path, framework: str
) -> None:
    path, truth = made[framework]
    stage.open()
    stage.pick("Scene", "Your own model")
    stage.shows("model")
    open_file(stage, path)
    feed(stage, numbers)
    expect_hidden(stage, truth)
    stage.page.get_by_role("button", name="check against").click()
    agrees = stage.page.get_by_text(f"{'onnxruntime' if framework == 'ONNX' else framework} agrees")
    expect(agrees).to_contain_text(f"over {STEPS} steps", timeout=SLOW)
    stage.drawn()


def test_explanations_work_on_a_loaded_model(
    stage: Stage, made: dict[str, tuple[Path, np.ndarray]], numbers: Path
) -> None:
    stage.open("scene=model&view=why&of=hidden")
    open_file(stage, made["PyTorch"][0])
    feed(stage, numbers)
    stage.page.mouse.click(*place(stage, 7, 3))
    stage.page.locator(".gs-lens:not(.gs-stale)").wait_for()
    truth = made["PyTorch"][1][7, 3]
    said = f"h of unit 4 at step 8 is {figures(truth, 3):g}".replace("-", "−")
    expect(stage.page.locator(".gs-words")).to_contain_text(said)


def test_a_reload_keeps_the_model(
    stage: Stage, made: dict[str, tuple[Path, np.ndarray]], numbers: Path
) -> None:
    stage.open("scene=model")
    open_file(stage, made["PyTorch"][0])
    feed(stage, numbers)
    stage.reload()
    expect_hidden(stage, made["PyTorch"][1])
    stage.page.get_by_role("button", name="model.pt").wait_for(timeout=SLOW)


@pytest.fixture(scope="module")
def alone() -> Iterator[Server]:
    """A server that takes larger files; no page can have asked it to compute with PyTorch."""
    with serving(most=40) as running:
        yield running


def test_hostile_files_are_refused_in_a_sentence_and_the_page_goes_on(
    another: Callable[..., Stage], alone: Server, tmp_path: Path
) -> None:
    stage = another(alone.url).open("scene=model")
    before, mark = stage.numbers, tmp_path / "mark"
    hostile = [file for file in all_of_them(mark).values() if file[1]][::20]
    for at, (content, said) in enumerate(hostile):
        path = tmp_path / f"model{at}.pt"
        path.write_bytes(content)
        upload(stage, path)
        expect(stage.page.locator(".gs-notices")).to_contain_text(said, timeout=SLOW)
        assert stage.numbers == before
    assert not mark.exists()  # nothing in a file is run
    assert "torch" not in alone.maps()
    stage.press("ArrowRight")
    assert stage.cursor[0] == 1
    stage.page.close()


def test_an_upload_that_is_cut_off_loses_nothing_and_another_try_is_as_good(
    stage: Stage, made: dict[str, tuple[Path, np.ndarray]], tmp_path: Path
) -> None:
    stage.open("scene=model")
    before = stage.numbers
    stage.page.route("**/upload_file/**", lambda route: route.abort())
    upload(stage, made["PyTorch"][0])
    field = stage.page.locator(".st-key-model_file_upload")
    expect(field.get_by_text("Network Error")).to_be_attached(timeout=SLOW)
    stage.press("ArrowRight")
    assert stage.cursor[0] == 1
    stage.press("Home")
    assert stage.numbers == before
    stage.troubles.clear()  # of course the browser complained
    stage.page.unroute("**/upload_file/**")
    again = tmp_path / "again.pt"
    again.write_bytes(made["PyTorch"][0].read_bytes())
    upload(stage, again)
    stage.page.get_by_role("button", name="check against").wait_for(timeout=SLOW)
    stage.page.get_by_text(f"{UNITS} units").first.wait_for()


def test_whoever_runs_a_server_sets_how_large_a_file_may_be(
    stage: Stage, another: Callable[..., Stage], alone: Server, tmp_path: Path
) -> None:
    path = tmp_path / "large.pt"
    path.write_bytes(bytes(33_000_000))
    zone, said = ".st-key-model_file_upload", stage.page.locator(".gs-notices")
    stage.open("scene=model")
    expect(stage.page.locator(zone)).to_contain_text("32MB")
    upload(stage, path)
    expect(stage.page.locator(zone)).to_contain_text("must be 32", timeout=SLOW)
    elsewhere = another(alone.url).open("scene=model")
    expect(elsewhere.page.locator(zone)).to_contain_text("40MB")
    upload(elsewhere, path)  # it is read, and is no file of weights
    said = elsewhere.page.locator(".gs-notices")
    expect(said).to_contain_text("is nothing but zeros", timeout=SLOW)
    elsewhere.page.close()


def test_names_in_a_file_are_shown_as_they_are_and_fetch_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    layer, asked = "![a](http://elsewhere.invalid/a.png) **b**", []
    path = tmp_path / "model ![c](http:%2f%2felsewhere.invalid) :red[d].pt"
    torch.save({layer: torch.nn.GRU(INPUTS, UNITS).state_dict()}, path)
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.open("scene=model")
    upload(stage, path)
    opener = stage.page.locator(".st-key-model_more button").first
    expect(opener).to_contain_text(path.name, timeout=SLOW)
    opener.click()
    about = stage.page.get_by_text(f"{layer} · GRU of {UNITS} units")
    expect(about).to_be_visible()
    assert not [url for url in asked if "elsewhere" in url]


def test_a_dropped_file_is_opened(stage: Stage, made: dict[str, tuple[Path, np.ndarray]]) -> None:
    stage.open("scene=model")
    content = io.BytesIO(made["PyTorch"][0].read_bytes()).getvalue()
    transfer = stage.page.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "model.pt"));
          return data;
        }""",
        list(content),
    )
    zone = stage.page.locator(".st-key-model_file_upload [data-testid=stFileUploaderDropzone]")
    zone.dispatch_event("drop", {"dataTransfer": transfer})
    stage.page.get_by_role("button", name="model.pt").wait_for(timeout=SLOW)


def test_files_that_go_together_are_chosen_at_once(stage: Stage, tmp_path: Path) -> None:
    """More of them than a page asks for at once otherwise; a model alone says what is missing."""
    layer = torch.nn.ModuleDict({"memory": torch.nn.GRU(INPUTS, UNITS)})
    tensors = {name: one.detach().clone() for name, one in layer.state_dict().items()}
    safetensors.torch.save_file(tensors, tmp_path / "model-00007-of-00007.safetensors")
    index = {"weight_map": dict.fromkeys(tensors, "model-00007-of-00007.safetensors")}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    for at in range(1, 7):
        safetensors.torch.save_file(
            {"other.weight": torch.ones(2, at)}, tmp_path / f"model-0000{at}-of-00007.safetensors"
        )
    stage.open("scene=model")
    field = stage.page.locator(".st-key-model_file_upload input[type=file]")
    field.set_input_files(tmp_path / "model.safetensors.index.json")
    missing = stage.page.locator(".gs-notices")
    expect(missing).to_contain_text("'model-00007-of-00007.safetensors', as", timeout=SLOW)
    field.set_input_files(sorted(tmp_path.iterdir()))
    stage.page.get_by_role("button", name="model.safetensors", exact=True).wait_for(timeout=SLOW)
    note = stage.page.locator("[data-cell=gru] .gs-note")
    expect(note).to_contain_text(f"{UNITS} units", timeout=SLOW)
