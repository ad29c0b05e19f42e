"""The numbers of a screen as NumPy has them, for a page that has computed them itself and compares.

It asks by the ticket of its screen once nobody changes anything for a while
(assets/stage/compute/checking.js). Who waits for an answer to a change comes first: while somebody
does, there is none.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from app import contract
from app.compute.store import made_of
from app.messages.numbers import GoneError
from app.messages.wire import pack
from app.screen.screen import Screen, screen_of
from app.screen.tickets import setting_of

# Numbers of one answer, half a megabyte; of a larger screen they are those of evenly spread steps.
MOST_CHECKED: Final = 65_536
AS_IT_IS: Final = 0  # the bits of such numbers hardly compress


def answer(ticket: str, _query: Mapping[str, str]) -> bytes:
    """Every track of a screen in full, packed for the stage. Errors: GoneError for no such one."""
    setting = setting_of(ticket)
    if setting is None:
        raise GoneError
    with made_of(setting.model.keys):
        return pack(check(screen_of(setting)), AS_IT_IS)


def check(screen: Screen, most: int = MOST_CHECKED) -> contract.Check:
    """Tracks as the core has them, in the update gate too, at all steps or evenly spread ones.

    Where a step is left out, the one after it cannot be computed from it.
    """
    steps = len(screen.labels)
    wide = sum(len(trace) * trace.units for trace in screen.traces.values())
    rows = min(steps, max(1, most // wide))
    chosen = np.unique(np.linspace(0, steps - 1, rows).astype(int))
    return {
        "steps": chosen.tolist(),
        "cells": {
            cell: {name: track[chosen].ravel() for name, track in trace.items()}
            for cell, trace in screen.traces.items()
        },
    }
