"""No words are cut off or lie on others: every scene at every width, every lens; nothing moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from tests.browser.driver import Stage
from tests.browser.laid_out import FAULTS, HEIGHTS, NUMBERS, SCENES, SCREENS, resize
from tests.browser.lensing import TOO_WIDE, VIEWS, go, settled, views

MATRICES = tuple(f"scene={name}" for name in ("book", "cue", "elnino", "binary"))
# Where and how wide Plotly draws everything: its letters have room. It takes as long as all else.
DRAWN, WIDE_AND_NARROW = ("scene=cue", "scene=elnino"), (390, 1280)
OF_SENTENCES = (390, 1010, 1280, 1920)  # widths

# What each sentence says at up to 40 steps, a list for each step.
TOLD = """
() => {
  const slider = document.querySelector(".gs-scrub");
  const told = {};
  for (let step = 1; step <= Number(slider.max); step += Math.ceil(slider.max / 40)) {
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    told[step] = [...document.querySelectorAll("[data-sentence]")].map((one) => one.textContent);
  }
  return told;
}
"""
# The heights that the captions of the lines have at some steps.
# The opened cell is not laid out meanwhile, half of all work: it stands in a column of its own.
HEIGHT = """
async (steps) => {
  const slider = document.querySelector(".gs-scrub");
  const captions = [...document.querySelectorAll(".gs-lines figcaption")];
  const heights = new Set();
  const room = () => captions.map((caption) => caption.getBoundingClientRect().width).join();
  const before = room();
  const { style } = document.querySelector(".gs-inside");
  style.contentVisibility = "hidden";
  if (room() !== before) throw new Error("The lines have the room of the opened cell.");
  for (const step of steps) {
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    heights.add(captions.map((caption) => caption.offsetHeight).join());
  }
  style.contentVisibility = "";
  return [...heights];
}
"""
# Where the equations end, where the bar begins, and where the lines of every row end; some letters
# of a line are higher than others.
EQUATIONS = """
() => {
  const bottom = (one) => one.getBoundingClientRect().bottom;
  const bottoms = (all) => [...all].map(bottom).sort((a, b) => a - b);
  const rows = [...document.querySelectorAll(".gs-right")];
  const lines = rows.map((row) => bottoms(row.querySelectorAll(".gs-piece"))
    .filter((end, i, ends) => i === 0 || end - ends[i - 1] > 4));
  return {
    bar: document.querySelector(".gs-bar").getBoundingClientRect().top,
    ends: bottoms(document.querySelectorAll(".gs-equation")),
    lines,
    said: bottom(document.querySelector(".gs-cell-doing")),
  };
}
"""
UNITS = 4  # whose sentences are read
LONGEST = 4  # sentences of a unit, whose heights are measured beside the shortest one's


# Every scene at every size --------------------------------------------------------------------


@dataclass(frozen=True)
class Equations:
    """Where they stand in a window, from its top."""

    bar: float
    ends: list[float]  # of each equation
    lines: list[list[float]]  # of each row, where its lines end
    said: float  # the end of what the step does in words


@dataclass
class Measured:
    """A screen from the narrowest window to the widest; opened once for all who ask about it."""

    equations: Equations  # in the window it was opened in
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
            before[screen] = measure(page.open(screen), screen)
        return before[screen]

    return made


def measure(stage: Stage, screen: str) -> Measured:
    resize(stage, 1280)
    found = Measured(Equations(**stage.page.evaluate(EQUATIONS)))
    steps = [steps_of(stage, found) for _ in each_unit(stage)]
    for width in HEIGHTS:
        resize(stage, width)
        if screen in MATRICES:
            whole = screen in DRAWN and width in WIDE_AND_NARROW
            stage.drawn("" if whole else ".gs-gates")
            found.matrices[width] = stage.page.evaluate(NUMBERS)
        found.faults[width] = stage.page.evaluate(FAULTS)
        if width in OF_SENTENCES:
            found.heights[width] = {
                height
                for unit in each_unit(stage)
                for height in stage.page.evaluate(HEIGHT, steps[unit])
            }
    return found


def each_unit(stage: Stage) -> Iterator[int]:
    """From the cursor's unit on; then the cursor is where it was."""
    step, first = stage.cursor
    for unit in range(UNITS):
        yield unit
        stage.press("ArrowDown")
    stage.page.get_by_label("Timestep").fill(f"{step + 1}")
    stage.press(*["ArrowUp"] * (stage.cursor[1] - first))


def steps_of(stage: Stage, found: Measured) -> list[str]:
    """Where the sentences of a unit are longest, and where they are shortest."""
    told: dict[str, list[str]] = stage.page.evaluate(TOLD)
    found.sentences += {text for texts in told.values() for text in texts}
    steps = set()
    for cell in range(len(next(iter(told.values())))):
        by_length = sorted(told, key=lambda step: len(told[step][cell]))
        steps |= {by_length[0], *by_length[-LONGEST:]}
    return sorted(steps)


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


ON_A_PHONE = ("scene=pulse", "scene=reader", "scene=elnino")


@pytest.mark.parametrize("screen", ON_A_PHONE)
@pytest.mark.parametrize("size", [(320, 568), (390, 844)])
def test_nor_on_a_phone(seen: Callable[..., Stage], screen: str, size: tuple[int, int]) -> None:
    width, height = size
    phone = seen(viewport={"width": width, "height": height}, finger=True).open(screen)
    assert phone.page.evaluate(FAULTS) == []


@pytest.mark.parametrize("screen", ON_A_PHONE)
def test_nor_on_one_that_lies_on_its_side(another: Callable[..., Stage], screen: str) -> None:
    phone = another(viewport={"width": 844, "height": 390}, has_touch=True, is_mobile=True)
    assert phone.open(screen).page.evaluate(FAULTS) == []


@pytest.mark.parametrize("link", ["", "type=large"])
def test_nor_when_it_is_turned(another: Callable[..., Stage], link: str) -> None:
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.open(link)
    for size in ({"width": 844, "height": 390}, {"width": 390, "height": 844}):
        phone.page.set_viewport_size(size)  # type: ignore[arg-type]
        phone.rest(300)  # everything follows
        phone.frame()
        assert phone.page.evaluate(FAULTS) == [], size


# Words of captions that stand on the first line and not whole within their box.
CUT = """
() => [...document.querySelectorAll(".gs-tracks .gs-name")].flatMap((name) => {
  const box = name.getBoundingClientRect();
  const { data } = name.firstChild;
  return [...data.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(name.firstChild, index);
    range.setEnd(name.firstChild, index + word.length);
    const at = range.getBoundingClientRect();
    const seen = at.top < box.top + box.height / 2;
    if (seen ? at.right > box.right + 0.5 : index === 0 || at.top < box.bottom - 2) return word;
    return "";
  }).filter(Boolean);
})
"""
LONG = "e=gru.b_x.update.3_40~gru.b_x.candidate.3_9.5~gru.b_x.reset.3_-8&t=16&u=4"


@pytest.mark.parametrize("width", [1010, 1121, 1200, 1280, 1920])
def test_no_word_of_a_caption_is_cut_beside_a_long_number(
    seen: Callable[..., Stage], width: int
) -> None:
    stage = seen(viewport={"width": width, "height": 800}).open(LONG)
    assert "just under 1" in stage.page.locator(".gs-tracks .gs-value").all_inner_texts()
    assert stage.page.evaluate(CUT) == []


# Equations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["binary", "book", "cue", "slate"])
def test_a_wrapped_equation_has_lines_as_far_apart_as_those_of_text(
    measured: Callable[[str], Measured], scene: str
) -> None:
    wrapped = [lines for lines in measured(f"scene={scene}").equations.lines if len(lines) > 1]
    assert wrapped
    for lines in wrapped:
        assert min(below - above for above, below in pairwise(lines)) >= 17


@pytest.mark.parametrize("scene", SCENES)
def test_every_equation_ends_above_the_bar(measured: Callable[[str], Measured], scene: str) -> None:
    assert_above_the_bar(measured(f"scene={scene}").equations)


@pytest.mark.parametrize("scene", ["binary", "book", "cue", "slate", "crowd"])
def test_so_does_every_one_where_the_reset_gate_comes_first(page: Stage, scene: str) -> None:
    """Of all scenes with sums that are written out, and of one with none."""
    page.open(f"scene={scene}&notation=cho")
    assert_above_the_bar(Equations(**page.page.evaluate(EQUATIONS)))


# The names of equations that lie over what is written there.
COVERING = """
() => [...document.querySelectorAll(".gs-equation")].flatMap((equation) => {
  const words = document.createRange();
  words.selectNodeContents(equation.querySelector("h3"));
  const name = words.getBoundingClientRect();
  return [...equation.querySelectorAll(".gs-piece, .gs-left math")]
    .map((piece) => piece.getBoundingClientRect())
    .filter(({ left, right, top, bottom }) =>
      right > name.left && left < name.right && top < name.bottom - 2 && bottom > name.top + 2)
    .map(() => words.toString());
})
"""
HELD = "&do=lstm.forget.all.all_0.5~lstm.output.all.all_1.0"


@pytest.mark.sampled(5)
@pytest.mark.parametrize("more", ["", HELD, "&form=joined", f"&form=joined{HELD}", "&notation=cho"])
@pytest.mark.parametrize("scene", ["pulse", "crowd", "elnino"])
def test_six_of_an_lstm_do_and_no_name_lies_over_one(page: Stage, scene: str, more: str) -> None:
    """The sea has a prediction over them, too."""
    page.open(f"scene={scene}&with=lstm&cell=lstm{more}")
    page.wait()
    assert_above_the_bar(Equations(**page.page.evaluate(EQUATIONS)), count=6)
    assert page.page.evaluate(COVERING) == []


def assert_above_the_bar(equations: Equations, count: int = 4) -> None:
    assert len(equations.ends) == count
    assert max(equations.ends) <= equations.bar
    assert 0 < equations.said <= equations.bar


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
        stage.drawn(".gs-charts")
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
