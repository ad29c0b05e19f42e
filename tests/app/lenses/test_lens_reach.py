"""What is said of gradients: the share of the direct path, and what has no line."""

from typing import Any

import numpy as np
import pytest

from app.session.events import handle
from app.setting.setting import History, Setting
from app.words.numbers import number, percent
from gru_core.conventions import CHUNG
from gru_core.scenes.own import Own
from tests.app.autograd import Autograd, norm
from tests.app.lensing import chart, column, looked, message_of, screen

DRAWN = Own(source="noise", steps=12, units=3)

# The share of the direct path ------------------------------------------------------------------


@pytest.mark.parametrize("notation", [None, CHUNG])
@pytest.mark.parametrize("scene", ["crowd", "book", "binary"])
def test_the_share_of_the_direct_path_is_drawn_and_said(scene: str, notation: Any) -> None:
    shown = screen("gradients", scene=scene, notation=notation)
    lines = chart(shown, "share")
    words = looked(shown).words
    for cell, name, gate, track in (
        ("gru", "GRU", "1 − z" if notation else "z", "update"),
        ("lstm", "LSTM by its c", "f", "forget"),
    ):
        keep = shown.traces[cell][track][1:].prod(axis=0)  # type: ignore[index]
        if cell == "lstm":
            lstm = shown.traces["lstm"]
            keep = keep * lstm["output"][-1] * (1 - np.tanh(lstm["cell"][-1]) ** 2)
        truth = Autograd(shown, cell)  # type: ignore[arg-type]
        whole = norm(truth.by_state(0, int(cell == "lstm")), None)
        direct = float(np.linalg.norm(keep))
        share = direct / whole
        assert column(lines, name)[0] == pytest.approx(share, rel=1e-9)
        assert column(lines, name)[-1] == pytest.approx(1)
        [said] = [one for one in words if one.startswith(f"The direct path, through {gate} alone")]
        assert f" has {number(direct)} of the " in said
        assert said.endswith(f": {percent(share)}.")


def test_paths_that_run_against_the_direct_one_are_no_share_of_it() -> None:
    """A unit that keeps half, and whose candidate takes its old value away."""
    edits = "gru.b_x.update.1_0.0~gru.w_h.candidate.1.1_-0.9~gru.b_x.reset.1_9.0"
    shown = screen("gradients", "unit", edits, scene="cue", unit=1)
    [said] = [one for one in looked(shown).words if "through z alone" in one]
    assert "the others run against it, which leaves the GRU's" in said
    assert column(chart(shown, "share"), "GRU")[0] > 1
    high = chart(shown, "share").figure.layout.yaxis.range[1]
    assert high >= np.nanmax(column(chart(shown, "share"), "GRU"))


# What has no line -----------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["pulse", "cue", "slate"])
def test_a_line_that_is_not_there_is_explained_and_a_scene_offered(scene: str) -> None:
    """Their LSTMs are written without recurrent weights: no h is read by a later step."""
    shown = screen("gradients", scene=scene)
    assert not shown.situation.weights["lstm"].w_h.any()
    assert (column(chart(shown, "state"), "LSTM")[:-1] == 0).all()
    assert (column(chart(shown, "state"), "LSTM by its c") > 0).all()
    assert looked(shown).words[-1] == (
        "The LSTM has no line of its h: all its weights U are 0, so that no h reaches a later "
        "step; its memory goes by c, which has a line of its own."
    )
    assert message_of(shown)["offers"] == [
        {
            "does": "scene",
            "label": "See a line of every cell in “32 units at random, slow to fast”",
            "name": "crowd",
            "hold": None,
        }
    ]


def test_where_every_line_is_there_nothing_is_explained_or_offered() -> None:
    shown = screen("gradients", scene="crowd")
    state = chart(shown, "state")
    assert all((column(state, name) > 0).all() for name in state.columns.names)
    assert message_of(shown)["offers"] == []
    assert not any("has no line" in one for one in looked(shown).words)


def test_a_line_that_what_is_held_takes_away_is_explained_too() -> None:
    shown = screen("gradients", "", "", "gru.hidden.all.11_0.5", scene="own", own=DRAWN)
    assert "The GRU has no line of its h: what is held follows nothing that came before it." in (
        looked(shown).words
    )
    plain = screen("gradients", "", "", scene="own", own=Own(source="sine", scheme="zeros"))
    said = "The plain RNN has no line of its h: all its weights U are 0, so that no h reaches a "
    assert f"{said}later step." in looked(plain).words


def test_the_scene_that_is_offered_opens_in_the_same_view_and_undo_leads_back() -> None:
    before = History(Setting(scene="pulse", view="gradients", notation=CHUNG, step=4, unit=1))
    after = handle(before, {"kind": "scene", "name": "crowd"}).history
    assert after.present == before.present.with_choice("scene", "crowd")
    assert (after.present.view, after.present.notation) == ("gradients", CHUNG)
    assert after.undo().present.scene == "pulse"
