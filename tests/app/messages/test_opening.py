"""What a page is painted from before its session is there: what the session will say first."""

import pytest

from app.messages.opening import opening
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
