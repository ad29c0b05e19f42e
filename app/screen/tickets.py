"""Tickets: names under which one page may fetch the numbers of its screen, block by block.

A ticket cannot be guessed, and only the page whose screen it stands for is told it. It lives as
long as the session that holds it: of a page that is gone nothing is left to be asked for.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from app.compute.secret import secret
from app.compute.workshop import Gone, nobody_leaves
from app.setting.setting import LOOKING, Setting

MOST_HELD = 8  # screens of one page, the present one included, whose numbers can be fetched
# All else in a setting may change a number.
_NOWHERE: dict[str, Any] = {name: getattr(Setting(), name) for name in (*LOOKING, "step", "unit")}


@dataclass(eq=False)
class Ticket:
    """One screen of one page, wherever in it somebody looks."""

    name: str
    setting: Setting
    large: bool = False  # whether a run of it takes long
    gone: Gone = nobody_leaves  # whether its page has been left


_tickets: WeakValueDictionary[str, Ticket] = WeakValueDictionary()


@dataclass
class Held:
    """The tickets of one page, the present one last: what is being saved outlives a few changes."""

    tickets: deque[Ticket] = field(default_factory=lambda: deque(maxlen=MOST_HELD))

    def name_of(self, setting: Setting) -> str:
        """The name of this setting's ticket: the same one as long as no number changes."""
        still = replace(setting, **_NOWHERE)
        found = next((ticket for ticket in self.tickets if ticket.setting == still), None)
        if found is None:
            found = Ticket(secret(), still)
            _tickets[found.name] = found
        else:
            self.tickets.remove(found)
        self.tickets.append(found)
        return found.name

    def mark(self, large: bool, gone: Gone = nobody_leaves) -> None:
        """Remember of the present screen whether a run of it takes long, and whose it is."""
        if self.tickets:
            self.tickets[-1].large, self.tickets[-1].gone = large, gone


def taken_over(name: str, setting: Setting) -> Ticket:
    """One that another process has given out, for as long as it is held here."""
    ticket = Ticket(name, setting)
    _tickets[name] = ticket
    return ticket


def ticket_of(name: str) -> Ticket | None:
    """The ticket of this name; None if nobody holds such a one."""
    return _tickets.get(name)


def setting_of(name: str) -> Setting | None:
    """What a ticket stands for; None if nobody holds such a one."""
    ticket = _tickets.get(name)
    return ticket.setting if ticket else None


def is_large(name: str) -> bool:
    """Whether what a ticket stands for takes long to run."""
    ticket = _tickets.get(name)
    return ticket is not None and ticket.large
