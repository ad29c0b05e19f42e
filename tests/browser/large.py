"""A scene too large to be sent, and a network that keeps back its numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Route

from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Stage

STEPS, UNITS, SEED = 3000, 300, 1
STEP, UNIT = 1500, 100  # the cursor, counted from 0
LINK = f"scene=own&source=noise&steps={STEPS}&units={UNITS}&seed={SEED}&t={STEP + 1}&u={UNIT + 1}"


def large_situation() -> Situation:
    """What the core has for this link."""
    return situation(own_scene(Own(source="noise", steps=STEPS, units=UNITS), SEED))


def same(found: np.ndarray, truth: np.ndarray) -> None:
    """Every number is that of the core, as a 32-bit float."""
    np.testing.assert_array_equal(found, truth.astype(np.float32), strict=True)


class Gate:
    """Keeps back the blocks of numbers after the first few, until they are let through."""

    def __init__(self, first: int) -> None:
        self.first, self.asked, self.held = first, 0, list[Route]()

    def handle(self, route: Route) -> None:
        if "core=" in route.request.url:
            route.continue_()
            return
        self.asked += 1
        if self.asked <= self.first:
            route.continue_()
        else:
            self.held.append(route)

    def let_through(self) -> None:
        self.first = 1_000_000
        for route in self.held:
            route.continue_()
        self.held.clear()


@contextmanager
def gated(stage: Stage, first: int) -> Iterator[Gate]:
    gate = Gate(first)
    stage.page.route("**/numbers/**", gate.handle)
    yield gate
    stage.page.unroute("**/numbers/**", gate.handle)
