"""Predicting on the stage, as a visitor does it."""

from playwright.sync_api import Locator, expect

from tests.browser.driver import Stage

LINK = "scene=pulse&t=5&u=3"
STEP, UNIT = 4, 2  # the same, counted from 0: what comes after it is covered


def area(stage: Stage) -> Locator:
    return stage.page.locator(".gs-predict-area")


def button(stage: Stage, name: str) -> Locator:
    return stage.page.locator(".gs-predict").get_by_role("button", name=name, exact=True)


def said(stage: Stage) -> str:
    return stage.text(".gs-predict-said")


def predict(stage: Stage, plot: str | None = None) -> None:
    """Begin: by the menu of a plot, or by the key for the state."""
    if plot is None:
        stage.press("p")
    else:
        stage.page.get_by_role("button", name=f"Save or read: {plot}").click()
        stage.page.get_by_role("menuitem", name="Predict").click()
    area(stage).wait_for()
    stage.rest(50)


def flat(stage: Stage) -> None:
    """Sketch by keys that nothing changes any more."""
    area(stage).focus()
    stage.press("ArrowRight", "End")


def reveal(stage: Stage) -> str:
    button(stage, "Reveal").click()
    expect(button(stage, "Done")).to_be_visible()
    return said(stage)
