"""Weights that are those of before in another order: only where each of them went is sent."""

from typing import Any

import numpy as np
import pytest

from app.messages.parts import Part, parts
from app.messages.updates import updates
from app.messages.wire import pack
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.conventions import NOTATIONS

WORDS = ("gate", "knight")


def made(**choices: Any) -> list[Part]:
    return list(parts(screen_of(Setting(**choices)), {}))


def went(before: list[Part], after: list[Part]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is sent of a screen after another, and what would be without it."""
    _, had = updates(before, {}, 0)
    return updates(after, had, 0)[0], updates(after, {}, 0)[0]


@pytest.mark.parametrize("notation", ["pytorch", "chung"])
def test_weights_of_another_word_are_the_same_numbers_moved(notation: str) -> None:
    one, other = (made(scene="reader", word=word, notation=NOTATIONS[notation]) for word in WORDS)
    sent, whole = went(one, other)
    old = updates(one, {}, 0)[0]
    placed = {name: part for name, part in sent.items() if "moved" in part}
    assert placed.keys() == {"gru.weights.update", "lstm.weights.forget"}
    for name, part in placed.items():
        (frame, *_), moved = part["data"], part["moved"]
        z = old[name]["data"][0]["z"][moved["rows"]][:, moved["columns"]]
        want = whole[name]["data"][0]
        assert np.array_equal(z, want["z"])
        assert not np.array_equal(old[name]["data"][0]["z"], want["z"])
        assert {"z": want["z"], **frame}.keys() == want.keys()
        assert frame["y"] == want["y"] if "y" in frame else "y" not in want
        assert moved["over"] == next(one for one in one if one.name == name).digest
    assert len(pack({"included": sent})) < 0.4 * len(pack({"included": whole}))


@pytest.mark.parametrize(
    ("one", "other", "moved"),
    [
        # The sign of the update gate is another in this notation; the LSTM's weights are the same.
        (
            {"scene": "reader", "word": "gate"},
            {"scene": "reader", "word": "knight", "notation": NOTATIONS["chung"]},
            {"lstm.weights.forget"},
        ),
        ({"scene": "reader", "word": "gate"}, {"scene": "crowd"}, set()),
        ({"scene": "pulse"}, {"scene": "slate"}, set()),
    ],
)
def test_other_weights_are_sent_whole(
    one: dict[str, Any], other: dict[str, Any], moved: set[str]
) -> None:
    sent, _ = went(made(**one), made(**other))
    assert {name for name, part in sent.items() if "moved" in part} == moved
