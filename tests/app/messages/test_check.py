"""What a page compares its own numbers with is what the core computes, to the last bit."""

import numpy as np
import pytest

from app.messages.check import MOST_CHECKED, answer, check
from app.messages.numbers import GoneError
from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.screen.tickets import Held
from app.setting.setting import Setting
from gru_core.conventions import NOTATIONS
from gru_core.situation import Edit, Target
from tests.app.visiting import Unpack

EDITED = Setting(edits=(Edit(Target.parse("gru.b_x.update.1"), 0.25),))


@pytest.mark.parametrize("scene", scenes())
def test_it_has_every_track_in_full(scene: str) -> None:
    shown = screen_of(Setting(scene=scene, notation=NOTATIONS["cho"]))
    told = check(shown, most=10**9)
    assert told["steps"] == list(range(len(shown.labels)))
    for cell, trace in shown.traces.items():
        assert set(told["cells"][cell]) == set(trace)
        for name, track in trace.items():
            np.testing.assert_array_equal(told["cells"][cell][name], track.ravel())
            assert told["cells"][cell][name].dtype == track.dtype


def test_it_comes_packed_by_the_ticket_of_a_screen(unpack: Unpack) -> None:
    held = Held()
    told = unpack(answer(held.name_of(EDITED), {}))
    trace = screen_of(EDITED).traces["lstm"]
    np.testing.assert_array_equal(told["cells"]["lstm"]["cell"], trace["cell"].ravel())
    with pytest.raises(GoneError):
        answer("nobody", {})


def test_of_a_large_screen_it_has_evenly_spread_steps_with_the_first_and_the_last() -> None:
    shown = screen_of(Setting(scene="crowd"))
    told = check(shown, most=2_000)
    sizes = [len(track) for tracks in told["cells"].values() for track in tracks.values()]
    assert sum(sizes) <= 2_000
    assert (told["steps"][0], told["steps"][-1]) == (0, len(shown.labels) - 1)
    assert sum(sizes) > 1_000
    assert MOST_CHECKED * 8 <= 1_000_000
