"""A lens on a screen, as the tests of lenses look at it: its view, its charts and their numbers."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from app.compute.timing import Measured
from app.lenses import times as times_lens
from app.lenses import told, view_of
from app.lenses.base import Chart, View
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core.analysis.cost import Timing
from gru_core.arrays import Array
from gru_core.changes.interventions import parse_interventions
from gru_core.conventions import CELLS
from gru_core.situation import parse_edits


def screen(view: str, of: str = "", edits: str = "", held: str = "", **setting: Any) -> Screen:
    """A screen with a lens open; edits and what is held are written as in a link."""
    changes, interventions = parse_edits(edits), parse_interventions(held)
    assert changes.rejected == interventions.rejected == []
    return screen_of(
        Setting(
            **setting,
            view=view,
            of=of,
            edits=changes.edits,
            interventions=interventions.interventions,
        )
    )


def looked(shown: Screen) -> View:
    view = view_of(shown)
    assert view is not None
    return view


def chart(shown: Screen, name: str) -> Chart:
    """The chart of this name in the lens that is open."""
    [found] = [one for one in looked(shown).charts if one.name == name]
    return found


def column(found: Chart, name: str) -> Array:
    """The numbers of a sheet below a name."""
    values: Array = found.values[:, list(found.columns.names).index(name)]
    return values


def row(found: Chart, name: str) -> Array:
    """The numbers of a sheet beside a name."""
    values: Array = found.values[list(found.rows.names).index(name)]
    return values


def asked(shown: Screen) -> list[str]:
    """Everything that can be asked of the lens that is open."""
    return [choice.value for choice in looked(shown).choices] or [""]


def message_of(shown: Screen) -> dict[str, Any]:
    """What the stage is told of the lens."""
    return told(shown, looked(shown))


class AlreadyMeasured:
    """In the place of this server's measurement: it is done, and no thread is begun."""

    def ask(self) -> Measured:
        timings = tuple(
            Timing(size, dict.fromkeys(CELLS, size), {"gru": 3e-6, "lstm": 4e-6, "rnn": 1e-6}, 3e-6)
            for size in (8, 64)
        )
        return Measured((8, 64), timings, timings, date(2031, 5, 3))


@pytest.fixture
def nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for the time of a step begins no work."""
    monkeypatch.setattr(times_lens, "THIS_SERVER", AlreadyMeasured())


def as_written(values: Array) -> list[float]:
    """Numbers to compare exactly, and to read when they differ."""
    return np.asarray(values, dtype=np.float64).tolist()
