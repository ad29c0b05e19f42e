"""A lens at another place of the same screen, told past a run of the page.

Only where one looks has changed: the screen's ticket (app/screen/tickets.py) says what is looked
at. The stage takes this for the answer to a click, and the server need not remember it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.lenses import LENSES, charts, told, view_of
from app.messages.numbers import GoneError, malformed
from app.messages.wire import QUICK, pack
from app.screen.screen import screen_of
from app.screen.tickets import setting_of
from app.setting.setting import CELL_VIEW
from gru_core.conventions import CELLS


def elsewhere(ticket: str, query: Mapping[str, str]) -> bytes:
    """The lens and its charts at a place, packed for the stage.

    query: `view`, `of` and `cell` as in a link; `step` and `unit`, counted from 0. Errors:
    GatescopeError for anything else.
    """
    setting = setting_of(ticket)
    if setting is None:
        raise GoneError
    screen = screen_of(replace(setting, **_looking(query)))
    view = view_of(screen)
    return pack({"lens": told(screen, view), "charts": dict(charts(view))}, QUICK)


def _looking(query: Mapping[str, str]) -> dict[str, Any]:
    view, of, cell = (query.get(name, "") for name in ("view", "of", "cell"))
    places = [query.get(name, "") for name in ("step", "unit")]
    known = view in LENSES and view != CELL_VIEW and cell in CELLS and of.isascii()
    if not known or len(of) > 40 or not all(re.fullmatch("[0-9]{1,7}", at) for at in places):
        raise malformed()
    step, unit = map(int, places)
    return {"view": view, "of": of, "cell": cell, "step": step, "unit": unit}
