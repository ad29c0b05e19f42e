"""Lessons as a student meets them: asked first, done on the stage, shown then; nothing is lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from app.learning.lessons import At, lessons
from app.messages.lesson import lesson_told
from app.screen.baseline import scenes
from gru_core.situation import Situation
from tests.browser.driver import Stage

Core = Callable[..., Situation]
RESET = "the-reset-gate"
LESSONS = lessons(scenes())
LAST = [At(lesson, len(lesson.steps) - 1).key for lesson in LESSONS.values()]


def panel(stage: Stage) -> Locator:
    return stage.page.locator(".gs-lesson")


def go_on(stage: Stage, by_key: bool = False) -> None:
    """To the next step; by_key: also where the page may still move under a pointer."""
    following = panel(stage).locator(".gs-lesson-next")
    with stage.answered():
        if by_key:
            following.press("Enter")
        else:
            following.click()
    stage.wait()


def is_at(stage: Stage, key: str) -> None:
    told = lesson_told(key)
    assert told is not None
    expect(panel(stage).locator(".gs-lesson-text")).to_have_text(told["text"])
    assert f"lesson={key}" in stage.page.url


def test_a_guess_comes_first_and_what_it_is_about_is_covered_until_then(page: Stage) -> None:
    page.open(f"lesson={RESET}.1")
    told = lesson_told(f"{RESET}.1")
    assert told is not None
    assert told["guess"] is not None
    expect(page.page.locator(".gs-covered")).to_have_count(1)
    expect(page.page.locator(".gs-story")).to_be_hidden()
    expect(panel(page).locator(".gs-lesson-reveal")).to_be_hidden()
    field = panel(page).get_by_label("Your number")
    field.fill("nothing")
    field.press("Enter")
    expect(panel(page)).to_contain_text("A number is needed here, such as 0.5.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.page.locator(".gs-covered")).to_have_count(1)
    field.fill("0,5")
    field.press("Enter")
    expect(panel(page)).to_contain_text("You said 0.5; it is 0.12.")
    expect(panel(page).locator(".gs-lesson-reveal")).to_have_text(told["reveal"])
    expect(page.page.locator(".gs-covered")).to_have_count(0)


def test_what_is_asked_for_is_seen_on_the_stage_itself(page: Stage) -> None:
    page.open(f"lesson={RESET}.2")
    done = panel(page).locator(".gs-lesson-done")
    expect(done).to_be_hidden()
    page.choose("gru.b_x.reset.0")
    page.type("-1.5")
    expect(done).to_be_hidden()  # r is 0.18
    page.type("-6")
    expect(done).to_be_visible()
    expect(panel(page).locator(".gs-ready")).to_have_count(1)
    go_on(page)
    is_at(page, f"{RESET}.3")
    with page.answered():
        page.press("Control+z")  # back to the screen of before, and its step
    page.wait()
    assert "scene=book" in page.page.url


def test_a_question_says_why_and_only_the_right_answer_goes_on(page: Stage) -> None:
    page.open(f"lesson={RESET}.3")
    told = lesson_told(f"{RESET}.3")
    assert told is not None
    assert told["ask"] is not None
    ask = told["ask"]
    for i in sorted(range(len(ask["choices"])), key=lambda one: one == ask["right"]):
        panel(page).get_by_label(ask["choices"][i], exact=True).check()
        expect(panel(page).locator(".gs-lesson-answer")).to_contain_text(ask["because"][i])
        ready = panel(page).locator(".gs-ready")
        expect(ready).to_have_count(1 if i == ask["right"] else 0)


@pytest.mark.parametrize(
    ("key", "press"),
    [
        ("what-a-state-is.3", None),
        ("weights-bias-sigma.2", "at"),
        ("the-blend.6", "view"),
    ],
)
def test_each_kind_of_thing_to_do_is_noticed(page: Stage, key: str, press: str | None) -> None:
    page.open(f"lesson={key}")
    is_at(page, key)
    if press == "at":
        for _ in range(4):
            page.press("ArrowRight")
    elif press == "view":
        page.page.locator(".gs-views-button").click()
        with page.answered():
            page.page.locator(".gs-views [data-view=kept]").click()
    if press:
        expect(panel(page).locator(".gs-lesson-done")).to_be_visible()


def test_a_step_begins_at_its_own_place_and_what_was_chosen_before_is_chosen_no_more(
    page: Stage, core: Core
) -> None:
    page.open("lesson=what-a-state-is.2")
    page.click(page.cell_of("x.3.0", core("pulse", "none")))
    page.type("1")
    expect(panel(page).locator(".gs-lesson-done")).to_be_visible()
    expect(page.page.locator(".gs-choice")).to_have_count(1)
    go_on(page)
    expect(page.page.locator(".gs-choice")).to_have_count(0)
    assert page.cursor == (3, 1)
    go_on(page)  # the same scene and another step
    assert page.cursor == (19, 3)


def test_a_lesson_of_what_a_first_visit_shows_shows_no_more(page: Stage) -> None:
    first = page.page.locator(".gs-view-first")
    page.open("lesson=what-a-state-is.5")
    expect(first).to_have_count(1)
    expect(page.page.locator(".gs-changes")).to_be_hidden()  # nobody has changed these
    go_on(page)
    is_at(page, "weights-bias-sigma.1")
    expect(first).to_have_count(0)
    page.open("lesson=what-a-state-is.1")
    expect(first).to_have_count(1)
    with page.answered():
        panel(page).get_by_role("button", name="Leave the lesson").click()
    expect(first).to_have_count(0)  # as this visitor has chosen it


def test_what_is_out_of_sight_is_led_to_and_what_comes_of_it_is_told_there(
    phone: Stage, core: Core
) -> None:
    phone.open(f"lesson={RESET}.2")
    told = lesson_told(f"{RESET}.2")
    assert told is not None
    top = panel(phone).bounding_box()
    assert top is not None
    assert abs(top["y"]) <= 1  # what Streamlit has above it takes no room of the stage
    strip = phone.page.locator(".gs-lesson-strip")
    expect(strip).to_be_hidden()
    panel(phone).get_by_role("button", name="Show where").tap()
    expect(strip.locator("p")).to_have_text(told["do"])
    phone.page.touchscreen.tap(
        *phone.centre(phone.cell_of("gru.b_x.reset.0", core("book", "none")))
    )
    phone.type("-6")
    expect(strip.locator("p")).to_have_text(f"Done. {told['reveal']}")
    whisper = phone.page.locator(".gs-whisper").bounding_box()
    if whisper:  # it may be gone by now
        assert whisper["x"] + whisper["width"] <= 390
    with phone.answered():
        strip.locator(".gs-lesson-next").tap()
    phone.wait()
    is_at(phone, f"{RESET}.3")
    expect(strip).to_be_hidden()
    phone.page.locator(".gs-inside").scroll_into_view_if_needed()
    expect(strip.locator("p")).to_have_text(told_question(f"{RESET}.3"))
    strip.get_by_role("button", name="Up to the step").tap()
    expect(strip).to_be_hidden()


def told_question(key: str) -> str:
    told = lesson_told(key)
    assert told is not None
    assert told["ask"] is not None
    return told["ask"]["question"]


def test_the_longest_way_on_fits_a_phone(phone: Stage) -> None:
    ways = [key for key in map(lesson_told, LAST) if key and key["following"]]
    longest = max(ways, key=lambda told: len(told["following"]["title"]))  # type: ignore[index]
    phone.open(f"lesson={longest['key']}")
    main = phone.page.get_by_test_id("stMain")
    assert main.evaluate("(main) => main.scrollWidth - main.clientWidth") == 0


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("vanishing-gradients.2", ".gs-views-button"),
        (f"{RESET}.4", ".gs-holding"),
        ("two-conventions.2", "[data-testid=stPopover] button"),
    ],
)
def test_show_where_brings_it_into_sight(phone: Stage, key: str, place: str) -> None:
    phone.open(f"lesson={key}")
    panel(phone).evaluate("(step) => step.scrollIntoView()")
    there = phone.page.locator(place).first
    expect(there).not_to_be_in_viewport()
    where = panel(phone).get_by_role("button", name="Show where")
    where.tap()
    expect(there).to_be_in_viewport()
    expect(where).to_be_hidden()


def test_another_screen_is_said_to_be_another_and_one_press_leads_back(page: Stage) -> None:
    page.open(f"lesson={RESET}.2")
    away = panel(page).locator(".gs-lesson-away")
    expect(away).to_be_hidden()
    page.open(f"scene=pulse&lesson={RESET}.2")
    expect(away).to_be_visible()
    with page.answered():
        away.get_by_role("button").click()
    page.wait()
    expect(away).to_be_hidden()
    assert "scene=book" in page.page.url


def test_a_lesson_is_left_and_what_was_done_stays(page: Stage) -> None:
    page.open(f"lesson={RESET}.2")
    page.choose("gru.b_x.reset.0")
    page.type("-6")
    with page.answered():
        panel(page).get_by_role("button", name="Leave the lesson").click()
    expect(page.page.locator(".gs-lesson-text")).to_have_count(0)
    assert "lesson" not in page.page.url
    assert list(page.edits) == ["gru.b_x.reset.0"]
    expect(page.page.locator(".gs-story")).to_be_visible()


def test_a_first_lesson_is_played_from_the_list_to_its_end(stage: Stage) -> None:
    first = next(iter(LESSONS.values()))
    stage.page.goto(f"{stage.url}/learn")
    stage.page.evaluate("localStorage.removeItem('gatescope.lessons')")
    stage.page.get_by_role("link", name=first.title).click()
    stage.page.locator(".gs-stage[data-ack]").wait_for()
    for step in range(len(first.steps)):
        is_at(stage, At(first, step).key)
        if step + 1 < len(first.steps):
            go_on(stage)
    stage.page.goto(f"{stage.url}/learn")
    tick = stage.page.locator(f"[data-lesson={first.name}] .gs-tick")
    expect(tick).to_have_count(0)  # each step asks for something, and nothing was done
    stage.page.go_back()
    following = list(LESSONS.values())[1]
    expect(panel(stage).locator(".gs-lesson-next")).to_have_text(
        re.compile(re.escape(following.title))
    )


def test_the_list_says_how_far_one_is(stage: Stage) -> None:
    stage.open(f"lesson={RESET}.3")
    stage.page.evaluate("localStorage.removeItem('gatescope.lessons')")
    told = lesson_told(f"{RESET}.3")
    assert told is not None
    assert told["ask"] is not None
    right = told["ask"]["choices"][told["ask"]["right"]]
    panel(stage).get_by_label(right, exact=True).check()
    panel(stage).get_by_role("link", name="All lessons").click()
    tick = stage.page.locator(f"[data-lesson={RESET}] .gs-tick")
    expect(tick).to_have_text(f"1 of {told['steps']} steps done")
    expect(stage.page.locator(".gs-tick")).to_have_count(1)


def test_what_cannot_be_read_is_set_aside_with_a_sentence(stage: Stage) -> None:
    stage.page.add_init_script("localStorage['gatescope.lessons'] = 'rubbish'")
    stage.page.goto(f"{stage.url}/learn")
    expect(stage.page.locator(".gs-aside")).to_contain_text("set aside")
    assert stage.page.evaluate("localStorage['gatescope.lessons.aside']") == "rubbish"


def test_what_a_step_has_set_itself_is_no_change_of_the_visitors(page: Stage, core: Core) -> None:
    page.open("lesson=what-a-state-is.2")  # where no pulse has come in yet
    edited = page.page.locator(".gs-edited")
    reset = page.page.locator(".gs-history").get_by_role("button", name="reset")
    expect(edited).to_have_count(0)
    expect(reset).not_to_be_enabled()
    page.click(page.cell_of("x.5.0", core("pulse", "none")))
    page.type("0.5")
    expect(edited).to_have_count(1)
    with page.answered():
        reset.click()
    page.wait()
    told = lesson_told("what-a-state-is.2")
    assert told is not None
    assert page.edits == told["given"]
    is_at(page, "what-a-state-is.2")


def test_whoever_drags_sees_the_number_that_the_step_asks_for(phone: Stage, core: Core) -> None:
    phone.open(f"lesson={RESET}.2")
    seen = phone.page.locator(".gs-lesson-strip .gs-lesson-seen")
    panel(phone).get_by_role("button", name="Show where").tap()
    expect(seen).to_have_text("Now r of unit 1 at step 1 is 0.2.")
    target = phone.cell_of("gru.b_x.reset.0", core("book", "none"))
    phone.page.touchscreen.tap(*phone.centre(target))
    phone.type("-2")
    expect(seen).to_have_text("Now r of unit 1 at step 1 is 0.119.")
    phone.type("-6")
    expect(seen).to_be_hidden()  # what comes of it is said in its place


def test_settings_close_when_what_was_asked_for_is_chosen_in_them(phone: Stage) -> None:
    phone.open("lesson=two-conventions.2")
    phone.settings.tap()
    behind = phone.page.locator(".gs-lists").get_by_role("combobox", name="Notation")
    behind.tap()
    options = phone.page.locator(".gs-lists").get_by_role("listbox").get_by_role("option")
    options.filter(has_text="Chung").first.tap()
    expect(panel(phone).locator(".gs-lesson-done")).to_be_visible()
    expect(behind).to_have_count(0)
    way = panel(phone).locator(".gs-lesson-next")
    expect(way).to_be_in_viewport()
    with phone.answered():
        way.tap()
    is_at(phone, "two-conventions.3")
