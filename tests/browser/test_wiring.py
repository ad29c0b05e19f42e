"""Names in the wiring have room of their own: in every cell and notation, however small it is.

Every scene at every width, as it opens, is in tests/browser/test_layout.py.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.laid_out import FAULTS, box, resize

CELLS = {
    "gru": ("pytorch", "cho", "chung", "after.write.2"),
    "lstm": ("pytorch",),
    "rnn": ("pytorch",),
}
# The number of units: few, as many as are drawn, and more.
SCENES = ("pulse", "book", "elnino", "crowd")


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize(
    ("cell", "notation"), [(cell, one) for cell, notations in CELLS.items() for one in notations]
)
def test_no_name_lies_on_another_or_on_a_wire(
    page: Stage, scene: str, cell: str, notation: str
) -> None:
    page.open(
        f"scene={scene}&with={'rnn' if cell == 'rnn' else 'lstm'}&cell={cell}&notation={notation}"
    )
    expect(page.page.locator(f".gs-wired .gs-diagram[data-cell={cell}] svg")).to_be_visible()
    found = {}
    for width in (1280, 390, 1920):
        resize(page, width)
        found[width] = page.page.evaluate(FAULTS)
    assert found == {width: [] for width in found}


def test_where_its_equations_are_below_the_window_it_is_as_wide_as_there_is_room(
    page: Stage,
) -> None:
    page.open("scene=elnino")
    resize(page, 390)
    assert box(page, ".gs-wired .gs-diagram svg")["height"] > 200
    page.open("scene=elnino&view=wirings")
    resize(page, 1280)
    for cell in ("gru", "lstm"):
        assert box(page, f".gs-wirings .gs-diagram[data-cell={cell}] svg")["height"] > 220, cell
