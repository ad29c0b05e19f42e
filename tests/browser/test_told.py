"""Words beside a scene follow its notation, and are marked once they are not of what is shown."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage

Core = Callable[..., Situation]
MARK = ".gs-as-first"
BIAS = "gru.b_x.update.3"
CUT = """() => [...document.querySelectorAll(
    ".gs-seen, .gs-doing > p, .gs-prediction figcaption *")]
  .filter((one) => getComputedStyle(one).display !== "inline")
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent)"""


def tops(stage: Stage) -> list[float]:
    """Where every track begins on the page, wherever that is scrolled to."""
    found: list[float] = stage.page.get_by_test_id("stMain").evaluate(
        "(main) => [...document.querySelectorAll('figure[data-part]')]"
        ".map((figure) => figure.getBoundingClientRect().y + main.scrollTop)"
    )
    return found


def test_an_edit_marks_the_story_and_undo_takes_the_mark_away(page: Stage, core: Core) -> None:
    page.open()
    mark = page.page.locator(MARK)
    expect(mark).to_be_hidden()
    before = tops(page)
    page.choose(BIAS)
    page.type("2")
    expect(mark).to_be_visible()
    expect(page.page.locator(".gs-seen")).to_contain_text(
        "does not take it in. (as it was at first)"
    )
    assert page.page.locator(".gs-story [aria-live], .gs-story [role=status]").count() == 0
    page.press("Escape")
    assert tops(page) == before
    with page.answered():
        page.page.get_by_role("button", name="undo").click()
    expect(mark).to_be_hidden()


def test_what_is_not_of_the_gru_marks_nothing(page: Stage) -> None:
    page.open("e=lstm.b_x.forget.0_1.0~")
    expect(page.page.locator(MARK)).to_be_hidden()


def test_another_notation_tells_to_drag_the_other_way(page: Stage) -> None:
    page.open()
    tried = page.page.locator(".gs-story em")
    expect(tried).to_contain_text("from 6 down to 2")
    page.open("notation=chung")
    expect(tried).to_contain_text("from −6 up to −2")
    page.choose(BIAS)
    page.type("−2")
    assert page.edits == {BIAS: 2.0}
    expect(page.page.locator(MARK)).to_be_visible()


@pytest.mark.parametrize(("notation", "z"), [("pytorch", "0.9"), ("chung", "0.1")])
def test_the_second_thing_to_try_holds_z_and_h_stays(page: Stage, notation: str, z: str) -> None:
    page.open(f"scene=slate&notation={notation}")
    again = page.page.locator(".gs-again")
    expect(again).to_contain_text(f"Hold z of unit 1 at {z}")
    with page.answered():
        again.get_by_role("button", name="hold it").click()
    expect(page.page.locator(MARK)).to_be_visible()
    assert page.shown("gru.update") == pytest.approx(float(z))
    assert page.shown("gru.reset") == pytest.approx(0.00247, abs=1e-5)
    assert f"then {page.shown('gru.hidden'):.3f})" in again.inner_text()
    with page.answered():
        page.page.get_by_role("button", name="undo").click()
    expect(page.page.locator(MARK)).to_be_hidden()


def test_a_cell_with_random_weights_beside_a_trained_one_is_named_in_its_headings(
    page: Stage,
) -> None:
    page.open("scene=reader&view=directions")
    heading = page.page.get_by_role("heading", name="LSTM (random weights, not trained)")
    expect(heading).to_be_attached()
    beside = page.page.locator(".gs-states [data-part='lstm.hidden'] .gs-name")
    expect(beside).to_have_text("LSTM, random weights")
    titles = page.page.locator(".gs-lens figcaption")
    expect(titles.filter(has_text="Backward GRU (random weights, not trained)")).to_be_visible()
    page.open("scene=elnino")
    expect(page.page.locator(".gs-unlike")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scene", ["elnino", "slate"])
def test_no_word_of_a_story_or_of_a_prediction_is_cut_off(
    page: Stage, scene: str, width: int
) -> None:
    page.page.set_viewport_size({"width": width, "height": 844})
    page.open(f"scene={scene}&notation=chung")
    assert page.page.evaluate(CUT) == []


def test_the_sea_shows_the_calendar_and_the_spread_over_seeds(page: Stage) -> None:
    page.open("scene=elnino")
    caption = page.page.locator(".gs-prediction figcaption")
    expect(caption).to_contain_text("calendar’s mean plus last departure, error 0.50 °C")
    expect(caption).to_contain_text("Shown is seed 1, the worst for the LSTM.")
