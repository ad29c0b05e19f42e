"""The scene of the Listener shows what its story says."""

import numpy as np
import pytest

from gru_core import GRUWeights, run
from gru_core.changes.interventions import Intervention
from gru_core.conventions import Polarity
from gru_core.scenes.listener import Listener
from tests.core.opened_scenes import told
from tests.core.scenes.test_listener import DETECTOR, PARTS, heard, states


@pytest.mark.parametrize("polarity", ["keep", "write"])
def test_speech_tells_the_numbers_of_its_notation(polarity: Polarity, listener: Listener) -> None:
    words, z = told("speech", polarity, listener=listener), states(listener)["update"][:, DETECTOR]
    shown = z if polarity == "keep" else 1 - z
    assert f"(step 100: z is {shown[99]:.2f})" in words.story
    assert f"keeps in music (step 250: {shown[249]:.2f})." in words.story
    assert "At step 150 a tune follows a sentence; 13 steps later it is heard." in words.story
    half, full = (Intervention("gru", t, v) for t, v in (("update", 0.5), ("reset", 1.0)))
    assert f"{100 * heard(listener, 'shown', half)[0]:.0f} % of the steps go" in words.attempt
    assert f"not {100 * heard(listener, 'shown')[0]:.0f} %." in words.attempt
    assert f"{100 * heard(listener, 'shown', full)[0]:.0f} % go wrong" in words.again


def test_speech_says_so_where_the_reset_gate_is_after_the_product(listener: Listener) -> None:
    words = told("speech", "keep", elsewhere=True, listener=listener)
    moved = GRUWeights(*(getattr(listener.weights, p) for p in (*PARTS, "b_h")), reset_after=True)
    there = run(moved, listener.clip.sequence.x)["hidden"]
    most = np.abs(there - states(listener)["hidden"]).max()
    assert f"h is another by up to {most:.2f}" in words.story
    assert f"{listener.late(listener.music(there))} steps later it is heard all" in words.story
