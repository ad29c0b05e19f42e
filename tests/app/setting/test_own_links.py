"""The visitor's own scene in links, beside other scenes, and taken back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from app import settings
from app.setting.link import LONGEST_LINK
from gru_core.scenes.own import Own
from tests.app.owning import PASTED, SPREADSHEET, OwnVisit, assert_runs
from tests.app.visiting import Unpack

Open = Callable[..., OwnVisit]


@pytest.fixture
def open_own(unpack: Unpack, new_browser: Callable[[], Any]) -> Open:
    """Opens the scene of the visitor's own with these query parameters."""
    return lambda **query: OwnVisit(unpack, new_browser(), {"scene": "own", **query})


@pytest.mark.parametrize("source", ["numbers", "text"])
def test_what_is_too_long_for_the_link_is_announced(open_own: Open, source: str) -> None:
    here = open_own(source=source, units="2")
    if source == "numbers":
        numbers = np.round(np.random.default_rng(0).normal(size=(700, 2)), 6)
        here.paste("\n".join(f"{a}\t{b}" for a, b in numbers))
    else:
        here.set("text_input", "own_text", "gates! " * 700)
    assert here.problems == ["The link has no room for your input; reloading the page loses it."]
    assert here.query == {"scene": "own", "source": source, "units": "2"}
    assert len(here.told["labels"]) in (700, 4900)


def test_a_site_with_a_store_says_what_has_room_for_it(
    open_own: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HAS_STORE", True)
    here = open_own(source="text", units="2").set("text_input", "own_text", "gates! " * 700)
    assert here.problems[1:] == ["A short link has room for all of it."]
    assert here.told["short"]


def test_a_text_too_long_for_the_link_is_left_out_of_every_link(open_own: Open) -> None:
    here = open_own(source="text").set("text_input", "own_text", "gate " * 1800)
    here.set("selectbox", "own_source", "sine")
    assert len(urlencode(here.query)) <= LONGEST_LINK
    assert_runs(here, Own())


def test_long_names_of_columns_keep_the_link_short(open_own: Open) -> None:
    names = [f"{'a long name for a column ' * 2}{i}" for i in range(150)]
    here = open_own(source="numbers").paste(
        "\n".join(map("\t".join, (names, "1" * 150, "2" * 150)))
    )
    assert here.told["x"]["channels"] == names
    assert len(urlencode(here.query)) <= LONGEST_LINK


def test_a_tilde_in_a_name_comes_back_through_the_link(open_own: Open) -> None:
    here = open_own(source="numbers").paste(f"a~b\tc\n{SPREADSHEET}")
    assert_runs(open_own(**here.query), replace(PASTED, channels=("a~b", "c")))


def test_another_scene_and_back_keeps_the_numbers(open_own: Open) -> None:
    here = (
        open_own(source="numbers").paste(f"heat\train fall\n{SPREADSHEET}").choose("scene", "cue")
    )
    assert here.query == {"scene": "cue"}
    assert here.told["scene"]["name"] == "cue"
    own = replace(PASTED, channels=("heat", "rain fall"))
    assert_runs(here.choose("scene", "own"), own)
    assert_runs(open_own(**here.query), own)


def test_another_scene_and_back_keeps_the_seed_and_no_other_scene_has_it(open_own: Open) -> None:
    here = open_own(source="noise", units="4", seed="9").choose("scene", "crowd")
    assert here.query == {"scene": "crowd"}
    assert "seed 9" not in here.told["panels"][1]["note"]
    assert_runs(here.choose("scene", "cue").choose("scene", "own"), Own("noise", units=4), seed=9)


def test_every_change_of_a_control_can_be_taken_back(open_own: Open) -> None:
    here = open_own().set("selectbox", "own_source", "parity")
    here.set("number_input", "own_units", 3)
    here.send({"kind": "commit", "target": "x.2.0", "value": 0.5})
    here.set("number_input", "seed", 5)
    here.set("selectbox", "own_source", "numbers").paste(SPREADSHEET)
    assert here.edits == {}
    assert_runs(here, replace(PASTED, units=3), seed=5)
    here.send(*[{"kind": "undo"}] * 3)
    assert here.edits == {"x.2.0": 0.5}
    here.send({"kind": "undo"})
    assert_runs(here, Own(source="parity", units=3))
    assert_runs(here.send({"kind": "undo"}), Own(source="parity"))
    assert here.page.number_input(key="own_units").value == 16
    assert_runs(here.send({"kind": "undo"}), Own())
    assert here.page.selectbox(key="own_source").value == "sine"
    here.send(*[{"kind": "redo"}] * 6)
    assert_runs(here, replace(PASTED, units=3), seed=5)
