"""Nothing is cut off, nothing lies on anything else, and nothing moves that should not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driver import Stage
from tests.browser.lensing import TOO_WIDE, VIEWS, go, settled, views

SCENES = json.loads((Path(__file__).parents[2] / "assets/scenes/index.json").read_text())
SCREENS = (*(f"scene={name}" for name in SCENES), "scene=own&source=adding")
HEIGHTS = {320: 568, 390: 844, 640: 400, 768: 1024, 1010: 768, 1280: 800, 1920: 1080}
MATRICES = tuple(f"scene={name}" for name in ("book", "cue", "elnino", "binary"))
OF_SENTENCES = (390, 1010, 1280, 1920)  # widths

# Everything on the stage that says something, and what is wrong with it.
FAULTS = """
() => {
  const stage = document.querySelector(".gs-stage");
  const found = new Set();
  // Marks cover what is under them; menus and whispers are above everything.
  const silent = ".gs-hidden, .gs-menu, .gs-whisper, .gs-mark, option, title";
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const said = ({ text }) => text.trim().slice(0, 60);

  // Pieces of text with their boxes, one a line; letters of plots and formulas one each.
  const pieces = (root) => {
    const list = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { data: text, parentElement: element } = walk.currentNode;
      if (!text.trim() || !shown(element) || element.closest(`${silent}, svg, math`)) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      for (const box of range.getClientRects()) list.push({ text, box, element });
    }
    for (const element of root.querySelectorAll("svg text, math")) {
      if (!shown(element) || element.closest(".gs-hidden")) continue;
      list.push({ text: element.textContent, box: element.getBoundingClientRect(), element });
    }
    return list.filter(({ box }) => box.width > 0.5);
  };

  // Clipped by anything that clips.
  const clips = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    return overflowX !== "visible" || overflowY !== "visible";
  };
  const cut = ({ box, element }) => {
    for (let up = element; up !== stage.parentElement; up = up.parentElement) {
      if (!clips(up) || up.closest(".gs-diagram")) continue;
      const edge = up.getBoundingClientRect();
      if (box.left < edge.left - 1.5 || box.right > edge.right + 1.5) return true;
      const drawn = up.tagName === "svg"; // the boxes of its letters are higher than the letters
      if (!drawn && (box.top < edge.top - 4 || box.bottom > edge.bottom + 4)) return true;
    }
    return box.left < -1 || box.right > innerWidth + 1;
  };

  // Boxes of letters are higher than letters: lines may touch, but not by half of them.
  const overlap = (a, b) => {
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    const formulas = a.element.tagName === "math" && b.element.tagName === "math";
    return across > 0.5 && down > (formulas ? 0.5 : 0.45 * Math.min(a.box.height, b.box.height));
  };

  for (const element of document.querySelectorAll("html, main, section, .gs-bar")) {
    const wide = element.scrollWidth > element.clientWidth + 1;
    if (wide) found.add(`scrolls sideways: ${element.className}`);
  }
  for (const piece of pieces(stage)) if (cut(piece)) found.add(`cut off: ${said(piece)}`);
  const groups = "figure, header, .gs-story, .gs-weights-head, .gs-steps, .gs-equations, .gs-bar";
  for (const group of stage.querySelectorAll(groups)) {
    const list = pieces(group);
    list.forEach((a, i) => list.slice(i + 1).forEach((b) => {
      const covered = a.element !== b.element && overlap(a, b);
      if (covered) found.add(`on each other: ${said(a)} | ${said(b)}`);
    }));
  }
  const pen = document.createElement("canvas").getContext("2d");
  // What is chosen in a list; at 320 pixels a title may be longer than its list is wide.
  const lists = innerWidth > 360 ? ".gs-stage select, .stSelectbox input" : ".gs-stage select";
  for (const list of document.querySelectorAll(lists)) {
    if (!shown(list)) continue;
    const { font, paddingLeft, paddingRight } = getComputedStyle(list);
    pen.font = font;
    const text = list.selectedOptions?.[0].textContent ?? list.value;
    const need = pen.measureText(text).width + parseFloat(paddingLeft) + parseFloat(paddingRight);
    if (need > list.clientWidth + 1) found.add(`cut off in its list: ${text}`);
  }
  return [...found];
}
"""

# The heights that the captions of the lines had at every step, and the sentences that stood there.
# The opened cell is not laid out meanwhile, half of all work: it stands in a column of its own.
STEP = """
async () => {
  const slider = document.querySelector(".gs-scrub");
  const captions = [...document.querySelectorAll(".gs-lines figcaption")];
  const heights = new Set(), sentences = new Set();
  const room = () => captions.map((caption) => caption.getBoundingClientRect().width).join();
  const before = room();
  const { style } = document.querySelector(".gs-inside");
  style.contentVisibility = "hidden";
  if (room() !== before) throw new Error("The lines have the room of the opened cell.");
  for (let step = 1; step <= Number(slider.max); step += Math.ceil(slider.max / 40)) {
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    heights.add(captions.map((caption) => caption.offsetHeight).join());
    for (const one of document.querySelectorAll("[data-sentence]")) sentences.add(one.textContent);
  }
  style.contentVisibility = "";
  return { heights: [...heights], sentences: [...sentences] };
}
"""

# Where the lines of every row of the equations end; some letters of a line are higher than others.
LINES = """
() => [...document.querySelectorAll(".gs-right")].map((row) => {
  const pieces = [...row.querySelectorAll(".gs-piece")];
  const ends = pieces.map((one) => one.getBoundingClientRect().bottom);
  return ends.sort((a, b) => a - b).filter((end, i) => i === 0 || end - ends[i - 1] > 4);
})
"""

# How many numbers the matrices of the weights show: of each, texts, rows and columns.
NUMBERS = """
() => [...document.querySelectorAll(".gs-gates .gs-plot")].map((plot) => ({
  texts: [...plot.querySelectorAll(".heatmap-label text, .textpoint text")]
    .map((text) => text.textContent),
  cells: plot.querySelector(".js-plotly-plot").data[0].z.reduce((sum, row) => sum + row.length, 0),
}))
"""


def resize(stage: Stage, width: int, height: int | None = None) -> None:
    """Make the window as large, and let everything follow."""
    stage.page.set_viewport_size({"width": width, "height": height or HEIGHTS[width]})
    stage.frame()
    stage.rest(150)
    stage.frame()


def box(stage: Stage, selector: str) -> dict[str, float]:
    """The first one's place on screen."""
    found: Any = stage.page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return dict(found)


def middle(of: dict[str, float]) -> float:
    return of["y"] + of["height"] / 2


# Every scene at every size --------------------------------------------------------------------


@dataclass
class Measured:
    """A screen from the narrowest window to the widest; opened once for all who ask about it."""

    faults: dict[int, list[str]] = field(default_factory=dict)  # by width
    heights: dict[int, set[str]] = field(default_factory=dict)  # by width, of four units
    sentences: list[str] = field(default_factory=list)
    matrices: dict[int, Any] = field(default_factory=dict)  # by width, what NUMBERS found


@pytest.fixture(scope="module")
def before() -> dict[str, Measured]:
    """What has been measured already."""
    return {}


@pytest.fixture
def measured(page: Stage, before: dict[str, Measured]) -> Callable[[str], Measured]:
    def made(screen: str) -> Measured:
        if screen not in before:
            before[screen] = measure(page.open(screen), drawn=screen in MATRICES)
        return before[screen]

    return made


def measure(stage: Stage, drawn: bool) -> Measured:
    """drawn: with the letters of Plotly, which takes as long as everything else."""
    found = Measured()
    for width in HEIGHTS:
        resize(stage, width)
        if drawn:
            stage.drawn()
            found.matrices[width] = stage.page.evaluate(NUMBERS)
        found.faults[width] = stage.page.evaluate(FAULTS)
        if width not in OF_SENTENCES:
            continue
        (step, unit), found.heights[width] = stage.cursor, set()
        for _ in range(4):  # units
            seen = stage.page.evaluate(STEP)
            found.heights[width].update(seen["heights"])
            found.sentences += seen["sentences"]
            stage.press("ArrowDown")
        stage.page.get_by_label("Timestep").fill(f"{step + 1}")
        stage.press(*["ArrowUp"] * (stage.cursor[1] - unit))
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_no_words_are_cut_off_or_lie_on_others_at_any_width(
    measured: Callable[[str], Measured], screen: str
) -> None:
    assert measured(screen).faults == {width: [] for width in HEIGHTS}


@pytest.mark.parametrize("scene", SCENES)
def test_the_sentence_of_a_unit_has_room_at_every_step_and_nothing_moves_for_it(
    measured: Callable[[str], Measured], scene: str
) -> None:
    found = measured(f"scene={scene}")
    assert all(text.endswith(".") for text in found.sentences)
    assert found.sentences
    assert {width: len(heights) for width, heights in found.heights.items()} == dict.fromkeys(
        OF_SENTENCES, 1
    )


@pytest.mark.parametrize("screen", MATRICES)
def test_a_matrix_shows_all_of_its_numbers_or_none(
    measured: Callable[[str], Measured], screen: str
) -> None:
    found = measured(screen).matrices
    assert set(found) == set(HEIGHTS)
    for width, matrices in found.items():
        assert matrices
        for matrix in matrices:
            assert len(matrix["texts"]) in (0, matrix["cells"]), f"at {width} pixels"


@pytest.mark.parametrize("screen", ["scene=pulse", "scene=reader", "scene=elnino"])
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (844, 390)])
def test_nor_on_a_phone(another: Callable[..., Stage], screen: str, size: tuple[int, int]) -> None:
    width, height = size
    phone = another(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True
    ).open(screen)
    assert phone.page.evaluate(FAULTS) == []


# Lenses ---------------------------------------------------------------------------------------

# The least height of what a finger touches.
LEAST_TARGET = """
() => {
  const touched = ".gs-lenses button, .gs-lens :is(button, select, input)";
  const shown = [...document.querySelectorAll(touched)].filter((one) => one.checkVisibility());
  return Math.min(...shown.map((one) => one.getBoundingClientRect().height));
}
"""


@pytest.mark.parametrize("width", [390, 1280])  # and 1920 in tests/browser/test_large_type.py
def test_every_lens_and_the_list_of_them_are_whole(seen: Callable[..., Stage], width: int) -> None:
    finger = width == 390
    stage = seen(viewport={"width": width, "height": HEIGHTS[width]}, finger=finger)
    stage.open("scene=slate&do=gru.reset.all.2-9_0.0&a=.scene%3Dslate&t=8&u=2")
    for view in VIEWS:
        go(stage, view)
        settled(stage)
        assert stage.page.evaluate(FAULTS) == [], view
        assert stage.page.evaluate(TOO_WIDE) == [], view
        views(stage).click()
        listed = stage.page.locator(".gs-views").bounding_box()
        assert listed is not None
        assert listed["x"] >= 0
        assert listed["x"] + listed["width"] <= width
        assert listed["y"] + listed["height"] <= HEIGHTS[width]
        stage.press("Escape")
        assert not finger or stage.page.evaluate(LEAST_TARGET) >= 24, view


# Equations and the wiring ---------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["binary", "book", "cue", "slate"])
def test_a_wrapped_equation_has_lines_as_far_apart_as_those_of_text(
    page: Stage, scene: str
) -> None:
    page.open(f"scene={scene}")
    rows: list[list[float]] = page.page.evaluate(LINES)
    wrapped = [lines for lines in rows if len(lines) > 1]
    assert wrapped
    for lines in wrapped:
        assert min(below - above for above, below in pairwise(lines)) >= 17


@pytest.mark.parametrize("notation", ["pytorch", "cho"])
def test_every_equation_ends_above_the_bar(page: Stage, notation: str) -> None:
    for scene in SCENES:
        page.open(f"scene={scene}&notation={notation}")
        bar = box(page, ".gs-bar")
        ends = page.page.locator(".gs-equation").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect().bottom)"
        )
        assert len(ends) == 4
        assert max(ends) <= bar["y"], scene


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
    header, lists = box(phone, "[data-testid=stHeader]"), phone.page.locator(".stSelectbox").all()
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
