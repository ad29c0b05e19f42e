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
from app.screen.page import Page
from app.session import state
from app.session.state import Session
from app.watching import counts
from app.words.say import say
from gru_core.errors import GatescopeError

LARGEST = 4_000_000  # bytes of events: a pasted matrix is the largest of them


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
        kinds = state.take_in(here, events)
        present = here.history.present
        counts.took(kinds, present.view)
        page = here.page()
        if _has_own(here, page, events):
            page = replace(page, own=True)
        if here.asked or events.get("computes") != here.whole[0]:
            return _whole(here, page)
        if here.looks:
            return _anew(here, page)
        short = brief(present, here.whole[1], page)
        if short is None:
            return _whole(here, page)
        state.answered(here)
    return pack(short)


def _whole(here: Session, page: Page) -> bytes:
    packed, sent = told_of(here.history.present, page, here.gone)
    state.told(here, sent, page)
    return packed


def _anew(here: Session, page: Page) -> bytes:
    """The lens alone, where the page has all else of its screen."""
    found = anew(here.history.present, here.whole[1], page)
    if found is None:
        return _whole(here, page)
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
