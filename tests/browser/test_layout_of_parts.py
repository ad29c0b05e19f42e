"""Parts of the stage stand where they should: wiring, weights; phones, low windows."""

from collections.abc import Callable

import pytest

from tests.browser.driver import Stage
from tests.browser.laid_out import FAULTS, NUMBERS, box, middle, resize

# The wiring ---------------------------------------------------------------------------------


def test_the_wiring_ends_where_its_lowest_part_does(page: Stage) -> None:
    for query in ("", "scene=reader", "cell=lstm", "with=rnn&cell=rnn"):
        page.open(query)
        space = page.page.evaluate(
            """() => {
              const svg = document.querySelector(".gs-diagram svg");
              const lowest = ".gs-frame, .gs-more circle, .gs-block rect:not(.gs-hit)";
              const ends = [...svg.querySelectorAll(lowest)]
                .map((one) => one.getBoundingClientRect().bottom);
              return svg.getBoundingClientRect().bottom - Math.max(...ends);
            }"""
        )
        assert 0 <= space < 12


def test_only_a_pointer_that_moves_lights_what_is_under_it(page: Stage) -> None:
    page.open()
    update, story = box(page, ".gs-diagram [data-piece=update]"), box(page, ".gs-story")
    x, y = update["x"] + update["width"] / 2, middle(story)
    page.page.mouse.move(x, y)
    # The page moves under the pointer, as it does when a list above it closes.
    main = page.page.get_by_test_id("stMain")
    main.evaluate("(main, by) => main.scrollTo(0, by)", middle(update) - y)
    page.rest()
    lit = page.page.locator(".gs-lit, .gs-diagram.gs-focused")
    assert lit.count() == 0
    page.page.mouse.move(x + 1, y)
    page.frame()
    assert lit.count() > 1
    fade = "Number(getComputedStyle(document.querySelector('.gs-part:not(.gs-on)')).opacity)"
    page.rest(300)
    assert page.page.evaluate(fade) >= 0.5


# Weights --------------------------------------------------------------------------------------


def test_the_number_that_a_story_is_about_stands_in_its_cell(page: Stage) -> None:
    page.open("scene=book")
    for width in (390, 1280, 1920):
        resize(page, width)
        page.drawn()
        texts = page.page.evaluate(NUMBERS)[0]["texts"]
        assert {"−1.39", "−1.4"} & set(texts), f"at {width} pixels"


def test_small_matrices_stand_side_by_side_wherever_there_is_room(page: Stage) -> None:
    page.open()
    for width, most in ((768, 2), (1010, 1), (1280, 1)):
        resize(page, width)
        for cell in ("gru", "lstm"):
            tops = {
                figure["y"]
                for figure in map(
                    dict, (one.bounding_box() for one in
                           page.page.locator(f"[data-cell={cell}] .gs-gates > figure").all()),
                )
            }  # fmt: skip
            assert len(tops) <= most


# Phones and low windows -----------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_the_menu_of_the_page_leaves_with_its_top_and_has_paper_behind_it(
    seen: Callable[..., Stage], dark: bool
) -> None:
    phone = seen(
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if dark else "light",
        finger=True,
    )
    phone.open()
    menu = "[data-testid=stMainMenu] button"
    top = box(phone, menu)
    assert 0 <= top["y"] < 56
    papers = phone.page.evaluate(
        """["stHeader", "stApp"].map((name) =>
          getComputedStyle(document.querySelector(`[data-testid=${name}]`)).backgroundColor)"""
    )
    assert papers[0] == papers[1]
    header, lists = (
        box(phone, "[data-testid=stHeader]"),
        phone.page.locator(".gs-list-button, .stSelectbox").all(),
    )
    for one in lists:
        place = one.bounding_box()
        assert place is not None
        right = place["x"] + place["width"] <= header["x"]
        assert right or place["y"] >= header["y"] + header["height"]
    phone.page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 300)")
    phone.frame()
    below = box(phone, menu)
    assert below["y"] + below["height"] <= 0


@pytest.mark.parametrize(
    ("width", "height", "most"), [(640, 400, 48), (844, 390, 48), (320, 568, 100)]
)
def test_a_low_window_shows_a_plot_above_a_thin_bar(
    seen: Callable[..., Stage], width: int, height: int, most: int
) -> None:
    low = seen(viewport={"width": width, "height": height})
    low.open()
    bar, plot = box(low, ".gs-bar"), box(low, "[data-part='gru.hidden'] .gs-area")
    assert bar["height"] <= most
    assert bar["y"] + bar["height"] <= height + 1
    assert bar["y"] - plot["y"] >= 30


def test_a_chosen_number_can_be_changed_in_a_low_window(seen: Callable[..., Stage]) -> None:
    low = seen(viewport={"width": 640, "height": 400})
    low.open("e=gru.b_x.update.3_2.0~")
    low.choose("gru.b_x.update.3")
    low.type("3")
    assert low.edits == {"gru.b_x.update.3": 3}
    assert low.page.evaluate(FAULTS) == []
    assert box(low, ".gs-bar")["height"] < 130


@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_on_a_touch_screen_the_menu_of_the_input_stands_level_with_its_caption(
    seen: Callable[..., Stage], size: tuple[int, int]
) -> None:
    width, height = size
    phone = seen(viewport={"width": width, "height": height}, finger=True)
    phone.open()
    words = middle(box(phone, ".gs-input .gs-name"))
    assert abs(middle(box(phone, ".gs-input > .gs-tools .gs-more")) - words) <= 3
    other = middle(box(phone, "[data-part='gru.reset'] .gs-name"))
    tools = middle(box(phone, "[data-part='gru.reset'] > .gs-tools .gs-more"))
    assert abs(tools - other) <= 3


# The bar --------------------------------------------------------------------------------------

OVER_EACH_OTHER = """
() => {
  const bar = document.querySelector(".gs-bar");
  const shown = [...bar.querySelectorAll("button, input, select, .gs-old, .gs-step-label")]
    .filter((one) => one.checkVisibility() && one.getClientRects().length)
    .map((one) => [one.textContent || one.title, one.getBoundingClientRect()]);
  const pairs = shown.flatMap(([name, a], i) => shown.slice(i + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
    .map(([other]) => `${name} / ${other}`));
  return { pairs, wide: bar.scrollWidth - bar.clientWidth };
}
"""


def test_on_a_telephone_nothing_of_the_bar_lies_over_another_thing(phone: Stage) -> None:
    phone.open("scene=pulse&e=gru.b_x.update.3_0.5~")
    phone.choose("gru.b_x.update.0")
    phone.type("-1.25")  # as wide as it gets: with what it was, and something to undo
    found = phone.page.evaluate(OVER_EACH_OTHER)
    assert found == {"pairs": [], "wide": 0}
    slider, number = box(phone, ".gs-value-slider"), box(phone, ".gs-what")
    assert slider["width"] >= number["width"] - 1  # all of its row: each pixel is a finer step
