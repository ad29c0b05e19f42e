"""What a stage reports, taken in past Streamlit: a change of a number is not a run of the page.

A page posts its events by the name that only it was told, and is answered with the message that a
run would have sent. Runs of the page are for the controls above the stage, for its first message,
and for a page whose server has been started anew: that has no such name.
"""

import json
from typing import Any

from app.contract import Elsewhere
from app.messages.numbers import GoneError
from app.messages.stage import told_of
from app.messages.wire import pack
from app.session import state
from app.words.say import say
from gru_core.errors import GatescopeError

LARGEST = 4_000_000  # bytes of events: a pasted matrix is the largest of them


def answer(name: str, reported: bytes) -> bytes:
    """The message after some events, packed.

    reported: JSON of `client` and `events`, as assets/stage/core/channel.js sends them. Errors:
    GoneError for a page that is not known, GatescopeError for what is no JSON.
    """
    here = state.page_of(name)
    if here is None:
        raise GoneError
    events = _read(reported)
    with here.lock:
        state.take_in(here, events)
        present = here.history.present
        if present.choices != here.choices:
            return pack(Elsewhere(ack=here.ack, rerun=True))
        packed, sent = told_of(present, here.page())
        state.told(here, sent)
    return packed


def _read(reported: bytes) -> Any:
    try:
        return json.loads(reported)
    except (ValueError, RecursionError):
        raise GatescopeError(say("session.events.unknown")) from None
