"""What a stage reports, taken in past Streamlit: a change of a number is not a run of the page.

A page posts its events by the name that only it was told, and is answered with the message that a
run would have sent. Runs of the page are for the controls above the stage, for its first message,
and for a page whose server has been started anew: that has no such name.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.contract import Brief
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
        short = _brief(here, page, events)
        if short is not None:
            state.answered(here)
            return pack(short)
        if _has_own(here, page, events):
            page = replace(page, own=True)
        packed, sent = told_of(present, page, here.gone)
        state.told(here, sent, page)
    return packed


def _has_own(here: Session, page: Page, reported: Mapping[str, Any]) -> bool:
    """Whether the page has computed the very numbers that a message would bring."""
    return reported.get("own") == page.ticket and bool(here.sent) and not here.wholes


def is_large(name: str) -> bool:
    """Whether an answer to this page may take long: its screen is large."""
    here = state.page_of(name)
    return here is not None and here.large


def _brief(here: Session, page: Page, reported: Mapping[str, Any]) -> Brief | None:
    """The short answer, where the page has the numbers and asks for nothing else."""
    order, told = here.whole
    if here.asked or reported.get("computes") != order:
        return None
    return brief(here.history.present, told, page)


def _read(reported: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(reported)
        return found if isinstance(found, dict) else {}
    except (ValueError, RecursionError):
        raise GatescopeError(say("session.events.unknown")) from None
