"""Every lens tells what it shows in sentences that follow the cursor and the notation."""

import re
from typing import Any

import numpy as np
import pytest

from app.lenses.at_cursor import sentence_of
from app.screen.pair import pair_of
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.numbers import number, percent
from gru_core.conventions import CHO, CHUNG, PYTORCH, Notation
from gru_core.situation import Target
from tests.app.lensing import chart, column, looked, screen

NOTATIONS = [PYTORCH, Notation("own", "after", "write", 2), CHO, CHUNG]
CANDIDATES = {"after": "n", "before": "h̃"}
PLACES = [("crowd", 57, 25), ("cue", 11, 1), ("cue", 11, 2), ("slate", 6, 1), ("reader", 6, 16)]


def now(shown: Screen, track: str, cell: Any = "gru") -> float:
    return float(shown.traces[cell][track][shown.step, shown.unit])


def old(shown: Screen, state: str = "hidden", cell: Any = "gru") -> float:
    trace, at = shown.traces[cell], shown.step
    before = trace[state][at - 1] if at else trace.initial[-1 if state == "cell" else 0]
    return float(before[shown.unit])


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("scene", "step", "unit"), PLACES)
def test_a_step_of_the_gru_is_told_by_what_z_does_in_this_notation(
    scene: str, step: int, unit: int, notation: Notation
) -> None:
    shown = screen("kept", scene=scene, step=step, unit=unit, notation=notation)
    keep = now(shown, "update")
    writes = notation.polarity == "write"
    z = np.subtract(1, shown.traces["gru"]["update"].dtype.type(keep)) if writes else keep
    said = sentence_of(shown, "gru")
    assert f"z of unit {unit + 1} is {number(float(z))}, so " in said
    share = percent(float(z))
    assert (f"so {share} of h is written anew" if writes else f"so it keeps {share} of its") in said
    assert f"{'h̃' if notation.placement == 'before' else 'n'}, which is " in said
    assert f"its old state, {number(old(shown))}" in said
    assert f"which is {number(now(shown, 'candidate'))}" in said
    assert said.endswith(f"h becomes {number(now(shown, 'hidden'))}.")
    assert looked(shown).words[0].startswith(said)


@pytest.mark.parametrize("polarity", ["keep", "write"])
@pytest.mark.parametrize(("held", "said"), [("1.0", "keeps all"), ("0.0", "keeps nothing")])
def test_only_a_z_that_is_0_or_1_is_said_to_keep_all_or_nothing(
    polarity: Any, held: str, said: str
) -> None:
    notation = Notation("own", "after", polarity, 2)
    place: Any = {"scene": "crowd", "step": 30, "unit": 25, "notation": notation}
    assert said in sentence_of(screen("kept", "", "", f"gru.update.all.all_{held}", **place), "gru")
    near = screen("kept", "", "gru.b_x.update.25_9", **place)
    assert 0.999 < now(near, "update") < 1
    told = sentence_of(near, "gru")
    assert "all of" not in told
    assert "100\xa0%" not in told


def test_an_lstm_is_told_by_what_it_keeps_adds_and_lets_out() -> None:
    shown = screen("kept", scene="crowd", step=40, unit=5)
    said = sentence_of(shown, "lstm")
    forget, added, out = (now(shown, gate, "lstm") for gate in ("forget", "input", "output"))
    assert f"f of unit 6 is {number(forget)}, so it keeps {percent(forget)} of its old c, " in said
    assert f"old c, {number(old(shown, 'cell', 'lstm'))}; i is {number(added)}, so " in said
    assert f"so {percent(added)} of g, which is {number(now(shown, 'candidate', 'lstm'))}" in said
    assert f"c becomes {number(now(shown, 'cell', 'lstm'))}; o is {number(out)}" in said
    assert said.endswith(f"lets out h, {number(now(shown, 'hidden', 'lstm'))}.")


def test_a_state_that_is_held_has_nothing_of_its_gates_said() -> None:
    shown = screen("kept", "", "", "gru.hidden.1.all_0.5", scene="cue", step=6, unit=1)
    said = "GRU, step 7: h of unit 2 is held at 0.5, whatever it would have been."
    assert sentence_of(shown, "gru") == said


@pytest.mark.parametrize("view", ["wirings", "kept", "saturation", "phase", "directions", "why"])
def test_a_view_tells_of_the_step_at_the_cursor(view: str) -> None:
    told = [
        looked(screen(view, scene="crowd", step=step, unit=25)).words for step in (20, 21, 40, 41)
    ]
    assert len({tuple(words) for words in told}) == 4
    assert all("step 21" in " ".join(words).lower() for words in told[:1])


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("view", "nothing"), [("holding", "held"), ("pinned", "pinned")])
def test_with_nothing_held_or_pinned_the_step_at_the_cursor_is_told(
    view: str, nothing: str, notation: Notation
) -> None:
    for step in (20, 40):
        shown = screen(view, scene="crowd", step=step, unit=25, notation=notation)
        said = [f"Nothing is {nothing} yet.", sentence_of(shown, "gru")]
        assert looked(shown).words == said
    beside = screen(view, scene="crowd", step=20, unit=5, cell="lstm", notation=notation)
    assert looked(beside).words[1] == sentence_of(beside, "lstm")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_what_a_step_costs_is_counted_up_to_the_cursor_and_is_the_same_in_every_notation(
    cell: Any, notation: Notation
) -> None:
    beside = "rnn" if cell == "rnn" else "lstm"
    place: Any = {"scene": "cue", "cell": cell, "alongside": beside, "notation": notation}
    letters = {"gru": f"r, z and {CANDIDATES[notation.placement]}", "lstm": "i, f, g and o"}
    for step in (0, 11):
        shown = screen("cost", step=step, unit=1, **place)
        weights = shown.situation.weights[cell]
        own = weights.w_x[:, 1].size + weights.w_h[:, 1].size  # a product for each of them
        layer = weights.w_x.size + weights.w_h.size
        name = {"gru": "GRU", "lstm": "LSTM", "rnn": "Plain RNN"}[cell]
        start = f"{name}, step {step + 1}: unit 2 takes {own} multiply-adds for "
        told = looked(shown).words[-1]
        assert told.startswith(f"{start}{letters.get(cell, 'h')}, {len(weights.gates)} × (2 + 3); ")
        assert f"{(step + 1) * layer:,}." in told
        assert ("up to there have taken" in told) == (step > 0)


def test_shares_of_steps_near_an_end_are_counted_for_the_unit_at_the_cursor() -> None:
    for notation in (None, CHUNG):
        shown = screen("saturation", scene="crowd", step=9, unit=25, notation=notation)
        z = shown.tracks["gru"]["update"][:, 25]
        said = (
            f"GRU unit 26: z is near 1 at {int((z > 0.9).sum())} and near 0 at "
            f"{int((z < 0.1).sum())} of 100 steps; at step 10 it is {number(float(z[9]))}."
        )
        assert said in looked(shown).words[0]


def test_the_plane_tells_where_the_step_takes_the_run() -> None:
    shown = screen("phase", "unit2", scene="crowd", step=30, unit=0)
    h = shown.traces["gru"]["hidden"][:, :2]
    assert looked(shown).words[-1] == (
        f"Step 31 takes the run from {number(float(h[29, 0]))} to {number(float(h[30, 0]))} in h₁ "
        f"and from {number(float(h[29, 1]))} to {number(float(h[30, 1]))} in h₂."
    )


def test_the_candidate_and_the_old_state_are_drawn_beside_what_is_kept_and_written() -> None:
    shown = screen("kept", scene="cue", unit=2, notation=CHO)
    found = chart(shown, "gru.kept")
    hidden = shown.traces["gru"]["hidden"][:, 2]
    np.testing.assert_array_equal(column(found, "h before"), [0, *hidden[:-1]])
    np.testing.assert_array_equal(column(found, "h̃"), shown.traces["gru"]["candidate"][:, 2])
    lines = [trace for trace in found.figure.data if trace.type == "scatter"]
    np.testing.assert_array_equal(lines[1].y, [0, *hidden[:-1]])
    np.testing.assert_array_equal(lines[2].y, shown.traces["gru"]["candidate"][:, 2])


def test_of_both_directions_it_is_told_what_they_have_read_and_the_last_states_are_framed() -> None:
    shown = screen("directions", scene="cue", step=6, unit=1)
    states = [chart(shown, name).values[1, 6] for name in ("forward", "backward")]
    assert looked(shown).words[-1] == (
        f"At step 7 forward h of unit 2 is {number(float(states[0]))} and has read steps 1 to 7; "
        f"backward h is {number(float(states[1]))} and has read steps 20 back to 7."
    )

    def frames(name: str) -> set[tuple[float, float, float, float]]:
        """Left, right, top and bottom of what four lines enclose."""
        lines = [one for one in chart(shown, name).figure.layout.shapes if one.xref != "x domain"]
        fours = [lines[at : at + 4] for at in range(0, len(lines), 4)]
        return {
            (
                min(one.x0 for one in four), max(one.x0 for one in four),
                min(one.y0 for one in four), max(one.y0 for one in four),
            )
            for four in fours
        }  # fmt: skip

    assert frames("forward") == {(19.5, 20.5, -0.5, 2.5)}
    assert frames("backward") == {(0.5, 1.5, -0.5, 2.5)}
    assert frames("output") == {(19.5, 20.5, -0.5, 2.5), (0.5, 1.5, 2.5, 5.5)}


# One press ------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_gate_that_copies_and_one_that_hides_the_past_are_offered(notation: Notation) -> None:
    copies, blind = looked(screen("holding", scene="crowd", notation=notation)).offers
    z = 1 if notation.polarity == "keep" else 0
    assert copies.label == f"z = {z}: every unit keeps all it has"
    assert blind.label == "r = 0: the candidate sees nothing of the old state"
    assert copies.hold is not None
    assert (copies.hold["track"], copies.hold["value"]) == ("update", z)
    held = screen(
        "holding", "", "", "gru.update.all.all_1.0", scene="crowd", notation=notation
    )  # what is held is written as the core has it
    np.testing.assert_array_equal(held.traces["gru"]["hidden"], held.traces["gru"].previous())
    assert [one.label[:1] for one in looked(held).offers if one.does == "hold"] == ["r"]


def test_a_pair_of_the_scene_is_ready_and_its_two_sides_differ() -> None:
    for scene in ("pulse", "cue", "slate", "book", "binary", "latch", "elnino", "crowd"):
        for notation in (PYTORCH, CHUNG):
            before = Setting(scene=scene, view="pinned", notation=notation)
            shown = screen_of(pair_of(before))
            assert shown.setting.pinned is not None
            assert shown.setting.pinned.edits == ()
            assert re.match(r"GRU: h differs from A from step \d+ on", looked(shown).words[0])
            assert not looked(shown).offers
            [offer] = looked(screen_of(before)).offers
            assert offer.does == "pair"


PREPARED = {"pulse": [3], "cue": [0], "slate": [1]}


@pytest.mark.parametrize(("scene", "units"), PREPARED.items())
def test_a_prepared_question_has_an_answer(scene: str, units: list[int]) -> None:
    [offer] = looked(screen("find", scene=scene)).offers
    asked = screen("find", offer.name, scene=scene)
    assert not looked(asked).offers
    [track, span, threshold] = re.fullmatch(r"(\w+)\.(\d+-\d+)\.(.+)", offer.name).groups()  # type: ignore[union-attr]
    first, last = map(int, span.split("-"))
    values = np.abs(asked.traces["gru"][track][first - 1 : last])
    assert np.flatnonzero((values > float(threshold)).all(axis=0)).tolist() == units
    named = ", ".join(str(unit + 1) for unit in units)
    assert looked(asked).words[0].endswith(f": unit {named}.")


# What decides how far a gradient reaches --------------------------------------------------------


@pytest.mark.parametrize("notation", [PYTORCH, CHUNG])
def test_k_is_the_step_at_the_cursor_and_the_bias_that_of_its_unit(notation: Notation) -> None:
    shown = screen("gradients", scene="crowd", step=79, unit=7, notation=notation)
    left = column(chart(shown, "state"), "GRU")[79]
    [said] = [words for words in looked(shown).words if words.startswith("At step 80, 20 steps")]
    assert f"is left of the gradient’s size at step 100: GRU {number(float(left))} of " in said
    control = looked(shown).controls["reaching"]
    target = Target.parse("gru.b_x.update.7")
    assert control["target"] == str(target)
    sign = 1 if notation.polarity == "keep" else -1
    assert control["value"] == sign * float(shown.base.weights["gru"].b_x[1, 7])


def test_a_plain_rnn_has_no_such_bias() -> None:
    shown = screen("gradients", scene="crowd", alongside="rnn", cell="rnn")
    assert looked(shown).controls["reaching"]["target"] == ""


def test_nothing_has_to_be_carried_back_to_the_last_step() -> None:
    words = looked(screen("gradients", scene="cue", step=19)).words
    assert any(one.startswith("Step 20 is the last one") for one in words)
