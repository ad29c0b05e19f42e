"""A finger on a phone: it scrolls where it swipes, taps to choose, and drags what it has chosen."""

from collections.abc import Callable

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, with_edits

Core = Callable[..., Situation]


def tap(stage: Stage, cell: Cell) -> None:
    stage.page.touchscreen.tap(*stage.centre(cell))


def swipe(stage: Stage, start: tuple[float, float], across: float, down: float) -> None:
    """A finger that moves in twelve steps from a place of the window, and leaves."""
    session = stage.page.context.new_cdp_session(stage.page)

    def send(kind: str, share: float) -> None:
        point = {"x": start[0] + across * share, "y": start[1] + down * share}
        points = [] if kind == "touchEnd" else [point]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0)
    for step in range(1, 13):
        send("touchMove", step / 12)
        stage.rest(16)
    send("touchEnd", 1)
    session.detach()
    stage.rest(300)


def scrolled(stage: Stage) -> float:
    return float(stage.page.get_by_test_id("stMain").evaluate("(main) => main.scrollTop"))


@pytest.mark.parametrize("notation", ["pytorch", "chung"])  # a z that keeps, and one that writes
@pytest.mark.parametrize(
    "target",
    ["x.4.0", "gru.w_x.candidate.1.0", "gru.w_h.update.2.1", "gru.b_x.update.3", "gru.h0.3"],
)
def test_a_chosen_cell_takes_the_drag_and_the_page_stays(
    phone: Stage, core: Core, notation: str, target: str
) -> None:
    phone.open(f"scene=pulse&notation={notation}")
    cell = phone.cell_of(target, core("pulse"))
    place = phone.centre(cell)
    swipe(phone, place, 0, -40)  # not chosen yet: the page moves, the number does not
    assert phone.edits == {}
    with phone.answered(phone.asks):
        tap(phone, cell)
    phone.rest()
    was, at = phone.value, scrolled(phone)
    place = phone.page.locator(".gs-choice").bounding_box()
    assert place is not None
    with phone.answered():
        swipe(phone, (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2), 0, -60)
    phone.wait()
    assert abs(scrolled(phone) - at) <= 1  # whole pixels of a page that is not a whole many high
    assert list(phone.edits) == [target]
    assert phone.value > was  # up is more, in the notation on screen
    turned = notation == "chung" and "update" in target
    assert phone.edits[target] == (-phone.value if turned else phone.value)


def test_a_chosen_cell_is_dragged_by_its_neighbourhood_and_a_tap_there_takes_the_neighbour(
    phone: Stage, core: Core
) -> None:
    phone.open("scene=pulse")
    situation = core("pulse")
    with phone.answered(phone.asks):
        tap(phone, phone.cell_of("gru.b_x.update.2", situation))
    phone.rest()
    box = phone.page.locator(".gs-choice").bounding_box()
    assert box is not None
    assert box["height"] < 44
    with phone.answered(phone.asks):
        tap(phone, phone.cell_of("gru.b_x.update.3", situation))
    phone.rest()
    assert phone.value == 6
    assert phone.edits == {}


@pytest.mark.parametrize("part", ["gru.update", "lstm.forget", "gru.hidden"])
def test_a_swipe_over_a_heatmap_scrolls_and_the_cursor_stays(phone: Stage, part: str) -> None:
    phone.open("scene=pulse")
    place = phone.centre(Cell(phone.track(part), 4, 20, 1, 12))
    cursor, sent, at = phone.cursor, phone.sent, scrolled(phone)
    swipe(phone, place, 8, -160)
    assert scrolled(phone) > at + 80
    assert phone.cursor == cursor
    assert phone.sent == sent


def test_a_swipe_over_the_lines_scrolls_and_the_cursor_stays(phone: Stage) -> None:
    phone.open("scene=pulse")
    place = phone.centre(Cell(phone.lines("gru"), 1, 20, 0, 12))
    cursor, at = phone.cursor, scrolled(phone)
    swipe(phone, place, 0, -160)
    assert scrolled(phone) > at + 80
    assert phone.cursor == cursor


def test_a_tap_on_a_heatmap_moves_the_cursor_and_reads_the_number(phone: Stage) -> None:
    phone.open("scene=pulse")
    tap(phone, Cell(phone.track("gru.hidden"), 4, 20, 1, 12))
    phone.frame()
    assert phone.cursor == (12, 1)
    assert phone.text(".gs-whisper").startswith("h of unit 2 at step 13: ")


def test_a_finger_along_a_heatmap_scrubs_and_the_page_stays(phone: Stage) -> None:
    phone.open("scene=pulse")
    place = phone.centre(Cell(phone.track("gru.hidden"), 4, 20, 1, 4))
    at = scrolled(phone)
    swipe(phone, place, 140, 6)
    step, unit = phone.cursor
    assert step > 8
    assert unit == 1
    assert scrolled(phone) == at


def test_words_are_of_the_hand_that_is_there(phone: Stage, page: Stage) -> None:
    phone.open("scene=pulse&view=wirings")
    assert "Tap a part" in phone.text(".gs-look")
    page.open("scene=pulse&view=wirings")
    assert "Click a part" in page.text(".gs-look")


def test_the_numbers_after_a_drag_by_finger_are_the_cores(phone: Stage, core: Core) -> None:
    phone.open("scene=pulse")
    situation = core("pulse")
    with phone.answered(phone.asks):
        tap(phone, phone.cell_of("gru.b_x.update.3", situation))
    phone.rest()
    x, y = phone.centre(phone.cell_of("gru.b_x.update.3", situation))
    with phone.answered():
        swipe(phone, (x, y), 0, 40)
    phone.wait()
    assert phone.edits["gru.b_x.update.3"] < 6
    phone.expect(with_edits(situation, phone.edits))
