"""What a stage reports, taken in past Streamlit: a change of a number is not a run of the page.

A page posts its events by the name that only it was told, and is answered with the message that a
run would have sent. Runs of the page are for the controls above the stage, for its first message,
and for a page whose server has been started anew: that has no such name.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.messages.anew import anew
from app.messages.changed import brief
from app.messages.numbers import GoneError
from app.messages.stage import told_of
from app.messages.wire import pack
from app.screen.baseline import baseline_of, scenes
from app.screen.page import Page
from app.session import state
from app.session.events import OF_LENS
from app.session.state import Session
from app.setting.source import Prepared
from app.watching import counts
from app.words.say import say
from gru_core.errors import GatescopeError

LARGEST = 4_000_000  # bytes of events: a pasted matrix is the largest of them
FEW = 1_000  # bytes of an event or two
MOST_CHANGES = 50  # of a screen whose short answer takes no time
LIGHT = frozenset({"commit", "type", "revert", *OF_LENS})
LONG = frozenset({"phase"})  # views that take tens of milliseconds
SMALL = 400  # units times steps whose other views take less than ten


def answer(name: str, reported: bytes) -> bytes:
    """The message after some events, packed.

    reported: JSON of `client` and `events`, as assets/stage/core/channel.js sends them, and of
    `computes`: the order of the whole message that the page computes with, if it does, and `own`:
    the ticket of the numbers that it has computed. Errors: GoneError for a page that is not known,
    GatescopeError for what is no JSON.
    """
    here = state.page_of(name)
    if here is None:
        raise GoneError
    events = _read(reported)
    with here.lock:
        page = _taken(here, events)
        order, _, own = here.whole
        if here.asked or events.get("computes") != order:
            return _whole(here, page)
        if here.looks:  # numbers that the page has lost were never sent
            return _whole(here, page) if own and not page.own else _anew(here, page)
        return _short(here, page) or _whole(here, page)


def at_once(name: str, reported: bytes) -> bytes | None:
    """The answer to a change of a number or a look at a lens, where no thread is needed; or None.

    In a thread it would be no sooner, as one runs at a time. What was reported may be taken in then
    already: `answer` goes on from there. Where a run of the page has it, nobody waits.
    """
    here = state.page_of(name)
    if here is None or len(reported) > FEW or not here.lock.acquire(blocking=False):
        return None
    try:
        events = _read(reported)
        if not _is_light(here, events) or events.get("computes") != here.whole[0]:
            return None
        page = _taken(here, events)
        if here.asked:
            return None
        return _looked(here, page) if here.looks else _short(here, page)
    except GatescopeError:
        return None  # it is said there
    finally:
        here.lock.release()


def _is_light(here: Session, reported: Mapping[str, Any]) -> bool:
    """Whether the answer takes no time: it is about a small scene that is here as a whole."""
    present, events = here.history.present, reported.get("events")
    if here.large or not isinstance(present.source, Prepared) or not isinstance(events, list):
        return False
    scene = scenes()[present.source.name]
    kinds = [event.get("kind") for event in events if isinstance(event, dict)]
    return (
        not (scene.reads_words or scene.predicts or scene.listens)
        and len(present.edits) + len(present.interventions) < MOST_CHANGES
        and all(isinstance(kind, str) and kind in LIGHT for kind in kinds)
    )


def _taken(here: Session, events: Mapping[str, Any]) -> Page:
    """What is reported, taken in; gives what a message to the page must know of it."""
    kinds = state.take_in(here, events)
    counts.took(kinds, here.history.present.view)
    page = here.page()
    return replace(page, own=True) if _has_own(here, page, events) else page


def _short(here: Session, page: Page) -> bytes | None:
    """What a change of numbers leads to, to a page that computes them."""
    found = brief(here.history.present, here.whole[1], page)
    if found is None:
        return None
    state.answered(here)
    return pack(found)


def _looked(here: Session, page: Page) -> bytes | None:
    """The lens alone, where it takes a few milliseconds."""
    base = baseline_of(here.history.present).base
    numbers = len(base.x) * max(one.units for one in base.weights.values())
    if here.history.present.view in LONG or numbers > SMALL or (here.whole[2] and not page.own):
        return None
    return _told_anew(here, page)


def _whole(here: Session, page: Page) -> bytes:
    packed, sent = told_of(here.history.present, page, here.gone)
    state.told(here, sent, page)
    return packed


def _anew(here: Session, page: Page) -> bytes:
    """The lens alone, where the page has all else of its screen."""
    return _told_anew(here, page) or _whole(here, page)


def _told_anew(here: Session, page: Page) -> bytes | None:
    found = anew(here.history.present, here.whole[1], page)
    if found is None:
        return None
    told, sent = found
    state.told(here, sent, page)
    return pack(told)


def _has_own(here: Session, page: Page, reported: Mapping[str, Any]) -> bool:
    """Whether the page has computed the very numbers that a message would bring."""
    return reported.get("own") == page.ticket and bool(here.sent) and not here.wholes


def is_large(name: str) -> bool:
    """Whether an answer to this page may take long: its screen is large."""
    here = state.page_of(name)
    return here is not None and here.large


def _read(reported: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(reported)
        return found if isinstance(found, dict) else {}
    except (ValueError, RecursionError):
        raise GatescopeError(say("session.events.unknown")) from None
