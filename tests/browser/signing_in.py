"""A site with a login, and how an instructor signs in on a page."""

from playwright.sync_api import Locator, Page

from tests.browser.driver import Stage
from tests.oidc import CLIENT, SECRET, Provider


def login_of(provider: Provider, port: int) -> dict[str, str]:
    """What a site at this port, below /course, is told of its login."""
    return {
        "GATESCOPE_LOGIN": provider.issuer,
        "GATESCOPE_LOGIN_CLIENT": CLIENT,
        "GATESCOPE_LOGIN_SECRET": SECRET,
        "GATESCOPE_LOGIN_COOKIES": "c" * 40,
        "GATESCOPE_LOGIN_SITE": f"http://127.0.0.1:{port}/course",
        "GATESCOPE_INSTRUCTORS": "@school.example",
    }


def settings(page: Page) -> Locator:
    """What stands behind the button “settings”."""
    page.get_by_role("button", name="Settings").click()
    return page.locator('[data-testid="stPopoverBody"]')


def sign_in(stage: Stage) -> None:
    """By the provider, and back on the stage."""
    settings(stage.page).get_by_role("button", name="Instructor: sign in").click()
    stage.page.wait_for_url("**/course/")
    stage.wait()
