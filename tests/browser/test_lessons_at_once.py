"""A step of a lesson costs the browser no more than it must: what is laid out, made and painted."""

from playwright.sync_api import expect

from tests.browser.driver import Stage

RESET, READER = "the-reset-gate", "reading-a-trained-network"
# What a wiring's letters are told, time by time; its drawing, and the pieces of all products.
LETTERS = """
() => {
  const diagram = document.querySelector(".gs-wired .gs-diagram");
  window.letters = [diagram.style.getPropertyValue("--letter")];
  const fitted = () => window.letters.push(diagram.style.getPropertyValue("--letter"));
  new MutationObserver(fitted).observe(diagram, { attributeFilter: ["style"] });
}
"""
KEPT = """
(selector) => {
  window.kept = [...document.querySelectorAll(selector)];
  window.said = window.kept.map((one) => one.textContent);
}
"""
STAYED = """
(selector) => {
  const now = [...document.querySelectorAll(selector)];
  const same = now.length === kept.length && now.every((one, i) => one === kept[i]);
  return [same, now.some((one, i) => one.textContent !== said[i])];
}
"""
# As the next message has been taken in: the plots that are painted, in the window and outside.
PAINTED = """
() => {
  const painted = (outside) => [...document.querySelectorAll(".gs-plot")].filter((one) => {
    const { top, bottom, width } = one.getBoundingClientRect();
    return width && outside === (bottom <= 0 || top >= innerHeight);
  }).map((one) => Boolean(one.querySelector(":scope > .gs-sketch")));
  window.painted = null;
  const look = () => (window.painted ??= [painted(false), painted(true)]);
  const stage = document.querySelector(".gs-stage");
  new MutationObserver(look).observe(stage, { attributeFilter: ["data-ack"] });
}
"""
# What the lesson says as it gets the focus.
FOCUSED = """
() => document.querySelector(".gs-lesson").addEventListener("focusin", ({ currentTarget }) => {
  window.told = currentTarget.querySelector("h2").textContent;
}, { once: true })
"""


def go_on(page: Stage) -> None:
    with page.answered():
        page.page.locator(".gs-lesson-next").click()
    page.wait()
    page.frame()


def test_letters_of_a_wiring_are_fitted_once_in_a_step_to_another_scene(page: Stage) -> None:
    page.open(f"lesson={RESET}.2")
    page.frame()
    page.page.evaluate(LETTERS)
    go_on(page)
    page.frame()
    first, *then = page.page.evaluate("window.letters")
    assert set(then) - {first}
    assert len(set(then)) == 1


def test_a_wiring_of_as_many_rows_is_painted_anew_and_not_made_anew(page: Stage) -> None:
    page.open(f"lesson={READER}.4")
    page.page.evaluate(KEPT, ".gs-wired .gs-diagram svg, .gs-wired .gs-diagram .gs-cell")
    before = page.page.locator(".gs-wired .gs-cell").evaluate_all(
        "(cells) => cells.map((one) => one.getAttribute('fill'))"
    )
    go_on(page)
    same, _ = page.page.evaluate(
        STAYED, ".gs-wired .gs-diagram svg, .gs-wired .gs-diagram .gs-cell"
    )
    assert same
    after = page.page.locator(".gs-wired .gs-cell").evaluate_all(
        "(cells) => cells.map((one) => one.getAttribute('fill'))"
    )
    assert before != after


def test_products_get_other_numbers_where_they_stand(page: Stage) -> None:
    page.open("scene=slate&with=none&t=7&u=1")
    pieces = ".gs-sum .gs-piece"
    page.page.evaluate(KEPT, pieces)
    page.page.keyboard.press("ArrowRight")
    expect(page.page.locator(".gs-step-label")).to_contain_text("step 8")
    assert page.page.evaluate(STAYED, pieces) == [True, True]


def test_what_is_outside_of_the_window_is_painted_after_what_is_in_it(page: Stage) -> None:
    page.open(f"lesson={READER}.4")
    page.drawn()
    page.page.evaluate(PAINTED)
    go_on(page)
    inside, outside = page.page.evaluate("window.painted")
    assert inside
    assert all(inside)
    assert outside
    assert not any(outside)
    empty = page.page.locator(".gs-sketched:not(:has(> .gs-sketch))")
    expect(empty).to_have_count(0)


def test_the_next_step_has_the_focus_before_anything_is_changed(page: Stage) -> None:
    page.open(f"lesson={RESET}.2")
    head = page.page.locator(".gs-lesson h2")
    before = head.text_content()
    page.page.evaluate(FOCUSED)
    page.page.locator(".gs-lesson-next").focus()
    page.page.evaluate(FOCUSED)
    go_on(page)
    expect(head).not_to_have_text(before or "")
    assert page.page.evaluate("window.told") == before
    expect(page.page.locator(".gs-lesson")).to_be_focused()
