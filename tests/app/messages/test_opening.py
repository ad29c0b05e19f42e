"""What a page is painted from before its session is there: what the session will say first."""

import pytest

from app.messages.opening import opening
from app.messages.stage import message
from app.messages.wire import pack
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting


@pytest.mark.parametrize(
    ("query", "setting"),
    [
        ({}, Setting()),
        ({"scene": "cue", "t": "3"}, Setting(scene="cue", step=2)),
        ({"with": "rnn"}, Setting(alongside="rnn")),
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
        {"edits": "gru.b_x.update.3_2.0"},
        {"scene": "nowhere"},
        {"scene": "own"},
        {"scene": "model"},
    ],
)
def test_a_link_with_numbers_of_its_own_or_something_to_explain_has_none(
    query: dict[str, str],
) -> None:
    assert opening(query) is None
