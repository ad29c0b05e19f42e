"""A tab of the browser with a stage in it: coming and going, what it sends and what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response, WebSocket
from playwright.sync_api import Error as Gone
from playwright.sync_api import TimeoutError as TooLate

PATIENCE = 15_000  # milliseconds
SOON = 1_500
READY = (
    ".stApp[data-test-script-state=notRunning] "
    ".gs-stage[data-ack]:not([data-computes=soon], [data-stale], [data-noting])"
)
# Lets a test keep back or lose what the page sends, as a bad network would, and the moments in
# which the browser has nothing to do; knows when the server has said something last. A busy page
# has no such moments but those that a test gives it, and then one after the other.
HOLD = """
(() => {
  const send = WebSocket.prototype.send;
  const idle = window.requestIdleCallback;
  const held = [];
  const postponed = [];
  const known = new WeakSet();
  window.holding = window.restless = window.hurried = window.busy = false;
  window.answeredAt = window.lastSent = 0;
  const load = window.fetch;
  window.fetch = (address, options) => {
    if (options?.method !== "POST") return load(address, options);
    const go = () => load(address, options);
    if (String(address).includes("events/")) {
      window.lastSent = Math.max(...JSON.parse(options.body).events.map(({ seq }) => seq));
    }
    if (!window.holding) return go();
    return new Promise((done, fail) => held.push([{ go: () => go().then(done, fail), fail }]));
  };
  WebSocket.prototype.send = function (bytes) {
    if (!known.has(this)) this.addEventListener("message", () => (window.answeredAt = Date.now()));
    known.add(this);
    if (window.holding) held.push([this, bytes]);
    else send.call(this, bytes);
  };
  window.letThrough = () => {
    window.holding = false;
    for (const [to, bytes] of held.splice(0)) to.go ? to.go() : send.call(to, bytes);
  };
  window.lose = () => {
    window.holding = false;
    for (const [to] of held.splice(0)) to.fail?.(new Error("lost"));
  };
  window.requestIdleCallback = (act, options) => {
    if (window.hurried) return setTimeout(act);
    if (!window.restless) return idle(act, options);
    postponed.push(act);
    return 0;
  };
  window.giveRest = () => {
    window.restless = false;
    window.hurried = window.busy;
    for (const act of postponed.splice(0)) window.requestIdleCallback(act);
  };
  window.goOn = () => {
    window.hurried = false;
    window.restless = window.busy;
  };
})();
"""
# One who has been here before, and has chosen to see everything.
LOOK = """
if (location.protocol.startsWith("http") && !localStorage.getItem("gatescope.look")) {
  localStorage.setItem("gatescope.look", "LOOK");
}
"""
# The core does not come.
REMOTE = """
const load = window.fetch;
window.fetch = (address, ...more) =>
  String(address).includes("core=") ? Promise.reject(new Error("lost")) : load(address, ...more);
"""

# Playwright's own looks come to be half a second apart. Tells whether it is so in time.
UNTIL = """
([selector, patience]) => new Promise((done) => {
  const end = Date.now() + patience;
  const look = () => {
    if (document.querySelector(selector)) done(true);
    else if (Date.now() > end) done(false);
    else setTimeout(look, 10);
  };
  look();
})
"""
# Goes to a link as the back button does, without loading the page anew, and waits until it has led
# the stage to another place. One that leads nowhere else is only run: its run may be so short that
# it is not seen, then the server has said something, and nothing since.
# Nothing has the focus of the test before.
AS_AT_FIRST = "document.querySelector('.stMain').scrollTo(0, 0); document.activeElement?.blur()"
GO = """
([link, ready]) => new Promise((done) => {
  const app = document.querySelector(".stApp");
  const arrived = () => document.querySelector(".gs-stage")?.dataset.arrived;
  const [start, before] = [Date.now(), arrived()];
  let begun = false;
  let over = 0;
  const look = () => {
    const running = app.dataset.testScriptState !== "notRunning";
    begun ||= running;
    const there = ![before, undefined].includes(arrived()) && document.querySelector(ready);
    const said = window.answeredAt > start && Date.now() - window.answeredAt > 100;
    if (running || !(begun || said || Date.now() - start > 5000)) over = 0;
    else over ||= Date.now();
    if (!there && !(over && Date.now() - over > 300)) return;
    watch.disconnect();
    clearInterval(clock);
    done();
  };
  const watch = new MutationObserver(look);
  const clock = setInterval(look, 10);
  watch.observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
  history.pushState(null, "", link);
  window.dispatchEvent(new PopStateEvent("popstate"));
})
"""


def is_put_off(url: str) -> bool:
    """Whether a busy server answers this later: to compare numbers, which nobody waits for."""
    return "/numbers/" in url and url.endswith("check=")


@dataclass
class Tab:
    """One open page. `sent` counts its messages, `troubles` is what the browser complains of."""

    page: Page
    url: str
    sent: int = 0
    troubles: list[str] = field(default_factory=list)
    look: str = "all"  # what this visitor has seen before: "" for nothing, which is a first visit
    stays: bool = False  # another link is gone to without loading the page anew
    remote: bool = False  # the page cannot compute, as if the core had not come
    restless: bool = False  # Plotly draws only when it is waited for, which is half of all work

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(HOLD)
        if self.look:
            self.page.add_init_script(LOOK.replace("LOOK", self.look))
        if self.remote:
            self.page.add_init_script(REMOTE)
        if self.restless:
            self.page.add_init_script("window.restless = window.busy = true")
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", self._answered)
        self.page.on("websocket", self._opened)
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not is_put_off(message.location.get("url", "")):
            self.troubles.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not (response.status == 503 and is_put_off(response.url)):
            self.troubles.append(f"{response.status} {response.url}")

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: self._count())

    def _asked(self, request: Request) -> None:
        if request.method == "POST":
            self._count()

    def _count(self) -> None:
        self.sent += 1

    # coming and going

    def open(self, query: str = "") -> Self:
        """Go to a link and wait until the stage is drawn."""
        link = f"{self.url}/?{query}"
        if self.stays and self.page.locator(READY).count():
            self.page.keyboard.press("Escape")  # what is chosen, or open
            self.rest(50)
            self.wait()
            self.page.evaluate(GO, [link, READY])
            self.wait()
            if self._is_at(query):
                self.page.evaluate(AS_AT_FIRST)
                return self
        self.page.goto(link)
        self.wait()
        return self

    def _is_at(self, query: str) -> bool:
        """Whether the stage comes to the scene of a link; if not it is to be loaded anew.

        It may come a moment after its run has ended.
        """
        wanted = parse_qs(query).get("scene", ["pulse"])[-1]
        there = f".gs-stage:is([data-opened='{wanted}'], [data-opened^='{wanted} '])"
        return self._sees(there, SOON)

    def reload(self) -> None:
        """Reload the page and wait until the stage is drawn."""
        self.page.reload()
        self.wait()

    def wait(self) -> None:
        """Wait until the stage is drawn and the server at rest."""
        if not self._sees(READY, SOON):
            self.page.locator(READY).wait_for(state="attached")

    def _sees(self, selector: str, patience: int) -> bool:
        """Whether there is such an element, or comes to be in so many milliseconds."""
        try:
            found: bool = self.page.evaluate(UNTIL, [selector, patience])
        except Gone:
            return False  # a page in whose place another one is being loaded
        return found

    def reconnected(self) -> None:
        """Wait until the server is there again."""
        there = self.page.locator(".stApp[data-test-connection-state=CONNECTED]")
        there.wait_for(timeout=30_000)

    def shows(self, scene: str, word: str = "") -> None:
        """Wait until a scene chosen on this page is drawn, the address being ahead of it."""
        opened = f"{scene} {word}"
        self.page.locator(f".gs-stage[data-opened='{opened}']").wait_for()
        self.wait()

    def rest(self, milliseconds: int = 400) -> None:
        """Time for what should not happen to happen."""
        self.page.wait_for_timeout(milliseconds)

    def frame(self) -> None:
        """Let the browser paint."""
        self.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    @contextmanager
    def answered(self, messages: int = 1) -> Iterator[None]:
        """Do something; wait until the server has answered so many events more and is at rest.

        The address comes after the answer.
        """
        before = self.ack
        yield
        try:
            self.page.wait_for_function(
                "(wanted) => Number(document.querySelector('.gs-stage')?.dataset.ack) >= wanted",
                arg=before + messages,
            )
        except TooLate as error:
            there = self.page.evaluate(
                "JSON.stringify([document.querySelector('.gs-stage')?.dataset, location.search,"
                " document.activeElement.outerHTML.slice(0, 200),"
                " document.querySelector('.gs-notices')?.textContent])"
            )
            error.add_note(f"{messages} more than {before} were waited for; {there}")
            raise
        self.wait()

    def text(self, selector: str) -> str:
        """The text of the only element there."""
        return self.page.locator(selector).inner_text()

    @property
    def asks(self) -> int:
        """How many messages it takes to hold a number: none where the page computes itself.

        After a choice the page may run once more, and fetches what it computes with again.
        """
        self.page.locator(READY).first.wait_for(state="attached")
        return int(self.page.locator(".gs-stage").get_attribute("data-computes") != "here")

    @property
    def ack(self) -> int:
        """How many events of this page the server has handled."""
        return int(self.page.locator(".gs-stage").get_attribute("data-ack") or 0)

    @property
    def link(self) -> dict[str, str]:
        """The query parameters in the address."""
        found = parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    @property
    def edits(self) -> dict[str, float]:
        """The edits in the address, by target."""
        pieces = [piece for piece in self.link.get("e", "").split("~") if piece]
        return {target: float(value) for target, _, value in (p.rpartition("_") for p in pieces)}
