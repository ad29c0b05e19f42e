"""What a page is painted from before its session is there: what the session will say first."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.messages.opening import LARGEST, MANY, SHADES, opening
from app.messages.stage import message
from app.messages.wire import pack
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.scenes.own import Own
from gru_core.situation import parse_edits


@pytest.mark.parametrize(
    ("query", "setting"),
    [
        ({}, Setting()),
        ({"scene": "cue", "t": "3"}, Setting(scene="cue", step=2)),
        ({"with": "rnn"}, Setting(alongside="rnn")),
        ({"e": "x.4.0_0.5~"}, Setting(edits=parse_edits("x.4.0_0.5~").edits)),
        ({"scene": "own", "units": "32"}, Setting(scene="own", own=Own(units=32))),
    ],
)
def test_the_opening_is_the_first_message_of_a_session(
    query: dict[str, str], setting: Setting
) -> None:
    packed = opening(query)
    assert packed == pack(message(screen_of(setting), Page())[0])
    assert opening(query) is packed  # made once for all


def test_the_reader_has_a_picture_too_in_fewer_shades_where_nobody_reads_numbers(
    unpack: Callable[[bytes], Any],
) -> None:
    first = message(screen_of(Setting(scene="reader")), Page())[0]
    assert len(pack(first)) >= LARGEST
    packed = opening({"scene": "reader"})
    assert packed is not None
    assert len(packed) < LARGEST
    seen = unpack(packed)
    rough = 0
    for name, part in first["included"].items():
        whole, found = (numbers(one) for one in (part, seen["included"][name]))
        if not np.array_equal(whole, found):
            rough += 1
            assert whole.size >= MANY
            assert np.abs(whole - found).max() <= np.abs(whole).max() / SHADES
    assert rough == 2  # the weights of a gate of each cell


def numbers(part: Any) -> np.ndarray:
    """Those of the first trace of a figure; none of what is no figure."""
    return np.array(part.get("data", [{}])[0].get("z", ()))


@pytest.mark.parametrize(
    "query",
    [
        {"e": "nonsense"},
        {"scene": "nowhere"},
        {"scene": "model"},
        {"scene": "own", "steps": "600", "units": "512"},
    ],
)
def test_a_link_to_a_file_to_much_or_with_something_to_explain_has_none(
    query: dict[str, str],
) -> None:
    assert opening(query) is None
