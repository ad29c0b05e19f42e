"""Chromium computes what the core computes: every scene, cell, notation, function and intervention.

One blank page of the server imports the stage's own modules, in batches; no stage is drawn.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.app.computing import (
    BESIDE,
    PLACED,
    SCENES,
    check,
    of_ablations,
    of_functions,
    of_scene,
)
from tests.browser.conftest import Kept

HERE = Path(__file__).parents[1] / "js"
READY = 'document.body.innerHTML = "<input type=file>"'
COMPUTED = """
async ([module, name]) => {
    const [handed] = document.querySelector("input").files;
    return (await import(module))[name](new Uint8Array(await handed.arrayBuffer()));
}
"""
OTHERWISE = "{ const tanh = Math.tanh; Math.tanh = (x) => FORMULA; }"
Computing = Callable[..., list[list[Any]]]


@contextmanager
def blank(desk: Kept, folder: Path, formula: str = "tanh(x)") -> Iterator[Computing]:
    """A page of the server without a stage, which computes what it is handed.

    formula: what its Math.tanh gives; a worker of the page keeps its own. folder: for files, which
    a browser reads itself: half of all work would be to tell it what is in them.
    """
    page = desk.window.new_page()
    page.add_init_script(OTHERWISE.replace("FORMULA", formula))
    page.route(f"{desk.url}/tests/js/*.js", _from_here)
    page.goto(f"{desk.url}/_stcore/health")
    page.evaluate(READY)

    def computing(packed: bytes, module: str = "computing.js", name: str = "computed") -> Any:
        (folder / "handed").write_bytes(packed)
        page.set_input_files("input", folder / "handed")
        return json.loads(page.evaluate(COMPUTED, [f"{desk.url}/tests/js/{module}", name]))

    yield computing
    page.close()


def _from_here(route: Route) -> None:
    route.fulfill(path=HERE / route.request.url.rpartition("/")[2])


@pytest.fixture(scope="module")
def in_chromium(desk: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computing]:
    """One page for all."""
    with blank(desk, tmp_path_factory.mktemp("handed")) as computing:
        yield computing


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_and_notation_free_edited_and_held(in_chromium, scene: str) -> None:
    assert check([of_scene(scene, *beside) for beside in BESIDE], in_chromium) > 0


@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
def test_every_placement_polarity_and_function_free_and_held(in_chromium, alongside: str) -> None:
    batches = [batch for notation in PLACED for batch in of_functions(alongside, notation)]
    assert check(batches, in_chromium) > 0


def test_every_gate_taken_away(in_chromium) -> None:
    assert check([of_ablations()], in_chromium) > 0


# In float64 and in float32; on a page that computes otherwise: here it is the worker that computes.
@pytest.mark.parametrize("scene", ["pulse", "reader"])
def test_a_worker_computes_the_same(desk: Kept, tmp_path: Path, scene: str) -> None:
    with blank(desk, tmp_path, formula="0") as computing:

        def in_worker(packed: bytes) -> Any:
            return computing(packed, "working.js", "worked")

        assert check([of_scene(scene, "lstm", "chung")], in_worker) > 0


# A little more than what is let through: 1e-12 of float64, one unit of the last place of float32.
@pytest.mark.parametrize(
    ("scene", "formula"), [("pulse", "tanh(x) + 4e-12"), ("reader", "tanh(x) * (1 + 2 ** -21)")]
)
def test_a_browser_that_computes_otherwise_is_found_out(
    desk: Kept, tmp_path: Path, scene: str, formula: str
) -> None:
    with blank(desk, tmp_path, formula) as otherwise, pytest.raises(AssertionError):
        check([of_scene(scene, "lstm", "pytorch")], otherwise)
