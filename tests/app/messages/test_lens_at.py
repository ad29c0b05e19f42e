"""A lens at another place, fetched past a run of the page: what the page would have shown."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.lenses import charts, told, view_of
from app.messages.lens_at import elsewhere
from app.messages.numbers import GoneError
from app.screen.screen import screen_of
from app.screen.tickets import Held
from app.setting.setting import Setting
from gru_core.errors import GatescopeError

Unpack = Callable[[bytes], Any]
QUERY = {"view": "why", "of": "candidate", "cell": "gru", "step": "6", "unit": "2"}


@pytest.mark.parametrize("of", ["update", "candidate", "hidden"])
def test_it_is_what_a_run_of_the_page_shows_at_that_place(unpack: Unpack, of: str) -> None:
    held, setting = Held(), Setting(view="kept", step=1, unit=1)
    found = unpack(elsewhere(held.name_of(setting), QUERY | {"of": of}))
    there = screen_of(Setting(view="why", of=of, step=6, unit=2))
    view = view_of(there)
    truth = told(there, view)
    assert found["lens"]["words"] == truth["words"]
    assert found["lens"]["at"] == {"step": 6, "unit": 2}
    wanted = dict(charts(view))
    assert list(found["charts"]) == list(wanted)
    for name, chart in wanted.items():
        np.testing.assert_array_equal(
            found["charts"][name]["sheet"]["values"], chart["sheet"]["values"]
        )


def test_a_page_that_is_gone_is_asked_nothing() -> None:
    with pytest.raises(GoneError):
        elsewhere("unknown", QUERY)


@pytest.mark.parametrize(
    "change",
    [
        {"view": "cell"},
        {"view": "<script>"},
        {"cell": "cnn"},
        {"of": "é"},
        {"of": "x" * 41},
        {"step": "-1"},
        {"step": "1e3"},
        {"unit": ""},
        {"unit": "12345678"},
    ],
)
def test_what_was_not_offered_is_refused(change: dict[str, str]) -> None:
    held = Held()
    with pytest.raises(GatescopeError, match="No such numbers were offered"):
        elsewhere(held.name_of(Setting()), QUERY | change)


def test_a_place_outside_is_the_nearest_one(unpack: Unpack) -> None:
    held = Held()
    found = unpack(elsewhere(held.name_of(Setting()), QUERY | {"step": "999", "unit": "999"}))
    assert found["lens"]["at"] == {"step": 19, "unit": 3}
