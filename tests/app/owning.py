"""A visitor at the scene of their own, and what the core makes of it."""

from typing import Any, Self

import numpy as np

from gru_core import run
from gru_core.conventions import Cell
from gru_core.scenes.own import TITLE, Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.weights import Match
from tests.app.visiting import Visit

ROWS = np.array([[0.5, 1], [-0.25, 2], [0.75, -1.5]])
PASTED = Own(source="numbers", numbers=ROWS)
SPREADSHEET = "0.5\t1\n-0.25\t2\n0.75\t-1.5\n"  # these rows
ROW_A_STEP, COLUMN_A_STEP = "use them, one row a step", "one column a step"


class OwnVisit(Visit):
    """One visitor at the scene of their own."""

    def set(self, widgets: str, key: str, value: Any) -> Self:
        """Set one widget and let the page run."""
        getattr(self.page, widgets)(key=key).set_value(value)
        return self._look(self.page.run())

    def press(self, label: str) -> Self:
        (button,) = [button for button in self.page.button if button.label.startswith(label)]
        button.click()
        return self._look(self.page.run())

    def paste(self, text: str, use: str = ROW_A_STEP) -> Self:
        return self.set("text_area", "own_pasted", text).press(use)

    def upload(self, content: bytes) -> Self:
        return self.set("file_uploader", "own_file", ("data.csv", content, "text/csv"))

    @property
    def problems(self) -> list[str]:
        found: list[str] = self.told["problems"]
        return found


def assert_runs(
    here: OwnVisit, own: Own, seed: int = 0, beside: Cell = "lstm", match: Match = "units"
) -> None:
    """What is on screen is what the core makes of this, without a word of trouble."""
    scene = own_scene(own, seed)
    given = situation(scene, ("gru", beside), match)
    for cell, weights in given.weights.items():
        hidden = run(weights, given.x)["hidden"]
        np.testing.assert_array_equal(here.hidden(cell), hidden.astype(np.float32))
    assert scene.sequence is not None
    assert tuple(here.told["labels"]) == scene.sequence.labels
    assert tuple(here.told["x"]["channels"]) == scene.sequence.channels
    assert here.told["scene"]["title"] == TITLE
    assert here.problems == []
