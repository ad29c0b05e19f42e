"""How an instructor signs in on a page."""

from playwright.sync_api import Locator, Page

from tests.browser.driver import Stage


def settings(page: Page) -> Locator:
    """What stands behind the button “settings”."""
    page.get_by_role("button", name="Settings").click()
    return page.locator('[data-testid="stPopoverBody"]')


def sign_in(stage: Stage) -> None:
    """By the provider, and back on the stage."""
    settings(stage.page).get_by_role("button", name="Instructor: sign in").click()
    stage.page.wait_for_url("**/course/")
    stage.wait()
