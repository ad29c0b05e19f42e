"""One server, one browser, and one page that is handed on from test to test.

`page` goes from link to link without being loaded anew. `seen` is the same page as others have set
their system, `phone` one like it under a finger. `stage` and `another` are pages and windows of a
test's own, for what loading is a part of, or what cannot be undone. On all of them what is painted
at once stays until a test waits for what Plotly draws, which is half of all work.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from gru_core import Trace
from gru_core.scenes.files import load_scenes
from gru_core.scenes.listener import load_listener
from gru_core.scenes.reader import Reader, load_reader
from gru_core.scenes.scene import situation
from gru_core.scenes.series import Series, load_series
from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of
from tests.browser.large import large_situation
from tests.browser.tab import PATIENCE
from tests.serving import SHELL, Server, browsing, executable, serving

expect.set_options(timeout=PATIENCE)  # as everything else is waited for
ASSETS = Path(__file__).parents[2] / "assets"
SIZE: ViewportSize = {"width": 1280, "height": 800}
POCKET: ViewportSize = {"width": 390, "height": 844}
FAILED = pytest.StashKey[bool]()


# What `make test` tries in a browser: opening a page, looking, changing numbers, what a lesson
# asks, and what a file leads to. All else is thorough: `make browsers`, which takes twice as long.
EVERYDAY = (
    *("agreeing", "dragging", "first", "glossary", "keys", "lessons", "letters"),
    *("many", "notation", "opening", "painted", "prefix", "reader", "refused"),
    *("stepping", "text_model", "told", "tools", "typing", "unaided"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.path.stem.removeprefix("test_") not in EVERYDAY:
                item.add_marker(pytest.mark.thorough)


@pytest.fixture(autouse=True)
def nothing_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worked out here to compare with is waited for; the server's own pages do not."""
    monkeypatch.setattr("app.compute.background.PATIENCE", 60.0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable(SHELL)
    if path is None:
        pytest.skip("there is no Chromium; install it, or name one in GATESCOPE_CHROMIUM")
    # All pages in one process, which has compiled the scripts before: a sixth less time.
    with browsing(path, "--process-per-site") as running:
        yield running


@pytest.fixture(scope="session")
def server(browser: Browser) -> Iterator[Server]:
    """The running app. Nothing the tests do may make it write a traceback to its log."""
    with serving() as running:
        yield running
        assert "Traceback" not in running.log.read_text()


@dataclass
class Kept:
    """A window whose cache all its pages share, and the page in it that tests hand on."""

    window: BrowserContext
    url: str
    size: ViewportSize
    page: Stage | None = None
    as_others: bool = False  # see it: with the colours or the motion of another system

    def handed(self) -> Stage:
        """The page, opened if there is none."""
        if self.page is None:
            self.page = Stage(self.window.new_page(), self.url, stays=True, restless=True).open()
        self.page.page.bring_to_front()
        self.page.page.mouse.move(2, 2)
        return self.page

    def taken_back(self, failed: bool) -> None:
        """As it was, for the next test; after one that failed the next begins with another."""
        page = self.page
        assert page is not None
        troubles = page.troubles
        page.page.evaluate("localStorage.removeItem('gatescope.predictions')")  # would be offered
        if failed or troubles:
            self.page = None
            page.page.close()
        elif page.page.viewport_size != self.size:
            page.page.set_viewport_size(self.size)
        if self.as_others and self.page:
            page.page.emulate_media(
                color_scheme="null", reduced_motion="null", forced_colors="null"
            )
        self.as_others = False
        assert troubles == []


@pytest.fixture(scope="session")
def desk(browser: Browser, server: Server) -> Iterator[Kept]:
    """A window on a desk."""
    yield from _kept(browser, server, viewport=SIZE)


@pytest.fixture(scope="session")
def pocket(browser: Browser, server: Server) -> Iterator[Kept]:
    """A telephone."""
    yield from _kept(browser, server, viewport=POCKET, has_touch=True, is_mobile=True)


def _kept(
    browser: Browser, server: Server, viewport: ViewportSize, **options: Any
) -> Iterator[Kept]:
    window = browser.new_context(viewport=viewport, **options)
    window.new_page().goto(f"{server.url}/_stcore/health")  # it keeps that process
    yield Kept(window, server.url, viewport)
    window.close()


@pytest.fixture
def page(desk: Kept, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The page that tests share: it goes from link to link, but is not loaded anew."""
    yield desk.handed()
    desk.taken_back(request.node.stash.get(FAILED, False))


@pytest.fixture
def phone(pocket: Kept, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The same under a finger."""
    yield pocket.handed()
    pocket.taken_back(request.node.stash.get(FAILED, False))


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[..., Stage]:
    """A shared page as others see it: seen(color_scheme="dark"), seen(finger=True, viewport=...).

    More of it: what Page.emulate_media takes.
    """

    def made(viewport: ViewportSize | None = None, finger: bool = False, **media: Any) -> Stage:
        kept: Kept = request.getfixturevalue("pocket" if finger else "desk")
        page: Stage = request.getfixturevalue("phone" if finger else "page")
        kept.as_others = kept.as_others or bool(media)
        if media:
            page.page.emulate_media(**media)
        if viewport not in (None, page.page.viewport_size):
            page.page.set_viewport_size(viewport)
            page.rest(150)  # everything follows
            page.frame()
        return page

    return made


@pytest.fixture
def clipboard(desk: Kept, page: Stage) -> Iterator[Stage]:
    """The shared page, which may use the clipboard."""
    desk.window.grant_permissions(["clipboard-read", "clipboard-write"])
    page.page.bring_to_front()  # a page behind another may not copy
    yield page
    desk.window.clear_permissions()


@pytest.fixture
def anew(page: Stage) -> Iterator[None]:
    """Every link loads the shared page anew: with nothing to undo, and nothing said."""
    page.stays = False
    yield
    page.stays = True


@pytest.fixture
def stage(desk: Kept, server: Server) -> Iterator[Stage]:
    """A page of the test's own, not opened yet."""
    page = Stage(desk.window.new_page(), server.url, restless=True)
    yield page
    page.page.close()
    assert page.troubles == []


@pytest.fixture
def remote(desk: Kept, server: Server) -> Iterator[Stage]:
    """One more, which computes nothing itself: what it shows in a drag the server has sent."""
    page = Stage(desk.window.new_page(), server.url, remote=True)
    yield page
    page.page.close()
    assert page.troubles == []


@pytest.fixture
def another(browser: Browser, server: Server) -> Iterator[Callable[..., Stage]]:
    """Further pages in windows of their own, made with the options of Browser.new_context.

    A page of another server is closed before that server is, or it complains of it.
    """
    contexts: list[BrowserContext] = []
    pages: list[Stage] = []

    def made(
        url: str = server.url, look: str = "all", stays: bool = False, **options: Any
    ) -> Stage:
        contexts.append(browser.new_context(**{"viewport": SIZE, **options}))
        page = contexts[-1].new_page()
        pages.append(Stage(page, url, look=look, stays=stays, restless=True))
        return pages[-1]

    yield made
    for context in contexts:
        context.close()
    assert [page.troubles for page in pages if page.troubles] == []


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(ASSETS / "models" / "reader.npz")


@pytest.fixture(scope="session")
def series() -> Series:
    return load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")


@pytest.fixture(scope="session")
def core(reader: Reader, series: Series) -> Callable[..., Situation]:
    """What the core has for a scene: core("pulse", "lstm", match="units", word="knight")."""
    scenes: Mapping[str, Any] = {scene.name: scene for scene in load_scenes(ASSETS / "scenes")}

    def made(
        name: str, beside: str = "lstm", match: str = "units", word: str | None = None
    ) -> Situation:
        scene = scenes[name]
        if scene.model == "reader":
            scene = scene.opened(reader, word)
        if scene.model == "series":
            scene = scene.with_series(series)
        if scene.model == "listener":
            scene = scene.with_listener(load_listener(ASSETS / "models" / "listener.npz"))
        cells = ("gru",) if beside == "none" else ("gru", beside)
        return situation(scene, cells, match)

    return made


@pytest.fixture(scope="session")
def large() -> Situation:
    """What the core has for the scene in tests/browser/large.py."""
    return large_situation()


@pytest.fixture(scope="session")
def traces(large: Situation) -> dict[str, Trace]:
    """And what it makes of it."""
    return traces_of(large)
