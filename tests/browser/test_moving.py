"""A page behind nginx goes on at another process when its own is killed, or is renewed."""

import time
from collections.abc import Callable, Iterator

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits
from tests.siting import Site, needs_nginx, sited

pytestmark = needs_nginx
Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
FOUND = 5.0  # seconds in which a page goes on elsewhere


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sited(tmp_path_factory.mktemp("site"), base="/gate") as running:
        yield running
        assert "Traceback" not in running.log.read_text()


def home(page: Stage) -> str:
    """The name of the process that this browser is led to."""
    (name,) = [
        one["value"] for one in page.page.context.cookies() if one["name"] == "gatescope_server"
    ]
    return str(name)


def led_elsewhere(page: Stage, before: str) -> None:
    """Wait until it is another one."""
    end = time.monotonic() + FOUND
    while home(page) == before:
        assert time.monotonic() < end
        page.page.wait_for_timeout(20)


def test_a_page_goes_on_at_another_process_within_five_seconds_of_a_kill(
    site: Site, another: Callable[..., Stage], core: Core
) -> None:
    page = another(site.url).open()
    situation = core("pulse")
    page.drag(page.cell_of(BIAS, situation), -45)
    page.wait()
    before, edits = home(page), dict(page.edits)
    assert list(edits) == [BIAS]
    page.choose("x.5.0")
    page.rest()
    begun = time.monotonic()
    site.kill(before)
    page.type("0.5")  # in mid-use: its answer comes from another process
    taken = time.monotonic() - begun
    led_elsewhere(page, before)
    page.reconnected()
    assert taken < FOUND
    edits["x.5.0"] = 0.5
    assert page.edits == edits
    page.expect(with_edits(situation, edits))
    page.drag(page.cell_of("gru.b_x.update.1", situation), -40)
    page.wait()
    assert set(page.edits) == {*edits, "gru.b_x.update.1"}
    page.expect(with_edits(situation, page.edits))
    page.troubles.clear()  # of course the browser complained of the line that was cut


def test_a_page_goes_on_while_all_are_renewed(
    site: Site, another: Callable[..., Stage], core: Core
) -> None:
    page = another(site.url).open()
    situation = core("pulse")
    page.choose(BIAS)
    page.rest()
    page.type("0.5")
    done = site.command("restart")
    assert done.returncode == 0, done.stderr
    page.reconnected()
    page.choose("x.5.0")
    page.rest()
    page.type("-0.25")
    assert page.edits == {BIAS: 0.5, "x.5.0": -0.25}
    page.expect(with_edits(situation, page.edits))
    page.reload()
    page.expect(with_edits(situation, page.edits))
    page.troubles.clear()  # of the line that was cut
