"""A first visit: one idea, one thing to drag, a sentence that follows; the rest one press away."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from gru_core.situation import Situation
from tests.browser.conftest import POCKET, SIZE
from tests.browser.driver import Stage, as_number, traces_of, with_edits
from tests.browser.menu import button
from tests.serving import Server

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
SEEN = "[...document.querySelectorAll('figure[data-part]')].map((one) => one.dataset.part)"
FIRST = ["x", "gru.hidden", "lstm.hidden", "gru.update", "gru.candidate", "gru.reset"]
HANDLE = ".gs-handle-slider"


@pytest.fixture(scope="module")
def window(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A window whose cache its pages share, and a page that stays, for what the server says."""
    context = browser.new_context(viewport=SIZE)
    context.new_page().goto(f"{server.url}/_stcore/health")
    yield context
    context.close()


@pytest.fixture
def stranger(window: BrowserContext, server: Server) -> Iterator[Stage]:
    """Somebody who has never been here, with a page that is not opened yet."""
    home, *_ = window.pages
    home.evaluate("localStorage.clear()")
    page = Stage(window.new_page(), server.url, look="", restless=True)
    yield page
    for one in window.pages[1:]:
        one.close()
    assert page.troubles == []


@pytest.fixture
def first(stranger: Stage) -> Stage:
    """The bare address, opened by a stranger."""
    return stranger.open()


def test_a_first_visit_shows_states_and_gates_whole_and_nothing_else(first: Stage) -> None:
    assert first.page.evaluate(SEEN) == FIRST
    bar = first.page.locator(".gs-bar").bounding_box()
    assert bar is not None
    for shown in (*(f"[data-part='{part}']" for part in FIRST), ".gs-look-row", ".gs-story"):
        box = first.page.locator(shown).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bar["y"] + 1, shown
        assert box["x"] + box["width"] <= 1280
    assert bar["y"] + bar["height"] <= 800
    first.drawn()


def test_the_states_of_both_cells_stand_beside_each_other(first: Stage) -> None:
    gru, lstm = (
        first.page.locator(f"[data-part='{cell}.hidden']").bounding_box()
        for cell in ("gru", "lstm")
    )
    assert gru is not None
    assert lstm is not None
    assert gru["y"] == lstm["y"]
    assert gru["x"] + gru["width"] <= lstm["x"]


def test_the_sentence_follows_the_handle_and_letting_go_keeps_the_number(
    first: Stage, core: Core
) -> None:
    slider = first.page.locator(HANDLE)
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    with first.answered(first.asks):
        first.page.mouse.move(box["x"] + box["width"] * 0.75, y)
        first.page.mouse.down()
    said = set()
    for share in (0.7, 0.6, 0.5):
        first.page.mouse.move(box["x"] + box["width"] * share, y)
        first.frame()
        said.add(first.text(".gs-now"))
        seen = as_number(first.text(".gs-handle-value"))
        assert first.shown("gru.update") == pytest.approx(1 / (1 + np.exp(-seen)), rel=6e-3)
    assert len(said) == 3
    with first.answered():
        first.page.mouse.up()
    (value,) = first.edits.values()
    situation = with_edits(core("pulse"), {BIAS: value})
    trace = traces_of(situation)["gru"]
    step, unit = first.cursor
    assert first.shown("gru.hidden") == pytest.approx(trace["hidden"][step, unit], rel=6e-3)
    assert first.page.evaluate(SEEN) == FIRST


def test_the_handle_is_worked_by_keys(first: Stage) -> None:
    slider = first.page.locator(HANDLE)
    slider.focus()
    with first.answered(1 + first.asks):
        first.press("ArrowLeft")
    assert first.edits[BIAS] < 6
    expect(slider).to_be_focused()
    with first.answered():
        first.press("Control+z")
    assert first.edits == {}
    assert as_number(first.text(".gs-handle-value")) == 6


def test_one_press_shows_everything_and_a_later_visit_starts_there(first: Stage) -> None:
    first.page.get_by_role("button", name="Look inside the cell").click()
    expect(first.page.locator(".gs-diagram svg")).to_be_visible()
    assert first.page.locator(".gs-equation").count() == 4
    expect(button(first, "GRU weights of the update gate")).to_be_visible()
    later = first.page.context.new_page()
    later.goto(f"{first.url}/")
    later.locator(".gs-diagram svg").wait_for()


def test_on_a_phone_the_button_leads_to_the_inside_of_the_cell(
    browser: Browser, server: Server
) -> None:
    window = browser.new_context(viewport=POCKET, has_touch=True, is_mobile=True)
    phone = Stage(window.new_page(), server.url, look="").open()
    phone.page.get_by_role("button", name="Look inside the cell").tap()
    inside = phone.page.locator(".gs-inside")
    expect(inside.locator(".gs-diagram svg")).to_be_in_viewport()
    box = inside.bounding_box()
    assert box is not None
    assert -2 <= box["y"] <= POCKET["height"] * 0.6
    assert phone.troubles == []
    window.close()


def test_the_first_view_stays_through_a_reload_and_comes_back_when_asked(
    first: Stage, core: Core
) -> None:
    first.drag(first.cell_of("x.3.0", core("pulse")), -40)
    first.reload()
    assert first.page.evaluate(SEEN) == FIRST
    assert first.edits
    first.page.get_by_role("button", name="Look inside the cell").click()
    first.page.get_by_role("button", name="show the first view again").click()
    assert first.page.evaluate(SEEN) == FIRST


@pytest.mark.sampled(2)
@pytest.mark.parametrize("link", ["view=memory", "scene=pulse", "e=x.3.0_0.5~", "cell=lstm"])
def test_a_link_shows_everything_it_may_be_about(stranger: Stage, link: str) -> None:
    stranger.open(link)
    expect(stranger.page.locator(".gs-views-button")).to_be_visible()


def test_numbers_or_a_model_of_ones_own_are_shown_whole(first: Stage) -> None:
    first.page.get_by_role("button", name="your numbers").click()
    first.shows("own")
    expect(first.page.locator(".gs-diagram svg")).to_be_visible()
    first.page.get_by_role("button", name="Models").click()
    first.shows("model")
    expect(first.page.locator(".gs-diagram svg")).to_be_visible()


def test_the_claims_are_found_at_the_top_and_the_way_back_loses_nothing(
    first: Stage, core: Core
) -> None:
    first.drag(first.cell_of("x.3.0", core("pulse")), -40)
    edits = first.edits
    first.page.get_by_role("link", name="Claims").click()
    first.page.get_by_role("heading", name="What notes say").wait_for()
    first.page.get_by_role("link", name="Explore").click()
    first.wait()
    first.rest(600)
    assert first.edits == edits
    with first.answered():
        first.press("Control+z")
    assert first.edits == {}
