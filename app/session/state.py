"""The only module that touches st.session_state: one visitor's history and what they have seen.

The page's query parameters are the text form of the present setting. Whichever changed last wins:
a link or the back button changes the setting, an edit changes the link.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile

from app import settings
from app.compute.secret import secret
from app.compute.uploads import Upload, find, hold
from app.compute.workshop import Gone, nobody_leaves
from app.contract import Above, Ack
from app.learning.lessons import arrive
from app.screen.baseline import is_long, scenes
from app.screen.loaded import canonical
from app.screen.page import Grab, Page
from app.screen.screen import plain
from app.screen.tickets import Held
from app.session.events import ACTIONS, OF_LENS, OF_NUMBERS, Outcome
from app.session.instructors import Person, person
from app.session.keeping import carried
from app.session.late import Departures
from app.setting import link
from app.setting.setting import History, Setting
from app.words.refusal import refusal
from gru_core.errors import GatescopeError

HOME = "gatescope"
NOTHING = object()
MOST_EVENTS = 100  # in one message, as many as the stage sends: assets/stage/core/channel.js


@dataclass
class Session:
    """What the server remembers of one open page."""

    history: History = field(default_factory=History)
    query: dict[str, str] | None = None  # as last read or written
    rejected: list[str] = field(default_factory=list)  # parts of the link not understood
    left: list[str] = field(default_factory=list)  # what the last choice has left behind
    ack: Ack = field(default_factory=lambda: Ack(client="", seq=0))
    sent: Mapping[str, Any] = field(default_factory=dict)  # what the browser has, by part name
    gates: dict[str, str] = field(default_factory=dict)  # cell to the gate on show
    grab: Grab | None = None  # wanted in this run only
    looked: int | None = None  # a unit whose numbers are wanted in this run only
    wholes: set[str] = field(default_factory=set)  # parts wanted with every number in this run only
    answer: str = ""  # to the last event, if it went wrong
    said: str = ""  # of what the last event has done
    called: bool = False  # this run was started by an event or a widget
    arrived: int = 0  # how often the address has led here: by a link, or by the back button
    departures: Departures = field(default_factory=Departures)  # what was on the stage then
    held: Held = field(default_factory=Held)  # for the numbers of its screens
    name: str = field(default_factory=secret)  # nobody else is told it
    told: int = 0  # how many messages were made for this page
    choices: object = None  # as the controls above the stage show them
    drawn: str = ""  # the scene that they belong to
    # The order of the last whole message, of what, and whether its numbers were the page's own.
    whole: tuple[int, Setting, bool] = (0, Setting(), False)
    large: bool = False  # whether its screen takes long to run
    gone: Gone = nobody_leaves  # whether it has been left
    person: Person | None = None  # who has signed in
    asked: bool = False  # something that only a whole message answers
    looks: bool = False  # its lens is wanted anew
    lock: RLock = field(default_factory=RLock)  # a run of the page and the route of its events

    def page(self) -> Page:
        """What a message to this page must know of it."""
        return Page(
            ack=self.ack,
            arrived=self.arrived,
            above=self._above(),
            sent=self.sent,
            gates=self.gates,
            grab=self.grab,
            looked=self.looked,
            wholes=frozenset(self.wholes),
            undo=bool(self.history.past),
            redo=bool(self.history.future),
            problems=(*self.rejected, *self.left),
            answer=self.answer,
            said=self.said,
            ticket=self.held.name_of(self.history.present),
            name=self.name,
            order=self._next(),
        )

    def _above(self) -> Above:
        present = self.history.present
        if self.choices == present.choices:
            return ""
        return "behind" if _is_bare(self.drawn) and _is_bare(present.scene) else "seen"

    def _next(self) -> int:
        self.told += 1
        return self.told


def _is_bare(scene: str) -> bool:
    """Whether nothing above the stage is there for this scene alone."""
    found = scenes().get(scene)
    return found is not None and not found.reads_words


_open: WeakValueDictionary[str, Session] = WeakValueDictionary()


def page_of(name: str) -> Session | None:
    """The session of an open page, by the name that only this page has been told."""
    return _open.get(name)


def _here() -> Session:
    """This visitor's session; a new one for a page that has just been opened."""
    here: Session = st.session_state.setdefault(HOME, Session())
    here.gone, here.person = leaving(), _person()
    _open[here.name] = here
    return here


def _person() -> Person | None:
    """Who has signed in, as of now."""
    return person(st.user.to_dict(), time.time()) if settings.HAS_LOGIN else None


def signed_in() -> Person | None:
    """Who has signed in on this page, if anybody has."""
    return _here().person


def session() -> Session:
    """This visitor's session, brought in line with the address in their browser.

    In a run that an event or a widget has started the address may be older than the setting, since
    the browser had not yet heard of the last change: it is not read then.
    """
    here = _here()
    called, here.called = here.called, False
    query = dict(st.query_params)
    if called or query == here.query:
        return here
    setting, rejected = _led(query)
    for key in setting.model.keys:  # a reload, or another tab: this page holds them too now
        keep_upload(find(key))
    setting = replace(setting, model=canonical(setting.model))
    if here.query is None:
        here.history, here.rejected = History(setting), rejected
    elif link.without_cursor(query) == link.without_cursor(here.query):
        here.history = here.history.moved(setting.step, setting.unit)
    else:
        before = here.history.present
        here.history, here.rejected = here.history.push(setting), rejected
        if here.history.present != before:
            here.departures.add(here.arrived + 1, before)
    here.query = query
    here.arrived += 1
    return here


def _led(query: Mapping[str, str]) -> tuple[Setting, list[str]]:
    """Where an address leads, and a sentence for each part of it that was not understood."""
    if settings.HAS_STORE and link.SHORT in query:
        from app.store import site  # and with it what only a store needs
        from app.store.errors import StoreError

        try:
            query = site.whole(query)
        except StoreError as error:
            return Setting(), [str(error)]
    return arrive(query, scenes())


def current() -> Session:
    """This visitor's session as it is, in a run that the stage has started."""
    here: Session = st.session_state[HOME]
    here.called = False
    return here


def receive(key: str) -> None:
    """Apply the events of the stage with this key; each once, in order."""
    here = _here()
    here.called = True
    take_in(here, getattr(st.session_state.get(key), "event", None))


def take_in(here: Session, message: Any) -> list[str]:
    """Apply what a stage reports, be it by a run of the page or by its own route.

    Gives the kinds of those events that were new and known.
    """
    if not isinstance(message, Mapping) or not isinstance(message.get("events"), list):
        return []
    client = str(message.get("client"))[:40]
    if client != here.ack["client"]:
        here.ack = {"client": client, "seq": 0}
    kinds = []
    for event in message["events"][:MOST_EVENTS]:
        seq = event.get("seq") if isinstance(event, Mapping) else None
        if type(seq) is int and seq > here.ack["seq"]:
            here.ack = {"client": client, "seq": seq}
            kind = event.get("kind")
            here.looks |= kind in OF_LENS
            here.asked |= kind not in (*OF_NUMBERS, *OF_LENS)
            _settle(here, here.departures.handle(here.history, event, here.arrived))
            if isinstance(kind, str) and kind in ACTIONS:
                kinds.append(kind)
    return kinds


def _settle(here: Session, outcome: Outcome) -> None:
    before, after = here.history.present, outcome.history.present
    if (after.edits, after.interventions) != (before.edits, before.interventions):
        here.rejected, here.left = [], []  # read, and left behind
    if outcome.left is not None:
        here.rejected, here.left = [], outcome.left
    here.history = _without_idle(here.history, outcome.history)
    here.grab = outcome.grab or here.grab
    here.looked = here.looked if outcome.looked is None else outcome.looked
    here.wholes |= {outcome.whole} if outcome.whole else set()
    here.answer, here.said = outcome.problem, outcome.said
    if outcome.resend:
        here.sent = {}
    if outcome.gate:
        here.gates[outcome.gate[0]] = outcome.gate[1]


def _without_idle(before: History, after: History) -> History:
    """The history after an event, less a change back to what the scene has anyway.

    One that changes nothing besides is nothing to be undone either.
    """
    if after.present.edits == before.present.edits or not after.present.edits:
        return after
    present = plain(after.present)
    nothing = present == replace(before.present, step=present.step, unit=present.unit)
    return replace(before if nothing else after, present=present)


def choose(name: str, key: str, read: Callable[[Any], Any] | None = None) -> None:
    """Take over the value of the widget with this key as the choice of that name.

    read: from what the widget has to what the setting has, where they differ. A browser that says
    nothing of this widget chooses nothing.
    """
    value = st.session_state.get(key, NOTHING)
    if value is NOTHING or isinstance(value, DeletedFile):  # a file that was read is let go of
        return
    _change(name, lambda: read(value) if read else value)


def take(name: str, value: Any) -> None:
    """Make this value the choice of that name: a button stands for it."""
    _change(name, lambda: value)


def _change(name: str, value: Callable[[], Any]) -> None:
    here: Session = st.session_state[HOME]
    _look(here)
    here.called = True
    here.rejected, here.left = [], []
    try:
        chosen = here.history.present.with_choice(name, value())
    except GatescopeError as error:
        here.rejected = [refusal(error)]  # nothing is changed
        return
    here.rejected = _not_offered(chosen)
    if here.rejected:
        return
    chosen, here.left = carried(here.history.present, chosen)
    here.history = here.history.push(plain(chosen) if name == "edits" else chosen)


def _not_offered(chosen: Setting) -> list[str]:
    """What a link to this setting would be refused for: a browser may claim what no list offers."""
    return link.decode(link.encode(chosen)[0], scenes())[1]


def keep_upload(upload: Upload | None) -> None:
    """Hold a file for as long as this page is open."""
    context = get_script_run_ctx()
    if upload is not None and context is not None:
        hold(upload, context.session_id)


def visitor() -> str:
    """Whose page this is: an address, which a class may have in common; "" on the same machine."""
    return st.context.ip_address or ""


def came(sent: Any) -> list[Any]:
    """The files in what a field of files says, without those that were let go of."""
    files = sent if isinstance(sent, list) else [sent]
    return [one for one in files if one is not None and not isinstance(one, DeletedFile)]


def let_go(sent: Any) -> None:
    """Drop Streamlit's copy of a file that this page has sent; what was read of it is our own."""
    context = get_script_run_ctx()
    if context is None or sent is None:
        return
    if isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, sent.file_id)


def address() -> dict[str, str]:
    """The parameters of a link to the stage as this page left it; none before it has been there."""
    here: Session | None = st.session_state.get(HOME)
    return dict(link.encode(here.history.present)[0]) if here else {}


def following() -> Callable[[], Setting]:
    """Gives the present setting at any later time, also where no run of the page is going on."""
    here: Session = st.session_state[HOME]
    return lambda: here.history.present


@dataclass(frozen=True)
class Leaving:
    """Tells at any later time whether a page has been left. session: its id."""

    session: str

    def __call__(self) -> bool:
        """Whether it has."""
        return not runtime.get_instance().is_active_session(self.session)


def leaving() -> Gone:
    """Tells at any later time whether this page has been left."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return nobody_leaves
    return Leaving(context.session_id)


def refused() -> list[str]:
    """Why the last choice changed nothing, to be said beside it too."""
    here: Session = st.session_state[HOME]
    return here.rejected


def _look(here: Session) -> None:
    """Take the cursor from the address, where the stage writes it."""
    query = dict(st.query_params)
    if link.without_cursor(query) == link.without_cursor(here.query or {}):
        setting, _ = link.decode(query, scenes())
        here.history = here.history.moved(setting.step, setting.unit)


def value_of(key: str) -> Any:
    """What is in the widget with this key; None if there is none."""
    return st.session_state.get(key)


def preset(key: str, value: Any) -> None:
    """Show a value in the widget with this key, which has not been drawn yet in this run."""
    st.session_state[key] = value


def finish(here: Session, sent: Mapping[str, Any], page: Page) -> None:
    """After a run: the browser has these parts by name; the link follows the setting."""
    query = told(here, sent, page)
    if query is not None:
        st.query_params.from_dict(query)


def told(here: Session, sent: Mapping[str, Any], page: Page) -> dict[str, str] | None:
    """After a whole message: the browser has these parts by name. Gives the link if that is new."""
    here.sent = sent
    here.whole = (page.order, here.history.present, page.own)
    here.large = is_long(here.history.present)
    here.held.mark(here.large, here.gone)
    return answered(here)


def answered(here: Session) -> dict[str, str] | None:
    """After any message. Gives the link where it is another."""
    here.grab = here.looked = None
    here.wholes = set()
    here.answer = here.said = ""
    here.asked = here.looks = False
    query, _ = link.encode(here.history.present)
    # A change of the cursor alone is in the address already: the stage has written it there.
    if link.without_cursor(query) == link.without_cursor(here.query or {}):
        return None
    here.query = query
    return query
