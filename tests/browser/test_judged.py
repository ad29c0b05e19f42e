"""The core stays the judge: what the page has computed is compared with NumPy on the server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of, with_edits

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
OTHERWISE = "{ const tanh = Math.tanh; Math.tanh = (x) => tanh(x) + 1e-9; }"


def numbers_of(situation: Situation, *cells: str) -> int:
    traces = traces_of(situation)
    return sum(track.size for cell in cells for track in traces[cell].values())  # type: ignore[index]


@pytest.mark.parametrize("scene", ["pulse", "slate"])
def test_at_rest_the_page_says_in_how_many_numbers_both_are_the_same(
    page: Stage, core: Core, scene: str
) -> None:
    page.open(f"scene={scene}")
    said = page.page.locator(".gs-checked")
    expect(said).to_have_text("")  # these are the server's own
    page.choose("gru.b_x.update.1")
    page.type("0.25")
    expect(said).to_have_text("")
    many = f"{numbers_of(core(scene), 'gru', 'lstm'):,}"
    expect(said).to_contain_text(f"the same in {many} of {many} numbers")


def test_a_page_that_computes_otherwise_says_so_and_shows_the_servers_numbers(
    stage: Stage, core: Core
) -> None:
    stage.page.add_init_script(OTHERWISE)
    stage.open()
    stage.choose(BIAS)
    with stage.answered(2):  # it says so at once, and then has the server's numbers
        stage.type("0.25")
        expect(stage.notice("This page computed other numbers")).to_be_visible()
    stage.expect(with_edits(core("pulse"), {BIAS: 0.25}))
    expect(stage.page.locator(".gs-stage")).to_have_attribute("data-computes", "there")
    stage.type("0.5")  # goes on, by the server
    stage.expect(with_edits(core("pulse"), {BIAS: 0.5}))
