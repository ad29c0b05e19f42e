"""What a view teaches unaided: one press each, and terms that explain themselves."""

import re

from playwright.sync_api import expect

from tests.browser.driver import Stage


def test_a_term_explains_itself_under_the_pointer_and_by_keys(page: Stage) -> None:
    page.open("scene=pulse")
    tip = page.page.locator(".gs-tip")
    page.page.locator(".gs-seen .gs-term", has_text="update gate").first.hover()
    expect(tip).to_contain_text("near 1 it keeps the old state")
    page.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    stops = page.page.locator(".gs-term[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    cursor = page.page.locator(".gs-step-label").inner_text()
    seen = set()
    for _ in range(page.page.locator(".gs-term[tabindex]").count()):
        expect(tip).to_be_visible()
        seen.add(page.page.evaluate("document.activeElement.textContent"))
        page.page.keyboard.press("ArrowRight")
    assert page.page.locator(".gs-step-label").inner_text() == cursor
    everywhere = set(page.page.locator(".gs-term").all_text_contents())
    for word in everywhere:
        assert any(word.lower().rstrip("s") in one.lower() for one in seen), (word, seen)
    page.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_the_cell_says_in_words_what_its_equations_come_to(page: Stage) -> None:
    page.open("scene=cue&view=cell&t=7&u=3")
    said = page.page.locator(".gs-cell-doing")
    expect(said).to_have_text(
        "z is 0.881: unit 3 keeps 88 % of its old state, 0.0189, which is 0.0166. The rest comes "
        "from n, 0.537, and is 0.064: together h is 0.0806."
    )
    page.page.locator(".gs-handle-slider").focus()
    before = said.inner_text()
    page.page.keyboard.press("End")
    page.page.keyboard.press("Escape")
    page.page.locator("body").press("ArrowRight")
    expect(said).not_to_have_text(before)


def test_one_press_holds_z_and_one_opens_the_pair_of_the_scene(page: Stage) -> None:
    page.open("scene=cue&view=holding")
    page.page.get_by_role("button", name="z = 1: every unit keeps all it has").click()
    expect(page.page.locator(".gs-words")).to_contain_text("GRU: h differs from the original")
    page.page.wait_for_url(re.compile("do=gru.update.all.all_1"))
    page.open("scene=cue&view=pinned")
    page.page.locator(".gs-offers button").click()
    expect(page.page.locator(".gs-words")).to_contain_text("GRU: h differs from A from step 12 on")


def test_k_is_chosen_and_the_bias_is_dragged_beside_the_gradients(page: Stage) -> None:
    page.open("scene=crowd&view=gradients&t=50&u=26")
    expect(page.page.locator(".gs-words")).to_contain_text(
        "At step 50, 50 steps back, this is left of "
    )
    field = page.page.get_by_label("Step k")
    field.fill("80")
    field.press("Enter")
    expect(page.page.locator(".gs-words")).to_contain_text(
        "At step 80, 20 steps back, this is left of "
    )
    slider = page.page.locator(".gs-reaching .gs-handle-slider")
    expect(slider).to_be_enabled()
    slider.focus()
    page.page.keyboard.press("ArrowLeft")
    page.page.wait_for_url(re.compile(r"e=gru\.b_x\.update\.25_"))


def test_the_bias_beside_the_gradients_goes_as_far_as_a_drag_where_weights_are_small(
    page: Stage,
) -> None:
    page.open("scene=book&view=gradients&t=1&u=1")
    slider = page.page.locator(".gs-reaching .gs-handle-slider")
    expect(slider).to_be_enabled()
    slider.focus()
    with page.answered():
        page.page.keyboard.press("End")
        page.page.keyboard.press("Tab")
    assert page.edits["gru.b_x.update.0"] >= 6
    assert page.shown("gru.update") > 0.99
