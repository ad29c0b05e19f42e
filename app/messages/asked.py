"""What a page asks of its screen by ticket: numbers of a plot, a lens elsewhere, the core, a check.

What is large is made in the workshop, where there is one.
"""

from collections.abc import Callable, Mapping
from typing import Final

from app.compute.workshop import WORKSHOP
from app.messages import check, core, numbers
from app.messages.lens_at import elsewhere
from app.screen import tickets

KINDS: Final[Mapping[str, Callable[[str, Mapping[str, str]], bytes]]] = {
    "core": core.answer,
    "check": check.answer,
    "view": elsewhere,
}


def answer(ticket: str, query: Mapping[str, str]) -> bytes:
    """The answer, packed. Errors: as `answered`; NotMadeError."""
    found = tickets.ticket_of(ticket)
    if found and found.large and WORKSHOP.open:
        given, files = (ticket, found.setting, dict(query)), found.setting.files
        made: bytes = WORKSHOP.make("numbers", *given, gone=found.gone, files=files)
        return made
    return answered(ticket, query)


def answered(ticket: str, query: Mapping[str, str]) -> bytes:
    """The answer, made here. Errors: GoneError, GatescopeError."""
    asked = next((make for name, make in KINDS.items() if name in query), numbers.answer)
    return asked(ticket, query)
