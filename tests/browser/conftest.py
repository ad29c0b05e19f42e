"""One server and one browser for all browser tests, a fresh page for each."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from gru_core import Trace
from gru_core.scenes.files import load_scenes
from gru_core.scenes.reader import Reader, load_reader
from gru_core.scenes.scene import situation
from gru_core.scenes.series import Series, load_series
from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of
from tests.browser.large import large_situation
from tests.browser.tab import PATIENCE
from tests.serving import Server, browsing, executable, serving

expect.set_options(timeout=PATIENCE)  # as everything else is waited for
ASSETS = Path(__file__).parents[2] / "assets"
SIZE: ViewportSize = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def nothing_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worked out here to compare with is waited for; the server's own pages do not."""
    monkeypatch.setattr("app.compute.background.PATIENCE", 60.0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable()
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


@pytest.fixture(scope="session")
def window(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A window whose cache all pages share."""
    context = browser.new_context(viewport=SIZE)
    context.new_page().goto(f"{server.url}/_stcore/health")  # it keeps that process
    yield context
    context.close()


@pytest.fixture
def stage(window: BrowserContext, server: Server) -> Iterator[Stage]:
    """A page, not opened yet. The test fails if the browser complains about anything."""
    page = Stage(window.new_page(), server.url)
    yield page
    page.page.close()
    assert page.troubles == []


@pytest.fixture(scope="module")
def kept(window: BrowserContext, server: Server) -> Iterator[Stage]:
    """The first scene on a page that all tests of a module share."""
    page = Stage(window.new_page(), server.url, stays=True).open()
    yield page
    page.page.close()


@pytest.fixture
def page(kept: Stage) -> Iterator[Stage]:
    """The page that the tests of this module share: from link to link, but not loaded anew."""
    kept.page.bring_to_front()
    kept.page.mouse.move(2, 2)
    yield kept
    kept.page.set_viewport_size(SIZE)
    assert kept.troubles == []


@pytest.fixture
def anew(kept: Stage) -> Iterator[None]:
    """Every link loads the shared page anew: with nothing to undo, and nothing said."""
    kept.stays = False
    yield
    kept.stays = True


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
        pages.append(Stage(contexts[-1].new_page(), url, look=look, stays=stays))
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
