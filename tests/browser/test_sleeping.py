"""A tab that slept for an hour: its timers stood still, and its session is forgotten."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of, with_edits
from tests.serving import Server, serving

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
OTHER = "lstm.b_x.forget.2"
FORGETS = 1  # seconds after which the server has forgotten a session whose page is away
# Lines that can be cut from here, and a clock that can be put forward.
AWAY = """
(() => {
  const Socket = window.WebSocket;
  const lines = [];
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      lines.push(this);
    }
  };
  const [date, clock] = [Date.now.bind(Date), performance.now.bind(performance)];
  let slept = 0;
  Date.now = () => date() + slept;
  performance.now = () => clock() + slept;
  window.fallAsleep = (milliseconds) => {
    slept += milliseconds;
    for (const line of lines.splice(0)) line.close();
  };
})();
"""
HOUR = 3_600_000


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Server]:
    """A server that forgets whom it has not seen for a moment; others do after two minutes."""
    with serving(forgets=FORGETS) as server:
        yield server
        assert "Traceback" not in server.log.read_text()


@pytest.fixture
def sleeper(another: Callable[..., Stage], forgetful: Server) -> Stage:
    page = another(forgetful.url)
    page.page.add_init_script(AWAY)
    return page.open()


class Forgotten:
    """The page is unknown by the name that it knows itself by, as one that is long gone is.

    Streamlit's own part of its session is gone by then; ours is when Python next looks for what
    nobody holds, which may be later.
    """

    def __init__(self) -> None:
        self.name = ""

    def answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        self.name = self.name or name
        if name == self.name:
            route.fulfill(status=404)
        else:
            route.continue_()


@contextmanager
def asleep(stage: Stage) -> Iterator[None]:
    """The tab sleeps for an hour, and has woken without a line when the block begins."""
    session = stage.page.context.new_cdp_session(stage.page)
    session.send("Debugger.enable")
    stage.page.evaluate("(hour) => window.fallAsleep(hour)", HOUR)
    session.send("Debugger.pause")  # at the next that it does: no timer runs
    stage.rest(1000 * FORGETS + 2000)  # the server sees the line go, and forgets
    stage.page.context.set_offline(True)
    stage.page.route("**/events/*", Forgotten().answer)
    session.send("Debugger.resume")
    session.detach()
    yield
    stage.page.context.set_offline(False)
    stage.reconnected()


def typed(stage: Stage, target: str, text: str) -> None:
    """Type a number, and wait for no answer."""
    stage.choose(target)
    box = stage.editor.get_by_label("Exact value")
    box.fill(text)
    box.press("Enter")


def told(stage: Stage, edits: dict[str, float]) -> None:
    """Wait until the server knows what was done on the page."""
    last = list(edits)[-1]
    stage.page.wait_for_function(
        "(target) => location.search.includes(target)", arg=last, timeout=30_000
    )
    stage.wait()
    assert stage.edits == edits


def test_a_tab_that_slept_goes_on_where_it_was(sleeper: Stage, core: Core) -> None:
    scene, waits = core("pulse"), sleeper.notice("The server is not answering")
    typed(sleeper, BIAS, "0.5")
    told(sleeper, {BIAS: 0.5})
    sleeper.press("Escape", "Home", "ArrowRight")
    both = {BIAS: 0.5, OTHER: -1.5}
    with asleep(sleeper):
        sleeper.expect(with_edits(scene, {BIAS: 0.5}))
        assert sleeper.cursor[0] == 1
        sleeper.rest(6000)  # nothing comes to lie over the page meanwhile
        sleeper.press("ArrowRight")
        assert sleeper.cursor[0] == 2
        typed(sleeper, OTHER, "-1.5")
        sleeper.frame()
        sleeper.expect(with_edits(scene, both))
        expect(waits).to_be_visible()
    told(sleeper, both)
    expect(waits).to_have_count(0)
    sleeper.expect(with_edits(scene, both))
    # The core is the judge again, and a reload finds what was on the screen.
    typed(sleeper, BIAS, "0.75")
    many = f"{sum(t.size for trace in traces_of(scene).values() for t in trace.values()):,}"
    said = sleeper.page.locator(".gs-checked")
    expect(said).to_contain_text(f"the same in {many} of {many} numbers")
    sleeper.reload()
    sleeper.expect(with_edits(scene, {OTHER: -1.5, BIAS: 0.75}))
    sleeper.troubles.clear()  # the browser complains of the line


def test_what_was_let_go_as_the_tab_fell_asleep_is_kept(sleeper: Stage, core: Core) -> None:
    edited = with_edits(core("pulse"), {BIAS: 0.5})
    sleeper.page.evaluate("window.holding = true")
    typed(sleeper, BIAS, "0.5")
    sleeper.page.evaluate("window.lose()")
    with asleep(sleeper):
        sleeper.expect(edited)
    told(sleeper, {BIAS: 0.5})
    sleeper.expect(edited)
    sleeper.reload()
    sleeper.expect(edited)
    sleeper.troubles.clear()


def test_undo_as_the_first_act_after_waking_is_done_and_lasts(sleeper: Stage, core: Core) -> None:
    scene = core("pulse")
    typed(sleeper, BIAS, "0.5")
    told(sleeper, {BIAS: 0.5})
    typed(sleeper, OTHER, "-1.5")
    told(sleeper, {BIAS: 0.5, OTHER: -1.5})
    sleeper.press("Escape")
    with asleep(sleeper):
        sleeper.press("Control+z")
        sleeper.expect(with_edits(scene, {BIAS: 0.5}))
    sleeper.page.wait_for_function("() => !location.search.includes('lstm')", timeout=30_000)
    told(sleeper, {BIAS: 0.5})
    sleeper.expect(with_edits(scene, {BIAS: 0.5}))
    with sleeper.answered():
        sleeper.press("Control+Shift+z")
    assert sleeper.edits == {BIAS: 0.5, OTHER: -1.5}
    sleeper.expect(with_edits(scene, sleeper.edits))
    sleeper.troubles.clear()


def test_steps_that_the_server_has_forgotten_are_taken_back_by_the_page(
    sleeper: Stage, core: Core
) -> None:
    scene = core("pulse")
    typed(sleeper, BIAS, "0.5")
    told(sleeper, {BIAS: 0.5})
    with asleep(sleeper):
        typed(sleeper, OTHER, "-1.5")
    told(sleeper, {BIAS: 0.5, OTHER: -1.5})
    sleeper.press("Escape")
    with sleeper.answered():
        sleeper.press("Control+z")
    assert sleeper.edits == {BIAS: 0.5}
    expect(sleeper.page.get_by_role("button", name="undo", exact=True)).to_be_enabled()
    with sleeper.answered():
        sleeper.press("Control+z")
    assert sleeper.edits == {}
    sleeper.expect(scene)
    with sleeper.answered():
        sleeper.press("Control+z")
    assert sleeper.text(".gs-told") == "There is nothing left to undo."
    sleeper.troubles.clear()
