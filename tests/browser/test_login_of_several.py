"""Who has signed in at one process of a site is signed in at the other."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.driver import Stage
from tests.browser.signing_in import login_of, settings, sign_in
from tests.oidc import Provider, providing
from tests.serving import free_port
from tests.siting import Site, needs_nginx, sited, wait_until

pytestmark = needs_nginx
Made = Callable[..., Stage]
HOME = "gatescope_server"  # the cookie by which nginx leads a browser


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture(scope="module")
def site(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two processes with a login, behind nginx and below a path."""
    port = free_port()
    told = login_of(provider, port)
    with sited(tmp_path_factory.mktemp("site"), base="/course", port=port, **told) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


def home(page: Page) -> str:
    """The process that this browser is led to."""
    (name,) = [one["value"] for one in page.context.cookies() if one["name"] == HOME]
    return str(name)


def led_to(page: Page, name: str) -> None:
    """From now on it is led to this one."""
    (cookie,) = [one for one in page.context.cookies() if one["name"] == HOME]
    kept = {part: cookie[part] for part in ("name", "domain", "path")}  # type: ignore[literal-required]
    page.context.add_cookies([{**kept, "value": name}])  # type: ignore[typeddict-item]


def other(site: Site, name: str) -> str:
    (found,) = set(site.processes) - {name}
    return found


def has_a_page(site: Site, name: str) -> bool:
    """Whether a page has its line to this process."""
    return "gatescope_pages 0.0" not in site.figures(name)


def expect_signed_in(page: Page) -> None:
    expect(settings(page)).to_contain_text("Signed in as ada@school.example.")
    page.keyboard.press("Escape")


def test_a_cookie_of_one_process_is_believed_by_the_other(another: Made, site: Site) -> None:
    stage = another(site.url).open("scene=cue")
    first = home(stage.page)
    sign_in(stage)
    expect_signed_in(stage.page)
    assert home(stage.page) == first
    led_to(stage.page, other(site, first))
    stage.reload()
    assert home(stage.page) == other(site, first)
    wait_until(lambda: has_a_page(site, home(stage.page)))
    expect_signed_in(stage.page)


def test_a_sign_in_that_one_process_has_begun_ends_at_the_other(another: Made, site: Site) -> None:
    stage = another(site.url).open("scene=cue")
    first = home(stage.page)

    def moved(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        led_to(stage.page, other(site, first))
        route.fulfill(response=answer)  # which leads to the provider

    stage.page.route("**/auth/login?*", moved)
    sign_in(stage)
    assert home(stage.page) == other(site, first)
    expect_signed_in(stage.page)
