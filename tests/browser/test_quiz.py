"""The quiz as somebody meets it: asked by pointer and by keys, kept, coming back, put aside."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.learning.quiz.drawing import quiz
from app.learning.quiz.exporting import gift
from app.learning.quiz.message import questions
from app.learning.quiz.questions import Drawn, Number
from app.screen.baseline import scenes
from app.setting.link import decode
from tests.browser.conftest import POCKET
from tests.browser.driver import Stage
from tests.browser.test_axe import TAGS
from tests.serving import Server, serving

KEY = "gatescope.quiz"
OPENED = questions(tuple(scenes()))


class Quiz:
    """A visitor at the page of the quiz."""

    def __init__(self, tab: Stage, seed: int) -> None:
        self.tab, self.page, self.seed = tab, tab.page, seed
        self.questions = {one.text: one for one in quiz(OPENED, seed)}
        self.order: Sequence[str] = [one.name for one in quiz(OPENED, seed)]

    def open(self) -> "Quiz":
        self.page.goto(f"{self.tab.url}/quiz" + (f"?seed={self.seed}" if self.seed else ""))
        return self.wait()

    def wait(self) -> "Quiz":
        expect(self.page.locator(".gs-quiz legend, .gs-quiz-done")).to_be_visible()
        return self

    @property
    def asked(self) -> Drawn:
        return self.questions[self.page.locator(".gs-quiz legend").inner_text()]

    def keys(self, right: bool) -> Drawn:
        """Answer by keys alone, from wherever the focus is in the form."""
        one = self.asked
        if isinstance(one.answers, Number):
            value = one.answers.value + (0 if right else 50)
            self.page.locator(".gs-quiz input[type=text]").focus()
            self.page.keyboard.type(f"{value:.6f}".replace("-", "−").replace(".", ","))
        else:
            [at] = [i for i, choice in enumerate(one.answers) if choice.right]
            at = at if right else (at + 1) % len(one.answers)
            self.page.locator(".gs-quiz input[type=radio]").first.focus()
            self.page.keyboard.press("Space")
            for _ in range(at):
                self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Next question")).to_be_focused()
        return one

    def on(self) -> None:
        """To the next question, by the key that is under the finger."""
        self.page.wait_for_timeout(350)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".gs-quiz-verdict")).to_have_count(0)

    def stored(self, key: str = KEY) -> Any:
        return self.page.evaluate("(key) => localStorage.getItem(key)", key)


@pytest.fixture
def tab(another: Callable[..., Stage]) -> Stage:
    return another()


@pytest.fixture
def pocket_tab(another: Callable[..., Stage]) -> Stage:
    return another(viewport=POCKET, has_touch=True, is_mobile=True, color_scheme="dark")


def verdict(page: Page) -> str:
    return page.locator(".gs-quiz-verdict p").first.inner_text()


def test_answers_by_keys_are_judged_and_each_is_explained(tab: Stage) -> None:
    here = Quiz(tab, 7).open()
    kinds = set()
    for at in range(8):
        right = at % 2 == 0
        one = here.keys(right)
        kinds.add(isinstance(one.answers, Number))
        if isinstance(one.answers, Number):
            assert one.answers.because in here.page.locator(".gs-quiz-verdict").inner_text()
            assert verdict(here.page).startswith("Right: " if right else "Not quite: it is ")
        else:
            assert verdict(here.page) == ("Right." if right else "Not this one.")
            reasons = here.page.locator(".gs-quiz-because").all_inner_texts()
            assert [
                text.removeprefix("Right. ").removeprefix("Your answer. ") for text in reasons
            ] == [choice.because for choice in one.answers]
            assert [text.startswith("Right. ") for text in reasons] == [
                choice.right for choice in one.answers
            ]
        link = here.page.locator(".gs-quiz-sight a")
        assert link.get_attribute("href") == f"./?{one.sight.link}"
        here.on()
        expect(here.page.locator(".gs-quiz fieldset input").first).to_be_focused()
    assert kinds == {True, False}


def test_the_link_of_a_question_opens_its_screen_and_back_leads_to_the_quiz(tab: Stage) -> None:
    here = Quiz(tab, 7).open()
    one = here.keys(right=True)
    here.page.get_by_role("link", name="See it on the stage").click()
    tab.wait()
    opened = dict(parse_qsl(urlsplit(here.page.url).query))
    assert decode(opened, scenes()) == decode(dict(one.sight.query), scenes())
    here.page.go_back()
    here.wait()


def test_what_is_no_answer_is_said_and_counts_for_nothing(tab: Stage) -> None:
    here = Quiz(tab, 7).open()
    assert isinstance(here.asked.answers, Number)
    box = here.page.get_by_role("textbox", name="Your answer")
    box.fill("one half")
    box.press("Enter")
    expect(here.page.get_by_role("alert")).to_have_text(
        "That is not a number yet: 0.12, −3 or 2e-4 are."
    )
    expect(box).to_be_focused()
    assert here.stored() is None
    box.fill("")
    here.keys(right=True)
    here.on()
    while isinstance(here.asked.answers, Number):
        here.keys(right=True)
        here.on()
    here.page.get_by_role("button", name="Answer").click()
    expect(here.page.get_by_role("alert")).to_have_text("Choose an answer first.")


def test_the_seed_of_a_link_gives_everybody_the_same_questions(
    another: Callable[..., Stage],
) -> None:
    seen = []
    for _ in range(2):
        here = Quiz(another(), 11).open()
        told = []
        for _ in range(4):
            told.append(here.page.locator(".gs-quiz fieldset").inner_text())
            assert here.asked.name == here.order[len(told) - 1]
            here.keys(right=True)
            here.on()
        seen.append(told)
    assert seen[0] == seen[1]
    assert Quiz(another(), 12).open().asked.name != here.order[0]


def test_progress_is_there_after_loading_the_page_anew_and_a_miss_comes_back(tab: Stage) -> None:
    here = Quiz(tab, 7).open()
    missed = here.keys(right=False)
    here.on()
    met = [missed.name]
    for _ in range(4):
        here.open()
        met.append(here.keys(right=True).name)
        here.on()
    assert met == list(here.order[:5])
    expect(here.page.locator(".gs-quiz-far")).to_have_text(
        "5 answers so far, 4 right. One missed question comes back."
    )
    assert here.asked.name == missed.name
    assert here.page.locator(".gs-quiz-place").inner_text().endswith("again, from box 1")
    here.keys(right=True)
    assert json.loads(here.stored())["draws"]["7"]["cards"][missed.name]["box"] == 2
    expect(here.page.locator(".gs-quiz-foot")).to_contain_text(
        "Leitner (So lernt man lernen, 1972)"
    )


@pytest.mark.parametrize("rubbish", ["{", '{"version":2,"draws":{}}', "null"])
def test_rubbish_that_is_stored_is_put_aside_with_a_sentence(tab: Stage, rubbish: str) -> None:
    here = Quiz(tab, 7).open()
    here.page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, rubbish])
    here.open()
    expect(here.page.get_by_role("status")).to_have_text(
        "What this browser had stored is not progress of this version. It is kept there under "
        "gatescope.quiz.aside; you begin anew."
    )
    here.keys(right=True)
    here.on()
    assert here.stored(f"{KEY}.aside") == rubbish
    assert json.loads(here.stored())["draws"]["7"]["count"] == 1


def test_progress_is_saved_as_a_file_and_opened_by_another_browser(
    another: Callable[..., Stage], tmp_path: Path
) -> None:
    here = Quiz(another(), 7).open()
    here.keys(right=False)
    here.on()
    with here.page.expect_download() as download:
        here.page.get_by_role("button", name="Save progress as a file").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    there = Quiz(another(), 7).open()
    chosen = there.page.locator(".gs-quiz input[type=file]")
    chosen.set_input_files({"name": "x.json", "mimeType": "", "buffer": b"{}"})
    expect(there.page.get_by_role("status")).to_contain_text("x.json is not saved progress")
    assert there.stored() is None
    there.page.locator(".gs-quiz input[type=file]").set_input_files(path)
    expect(there.page.get_by_role("status")).to_have_text(
        "Opened: your progress is that of the file."
    )
    assert json.loads(there.stored()) == json.loads(here.stored())
    assert there.asked.name == here.asked.name
    there.page.get_by_role("button", name="Begin anew").click()
    expect(there.page.get_by_role("status")).to_contain_text(
        f"kept in this browser under {KEY}.aside"
    )
    assert there.asked.name == there.order[0]


def test_where_nothing_can_be_stored_it_is_said_and_the_quiz_goes_on(tab: Stage) -> None:
    tab.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', "
        "{ get() { throw new DOMException('', 'SecurityError'); } });"
    )
    here = Quiz(tab, 7).open()
    expect(here.page.get_by_role("status")).to_contain_text("This browser stores nothing")
    here.keys(right=True)
    here.on()
    assert here.asked.name == here.order[1]


def test_the_whole_quiz_can_be_answered(tab: Stage) -> None:
    """Past the last box there is nothing left to ask; begun at the last answer but one."""
    here = Quiz(tab, 7).open()
    cards = {name: {"box": 6, "at": 1, "missed": 0} for name in here.order}
    cards[here.order[3]]["box"] = 5
    draws = {"7": {"count": 300, "right": 295, "cards": cards}}
    stored = json.dumps({"version": 1, "draws": draws})
    here.page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, stored])
    here.open()
    assert here.keys(right=True).name == here.order[3]
    here.on()
    expect(here.page.get_by_role("heading", name="Every question is past box 5")).to_be_visible()


def test_courses_get_the_file_of_the_draw_that_is_open(tab: Stage, tmp_path: Path) -> None:
    here = Quiz(tab, 7).open()
    with here.page.expect_download() as download:
        here.page.get_by_role("button", name="Moodle (GIFT)").click()
    assert download.value.suggested_filename == "gatescope-quiz-7.gift.txt"
    download.value.save_as(tmp_path / "gift")
    assert (tmp_path / "gift").read_text("utf-8") == gift(quiz(OPENED, 7), f"{tab.url}/")


def complaints(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = page.evaluate(f"axe.run({{include: ['.gs-quiz']}}, {json.dumps(options)})")
    return [
        f"{one['id']} {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def test_nothing_is_wrong_for_whoever_hears_the_page_and_it_fits_a_telephone(
    pocket_tab: Stage,
) -> None:
    here = Quiz(pocket_tab, 7).open()
    page = here.page
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for _ in range(3):
            page.wait_for_timeout(300)
            assert complaints(page) == []
            here.keys(right=False)
            assert complaints(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == POCKET["width"]
            boxes = page.locator(".gs-quiz button, .gs-quiz label").evaluate_all(
                "(all) => all.map((one) => one.getBoundingClientRect().height)"
            )
            assert min(boxes) >= 36
            apart = page.locator(".gs-quiz-verdict .gs-quiz-main").evaluate(
                "(one) => one.offsetTop"
                " - one.previousElementSibling.offsetTop - one.previousElementSibling.offsetHeight"
            )
            assert apart >= 12  # the ring of who comes by keys takes 5
            here.on()
    left = page.locator(".gs-quiz, .st-key-quiz-files button p").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().left)"
    )
    assert left[1] == left[0]  # the files begin where the text does


@pytest.mark.parametrize("base", ["", "course/gates"])
def test_the_quiz_opened_by_its_address_asks_for_nothing_that_is_not_there(
    another: Callable[..., Stage], server: Server, base: str
) -> None:
    if not base:
        Quiz(another(), 7).open()
        return
    with serving(base=base) as running:
        tab = another(url=running.url)
        here = Quiz(tab, 7).open()
        one = here.keys(right=True)
        here.page.get_by_role("link", name="See it on the stage").click()
        tab.wait()
        assert here.page.url.startswith(f"{running.url}/?")
        assert one.sight.link
        tab.page.close()


def test_a_visit_of_the_stage_asks_for_nothing_of_the_quiz(another: Callable[..., Stage]) -> None:
    tab = another()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.open()
    tab.rest()
    assert asked
    assert [url for url in asked if re.search("quiz|learn", url)] == []
    asked.clear()
    Quiz(tab, 0).open()
    assert [url for url in asked if url.endswith("built/quiz.js")]
    assert [url for url in asked if re.search(r"built/stage|plotly", url)] == []
